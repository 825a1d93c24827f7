package nostr

import (
	"context"
	"slices"
	"time"

	"github.com/nbd-wtf/go-nostr"
)

const freshSaved = time.Hour // until the bookmarks are read again

// subjects are the ids of the events and of what they show.
func subjects(events []*nostr.Event) []string {
	seen := map[string]bool{}
	var all []string
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			all = append(all, id)
		}
	}
	for _, e := range events {
		add(e.ID)
		if l, ok := references(e); ok {
			add(l.id)
		}
	}
	return all
}

// recall begins to read what the owner did with the events. The posts wait for it
// with the function that it returns, and not for long: what comes later makes Stream
// send them again.
func (b *Backend) recall(events []*nostr.Event) (wait func(context.Context, time.Duration)) {
	if b.cfg.PubKey == "" || len(events) == 0 {
		return func(context.Context, time.Duration) {}
	}
	return b.begin(events, func(ctx context.Context) { b.readDeeds(ctx, subjects(events)) })
}

// readDeeds asks the own relays, each once, for the owner's likes and boosts of posts
// and, where they are not known, the bookmarks; then whether any of them was taken
// back: some relays keep what its author deleted. It waits long for those that are there.
func (b *Backend) readDeeds(ctx context.Context, about []string) {
	asked := b.deeds.now()
	var filters nostr.Filters
	for some := range slices.Chunk(about, maxIDs) {
		filters = append(filters, nostr.Filter{
			Kinds: []int{kindBoost, kindBoostAny, kindLike}, Authors: []string{b.cfg.PubKey},
			Tags: nostr.TagMap{"e": some}, Limit: min(2*len(some), askLimit),
		})
	}
	saved := b.cfg.Now().Sub(b.deeds.lastAsked()) >= freshSaved
	if saved {
		filters = append(filters, nostr.Filter{Kinds: []int{kindSaved}, Authors: []string{b.cfg.PubKey}, Limit: 1})
	}
	found, told, whole := b.consultOwn(ctx, filters)
	var mine []*nostr.Event
	for _, e := range found {
		if e.Kind == kindSaved {
			b.bookmarked(ctx, e)
		} else {
			mine = append(mine, e)
		}
	}
	if saved && told {
		b.deeds.haveAsked(b.cfg.Now())
	}
	b.askDeleted(ctx, mine)
	if ctx.Err() == nil {
		b.deeds.told(asked, about, b.standing(mine), whole, func(id string) bool { return b.deleted.Contains(id + b.cfg.PubKey) })
	}
}

// standing are the marks that the owner's events make, without those taken back. The
// newest of a kind stands for all.
func (b *Backend) standing(mine []*nostr.Event) map[string]mark {
	slices.SortFunc(mine, byTime)
	marks := map[string]mark{}
	for _, e := range mine {
		if l, ok := target(e.Tags); ok && !b.isDeleted(e) {
			m := marks[l.id]
			m.add(e)
			marks[l.id] = m
		}
	}
	return marks
}

// askDeleted finds out which of the owner's events were taken back. One relay that
// tells is enough: slow ones are not waited for.
func (b *Backend) askDeleted(ctx context.Context, mine []*nostr.Event) {
	var filters nostr.Filters
	for some := range slices.Chunk(mine, maxIDs) {
		f := nostr.Filter{Kinds: []int{kindDeletion}, Authors: []string{b.cfg.PubKey}, Tags: nostr.TagMap{}, Limit: len(some)}
		for _, e := range some {
			f.Tags["e"] = append(f.Tags["e"], e.ID)
		}
		filters = append(filters, f)
	}
	if len(filters) > 0 {
		b.ask(ctx, b.atOwn(ctx, filters))
	}
}

// consultOwn asks all of the owner's relays, and waits for all that are not away. told says that all have answered, whole
// that none can have held anything back.
func (b *Backend) consultOwn(ctx context.Context, filters nostr.Filters) (found []*nostr.Event, told, whole bool) {
	answers := b.pool.ask(ctx, b.atOwn(ctx, filters), b.pool.wait)
	told = complete(answers) == len(answers)
	whole = told
	seen := map[string]bool{}
	for url, a := range answers {
		b.remember(url, a.events)
		whole = whole && (len(a.events) == 0 || b.pool.relay(url).cutsAbove(len(a.events)))
		for _, e := range a.events {
			if !seen[e.ID] {
				seen[e.ID] = true
				found = append(found, e)
			}
		}
	}
	return found, told, whole
}

// atOwn asks the same of the relays that the account's list names, and of those of
// its configuration.
func (b *Backend) atOwn(ctx context.Context, filters nostr.Filters) map[string]nostr.Filters {
	b.mu.Lock()
	known := b.circle != nil
	b.mu.Unlock()
	if !known { // who reads the circle reads the account's own list
		b.fetchLists(ctx, []string{b.cfg.PubKey})
	}
	l, _ := b.lists.Peek(b.cfg.PubKey)
	want := map[string]nostr.Filters{}
	for _, url := range relayURLs(slices.Concat(l.v.write, b.own), maxOutlets) {
		want[url] = filters
	}
	return want
}

// bookmarked takes a version of the bookmarks, and has Stream send the posts again
// that came or went.
func (b *Backend) bookmarked(ctx context.Context, list *nostr.Event) {
	h, err := b.hidden(ctx, list)
	if err != nil {
		b.cfg.Log.WarnContext(ctx, "bookmarks", "account", b.cfg.Account.Name, "error", err)
	}
	b.retell(b.deeds.keep(list, h.tags()))
}

// retell has Stream send the posts again that show one of the named events.
func (b *Backend) retell(names map[string]bool) {
	if len(names) == 0 {
		return
	}
	var events []*nostr.Event
	for _, id := range slices.Backward(b.given.Keys()) { // the last given first
		e, ok := b.events.Peek(id)
		if !ok {
			continue
		}
		l, _ := references(e)
		if names[e.ID] || names[l.id] || nostr.IsAddressableKind(e.Kind) && names[addressOf(e)] {
			events = append(events, e)
		}
	}
	b.again(events)
}

// ownEvent takes what the owner did with another program, or in another process.
func (b *Backend) ownEvent(ctx context.Context, e *nostr.Event) {
	about := map[string]bool{}
	switch {
	case e.PubKey != b.cfg.PubKey || b.isDeleted(e):
	case e.Kind == kindFollows, e.Kind == kindMutes:
		b.heard(e)
	case e.Kind == kindSaved:
		b.bookmarked(ctx, e)
	case e.Kind == kindDeletion:
		for _, id := range b.deeds.undid(slices.Collect(ids(e.Tags, "e"))) {
			about[id] = true
		}
	case e.Kind == kindLike, e.Kind == kindBoost, e.Kind == kindBoostAny:
		if l, ok := target(e.Tags); ok && b.deeds.did(l.id, e) {
			about[l.id] = true
		}
	}
	b.retell(about)
}
