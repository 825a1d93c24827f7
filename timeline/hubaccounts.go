package timeline

import (
	"context"
	"slices"
)

// Add reads one more account from now on, after those that are there. Its first page is
// merged into the rows that were handed over; where they reach further down, a row says
// that it has not been read so far. An account that is there already is asked for news:
// what it failed for may be mended. It fails when the hub is closed.
func (h *Hub) Add(ctx context.Context, a Account) error {
	f := newFeed(h, a)
	r, to := f.recall(ctx)
	h.mu.Lock()
	if err := h.ctx.Err(); err != nil {
		h.mu.Unlock()
		return Errorf(CodeInternal, "the hub is closed")
	}
	if i := slices.IndexFunc(h.feeds, func(o *feed) bool { return o.account.ID == a.ID }); i >= 0 {
		h.feeds[i].ask(order{refresh: true})
		h.mu.Unlock()
		f.cancel()
		return nil
	}
	f.resumeAt(r, to)
	h.feeds = append(slices.Clone(h.feeds), f)
	h.bottom = false
	if h.running {
		h.wg.Go(f.run)
	}
	h.notify()
	h.mu.Unlock()
	h.ownChanged(ctx)
	return nil
}

// Remove ends the reading of an account and closes its backend; it waits for that. Of
// the rows that were handed over, those that only this account had are in no History
// any more. What was kept of it stays where it is kept.
func (h *Hub) Remove(ctx context.Context, id AccountID) {
	h.mu.Lock()
	i := slices.IndexFunc(h.feeds, func(f *feed) bool { return f.account.ID == id })
	if i < 0 {
		h.mu.Unlock()
		return
	}
	f, running := h.feeds[i], h.running
	h.feeds = slices.Concat(h.feeds[:i], h.feeds[i+1:])
	f.cancel()
	h.notify()
	h.mu.Unlock()
	if running {
		<-f.ended
	} else {
		f.close()
	}
	h.ownChanged(ctx)
}

// all are the accounts' feeds; the slice does not change.
func (h *Hub) all() []*feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.feeds
}

// ownChanged has the mutes made ready anew: they hide nobody's own posts.
func (h *Hub) ownChanged(ctx context.Context) {
	h.muting.reading.Lock()
	h.muting.version = -1
	h.muting.reading.Unlock()
	h.lookAtMutes(ctx)
}
