package nostr

import (
	"context"
	"slices"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// Profile implements timeline.Profiler. id is a public key in hex. Somebody without
// a profile is still somebody; followers are not known on Nostr.
func (b *Backend) Profile(ctx context.Context, id string) (*timeline.Profile, error) {
	const what = "profile"
	if !isHex(id, 64) {
		return nil, b.wrap(what, timeline.Errorf(timeline.CodeNotFound, "not a Nostr public key: %s", cut(id, maxName)))
	}
	var mine []string
	muted := false
	if b.cfg.PubKey != "" {
		c, err := b.readers(ctx)
		if err != nil {
			return nil, b.wrap(what, err)
		}
		mine, muted = c.follows, c.mutes.who[id]
	}
	b.fetchLists(ctx, []string{id})
	b.fetchPeople(ctx, []string{id})
	want := map[string]nostr.Filters{}
	for url := range b.planned([]string{id}) {
		want[url] = authorFilters([]string{id}, kindFollows)
	}
	for _, url := range b.own {
		want[url] = authorFilters([]string{id}, kindFollows)
	}
	var lists []*nostr.Event
	for _, a := range b.ask(ctx, want) {
		lists = append(lists, a.events...)
	}
	if err := ctx.Err(); err != nil {
		return nil, b.wrap(what, err)
	}
	p := profile(id, b.person(id), b.nameOf)
	p.Followed, p.Muted = slices.Contains(mine, id), muted
	if e := newest(lists)[id]; e != nil {
		follows := parseFollows(e)
		p.Following = len(follows)
		p.FollowedBy = slices.Contains(follows, b.cfg.PubKey) && id != b.cfg.PubKey
	}
	return p, nil
}

// nameOf is what somebody is called, as far as is known.
func (b *Backend) nameOf(key string) (string, bool) {
	who := b.person(key)
	if who == nil {
		return "", false
	}
	return cut(who.name, maxName), who.name != ""
}

// ProfilePosts implements timeline.Profiler, from the person's own relays.
func (b *Backend) ProfilePosts(ctx context.Context, id string, p timeline.Page) (timeline.Batch, error) {
	const what = "posts"
	if !isHex(id, 64) {
		return timeline.Batch{}, b.wrap(what, timeline.Errorf(timeline.CodeNotFound, "not a Nostr public key: %s", cut(id, maxName)))
	}
	b.fetchLists(ctx, []string{id})
	pl := b.planned([]string{id})
	for _, url := range b.own {
		pl[url] = []string{id}
	}
	if p.After != "" {
		p.Before = "" // what is newer is on the newest page
	}
	batch, err := b.before(ctx, scope{plan: pl, kinds: homeKinds()}, p)
	return batch, b.wrap(what, err)
}
