// Package timeline is the domain: what a post is, how posts of several networks
// become one timeline, and what a network must be able to do to take part.
//
// It knows no network protocol, no SQL and no terminal. The flow is one way:
//
//	 backend ──Home, Stream──► Hub ──Changes──► Timeline ──Len/At/Find──► ui
//	(one goroutine an account)  │   (coalesced)  (sorted rows)
//	                            └── health, back-off, gap rows
//
// # Vocabulary
//
//   - network: mastodon, bluesky or nostr. Above the adapters it is a value to
//     show, never a case to switch on.
//   - account: one identity on one network, named by a stable AccountID.
//   - backend: the adapter that speaks for one account.
//   - post: what somebody wrote, or a boost of it.
//   - boost: Mastodon's reblog, Bluesky's repost, Nostr's kinds 6 and 16.
//   - feed: a source of posts (home, list, hashtag, …).
//   - gap: a row that says that posts may be missing here.
//   - cursor: a backend's own opaque position in a feed.
//
// # Trust
//
// Bytes from a network are hostile until they are a Safe. Adapters make Safes
// with Clean or CleanLine; everything that draws or prints takes only Safe.
//
// A *Post is immutable once it has left its adapter: a change is a new Post with
// a higher Revision, so that posts can be shared between goroutines.
package timeline
