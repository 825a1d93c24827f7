package timeline

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Cache keeps what was read from the networks. It may be thrown away: all that it
// holds can be read again. The hub keeps every post that it receives there before
// it hands it over, so that whoever reads the cache after a Changes finds what was
// in it.
//
// All methods are safe for concurrent use, by several processes too. What one
// process writes about a feed never takes back what another has found out.
type Cache interface {
	// Reach returns how far a feed has been read; the zero Reach where it never was.
	Reach(ctx context.Context, f Feed) (Reach, error)
	// Keep writes all hauls, or none of them.
	Keep(ctx context.Context, hauls ...Haul) (Kept, error)
	// Page reads posts of feeds in the order of their keys.
	Page(ctx context.Context, q Query) (Stretch, error)
	// Unread returns the keys of the unread posts of feeds, oldest first; of more
	// than limit the newest.
	Unread(ctx context.Context, feeds []Feed, limit int) ([]Key, error)
	// MarkRead marks posts as read in every feed.
	MarkRead(ctx context.Context, keys ...Key) error
	// MarkReadTo marks the posts of one feed up to and with to as read, and returns
	// those that no feed holds as unread any more.
	MarkReadTo(ctx context.Context, f Feed, to Key) ([]Key, error)
}

// Feed names a source of posts: one account's home timeline, or another.
type Feed struct {
	Account AccountID
	Name    string // a FeedName
}

// HomeOf is an account's home timeline.
func HomeOf(a AccountID) Feed { return FeedHome.Of(a) }

// Reach is how far one feed has been read without a hole but those named.
type Reach struct {
	Newest Key    // the newest post received
	Newer  Cursor // continues above it
	Oldest Key    // the post down to which the feed is complete
	Older  Cursor // continues below it
	Done   bool   // the feed has nothing older
	Holes  []Hole // where posts were missed, in no order
}

// Hole is a place in a feed where posts were missed, and how to read them.
type Hole struct {
	Key    Key    // the place of its gap row, just below the oldest post above the hole
	Reason Safe   // for a person
	Cursor Cursor // continues below the gap row
	Lower  Key    // the newest post known below the hole
}

// Haul is what one answer of a network, or one piece of a stream, brought.
type Haul struct {
	// Feed the posts belong to; zero for posts that were read by themselves, as those
	// of a thread are.
	Feed  Feed
	Posts []*Post // placed: Sorted is set
	// Reader is the account that read them.
	Reader  AccountID
	Removed []ID // gone on the network: forgotten here, too

	// Up and Down carry the reach on; each counts only where it does not fall short of
	// what is kept, so that processes cannot take each other back. A nil one changes
	// nothing, nor does an empty cursor. See Reach.Extend.
	Up     *ReachUp
	Down   *ReachDown
	Opened []Hole
	Closed []Key // the gap rows of holes that are closed, or moved to an Opened one
	// ReadTo is how far the feed has been read by the person: members that are new
	// above it are unread, unless another feed holds them as read.
	ReadTo Key
}

// zero tells whether the feed was never read, or only what came by itself.
func (r Reach) zero() bool { return r.Older == "" && !r.Done }

// Extend carries the reach on by what a haul of the feed brought: a Cache does this
// in the transaction of Keep with what it then finds. Where that is nothing, only a
// haul with Up and Down is a beginning: a Down alone continues what was lost.
func (r *Reach) Extend(h Haul) {
	if up := h.Up; up != nil && !up.Newest.Less(r.Newest) {
		r.Newest = up.Newest
		r.Newer = cmp.Or(up.Newer, r.Newer)
	}
	first := r.zero()
	if down := h.Down; down != nil && (!first || h.Up != nil) {
		if first || !r.Oldest.Less(down.Oldest) {
			r.Oldest = down.Oldest
			r.Older = cmp.Or(down.Older, r.Older)
		}
		r.Done = r.Done || down.Done
	}
	for _, k := range h.Closed {
		r.Holes = slices.DeleteFunc(r.Holes, func(o Hole) bool { return o.Key.Compare(k) == 0 })
	}
	for _, o := range h.Opened {
		if i := slices.IndexFunc(r.Holes, func(known Hole) bool { return known.Key.Compare(o.Key) == 0 }); i >= 0 {
			r.Holes[i] = o
		} else {
			r.Holes = append(r.Holes, o)
		}
	}
}

// ReachUp carries a reach on above.
type ReachUp struct {
	Newest Key
	Newer  Cursor
}

// ReachDown carries a reach on below.
type ReachDown struct {
	Oldest Key
	Older  Cursor
	Done   bool
}

// Kept is what Keep has made of its hauls.
type Kept struct {
	// Posts are those of all hauls in their order, each Combined with what was kept of
	// it before: its place is the old one.
	Posts []*Post
	// Unread are the keys of those that are unread members of their haul's feed now,
	// whether this call or another process's has made them so.
	Unread []Key
}

// Query asks for a page of a Cache.
type Query struct {
	Feeds []Feed // posts of any of these
	// From is where to begin, itself not included. A zero From begins at the newest
	// post, or with Newer at the oldest.
	From    Key
	Newer   bool    // the posts above From, else those below it
	Floor   Key     // nothing below it is returned; zero for no bound
	Network Network // only this network's; "" for all
	Limit   int     // the most posts; 0 is MaxPage. A few more come where they share a millisecond
}

// Stretch is a piece of a timeline without holes but those that gap rows tell.
type Stretch struct {
	Posts []*Post // oldest first
	More  bool    // the cache holds more beyond the end that was asked for
}

// Marks keep of reading what no network can give again. All methods are safe for
// concurrent use, by several processes too.
type Marks interface {
	// ReadTo is how far a feed has been read by the person; the zero Key where it
	// never was.
	ReadTo(ctx context.Context, f Feed) (Key, error)
	// SetReadTo moves that mark, only ever forward.
	SetReadTo(ctx context.Context, f Feed, to Key) error
	// Position is where the person left a screen; ok is false where that is not known.
	Position(ctx context.Context, screen string) (p Position, ok bool, err error)
	// SetPosition remembers it.
	SetPosition(ctx context.Context, screen string, p Position) error
	// FirstSeen tells when posts that claim the future were first seen: for each post
	// the time kept, or, where there is none, the one given, which is kept.
	FirstSeen(ctx context.Context, seen map[ID]time.Time) (map[ID]time.Time, error)
}

// Position is where a reader is.
type Position struct {
	At     Key  // the selected row
	Line   int  // the line of the screen on which it stands
	Pinned bool // the reader stays with the newest post
}
