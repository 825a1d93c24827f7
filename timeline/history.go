package timeline

import (
	"context"
	"slices"
	"time"
)

// notReached is why a gap row stands where an account was not read as far as others.
const notReached = "older posts have not been read yet"

// loadTime bounds how long a start waits for the cache.
const loadTime = 5 * time.Second

// load finds out how far each account has been read.
func (h *Hub) load() {
	defer close(h.loaded)
	ctx, cancel := context.WithTimeout(h.ctx, loadTime)
	defer cancel()
	if _, err := h.compileMutes(ctx); err != nil {
		h.withoutMutes(err)
	}
	for _, f := range h.all() {
		r, to := f.recall(ctx)
		h.mu.Lock()
		f.resumeAt(r, to)
		h.mu.Unlock()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.resumed && !h.once {
		h.low, _ = h.floor()
		h.started, h.want = true, 0
	}
}

// recall finds out how far an account has been read, and how far the person has.
func (f *feed) recall(ctx context.Context) (r Reach, readTo Key) {
	r = f.hub.keeper.reach(ctx, f.source())
	readTo, err := f.hub.opts.Marks.ReadTo(ctx, f.source())
	if err != nil {
		f.hub.opts.Log.Warn("how far an account was read is not known", "account", f.account.Name, "error", err)
	}
	return r, readTo
}

// resumeAt takes over what is known of an account from before. The hub's mu is held
// from here on down.
func (f *feed) resumeAt(r Reach, readTo Key) {
	f.readTo, f.marker.told = readTo, readTo
	if r.zero() {
		return
	}
	if readTo == (Key{}) {
		f.readTo = r.Oldest // its first page was unread, see caught
	}
	f.hub.resumed, f.before = true, r
	if f.hub.once {
		return // it begins at the newest page
	}
	f.answered, f.done = true, r.Done
	f.newest, f.newer, f.oldest, f.older = r.Newest, r.Newer, r.Oldest, r.Older
	for _, o := range r.Holes {
		f.know(o)
	}
}

// know shows a hole. One without a lower end is where the account has been read to.
func (f *feed) know(o Hole) {
	kind := missed
	if o.Lower == (Key{}) {
		kind = unreached
	}
	f.holes = append(f.holes, hole{
		kind: kind, cursor: o.Cursor, lower: o.Lower,
		Gap: Gap{Key: o.Key, Account: f.account.ID, Reason: o.Reason},
	})
}

func (h *Hub) sources() []Feed {
	var sources []Feed
	for _, f := range h.feeds {
		if !h.once || f.answered { // who prints once shows what was read just now
			sources = append(sources, f.source())
		}
	}
	return sources
}

// History reads kept rows of the merged home timeline around the rows that the
// reader has: those below from, or with newer those above it; a zero from begins at
// the newest, or with newer at the oldest. It reaches down as far as every account
// has been read; what is below that comes by Older. It is called from commands,
// never from the screen's own goroutine.
//
// Before Start it also answers a reader who was further down than that, as somebody
// is who read on while an account was away: rows then say what is not read there.
func (h *Hub) History(ctx context.Context, from Key, newer bool, only Network, limit int) (Stretch, error) {
	h.mu.Lock()
	if from != (Key{}) && h.started && !h.running && from.Time.Before(h.low.Time) {
		h.descend(from)
	}
	if !h.started {
		h.mu.Unlock()
		return Stretch{}, nil
	}
	q := Query{Feeds: h.sources(), From: from, Newer: newer, Floor: h.low, Network: only, Limit: limit}
	h.mu.Unlock()
	found, _, err := h.Mutes().page(ctx, q, h.keeper.page)
	return found, err
}

// descend lowers what was handed over to below k, although accounts have not been
// read so far: they do not hold the others back any more, and gap rows say so. Where
// none was read so far, as after the one that was has left, there is nothing to show.
func (h *Hub) descend(k Key) {
	if !slices.ContainsFunc(h.feeds, func(f *feed) bool { return f.answered && (f.done || !k.Less(f.oldest)) }) {
		return
	}
	for _, f := range h.feeds {
		if !f.idle() && k.Less(f.oldest) {
			f.shorten()
		}
	}
	low, _ := h.floor()
	h.low = low
}

// shorten leaves a gap row where an account's older posts have not been read
// although those of others are shown.
func (f *feed) shorten() {
	o := Hole{Key: f.rowKey(f.oldest, "unreached"), Reason: Literal(notReached), Cursor: f.older}
	f.know(o)
	f.hub.bring(arrival{Haul: Haul{Feed: f.source(), Opened: []Hole{o}}})
}

// short tells whether rows below the account's oldest are shown, and where its row
// stands among the holes.
func (f *feed) short() (at int, ok bool) {
	at = slices.IndexFunc(f.holes, func(o hole) bool { return o.kind == unreached })
	return at, at >= 0
}

// lengthen moves that row down to where the account has been read, or away when it
// has come to where the others are.
func (f *feed) lengthen(haul *Haul) {
	at, ok := f.short()
	if !ok {
		return
	}
	old := f.holes[at]
	f.holes = slices.Delete(f.holes, at, at+1)
	haul.Closed = append(haul.Closed, old.Key)
	if f.done || !f.hub.low.Less(f.oldest) {
		return
	}
	o := Hole{Key: f.rowKey(f.oldest, "unreached"), Reason: old.Reason, Cursor: f.older}
	f.know(o)
	haul.Opened = append(haul.Opened, o)
}

// behind is the row that says that an account which holds the others back was not read
// as far as they are shown, as one that was away while the reader went on, or was slow
// to answer. It moves down with what is read.
func (f *feed) behind() (Gap, bool) {
	if f.hub.once || !f.hub.started || f.idle() || !f.hub.low.Less(f.oldest) {
		return Gap{}, false
	}
	return Gap{
		Key: f.rowKey(f.oldest, "unreached"), Account: f.account.ID, Reason: Literal(notReached), Loading: f.asked,
	}, true
}
