// Package nostr reads and writes Nostr for one key: it is the adapter behind which relays,
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
// Writing goes the other way, and in two halves:
//
//	Intent ──draft──► event ──sign, freeze──► Request     (Prepare: once, then kept)
//	Request ──the same bytes──► own write relays, inboxes ──OK, or asked──► Outcome
//
// A relay holds an event once, whatever often it is sent, so a lost answer costs a
// question and no duplicate. The own write relays decide by a quorum; those of others
// are told and reported. Follows and bookmarks are whole documents that any program
// may replace: lists.go says how they are edited without losing what others wrote.
//
// The package knows the domain, the transport and the account's credentials. It
// knows no other network, no screen and no database.
package nostr
