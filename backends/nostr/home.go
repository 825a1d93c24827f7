package nostr

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	defaultPage = 40
	overlap     = nostr.Timestamp(15 * 60) // seconds that a reading goes back: clocks and relays lag
	afterMost   = 1000                     // new events that one reading looks at
	afterRounds = 8
	longestAway = nostr.Timestamp(7 * 24 * 3600) // seconds that a relay's own watermark reaches back
)

// Home implements timeline.Backend: posts, boosts, polls and articles of the account
// and of those it follows, but for those that it mutes and boosts of what they write.
// Relays that fail are left out; it is an error only when all fail.
func (b *Backend) Home(ctx context.Context, p timeline.Page) (timeline.Batch, error) {
	const what = "home timeline"
	c, err := b.readers(ctx)
	if err != nil {
		return timeline.Batch{}, b.wrap(what, err)
	}
	var batch timeline.Batch
	if p.After != "" {
		batch, err = b.after(ctx, c, p)
	} else {
		batch, err = b.before(ctx, scope{plan: c.plan, kinds: homeKinds(), home: c}, p)
	}
	return batch, b.wrap(what, err)
}

func pageLimit(p timeline.Page) int {
	if p.Limit <= 0 {
		return defaultPage
	}
	return min(p.Limit, timeline.MaxPage)
}

// noSince leaves sources open towards the past.
func noSince(string) *nostr.Timestamp { return nil }

// noExtra asks for nothing besides.
func noExtra(*source) (nostr.Filter, bool) { return nostr.Filter{}, false }

// scope is what a timeline is read from.
type scope struct {
	plan  plan
	kinds []int
	home  *circle // of the home timeline, whose reach Stream and After continue from; else nil

	anyone   bool         // whoever wrote it, at the relays of plan
	tags     nostr.TagMap // with anyone: that it must have
	unwanted *circle      // whose mutes leave out what anybody else wrote; nil leaves nothing out
}

// sources reads a scope down from until.
func (sc scope) sources(until nostr.Timestamp, since func(url string) *nostr.Timestamp, limit int) []*source {
	if !sc.anyone {
		return sources(sc.plan, sc.kinds, until, since, limit)
	}
	var all []*source
	for _, url := range slices.Sorted(maps.Keys(sc.plan)) {
		all = append(all, &source{
			url: url, until: until, limit: limit, reached: until + 1, seen: map[string]bool{},
			filter: nostr.Filter{Kinds: sc.kinds, Tags: sc.tags, Since: since(url)},
		})
	}
	return all
}

// before reads a page down from a cursor, or from now.
func (b *Backend) before(ctx context.Context, sc scope, p timeline.Page) (timeline.Batch, error) {
	now := b.stamp()
	events, batch, all, err := b.down(ctx, sc, p, now)
	if err != nil {
		return timeline.Batch{}, err
	}
	if sc.home != nil && p.Before == "" {
		b.reachedDown(events, all, now)
	}
	batch.Posts, err = b.posts(ctx, events, sc)
	return batch, err
}

// down reads the events of a page, newest first, and where the next ones begin. The
// sources tell which relays failed.
func (b *Backend) down(ctx context.Context, sc scope, p timeline.Page, now nostr.Timestamp) (events []*nostr.Event, batch timeline.Batch, all []*source, err error) {
	limit := pageLimit(p)
	at := cursor{at: now + aheadSeconds}
	extra := noExtra
	if p.Before != "" {
		if at, err = parseCursor(p.Before); err != nil {
			return nil, batch, nil, err
		}
	} else {
		extra = func(s *source) (nostr.Filter, bool) {
			since := at.at + 1
			f := s.filter
			f.Since, f.Limit = &since, futureLimit
			return f, true
		}
	}
	all = sc.sources(at.at, noSince, min(limit+len(at.ids), askLimit))
	events, err = b.gather(ctx, all, limit, pageRounds, extra, at.holds)
	if err != nil {
		return nil, batch, nil, err
	}
	low, end := horizon(all)
	events = slices.DeleteFunc(events, func(e *nostr.Event) bool { return e.CreatedAt < low })
	if p.Before != "" && end && len(events) == 0 {
		if err := b.lost(all); err != nil {
			return nil, batch, nil, err
		}
	}
	more := len(events) > limit
	events = events[:min(len(events), limit)]
	batch = timeline.Batch{Older: older(events, all, low, end && !more, more, at), Newer: newerCursor(events, now, cursor{}).encode()}
	if p.Before != "" {
		batch.Newer = p.Before
	}
	return events, batch, all, nil
}

// older is the cursor below a page, "" where the feed ends. While a relay is away
// the end of the others is not called the end, unless nothing is left.
func older(events []*nostr.Event, all []*source, low nostr.Timestamp, end, more bool, at cursor) timeline.Cursor {
	failed := slices.ContainsFunc(all, func(s *source) bool { return s.err != nil })
	switch {
	case end && (!failed || len(events) == 0):
		return ""
	case more || end:
		low = events[len(events)-1].CreatedAt
	}
	c := cursorAt(low, events, at)
	if c.at >= at.at && len(events) == 0 { // a second that no reading gets past
		c = cursor{at: at.at - 1}
	}
	return c.encode()
}

// newerCursor is the place above a page. It is never ahead of the clock, whatever
// the events say.
func newerCursor(events []*nostr.Event, now nostr.Timestamp, old cursor) cursor {
	at := old.at
	for _, e := range events {
		if e.CreatedAt <= now {
			at = max(at, e.CreatedAt)
		}
	}
	if at == 0 {
		at = now
	}
	return cursorAt(min(at, now), events, old)
}

// reachedDown notes how far the newest page went and which relays were read.
func (b *Backend) reachedDown(events []*nostr.Event, all []*source, now nostr.Timestamp) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(events); n > 0 {
		b.floor = events[n-1].CreatedAt
	}
	b.mark(all, now)
}

// mark notes up to when the relays were read. b.mu is held.
func (b *Backend) mark(all []*source, until nostr.Timestamp) {
	for _, s := range all {
		if s.err == nil && !s.stalled {
			b.marks[s.url] = until
		}
	}
	if len(b.marks) > knownRelays {
		clear(b.marks)
	}
}

// lost is the failure of a relay that has been read since the start: what is older
// may be there alone. One that was away all the time holds nobody up.
func (b *Backend) lost(all []*source) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range all {
		if _, read := b.marks[s.url]; read && s.err != nil {
			return s.err
		}
	}
	return nil
}

// sinceOf is from when on a relay must be asked for what is new after at: the
// overlap before it, or before the relay was last read if that is longer ago.
func (b *Backend) sinceOf(at nostr.Timestamp) func(url string) *nostr.Timestamp {
	return func(url string) *nostr.Timestamp {
		b.mu.Lock()
		defer b.mu.Unlock()
		since := at
		if m, ok := b.marks[url]; ok {
			since = max(min(m, at), at-longestAway)
		}
		since = max(since-overlap, 0)
		return &since
	}
}

// isNew tells whether an event belongs above the cursor: it is newer, or it is late
// and was never given although the page that it belongs to was.
func (b *Backend) isNew(e *nostr.Event, at cursor) bool {
	if e.CreatedAt > at.at {
		return true
	}
	b.mu.Lock()
	floor := b.floor
	b.mu.Unlock()
	return !at.holds(e) && !b.given.Contains(e.ID) && e.CreatedAt >= floor
}

// after reads what is newer than a cursor, oldest first, so that pages of any size
// miss nothing. When there is more than it can look at, the newest are given and
// Gap is set.
func (b *Backend) after(ctx context.Context, c *circle, p timeline.Page) (timeline.Batch, error) {
	at, err := parseCursor(p.After)
	if err != nil {
		return timeline.Batch{}, err
	}
	now := b.stamp()
	at.at = min(at.at, now)
	all := sources(c.plan, homeKinds(), now+aheadSeconds, b.sinceOf(at.at), askLimit)
	events, err := b.gather(ctx, all, afterMost, afterRounds, noExtra, func(*nostr.Event) bool { return false })
	if err != nil {
		return timeline.Batch{}, err
	}
	low, end := horizon(all)
	fresh := slices.DeleteFunc(events, func(e *nostr.Event) bool { return !b.isNew(e, at) })
	gap := !end && low > at.at
	limit := pageLimit(p)
	if gap {
		fresh = slices.DeleteFunc(fresh, func(e *nostr.Event) bool { return e.CreatedAt < low })
		fresh = fresh[:min(len(fresh), limit)]
	} else {
		read := now
		if rest := len(fresh) - limit; rest > 0 {
			fresh = fresh[rest:]
			read = min(read, fresh[0].CreatedAt) // what is newer is for the next page
		}
		b.mu.Lock()
		b.mark(all, read)
		b.mu.Unlock()
	}
	batch := timeline.Batch{Newer: newerCursor(fresh, now, at).encode(), Gap: gap}
	if n := len(fresh); n > 0 {
		batch.Older = cursorAt(fresh[n-1].CreatedAt, fresh, cursor{}).encode()
	}
	batch.Posts, err = b.posts(ctx, fresh, scope{plan: c.plan, home: c})
	return batch, err
}

// posts decodes a page: it looks up what the events refer to and leaves out what was
// deleted; of the home timeline it notes what was given, and leaves out the muted.
func (b *Backend) posts(ctx context.Context, events []*nostr.Event, sc scope) ([]*timeline.Post, error) {
	if len(events) == 0 {
		return nil, ctx.Err()
	}
	var wg sync.WaitGroup
	var notes annotations
	recalled := b.recall(events)
	wg.Go(func() { notes = b.annotate(ctx, events, slices.Collect(maps.Keys(sc.plan))) })
	b.enrich(ctx, events)
	wg.Wait()
	recalled(ctx, b.pauses.deeds)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.keep(notes, events)
	k := b.knowledge(events)
	posts := k.posts(slices.DeleteFunc(slices.Clone(events), func(e *nostr.Event) bool {
		return k.deleted[e.ID] || b.boostsDeleted(e) || sc.home != nil && b.boostsMuted(sc.home, e) || b.isUnwanted(sc.unwanted, e)
	}))
	if sc.home != nil {
		for _, p := range posts {
			b.given.Add(p.ID.Local, p.Revision)
		}
	}
	return posts, nil
}

// isUnwanted tells whether e, of a timeline of others, is by somebody whom the account
// has muted, or boosts them.
func (b *Backend) isUnwanted(c *circle, e *nostr.Event) bool {
	return c != nil && (c.mutes.who[e.PubKey] || b.boostsMuted(c, e))
}

// boostsDeleted tells whether e boosts something that its author deleted.
func (b *Backend) boostsDeleted(e *nostr.Event) bool {
	if e.Kind != kindBoost && e.Kind != kindBoostAny {
		return false
	}
	l, _ := target(e.Tags)
	inner, ok := b.events.Peek(l.id)
	return ok && b.isDeleted(inner)
}
