package nostr

import (
	"context"
	"fmt"
	"slices"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	maxBoxes   = 2000 // people whose relays for messages are remembered
	boxRelays  = 5    // of one person that are used
	boxOffered = 3    // of the own ones, when they are published
)

// mailboxes are the relays at which people take messages (NIP-17, kind 10050), by
// public key. Who has published none is not among them; unsure are those of whom no
// relay could tell.
func (b *Backend) mailboxes(ctx context.Context, keys []string) (boxes map[string][]string, unsure []string, err error) {
	stale := slices.DeleteFunc(slices.Clone(keys), func(k string) bool {
		c, ok := b.boxes.Get(k)
		return ok && b.fresh(c.asked, freshList, len(c.v) > 0)
	})
	if len(stale) > 0 {
		if err := b.fetchBoxes(ctx, stale); err != nil {
			return nil, nil, err
		}
	}
	boxes = map[string][]string{}
	for _, k := range keys {
		switch c, ok := b.boxes.Peek(k); {
		case !ok:
			unsure = append(unsure, k)
		case len(c.v) > 0:
			boxes[k] = c.v
		}
	}
	return boxes, unsure, nil
}

// fetchBoxes asks the own and default relays, and those to which each of the people
// writes.
func (b *Backend) fetchBoxes(ctx context.Context, keys []string) error {
	b.fetchLists(ctx, keys)
	want := map[string]nostr.Filters{}
	for _, url := range b.fallback {
		want[url] = authorFilters(keys, nostr.KindDMRelayList)
	}
	for url, who := range b.planned(keys) {
		if want[url] == nil && len(want) < coverMax {
			want[url] = authorFilters(who, nostr.KindDMRelayList)
		}
	}
	var found []*nostr.Event
	answered := false
	for _, a := range b.pool.ask(ctx, want, b.pool.grace) {
		found = append(found, a.events...)
		answered = answered || a.complete()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	lists, now := newest(found), b.cfg.Now()
	for _, k := range keys {
		if e := lists[k]; e != nil {
			b.boxes.Add(k, cached[[]string]{parseBox(e), now})
		} else if answered {
			old, _ := b.boxes.Peek(k)
			b.boxes.Add(k, cached[[]string]{old.v, now})
		}
	}
	return nil
}

// parseBox reads a kind 10050.
func parseBox(e *nostr.Event) []string {
	var urls []string
	for t := range e.Tags.FindAll("relay") {
		urls = append(urls, t[1])
	}
	return relayURLs(urls, boxRelays)
}

// ownBox is where the account takes messages, as it has published it; empty where it
// has not. Those relays are own ones: one may have to sign in to them.
func (b *Backend) ownBox(ctx context.Context) ([]string, error) {
	boxes, _, err := b.mailboxes(ctx, []string{b.cfg.PubKey})
	if err != nil {
		return nil, err
	}
	b.pool.adopt(boxes[b.cfg.PubKey])
	return boxes[b.cfg.PubKey], nil
}

// boxesOf are the relays of everybody who is to get a message. It fails where one of
// them takes none: NIP-17 has such messages sent nowhere else.
func (b *Backend) boxesOf(ctx context.Context, people []string) (map[string][]string, error) {
	boxes, unsure, err := b.mailboxes(ctx, people)
	if err != nil {
		return nil, err
	}
	for _, k := range people {
		switch {
		case slices.Contains(unsure, k):
			return nil, timeline.Errorf(timeline.CodeOffline, "no relay told where %s takes messages", shortNpub(k))
		case len(boxes[k]) == 0:
			b.fetchPeople(ctx, []string{k})
			return nil, timeline.Errorf(timeline.CodeRefused, "%s cannot receive messages: no relays for them are published (NIP-17)", author(k, b.person(k)).Name)
		}
	}
	return boxes, nil
}

// receive drafts the account's own kind 10050, where there is none: the relays at which
// it reads, a few. One that there is stays as it is.
func (b *Backend) receive(ctx context.Context, i timeline.Intent, n timeline.Notes, own []string) (draft, error) {
	urls := b.own
	if l, ok := b.lists.Peek(b.cfg.PubKey); ok && len(l.v.read) > 0 {
		urls = l.v.read
	}
	var entries nostr.Tags
	for _, url := range urls[:min(len(urls), boxOffered)] {
		entries = append(entries, nostr.Tag{"relay", url})
	}
	d, err := b.edit(ctx, i, n, document{Kind: nostr.KindDMRelayList}, slices.Clone(entries), own)
	if err != nil {
		return d, fmt.Errorf("relays for messages: %w", err)
	}
	other := func(t nostr.Tag) bool {
		return len(t) > 1 && t[0] == "relay" && !slices.ContainsFunc(entries, func(e nostr.Tag) bool { return like(e)(t) })
	}
	if slices.ContainsFunc(d.event.Tags, other) {
		d.nothing = true // the person has chosen others
	}
	return d, nil
}
