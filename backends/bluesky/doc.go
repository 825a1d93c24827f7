// Package bluesky speaks for one account on the AT Protocol: it reads the home
// timeline, threads and people from a personal data server (PDS), or in public
// from an AppView, through the lexicons app.bsky.* and com.atproto.*.
//
// Three rules keep it whole where servers are odd or hostile:
//
//   - A page is read as raw items and decoded one by one. What cannot be read
//     becomes a post with a Note; what has no valid name is left out.
//   - A session is kept and renewed, never made anew for a command. Refresh
//     tokens work once, so renewing happens under the account's cross-process
//     lock, is saved before it is used, and is not cancelled half way.
//     Whether it was begun with an app password (password.go) or in the browser
//     (OAuth: oauth.go, dpop.go), its credentials say. What cannot be renewed ends in
//     one request to sign in again.
//   - Polling stands in for a stream, with the cheapest request that tells
//     whether anything is new.
//
// Writing is exactly once because the repository lets the client name its records:
//
//	Intent ──► records, whose keys and times follow from it ──► frozen bytes
//	           (record.go; CIDs are worked out here)             (publish.go)
//	one record    com.atproto.repo.putRecord with swapRecord null: the same bytes
//	              again change nothing, others are refused
//	a thread,     one com.atproto.repo.applyWrites: all or nothing; what became of
//	with gates    it is told by the first record (settle.go)
//
// What is not there ten minutes after it may have been sent is not sent again: it
// may have been there, and its author may have deleted it elsewhere.
//
// The repository also has the last word on what the account published, likes, follows
// and blocks (list.go, shelf.go), for it leaves nothing out; the AppView tells mutes and
// bookmarks, which are nobody else's business and no records. The archive is the
// repository itself (archive.go), looked through on its way to the file (car.go).
//
// Signing in is a conversation (flow.go): the account leads to its server, that to who
// signs its accounts in (oauthserver.go), and back: whom that server says it has signed
// in must live where it is the one that is named.
//
// Of indigo it uses the syntax, the data model and the types of the lexicons. Calls
// (xrpc.go), looking up where an account lives (directory.go) and OAuth are its own:
// indigo's cost each start of the program several milliseconds.
//
// It knows the domain, the transport and the vault; no other network and no
// screen.
package bluesky
