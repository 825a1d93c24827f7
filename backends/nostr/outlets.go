package nostr

import (
	"context"
	"slices"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	maxOutlets  = 20 // own relays that a list is read from and sent to
	maxInboxes  = 10 // relays of others that an event goes to
	inboxesEach = 2  // of one person
	inboxPeople = 30 // whose inboxes are looked at
)

// writeRelays are where the account's own events belong: the write relays of its
// NIP-65 list, else those of its configuration.
func (b *Backend) writeRelays(ctx context.Context) ([]string, error) {
	b.fetchLists(ctx, []string{b.cfg.PubKey})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	list, ok := b.lists.Peek(b.cfg.PubKey)
	if !ok {
		return nil, timeline.Errorf(timeline.CodeOffline, "none of %d relays answered", len(b.fallback))
	}
	if len(list.v.write) == 0 {
		return b.own, nil
	}
	b.pool.adopt(list.v.write)
	return list.v.write, nil
}

// inboxes are the relays of others that the event goes to: where those whom it names
// read, and those of the draft. A list concerns its owner alone.
func (b *Backend) inboxes(ctx context.Context, d draft, own []string) []string {
	if d.request.List != nil || d.event.Kind == kindReport { // who is reported need not hear of it first
		return nil
	}
	urls := slices.Concat(d.outlets, b.inboxesOf(ctx, named(d.event.Tags)))
	urls = slices.DeleteFunc(relayURLs(urls, maxInboxes+len(own)), func(u string) bool { return slices.Contains(own, u) })
	return urls[:min(len(urls), maxInboxes)]
}

// named are the people of an event's p tags.
func named(tags nostr.Tags) []string {
	var people []string
	for t := range tags.FindAll("p") {
		if isHex(t[1], 64) {
			people = append(people, t[1])
		}
	}
	return people
}

// inboxesOf are a few relays at which each of these people reads; who comes first
// has the first choice.
func (b *Backend) inboxesOf(ctx context.Context, people []string) []string {
	people = people[:min(len(people), inboxPeople)]
	b.fetchLists(ctx, people)
	var urls []string
	for _, p := range people {
		if l, ok := b.lists.Peek(p); ok && p != b.cfg.PubKey {
			urls = append(urls, l.v.read[:min(len(l.v.read), inboxesEach)]...)
		}
	}
	return urls
}

// hint is a relay that has an event, as far as is known.
func (b *Backend) hint(id string) string {
	if h, ok := b.hints.Peek(id); ok && len(h) > 0 {
		return h[0]
	}
	return ""
}

// home is a relay that somebody writes to, as far as is known.
func (b *Backend) home(pubkey string) string {
	if l, ok := b.lists.Peek(pubkey); ok && len(l.v.write) > 0 {
		return l.v.write[0]
	}
	return ""
}
