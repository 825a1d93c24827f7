package timeline

import (
	"context"
	"slices"
)

// maxEmpty is how many pages in a row may bring nothing older before a feed is
// taken to have ended: servers filter, and some repeat themselves.
const maxEmpty = 10

// maxNewer is how many pages in a row are asked for what is new; a stream that
// starts behind them still brings the rest.
const maxNewer = 30

// holeKind tells what closes a hole.
type holeKind uint8

const (
	outage  holeKind = iota // closes by itself when the account answers again
	missed                  // closes by paging down from cursor to lower
	stalled                 // older posts could not be read: closes by asking again
)

// hole is a Gap and what is needed to close it.
type hole struct {
	Gap
	kind   holeKind
	cursor Cursor // continues below the gap's row
	lower  Key    // the newest post known below the gap
}

// catchUp reads the first page, or what has been posted since the last one.
func (f *feed) catchUp(ctx context.Context, b Backend) error {
	for n := 1; ; n++ {
		page := f.due()
		batch, err := b.Home(ctx, page)
		if err != nil {
			return err
		}
		if !f.caught(page, batch, n) {
			break
		}
	}
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.failed = false
	if f.health.State != Partial { // of its connections only the stream knows
		f.setState(Live, Safe{})
	}
	f.closeHoles(outage)
	f.hub.release()
	return nil
}

// due is the page that catchUp asks for next.
func (f *feed) due() Page {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	if f.answered {
		return Page{After: f.newer, Limit: f.hub.opts.Page}
	}
	return Page{Before: f.older, Limit: f.hub.opts.Page}
}

// caught takes the nth page of a catchUp and tells whether another is needed: a
// first page of which nothing was left tells nothing of the account, and a full
// one of new posts may be the oldest of more.
func (f *feed) caught(page Page, batch Batch, n int) (more bool) {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	known := f.newest
	low, ok := f.take(batch)
	moved := page.Before == "" && batch.Newer != "" && batch.Newer != f.newer
	if moved {
		f.newer = batch.Newer
	}
	switch {
	case !f.answered:
		f.older, f.done = batch.Older, batch.Older == "" || batch.Older == page.Before || !ok && n >= maxEmpty
		if !ok && !f.done {
			return true
		}
		f.answered, f.oldest = true, low
	case batch.Gap && ok:
		f.holes = append(f.holes, hole{kind: missed, cursor: batch.Older, lower: known, Gap: Gap{
			Key: f.rowKey(low, "missed"), Account: f.account.ID, Reason: Literal("posts were missed here"),
		}})
	default:
		return page.After != "" && moved && 2*len(batch.Posts) >= page.Limit && n < maxNewer
	}
	return false
}

// readOlder reads the next page below.
func (f *feed) readOlder(ctx context.Context, b Backend) {
	f.hub.mu.Lock()
	cursor, done := f.older, f.done
	if done { // the order before this one found the end
		f.asked = false
		f.closeHoles(stalled)
		f.hub.release()
	}
	f.hub.mu.Unlock()
	if done {
		return
	}

	batch, err := b.Home(ctx, Page{Before: cursor, Limit: f.hub.opts.Page})

	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.asked = false
	f.closeHoles(stalled)
	if err != nil {
		f.failed = true
		f.holes = append(f.holes, hole{kind: stalled, Gap: Gap{
			Key: f.rowKey(Key{Time: f.oldest.Time}, "stalled"), Account: f.account.ID, Reason: AsError(err).Message,
		}})
		f.hub.release()
		return
	}
	f.failed = false
	oldest, ok := f.take(batch)
	if ok && oldest.Less(f.oldest) {
		f.oldest, f.empty = oldest, 0
	} else {
		f.empty++
	}
	f.done = batch.Older == "" || batch.Older == cursor || f.empty >= maxEmpty
	f.older = batch.Older
	f.hub.release()
}

// fillGap tries to close the hole at k. It fails only where the account does.
func (f *feed) fillGap(ctx context.Context, b Backend, k Key) error {
	f.hub.mu.Lock()
	i := f.holeAt(k)
	if i < 0 {
		f.hub.mu.Unlock()
		return nil
	}
	h := f.holes[i]
	f.hub.mu.Unlock()
	switch h.kind {
	case stalled:
		f.readOlder(ctx, b)
		return nil
	case outage:
		return f.catchUp(ctx, b)
	}

	batch, err := b.Home(ctx, Page{Before: h.cursor, Limit: f.hub.opts.Page})

	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	if i = f.holeAt(k); i < 0 {
		return nil
	}
	f.hub.notify()
	if err != nil {
		f.holes[i].Loading, f.holes[i].Reason = false, AsError(err).Message
		return nil
	}
	met := slices.ContainsFunc(batch.Posts, func(p *Post) bool { return p.ID == h.lower.ID })
	low, ok := f.take(batch)
	if !ok || met || !h.lower.Less(low) || batch.Older == "" || batch.Older == h.cursor {
		f.holes = slices.Delete(f.holes, i, i+1)
	} else {
		h.Key, h.cursor, h.Loading = f.rowKey(low, "missed"), batch.Older, false
		f.holes[i] = h
	}
	f.hub.release()
	return nil
}

// resume queues again what was asked for while the account was away.
func (f *feed) resume() {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	for i := range f.holes {
		if f.holes[i].Loading {
			k := f.holes[i].Key
			f.holes[i].Loading = f.ask(order{fill: &k})
		}
	}
}

// take places and keeps a batch's posts, and returns how far down it reaches. The
// hub's mu is held from here on down.
func (f *feed) take(batch Batch) (low Key, ok bool) {
	placed := placeBatch(batch.Posts, f.hub.opts.Now())
	for _, p := range placed {
		f.advance(p)
	}
	f.held = append(f.held, placed...)
	if len(placed) == 0 {
		return Key{}, false
	}
	return reach(placed), true
}

// advance notes the newest post seen.
func (f *feed) advance(p *Post) {
	if f.newest.Less(p.Key()) {
		f.newest = p.Key()
	}
}

func (f *feed) resumeFrom() Cursor {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	return f.newer
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
	return Key{Time: k.Time.Add(-1), ID: ID{Network: f.account.Network, Local: "gap " + what + " " + string(f.account.ID)}}
}

func (f *feed) holeAt(k Key) int {
	return slices.IndexFunc(f.holes, func(h hole) bool { return h.Key.Compare(k) == 0 })
}

func (f *feed) closeHoles(kind holeKind) {
	f.holes = slices.DeleteFunc(f.holes, func(h hole) bool { return h.kind == kind })
}
