package timeline

import (
	"context"
	"slices"
)

// holeKind tells what closes a hole.
type holeKind uint8

const (
	outage    holeKind = iota // closes by itself when the account answers again
	missed                    // closes by paging down from cursor to lower
	stalled                   // older posts could not be read: closes by asking again
	unreached                 // the other accounts have been read further: closes by reading older ones
)

// hole is a Gap and what is needed to close it.
type hole struct {
	Gap
	kind   holeKind
	cursor Cursor // continues below the gap's row
	lower  Key    // the newest post known below the gap
}

// miss opens a hole whose gap row is k: posts are missing from cursor c down to
// lower.
func (f *feed) miss(haul *Haul, k Key, c Cursor, lower Key) {
	o := Hole{Key: k, Reason: Literal("posts were missed here"), Cursor: c, Lower: lower}
	f.holes = append(f.holes, hole{kind: missed, cursor: c, lower: lower, Gap: Gap{Key: k, Account: f.account.ID, Reason: o.Reason}})
	haul.Opened = append(haul.Opened, o)
}

// fill takes a page of what was missing in hole i. What is still missing is below it.
func (f *feed) fill(haul *Haul, i int, batch Batch, low Key, ok bool) {
	o := f.holes[i]
	f.holes = slices.Delete(f.holes, i, i+1)
	haul.Closed = append(haul.Closed, o.Key)
	switch {
	case batch.Older == "" || batch.Older == o.cursor:
	case !ok: // the server left out all that was on the page
		f.miss(haul, o.Key, batch.Older, o.lower)
	case !meets(low, o.lower):
		f.miss(haul, f.rowKey(low, "missed"), batch.Older, o.lower)
	}
}

// meets tells whether a page down to low has all that lies above a known post. Of the
// moment of that post itself it need not have all: what has come there since may stand
// below it, and on some networks a moment is a second.
func meets(low, known Key) bool { return low.Time.Before(known.Time) }

// readBefore tells whether posts of the account are kept from before.
func (f *feed) readBefore() bool { return f.answered || !f.before.zero() }

// rejoin takes a newest page that was read afresh. Where it does not meet what was
// known, a hole lies between.
func (f *feed) rejoin(haul *Haul, batch Batch, low Key, ok bool, known Key) {
	if !f.answered {
		f.answered = true
		known = f.before.Newest
		f.oldest, f.older, f.done = f.before.Oldest, f.before.Older, f.before.Done
		for _, o := range f.before.Holes {
			f.know(o)
		}
	}
	switch {
	case !ok, f.hub.opts.Feed.Loose(): // what is new may stand anywhere
	case batch.Older != "" && !meets(low, known):
		f.miss(haul, f.rowKey(low, "missed"), batch.Older, known)
	default:
		f.closeFrom(haul, low)
		if low.Less(f.oldest) {
			f.oldest, f.older, f.done = low, batch.Older, batch.Older == ""
			haul.Down = &ReachDown{Oldest: low, Older: f.older, Done: f.done}
			f.before.Oldest, f.before.Older, f.before.Done = f.oldest, f.older, f.done
		}
	}
	f.continueBelow()
}

// barrier is the topmost hole: who reads once reads through it before what is kept
// below it. It is negative where there is none.
func (f *feed) barrier() (at int) {
	at = -1
	for i, o := range f.holes {
		if f.hub.once && o.kind == missed && (at < 0 || f.holes[at].Key.Less(o.Key)) {
			at = i
		}
	}
	return at
}

// continueBelow says where who reads once reads on: in the topmost hole, and when
// all are closed, below what was known.
func (f *feed) continueBelow() {
	if !f.hub.once {
		return
	}
	if i := f.barrier(); i >= 0 {
		f.oldest, f.older, f.done = f.holes[i].Key, f.holes[i].cursor, false
	} else {
		f.oldest, f.older, f.done = f.before.Oldest, f.before.Older, f.before.Done
	}
}

// closeFrom closes the holes that a page down to low has covered.
func (f *feed) closeFrom(haul *Haul, low Key) {
	f.holes = slices.DeleteFunc(f.holes, func(o hole) bool {
		covered := o.kind == missed && meets(low, o.lower)
		if covered {
			haul.Closed = append(haul.Closed, o.Key)
		}
		return covered
	})
}

// mend closes holes in the cache that other processes have left where this one has
// read everything.
func (f *feed) mend(ctx context.Context) {
	r, err := f.hub.opts.Cache.Reach(ctx, f.source())
	if err != nil {
		return // the next catching up will do
	}
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	var closed []Key
	for _, o := range r.Holes {
		if f.holeAt(o.Key) < 0 && !o.Lower.Less(f.oldest) && !f.newest.Less(o.Key) {
			closed = append(closed, o.Key)
		}
	}
	if len(closed) > 0 {
		f.hub.bring(arrival{Haul: Haul{Feed: f.source(), Closed: closed}})
	}
}

// markOutage leaves a row at the moment when the account stopped answering.
func (f *feed) markOutage(why Safe) {
	i := slices.IndexFunc(f.holes, func(h hole) bool { return h.kind == outage })
	if i >= 0 {
		f.holes[i].Reason, f.holes[i].Loading = why, false
		return
	}
	f.holes = append(f.holes, hole{kind: outage, Gap: Gap{
		Key: f.rowKey(Key{Time: f.health.Since.UTC().Round(0)}, "outage"), Account: f.account.ID, Reason: why, Outage: true,
	}})
}

// rowKey is a place just below k that no post can have.
func (f *feed) rowKey(k Key, what string) Key {
	return rowBelow(k, f.account, what)
}

func rowBelow(k Key, a Account, what string) Key {
	return Key{Time: k.Time.Add(-1), ID: ID{Network: a.Network, Local: "gap " + what + " " + string(a.ID)}}
}

func (f *feed) holeAt(k Key) int {
	return slices.IndexFunc(f.holes, func(h hole) bool { return h.Key.Compare(k) == 0 })
}

func (f *feed) closeHoles(kind holeKind) {
	f.holes = slices.DeleteFunc(f.holes, func(h hole) bool { return h.kind == kind })
}
