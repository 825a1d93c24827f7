package timeline

import (
	"context"
	"slices"
)

// maxEmpty is how many pages in a row may bring nothing older before a feed is
// taken to have ended: servers filter, and some repeat themselves.
const maxEmpty = 10

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
	f.hub.mu.Lock()
	page := Page{Limit: f.hub.opts.Page}
	if f.answered {
		page.After = f.newer
	}
	f.hub.mu.Unlock()

	batch, err := b.Home(ctx, page)
	if err != nil {
		return err
	}

	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	known := f.newest
	oldest, ok := f.take(batch)
	switch {
	case !f.answered:
		f.answered, f.oldest = true, oldest
		f.older, f.done = batch.Older, batch.Older == ""
	case batch.Gap && ok:
		f.holes = append(f.holes, hole{kind: missed, cursor: batch.Older, lower: known, Gap: Gap{
			Key: f.rowKey(oldest, "missed"), Account: f.account.ID, Reason: Literal("posts were missed here"),
		}})
	}
	if batch.Newer != "" {
		f.newer = batch.Newer
	}
	f.failed = false
	f.closeHoles(outage)
	f.hub.release()
	return nil
}

// readOlder reads the next page below.
func (f *feed) readOlder(ctx context.Context, b Backend) {
	f.hub.mu.Lock()
	cursor := f.older
	f.hub.mu.Unlock()

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

// fillGap tries to close the hole at k.
func (f *feed) fillGap(ctx context.Context, b Backend, k Key) {
	f.hub.mu.Lock()
	i := f.holeAt(k)
	if i < 0 {
		f.hub.mu.Unlock()
		return
	}
	h := f.holes[i]
	f.hub.mu.Unlock()
	if h.kind == stalled {
		f.readOlder(ctx, b)
		return
	}

	batch, err := b.Home(ctx, Page{Before: h.cursor, Limit: f.hub.opts.Page})

	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	if i = f.holeAt(k); i < 0 {
		return
	}
	f.hub.notify()
	if err != nil {
		f.holes[i].Loading, f.holes[i].Reason = false, AsError(err).Message
		return
	}
	oldest, ok := f.take(batch)
	if !ok || !h.lower.Less(oldest) || batch.Older == "" || batch.Older == h.cursor {
		f.holes = slices.Delete(f.holes, i, i+1)
	} else {
		h.Key, h.cursor, h.Loading = f.rowKey(oldest, "missed"), batch.Older, false
		f.holes[i] = h
	}
	f.hub.release()
}

// take places and keeps a batch's posts, and returns the key of the oldest. The
// hub's mu is held from here on down.
func (f *feed) take(batch Batch) (oldest Key, ok bool) {
	placed := placeBatch(batch.Posts, f.hub.opts.Now())
	for _, p := range placed {
		f.advance(p)
		if !ok || p.Key().Less(oldest) {
			oldest, ok = p.Key(), true
		}
	}
	f.held = append(f.held, placed...)
	return oldest, ok
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
