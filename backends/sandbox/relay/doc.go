// Package relay is a Nostr relay on loopback, for the demo and for tests: NIP-01
// over a websocket, NIP-09 deletes, the NIP-11 document, NIP-42 where asked for,
// and pictures over plain HTTP beside it.
//
// It is stocked with the world's people and posts as signed events, spread over
// several relays as NIP-65 has it. The people's keys are derived from their names,
// so that every run has the same. The evil variants break the protocol in the ways
// that relays are known to.
//
// The package knows no client of it and nothing of skein but the sandbox's world.
package relay
