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
//   - Polling stands in for a stream, with the cheapest request that tells
//     whether anything is new.
//
// It knows the domain, the transport and the vault; no other network and no
// screen.
package bluesky
