package nostr

import (
	"context"
	"slices"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// circle is whom the account reads, and where. It is immutable.
type circle struct {
	follows []string // hex public keys, sorted; without the account's own
	listed  bool     // a kind 3 was found
	plan    plan     // follows and the account itself, by relay
	at      time.Time
	of      nostr.Timestamp // date of the kind 3
}

const (
	freshCircle = 10 * time.Minute
	freshAlone  = 30 * time.Second // while no kind 3 was found
	maxFollows  = 10_000
)

// readers returns the circle, reading it afresh when it is old. While another
// call reads it, this one waits. An old one serves where a new one cannot be had.
func (b *Backend) readers(ctx context.Context) (*circle, error) {
	if b.cfg.PubKey == "" {
		return nil, timeline.Errorf(timeline.CodeUnsupported, "there is no home timeline without an account on Nostr")
	}
	select {
	case b.loading <- struct{}{}:
		defer func() { <-b.loading }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	b.mu.Lock()
	old := b.circle
	b.mu.Unlock()
	if old != nil && b.fresh(old.at, freshCircle, true) && (old.listed || b.cfg.Now().Sub(old.at) < freshAlone) {
		return old, nil
	}
	c, err := b.loadCircle(ctx, old)
	switch {
	case err != nil && old == nil:
		return nil, err
	case err != nil:
		return old, nil
	}
	b.mu.Lock()
	b.circle = c
	b.mu.Unlock()
	return c, nil
}

// forget makes the next reader read the circle afresh.
func (b *Backend) forgetCircle() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.circle != nil {
		c := *b.circle
		c.at = time.Time{}
		b.circle = &c
	}
}

func (b *Backend) loadCircle(ctx context.Context, old *circle) (*circle, error) {
	want := map[string]nostr.Filters{}
	for _, url := range b.own {
		want[url] = nostr.Filters{
			{Kinds: []int{kindFollows}, Authors: []string{b.cfg.PubKey}, Limit: 1},
			{Kinds: []int{kindRelays, kindProfile}, Authors: []string{b.cfg.PubKey}, Limit: 2},
		}
	}
	answers := b.ask(ctx, want)
	if err := allFailed(answers); err != nil {
		return nil, err
	}
	c := &circle{at: b.cfg.Now()}
	var lists []*nostr.Event
	for _, a := range answers {
		for _, e := range a.events {
			switch {
			case e.Kind == kindRelays:
				lists = append(lists, e)
			case e.Kind == kindFollows && e.CreatedAt <= b.stamp()+aheadSeconds && (!c.listed || e.CreatedAt > c.of):
				c.follows, c.listed, c.of = parseFollows(e), true, e.CreatedAt
			}
		}
	}
	if old != nil && old.listed && (!c.listed || c.of < old.of) {
		c.follows, c.listed, c.of = old.follows, true, old.of // a relay that has the newer one is away
	}
	c.follows = slices.DeleteFunc(c.follows, func(k string) bool { return k == b.cfg.PubKey })
	c.follows = c.follows[:min(len(c.follows), maxFollows)]
	b.storeLists(nil, newest(lists), false)
	b.fetchLists(ctx, c.follows)
	c.plan = b.planned(append([]string{b.cfg.PubKey}, c.follows...))
	return c, nil
}

// allFailed is an error when no relay answered: the first by name, and how many.
func allFailed(answers map[string]answer) error {
	var first string
	for url, a := range answers {
		if a.err == nil && (!a.late || len(a.events) > 0) {
			return nil
		}
		if first == "" || url < first {
			first = url
		}
	}
	if first == "" {
		return timeline.Errorf(timeline.CodeOffline, "there is no relay to ask")
	}
	err := answers[first].err
	if err == nil {
		err = timeline.Errorf(timeline.CodeOffline, "%s: no answer in time", hostOf(first))
	}
	if len(answers) == 1 {
		return err
	}
	te := timeline.AsError(err)
	return timeline.Errorf(te.Code, "none of %d relays answered; %w", len(answers), te)
}

// fetchLists asks the own and default relays for the kind 10002 of those whose
// list is not known: one request a relay, authorsMax people a filter.
func (b *Backend) fetchLists(ctx context.Context, keys []string) {
	stale := slices.DeleteFunc(slices.Clone(keys), func(k string) bool {
		c, ok := b.lists.Get(k)
		return ok && b.fresh(c.asked, freshList, len(c.v.write)+len(c.v.read) > 0)
	})
	if len(stale) == 0 {
		return
	}
	want := map[string]nostr.Filters{}
	for _, url := range b.fallback {
		want[url] = authorFilters(stale, kindRelays)
	}
	var found []*nostr.Event
	answered := false
	for _, a := range b.ask(ctx, want) {
		found = append(found, a.events...)
		answered = answered || a.complete()
	}
	b.storeLists(stale, newest(found), answered)
}

// storeLists caches relay lists. A missing one is believed only of relays that
// answered, and keeps what was known.
func (b *Backend) storeLists(asked []string, found map[string]*nostr.Event, answered bool) {
	now := b.cfg.Now()
	for k, e := range found {
		b.lists.Add(k, cached[relayList]{parseRelays(e), now})
	}
	for _, k := range asked {
		if found[k] == nil && answered {
			old, _ := b.lists.Peek(k)
			b.lists.Add(k, cached[relayList]{old.v, now})
		}
	}
}

// planned covers the people with relays that work.
func (b *Backend) planned(keys []string) plan {
	lists := make(map[string][]string, len(keys))
	for _, k := range keys {
		if c, ok := b.lists.Peek(k); ok {
			lists[k] = c.v.write
		}
	}
	return cover(keys, lists, b.fallback, b.pool.avoid)
}

// avoid tells of a relay that failed and is not to be dialled yet.
func (p *pool) avoid(url string) bool {
	p.mu.Lock()
	r := p.relays[url]
	p.mu.Unlock()
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.link == nil && r.failures > 1
}
