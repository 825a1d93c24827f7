// Package pds is a Bluesky in one process: a personal data server and an AppView
// behind one loopback address, speaking XRPC with real records, content
// identifiers, cursors, sessions and errors, so that the adapter's ordinary code
// runs against it.
//
// Records are kept in the form of their lexicon and every answer is made from
// them, as an AppView does; only bookmarks and preferences, which are nobody else's
// business, are no records. Two things are simpler than in the world outside:
// nothing is signed, and a picture of the world that is drawn only when somebody
// looks at it is named by what it shows instead of by its bytes.
//
// It signs in with a password and, as an OAuth authorization server, in the browser:
// with pushed requests, proofs with nonces, and refresh tokens that work once.
//
// The package knows the sandbox's world and no other part of skein.
package pds
