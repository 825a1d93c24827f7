package nostr

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	streamQueue = 1024                   // events between the relays and the decoder
	streamBatch = 64                     // events decoded together
	streamPause = 100 * time.Millisecond // to let a batch gather
	streamTick  = time.Second
	maxNoticed  = 4000
	mostStored  = 450 // stored events after a reconnect, beyond which a relay may have cut
)

// stream is one run of Stream. All but arrive and the subscriptions' functions is
// used by its one goroutine.
type stream struct {
	b       *Backend
	emit    func(timeline.Event)
	arrived chan *nostr.Event
	done    chan struct{} // closed when the run is over: nobody reads arrived
	at      cursor
	status  timeline.Status
	up      time.Time // when a relay was last connected
	told    bool
	noticed *lru.Cache[string, struct{}] // events whose notices were emitted

	mu     sync.Mutex
	behind string // a relay that had more stored than it gives
}

var errMoved = errors.New("the follows or their relays changed")

// Stream implements timeline.Streamer: one long subscription at each relay of the
// plan. Relays reconnect by themselves, each with its own back-off; Stream tells of
// it with Status and ends only when there has been no relay at all for a while, or
// when one holds more than it gives at once: then Home(After) is to be asked.
func (b *Backend) Stream(ctx context.Context, from timeline.Cursor, emit func(timeline.Event)) error {
	const what = "live updates"
	at := cursor{at: b.stamp()}
	if from != "" {
		c, err := parseCursor(from)
		if err != nil {
			return b.wrap(what, err)
		}
		at = c
	}
	s := &stream{b: b, emit: emit, at: at, up: time.Now(), noticed: newCache[string, struct{}](maxNoticed)}
	for {
		c, err := b.readers(ctx)
		if err == nil {
			err = s.run(ctx, c)
		}
		if !errors.Is(err, errMoved) {
			return b.wrap(what, err)
		}
	}
}

// run streams with one plan.
func (s *stream) run(ctx context.Context, c *circle) error {
	s.arrived, s.done = make(chan *nostr.Event, streamQueue), make(chan struct{})
	defer close(s.done)
	pl := s.withOwn(c.plan)
	for url, authors := range pl {
		r := s.b.pool.relay(url)
		sub := s.subscription(url, authors)
		if err := r.open(sub, false); err != nil {
			return err
		}
		defer r.close(sub)
	}
	tick := time.NewTicker(streamTick)
	defer tick.Stop()
	for {
		var err error
		select {
		case e := <-s.arrived:
			err = s.take(ctx, c, s.collect(ctx, e))
		case id := <-s.b.updates:
			s.update(id)
		case <-s.b.pool.changed:
		case <-tick.C:
			c, err = s.refresh(ctx, c)
		case <-ctx.Done():
			return ctx.Err()
		case <-s.b.pool.ctx.Done():
			return errClosed
		}
		if err == nil {
			err = s.tell(pl, c.listed)
		}
		if err != nil {
			return err
		}
	}
}

// withOwn adds the own relays: changes to the follows arrive there, and at those where
// the account reads what concerns it.
func (s *stream) withOwn(p plan) plan {
	all := maps.Clone(p)
	for _, url := range s.b.noticeRelays() {
		if !slices.Contains(all[url], s.b.cfg.PubKey) {
			all[url] = append(slices.Clone(all[url]), s.b.cfg.PubKey)
		}
	}
	return all
}

// subscription asks one relay for everything by its people, from a little before
// it was last heard.
func (s *stream) subscription(url string, authors []string) *subscription {
	sub := s.b.pool.newSubscription()
	sub.lasting = true
	since := *s.b.sinceOf(s.at.at)(url)
	arrived, done := s.arrived, s.done // of this run: a reader may still be at it when the next begins
	heard, stored, live := since, 0, false
	sub.filters = func() nostr.Filters { // called with the relay's lock held, as its reader is not running
		s.mu.Lock()
		defer s.mu.Unlock()
		from := max(heard, since)
		stored, live = 0, false
		var filters nostr.Filters
		for chunk := range slices.Chunk(authors, authorsMax) {
			filters = append(filters, nostr.Filter{Kinds: append(homeKinds(), kindDeletion), Authors: chunk, Since: &from})
		}
		filters = append(filters, nostr.Filter{Kinds: []int{kindFollows, kindMutes, kindSaved, kindLike}, Authors: []string{s.b.cfg.PubKey}, Since: &from})
		if slices.Contains(s.b.noticeRelays(), url) {
			filters = append(filters, nostr.Filter{Kinds: noticeKinds(), Tags: nostr.TagMap{"p": {s.b.cfg.PubKey}}, Since: &from})
		}
		return filters
	}
	sub.event = func(e *nostr.Event) {
		s.mu.Lock()
		heard = max(heard, min(e.CreatedAt, s.b.stamp())-overlap)
		if stored++; !live && stored > mostStored {
			s.behind = url
		}
		s.mu.Unlock()
		select {
		case arrived <- e:
		case <-done:
		}
	}
	sub.eose = func() {
		s.mu.Lock()
		live = true
		s.mu.Unlock()
	}
	return sub
}

// collect lets a few more events arrive, so that names are looked up together.
func (s *stream) collect(ctx context.Context, first *nostr.Event) []*nostr.Event {
	batch := []*nostr.Event{first}
	t := time.NewTimer(streamPause)
	defer t.Stop()
	for len(batch) < streamBatch {
		select {
		case e := <-s.arrived:
			batch = append(batch, e)
		case <-t.C:
			return batch
		case <-ctx.Done():
			return batch
		}
	}
	return batch
}

// take emits what is new among the events, oldest first.
func (s *stream) take(ctx context.Context, c *circle, batch []*nostr.Event) error {
	s.b.remember("", batch)
	moved := false
	fresh := map[string]*nostr.Event{}
	for _, e := range batch {
		s.b.ownEvent(ctx, e)
		switch {
		case e.Kind == kindLike, e.Kind == kindSaved, e.Kind == kindZap, e.Kind == kindComment:
		case e.Kind == kindFollows, e.Kind == kindMutes:
			moved = s.b.newCircle(e) || moved
		case e.Kind == kindDeletion:
			s.deleted(e)
		case !c.reads(e.PubKey, s.b.cfg.PubKey): // it names the account, and no more
		case s.b.isNew(e, s.at) && !s.b.given.Contains(e.ID):
			fresh[e.ID] = e
		}
	}
	if moved { // what came with the change comes again, if it is still asked for
		s.b.forgetCircle()
		return errMoved
	}
	events := slices.SortedFunc(maps.Values(fresh), byTime)
	slices.Reverse(events)
	s.b.enrich(ctx, events)
	if err := ctx.Err(); err != nil {
		return err
	}
	k := s.b.knowledge(events)
	for _, e := range events {
		if k.deleted[e.ID] || s.b.boostsDeleted(e) || s.b.boostsMuted(c, e) {
			continue
		}
		p := k.post(e)
		s.b.given.Add(e.ID, p.Revision)
		s.at = newerCursor([]*nostr.Event{e}, s.b.stamp(), s.at)
		s.emit(timeline.Event{Post: p, Cursor: s.at.encode()})
	}
	return s.takeNotices(ctx, c, batch)
}

// takeNotices emits those of the events that are news for the account, oldest first.
func (s *stream) takeNotices(ctx context.Context, c *circle, batch []*nostr.Event) error {
	fresh := slices.DeleteFunc(slices.Clone(batch), func(e *nostr.Event) bool {
		return s.noticed.Contains(e.ID) || !s.b.concerns(c, e)
	})
	if len(fresh) == 0 {
		return nil
	}
	sc := scope{plan: plan{}}
	for _, url := range s.b.noticeRelays() {
		sc.plan[url] = nil
	}
	notices, err := s.b.noticesOf(ctx, c, sc, fresh)
	if err != nil {
		return err
	}
	for _, e := range fresh {
		s.noticed.Add(e.ID, struct{}{})
	}
	slices.SortFunc(notices, func(x, y timeline.Notice) int { return x.Key().Compare(y.Key()) })
	for _, n := range notices {
		s.emit(timeline.Event{Notice: &n})
	}
	return nil
}

// deleted tells of the events that their own author takes back.
func (s *stream) deleted(deletion *nostr.Event) {
	for id := range ids(deletion.Tags, "e") {
		if e, ok := s.b.events.Peek(id); ok && e.PubKey == deletion.PubKey {
			s.emit(timeline.Event{Deleted: &timeline.ID{Network: timeline.Nostr, Local: id}})
		}
	}
}

// newCircle tells whether a list of follows or mutes is newer than the one in use.
func (b *Backend) newCircle(e *nostr.Event) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.circle == nil || e.CreatedAt > b.stamp()+aheadSeconds {
		return false
	}
	if e.Kind == kindMutes {
		return e.CreatedAt > b.circle.mutes.at
	}
	return e.CreatedAt > b.circle.of
}

// update sends a post again when it reads differently now.
func (s *stream) update(id string) {
	e, ok := s.b.events.Peek(id)
	last, given := s.b.given.Peek(id)
	if !ok || !given || s.b.isDeleted(e) || s.b.boostsDeleted(e) {
		return
	}
	if p := s.b.knowledge([]*nostr.Event{e}).post(e); p.Revision > last {
		s.b.given.Add(id, p.Revision)
		s.emit(timeline.Event{Post: p})
	}
}

// refresh looks at what changes with time: whom to read and where, and a relay that
// cut. It returns the circle to go on with.
func (s *stream) refresh(ctx context.Context, c *circle) (*circle, error) {
	s.mu.Lock()
	behind := s.behind
	s.behind = ""
	s.mu.Unlock()
	if behind != "" {
		return c, timeline.Errorf(timeline.CodeServer, "%s: more was missed than it sends at once", hostOf(behind))
	}
	s.b.mu.Lock()
	latest := s.b.circle
	s.b.mu.Unlock()
	if latest == c && s.b.fresh(c.at, freshCircle, true) {
		return c, nil
	}
	next, err := s.b.readers(ctx)
	switch {
	case err != nil:
		return c, err
	case next.mutes.at == c.mutes.at && maps.EqualFunc(next.plan, c.plan, slices.Equal[[]string]):
		return next, nil
	}
	return c, errMoved
}

// tell emits the connections' state when it has changed, and gives up when there
// has been no connection for long.
func (s *stream) tell(p plan, listed bool) error {
	st := timeline.Status{Of: len(p)}
	var first error
	for _, url := range slices.Sorted(maps.Keys(p)) {
		up, why := s.b.pool.relay(url).state()
		if up {
			st.Up++
		} else if first == nil && why != nil {
			first = why
		}
	}
	switch {
	case first != nil:
		st.Detail = timeline.AsError(first).Message
	case !listed:
		st.Detail = timeline.Literal("no follow list was found: showing your own posts")
	}
	if st != s.status || !s.told {
		s.status, s.told = st, true
		s.emit(timeline.Event{Status: &st})
	}
	if st.Up > 0 {
		s.up = time.Now()
	} else if first != nil && time.Since(s.up) > s.b.allDown {
		return fmt.Errorf("no relay is connected: %w", timeline.AsError(first))
	}
	return nil
}
