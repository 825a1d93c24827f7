package timeline

import "context"

// maxEmpty is how many pages in a row may bring nothing older before a feed is
// taken to have ended: servers filter, and some repeat themselves.
const maxEmpty = 10

// maxNewer is how many pages in a row are asked for what is new; a stream that
// starts behind them still brings the rest.
const maxNewer = 30

// catchUp reads the first page, or what has been posted since the last one.
func (f *feed) catchUp(ctx context.Context, b Backend) error {
	whole := true
	for n := 1; ; n++ {
		page := f.upward()
		batch, err := f.page(ctx, b, page)
		if page.After != "" && CodeOf(err) == CodeUsage { // a position from another time
			f.forgetNewer()
			continue
		}
		if err != nil {
			return err
		}
		<-f.hub.loaded
		whole = whole && !batch.Gap
		if !f.caught(page, batch, n) {
			break
		}
	}
	f.live()
	if !f.hub.once {
		f.askMarker(ctx, b)
		if whole {
			f.mend(ctx)
		}
	}
	return nil
}

// live notes that the account answers.
func (f *feed) live() {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.failed, f.heard, f.hub.bottom = false, true, false
	f.lacks, f.looked = Safe{}, f.hub.opts.Now()
	if f.health.State != Partial { // of its connections only the stream knows
		f.setState(Live, Safe{})
	}
	f.closeHoles(outage)
	f.hub.notify()
}

// forgetNewer has the newest page read afresh.
func (f *feed) forgetNewer() {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.newer = ""
}

// upward is the page that catchUp asks for next.
func (f *feed) upward() Page {
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
	haul, low, ok := f.take(batch)
	moved := page.Before == "" && batch.Newer != "" && batch.Newer != f.newer
	if moved {
		f.newer = batch.Newer
	}
	switch {
	case page == Page{Limit: page.Limit} && f.readBefore():
		f.rejoin(&haul, batch, low, ok, known)
	case !f.answered:
		f.older, f.done = batch.Older, batch.Older == "" || batch.Older == page.Before || !ok && n >= maxEmpty
		if !ok && !f.done {
			return true
		}
		f.begin(&haul, low)
	case batch.Gap && ok:
		f.miss(&haul, f.rowKey(low, "missed"), batch.Older, known)
	default:
		more = page.After != "" && moved && 2*len(batch.Posts) >= page.Limit && n < maxNewer
	}
	if ok || f.newer != "" {
		haul.Up = &ReachUp{Newest: f.newest, Newer: f.newer}
	}
	f.hub.bring(arrival{Haul: haul})
	return more
}

// begin takes the page with which reading begins. It is unread; what is older is
// not. Where others were read before, it does not hold them back.
func (f *feed) begin(haul *Haul, low Key) {
	f.answered, f.oldest = true, low
	haul.Down = &ReachDown{Oldest: low, Older: f.older, Done: f.done}
	if f.readTo == (Key{}) && low != (Key{}) {
		f.readTo, f.unset = low, true
		f.hub.stir()
	}
	if f.hub.resumed && !f.hub.once && !f.done && f.hub.low.Less(low) {
		f.shorten()
	}
}

// readOlder reads the next page below.
func (f *feed) readOlder(ctx context.Context, b Backend) {
	f.hub.mu.Lock()
	cursor, done := f.older, f.done
	if done { // the order before this one found the end
		f.asked = false
		f.closeHoles(stalled)
		f.hub.notify()
	}
	f.hub.mu.Unlock()
	if done {
		return
	}

	batch, err := f.page(ctx, b, Page{Before: cursor, Limit: f.hub.opts.Page})

	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.asked = false
	f.closeHoles(stalled)
	if err != nil {
		f.stall(AsError(err).Message)
		return
	}
	f.failed = false
	haul, oldest, ok := f.take(batch)
	if i := f.barrier(); i >= 0 {
		f.fill(&haul, i, batch, oldest, ok)
		f.continueBelow()
		f.hub.bring(arrival{Haul: haul})
		return
	}
	if ok && oldest.Less(f.oldest) {
		f.oldest, f.empty = oldest, 0
	} else if !f.hub.opts.Feed.Loose() || !ok {
		f.empty++
	}
	f.done = batch.Older == "" || batch.Older == cursor || f.empty >= maxEmpty
	f.older = batch.Older
	haul.Down = &ReachDown{Oldest: f.oldest, Older: f.older, Done: f.done}
	f.lengthen(&haul)
	f.hub.bring(arrival{Haul: haul})
}

// stall leaves a row where older posts could not be read.
func (f *feed) stall(why Safe) {
	f.failed = true
	if at, ok := f.short(); ok { // that row says where to ask again
		f.holes[at].Loading, f.holes[at].Reason = false, why
	} else {
		f.holes = append(f.holes, hole{kind: stalled, Gap: Gap{
			Key: f.rowKey(Key{Time: f.oldest.Time}, "stalled"), Account: f.account.ID, Reason: why,
		}})
	}
	f.hub.notify()
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
	case stalled, unreached:
		f.readOlder(ctx, b)
		return nil
	case outage:
		return f.catchUp(ctx, b)
	}

	batch, err := f.page(ctx, b, Page{Before: h.cursor, Limit: f.hub.opts.Page})

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
	haul, low, ok := f.take(batch)
	f.fill(&haul, i, batch, low, ok)
	f.hub.bring(arrival{Haul: haul})
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

// take places a batch's posts and makes a haul of them, and returns how far down it
// reaches. The hub's mu is held from here on down.
func (f *feed) take(batch Batch) (haul Haul, low Key, ok bool) {
	haul = Haul{Feed: f.source(), Reader: f.account.ID, ReadTo: f.readMark()}
	if len(batch.Posts) == 0 {
		return haul, Key{}, false
	}
	haul.Posts = placeBatch(batch.Posts, f.hub.opts.Now())
	for _, p := range haul.Posts {
		f.advance(p)
	}
	return haul, reach(haul.Posts), true
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
