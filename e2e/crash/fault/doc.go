// Package fault stands between a client and an honest server and breaks the
// network as networks break: a connection that nobody takes, a request of which
// half arrives, an answer that is lost after the server has done what was asked, a
// request that arrives long after its client has gone.
//
// A Proxy speaks HTTP, and Nostr's messages over a websocket. It has an address of
// its own that stays the same, whatever server it stands before and however often
// it goes down. Which requests suffer, and how, is its owner's choice, so that a
// run can be repeated from a seed.
//
// It knows nothing of skein: only what requests and messages look like.
package fault
