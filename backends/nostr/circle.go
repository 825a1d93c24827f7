package nostr

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// circle is whom the account reads, whom it does not, and where. It is immutable.
type circle struct {
	follows []string // hex public keys, sorted; without the account's own
	listed  bool     // a kind 3 was found
	mutes   mutes
	plan    plan // the account itself and its follows that are not muted, by relay
	at      time.Time
	of      nostr.Timestamp // date of the kind 3
}

// mutes are the people whom the account does not want to read.
type mutes struct {
	who map[string]bool // hex public keys
	at  nostr.Timestamp // date of the kind 10000; 0 when none was found

	unwanted unwanted
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

// reads tells whether somebody's posts belong to the home timeline of me.
func (c *circle) reads(pubkey, me string) bool {
	if pubkey == me {
		return true
	}
	_, follows := slices.BinarySearch(c.follows, pubkey)
	return follows && !c.mutes.who[pubkey]
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
			{Kinds: []int{kindMutes}, Authors: []string{b.cfg.PubKey}, Limit: 1},
		}
	}
	answers := b.ask(ctx, want)
	if err := allFailed(answers); err != nil {
		return nil, err
	}
	c := &circle{at: b.cfg.Now()}
	if old != nil {
		c.mutes = old.mutes
	}
	b.mu.Lock()
	answers[""] = answer{events: slices.Collect(maps.Values(b.told))}
	b.mu.Unlock()
	var lists, muted []*nostr.Event
	for _, a := range answers {
		for _, e := range a.events {
			switch {
			case e.Kind == kindRelays:
				lists = append(lists, e)
			case e.Kind == kindMutes && e.CreatedAt <= b.stamp()+aheadSeconds:
				muted = append(muted, e)
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
	if e := newest(muted)[b.cfg.PubKey]; e != nil && e.CreatedAt >= c.mutes.at {
		c.mutes = b.mutesOf(ctx, e)
	}
	b.storeLists(nil, newest(lists), false)
	heard := slices.DeleteFunc(slices.Clone(c.follows), func(k string) bool { return c.mutes.who[k] })
	b.fetchLists(ctx, heard)
	c.plan = b.planned(append([]string{b.cfg.PubKey}, heard...))
	return c, nil
}

// heard keeps a list of follows or mutes that the next circle is made from, whether or
// not a relay has it then.
func (b *Backend) heard(list *nostr.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if old := b.told[list.Kind]; old == nil || byTime(list, old) < 0 {
		b.told[list.Kind] = list
	}
}

// mutesOf reads a mute list. Those in a hidden part that cannot be read are not known.
func (b *Backend) mutesOf(ctx context.Context, list *nostr.Event) mutes {
	m := mutes{who: map[string]bool{}, at: list.CreatedAt}
	h, err := b.hidden(ctx, list)
	if err != nil {
		b.cfg.Log.WarnContext(ctx, "mute list", "account", b.cfg.Account.Name, "error", err)
	}
	entries := slices.Concat(list.Tags, h.tags())
	for _, k := range named(entries) {
		m.who[k] = k != b.cfg.PubKey
	}
	m.unwanted = b.unwantedIn(entries)
	return m
}

// boostsMuted tells whether e is somebody's boost of what a person wrote whom the
// account has muted. Its own boosts stay.
func (b *Backend) boostsMuted(c *circle, e *nostr.Event) bool {
	if len(c.mutes.who) == 0 || e.PubKey == b.cfg.PubKey || e.Kind != kindBoost && e.Kind != kindBoostAny {
		return false
	}
	l, _ := target(e.Tags)
	if inner, ok := b.events.Peek(l.id); ok {
		return c.mutes.who[inner.PubKey]
	}
	return slices.ContainsFunc(named(e.Tags), func(k string) bool { return c.mutes.who[k] }) // NIP-18: whose it is
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
