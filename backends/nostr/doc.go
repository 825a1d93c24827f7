// Package nostr reads Nostr for one key: it is the adapter behind which relays,
// filters and signed events become timeline posts.
//
//	relay ──frame──► verify ──► filter ──► dedupe ──► decode ──► timeline.Post
//	(one websocket a relay, shared by all subscriptions)
//
// Where to read follows the outbox model: follows come from the newest kind 3 on
// the account's own relays, each person's relays from their kind 10002 (NIP-65),
// and a greedy cover picks few relays that hold everybody twice. A request goes to
// each relay, never one for each person.
//
// Relays are trusted with nothing. A frame is checked to be JSON of bounded depth
// before any library sees it; an event counts only when its id and its signature
// are right and it matches what was asked; and only what passed that is compared
// with what was seen, so that no relay can suppress another's events.
//
// The package knows the domain, the transport and the account's credentials. It
// knows no other network, no screen and no database.
package nostr
