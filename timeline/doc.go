// Package timeline is the domain: what a post is, how posts of several networks
// become one timeline, and what a network must be able to do to take part.
//
// It knows no network protocol, no SQL and no terminal. The flow is one way:
//
//	 backend ──Home, Stream──► Hub ───Changes, History───► window of rows ──► ui
//	(one goroutine an account)  │ ▲     (coalesced)                           │
//	           hauls: posts and │ │ combined posts,     Seen, Older, Fill     │
//	          how far was read  ▼ │ pages         ◄───────────────────────────┘
//	                           Cache, Marks
//
// What has arrived is kept before it is handed over: Next writes it to the Cache,
// all in one transaction, and hands on what the Cache has made of it. So the Cache
// holds every row that was ever shown, reading goes on where it was left, and
// memory does not grow with history. A Cache that fails is replaced by memory until
// it is well again.
//
// Rows are handed over down to where every account has been read; what one of them
// has below waits in the Cache. An account that was not read so far although rows
// are shown there has a gap row that says so.
//
// # Vocabulary
//
//   - network: mastodon, bluesky or nostr. Above the adapters it is a value to
//     show, never a case to switch on.
//   - account: one identity on one network, named by a stable AccountID.
//   - backend: the adapter that speaks for one account.
//   - post: what somebody wrote, or a boost of it.
//   - boost: Mastodon's reblog, Bluesky's repost, Nostr's kinds 6 and 16.
//   - feed: a source of posts (home, list, hashtag, …), by a FeedName that is the same
//     on every network. A Hub reads one of all accounts.
//   - gap: a row that says that posts may be missing here.
//   - cursor: a backend's own opaque position in a feed.
//   - haul: what one answer of a network, or one piece of a stream, brought.
//   - reach: how far a feed has been read; hole: where in it posts were missed.
//   - conversation: what some people write to each other alone; its posts are messages.
//     They are kept by no Cache.
//   - mark: how far a feed has been read by the person.
//
// # Trust
//
// Bytes from a network are hostile until they are a Safe. Adapters make Safes
// with Clean or CleanLine; everything that draws or prints takes only Safe.
//
// A *Post is immutable once it has left its adapter: a change is a new Post with
// a higher Revision, so that posts can be shared between goroutines.
package timeline
