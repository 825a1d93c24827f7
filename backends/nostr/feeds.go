package nostr

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	feedOverlap = nostr.Timestamp(2 * 60) // seconds that a look for news goes back, for what comes late
	maxSets     = 100                     // lists of people that are read
)

var _ timeline.Feeder = (*Backend)(nil)

// LacksFeed implements timeline.Feeder.
func (*Backend) LacksFeed(n timeline.FeedName) timeline.Safe {
	switch n.Kind() {
	case string(timeline.FeedLocal), string(timeline.FeedFederated):
		return timeline.Literal("Nostr has no servers with timelines of their own; relay:wss://… reads a relay")
	case timeline.FeedCustom:
		return timeline.Literal("Nostr has no custom feeds here")
	}
	return timeline.Safe{}
}

// Feed implements timeline.Feeder. A tag is read at the account's own and the default
// relays (NIP-01), a list is a follow set (NIP-51, kind 30000) by its d tag or title,
// read where its people write. Whom the account has muted is left out.
func (b *Backend) Feed(ctx context.Context, n timeline.FeedName, p timeline.Page) (timeline.Batch, error) {
	batch, err := b.feed(ctx, n, p)
	if err != nil {
		return timeline.Batch{}, b.wrap(string(n), err)
	}
	return batch, nil
}

func (b *Backend) feed(ctx context.Context, n timeline.FeedName, p timeline.Page) (timeline.Batch, error) {
	if why := b.LacksFeed(n); !why.Empty() {
		return timeline.Batch{}, &timeline.Error{Code: timeline.CodeUnsupported, Message: why}
	}
	list, shelf := map[timeline.FeedName]timeline.List{
		timeline.FeedBookmarks: timeline.ListBookmarks, timeline.FeedLikes: timeline.ListLikes, timeline.FeedPosts: timeline.ListPosts,
	}[n]
	switch {
	case n == timeline.FeedHome:
		return b.Home(ctx, p)
	case shelf:
		p.After = ""
		l, err := b.list(ctx, list, p)
		return timeline.Batch{Posts: l.Posts, Older: l.Older}, err
	}
	sc, err := b.scopeOf(ctx, n)
	if err != nil {
		return timeline.Batch{}, err
	}
	if p.After != "" {
		return b.newer(ctx, sc, p)
	}
	return b.before(ctx, sc, p)
}

// scopeOf is what a feed is read from.
func (b *Backend) scopeOf(ctx context.Context, n timeline.FeedName) (scope, error) {
	c, err := b.readers(ctx)
	if err != nil {
		return scope{}, err
	}
	sc := scope{plan: plan{}, kinds: homeKinds(), unwanted: c}
	switch n.Kind() {
	case timeline.FeedRelay:
		url, ok := relayURL(n.Argument())
		if !ok {
			return scope{}, timeline.Errorf(timeline.CodeNotFound, "%s is no address of a relay", timeline.CleanLine(n.Argument()))
		}
		sc.plan[url], sc.anyone = nil, true
	case timeline.FeedTag:
		for _, url := range b.readRelays() {
			sc.plan[url] = nil
		}
		sc.tags, sc.anyone = nostr.TagMap{"t": spelled(n.Argument())}, true
	default:
		people, err := b.setNamed(ctx, n.Argument())
		if err != nil {
			return scope{}, err
		}
		people = slices.DeleteFunc(people, func(k string) bool { return c.mutes.who[k] })
		b.fetchLists(ctx, people)
		sc.plan = b.planned(people)
	}
	return sc, nil
}

// spelled is a tag as clients write it: NIP-24 asks for lower case, and not all heed it.
func spelled(tag string) []string {
	lower := strings.ToLower(tag)
	first := []rune(lower)
	title := strings.ToUpper(string(first[:1])) + string(first[1:])
	return slices.Compact([]string{lower, title})
}

// readRelays are the account's own relays and the default ones.
func (b *Backend) readRelays() []string {
	l, _ := b.lists.Peek(b.cfg.PubKey)
	return relayURLs(slices.Concat(l.v.read, b.own, b.fallback), maxOutlets)
}

// newer reads what has come since a cursor, and once more what came shortly before
// it: who keeps posts knows those.
func (b *Backend) newer(ctx context.Context, sc scope, p timeline.Page) (timeline.Batch, error) {
	at, err := parseCursor(p.After)
	if err != nil {
		return timeline.Batch{}, err
	}
	now := b.stamp()
	at.at = min(at.at, now)
	since := max(at.at-feedOverlap, 0)
	all := sc.sources(now+aheadSeconds, func(string) *nostr.Timestamp { return &since }, askLimit)
	events, err := b.gather(ctx, all, askLimit, pageRounds, noExtra, at.holds)
	if err != nil {
		return timeline.Batch{}, err
	}
	low, end := horizon(all)
	gap := !end && low > at.at
	if gap {
		events = slices.DeleteFunc(events, func(e *nostr.Event) bool { return e.CreatedAt < low })
		events = events[:min(len(events), pageLimit(p))]
	}
	batch := timeline.Batch{Newer: newerCursor(events, now, at).encode(), Gap: gap}
	if n := len(events); n > 0 {
		batch.Older = cursorAt(events[n-1].CreatedAt, events, cursor{}).encode()
	}
	batch.Posts, err = b.posts(ctx, events, sc)
	return batch, err
}

// followSet is a list of people (NIP-51, kind 30000).
type followSet struct {
	name   string // its d tag
	title  string
	people []string // those whom everybody can read of
	event  *nostr.Event
}

// followSets reads the account's lists of people, the newest version of each. What is
// hidden in them is not read.
func (b *Backend) followSets(ctx context.Context) ([]followSet, error) {
	if b.cfg.PubKey == "" {
		return nil, timeline.Errorf(timeline.CodeUnsupported, "there are no lists without an account on Nostr")
	}
	answers := b.ask(ctx, b.atOwn(ctx, nostr.Filters{{Kinds: []int{kindFollowSet}, Authors: []string{b.cfg.PubKey}, Limit: maxSets}}))
	if err := allFailed(answers); err != nil {
		return nil, err
	}
	latest := map[string]*nostr.Event{}
	for _, a := range answers {
		for _, e := range a.events {
			name := e.Tags.GetD()
			if old := latest[name]; e.Kind == kindFollowSet && name != "" && (old == nil || byTime(e, old) < 0) {
				latest[name] = e
			}
		}
	}
	b.askDeleted(ctx, slices.Collect(maps.Values(latest))) // many relays go on to give what was deleted
	var out []followSet
	for name, e := range latest {
		s := followSet{name: name, title: name, people: named(e.Tags), event: e}
		if t := e.Tags.Find("title"); len(t) > 1 && t[1] != "" {
			s.title = t[1]
		}
		if !b.isDeleted(e) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(x, y followSet) int { return strings.Compare(x.title, y.title) })
	return out[:min(len(out), maxSets)], nil
}

// setNamed is the people of a list.
func (b *Backend) setNamed(ctx context.Context, name string) ([]string, error) {
	sets, err := b.followSets(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range sets {
		if len(s.people) == 0 {
			continue
		}
		if s.name == name || strings.EqualFold(timeline.CleanLine(s.title).String(), name) {
			return s.people, nil
		}
	}
	return nil, timeline.Errorf(timeline.CodeNotFound, "you have no list %s", timeline.CleanLine(name))
}

// Feeds implements timeline.Feeder: follow sets, followed tags (NIP-51, kind 10015) and
// the account's own relays.
func (b *Backend) Feeds(ctx context.Context) ([]timeline.FeedInfo, error) {
	out := []timeline.FeedInfo{
		{Name: timeline.FeedBookmarks, Title: timeline.Literal("Bookmarks")},
		{Name: timeline.FeedLikes, Title: timeline.Literal("Likes")},
		{Name: timeline.FeedPosts, Title: timeline.Literal("Your posts")},
	}
	sets, err := b.followSets(ctx)
	if err != nil {
		return out, b.wrap("lists", err)
	}
	add := func(kind, argument, title, about string) {
		if n, err := timeline.ParseFeedName(kind + ":" + argument); err == nil {
			out = append(out, timeline.FeedInfo{Name: n, Title: timeline.CleanLine(title), About: timeline.CleanLine(about)})
		}
	}
	for _, s := range sets {
		if len(s.people) == 0 { // there would be nothing to read
			continue
		}
		add(timeline.FeedList, timeline.CleanLine(s.title).String(), s.title, "list")
	}
	answers := b.ask(ctx, b.atOwn(ctx, nostr.Filters{{Kinds: []int{kindInterests}, Authors: []string{b.cfg.PubKey}, Limit: 1}}))
	if e := newestOf(answers); e != nil && e.Kind == kindInterests {
		for t := range e.Tags.FindAll("t") {
			add(timeline.FeedTag, t[1], "#"+t[1], "you follow it")
		}
	}
	for _, url := range b.readRelays() {
		add(timeline.FeedRelay, url, hostOf(url), "relay")
	}
	return out, nil
}
