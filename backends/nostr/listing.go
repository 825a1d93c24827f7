package nostr

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// List implements timeline.Lister. Posts are events of the account's own relays,
// newest first, likes the posts of its own likes. Follows (kind 3), mutes (kind 10000)
// and bookmarks (kind 10003) are read from the newest version that a quorum shows, the
// last added first, with the hidden part where there is one; it fails where too few
// relays answer, so that half a list is not taken for all of it. Entries that are
// neither a person nor a post, such as a muted word, are told as Unread, and so is,
// at the end, a relay that could not be read.
func (b *Backend) List(ctx context.Context, l timeline.List, p timeline.Page) (timeline.Listing, error) {
	p.After = ""
	listing, err := b.list(ctx, l, p)
	if err != nil {
		return timeline.Listing{}, b.wrap(string(l), err)
	}
	return listing, nil
}

func (b *Backend) list(ctx context.Context, l timeline.List, p timeline.Page) (timeline.Listing, error) {
	if b.cfg.PubKey == "" {
		return timeline.Listing{}, timeline.Errorf(timeline.CodeUnsupported, "there are no lists without an account on Nostr")
	}
	switch l {
	case timeline.ListPosts:
		return b.listPosts(ctx, p)
	case timeline.ListLikes:
		return b.listLikes(ctx, p)
	case timeline.ListFollows:
		return b.listPeople(ctx, document{Kind: kindFollows}, p, func(who *timeline.Profile) { who.Followed = true })
	case timeline.ListMutes:
		return b.listPeople(ctx, document{Kind: kindMutes}, p, func(who *timeline.Profile) { who.Muted = true })
	case timeline.ListBookmarks:
		return b.listBookmarks(ctx, p)
	case timeline.ListBlocks:
		return timeline.Listing{}, &timeline.Error{Code: timeline.CodeUnsupported, Message: noBlocks}
	}
	return timeline.Listing{}, timeline.Errorf(timeline.CodeUnsupported, "Nostr has no list called %s", cut(string(l), maxCode))
}

// listPosts reads what the account published.
func (b *Backend) listPosts(ctx context.Context, p timeline.Page) (timeline.Listing, error) {
	events, sc, l, err := b.ownEvents(ctx, append(homeKinds(), kindComment), p)
	if err != nil {
		return l, err
	}
	l.Posts, err = b.posts(ctx, events, sc)
	return l, err
}

// listLikes reads what the account likes still.
func (b *Backend) listLikes(ctx context.Context, p timeline.Page) (timeline.Listing, error) {
	events, _, l, err := b.ownEvents(ctx, []int{kindLike}, p)
	if err != nil {
		return l, err
	}
	b.askDeleted(ctx, events)
	var about []link10
	var authors []string
	for _, e := range events {
		t, ok := target(e.Tags)
		switch {
		case b.isDeleted(e) || e.Content == "-": // NIP-25: a dislike
		case !ok:
			l.Unread = append(l.Unread, timeline.CleanLine("like "+e.ID))
		default:
			if people := named(e.Tags); t.author == "" && len(people) > 0 {
				t.author = people[len(people)-1] // NIP-25: the last one
			}
			about, authors = append(about, t), append(authors, t.author)
		}
	}
	b.fetchLists(ctx, slices.DeleteFunc(authors, func(k string) bool { return k == "" }))
	err = b.linked(ctx, about, &l)
	return l, err
}

// ownEvents reads a page of the account's own events of some kinds at all of its
// relays. With the last page it tells which of them could not be read.
func (b *Backend) ownEvents(ctx context.Context, kinds []int, p timeline.Page) ([]*nostr.Event, scope, timeline.Listing, error) {
	sc := scope{plan: b.ownPlan(ctx), kinds: kinds}
	events, batch, all, err := b.down(ctx, sc, p, b.stamp())
	l := timeline.Listing{Older: batch.Older}
	for _, s := range all {
		if s.err != nil && l.Older == "" {
			l.Unread = append(l.Unread, timeline.AsError(s.err).Message)
		}
	}
	return events, sc, l, err
}

// ownPlan reads the account itself at all of its relays.
func (b *Backend) ownPlan(ctx context.Context) plan {
	pl := plan{}
	for url := range b.atOwn(ctx, nil) {
		pl[url] = []string{b.cfg.PubKey}
	}
	return pl
}

// linked adds the posts that links name, in their order and each once. Those that no
// relay has, or that were deleted, are told.
func (b *Backend) linked(ctx context.Context, links []link10, l *timeline.Listing) error {
	missing := func() []link10 {
		return slices.DeleteFunc(slices.Clone(links), func(k link10) bool { return b.events.Contains(k.id) })
	}
	if gone := missing(); len(gone) > 0 {
		b.fetchEvents(ctx, gone)
	}
	if gone := missing(); len(gone) > 0 { // perhaps where the account reads
		if c, err := b.readers(ctx); err == nil {
			b.ask(ctx, askAt(c.plan, gone))
		}
	}
	sc := scope{plan: b.ownPlan(ctx)}
	var events []*nostr.Event
	for _, k := range links {
		if e, ok := b.events.Get(k.id); ok {
			events = append(events, e)
		}
		if url := b.hint(k.id); url != "" && len(sc.plan) < coverMax {
			sc.plan[url] = nil // it may know of its deletion
		}
	}
	posts, err := b.posts(ctx, events, sc)
	if err != nil {
		return err
	}
	byID := map[string]*timeline.Post{}
	for _, p := range posts {
		byID[p.ID.Local] = p
	}
	seen := map[string]bool{}
	for _, k := range links {
		p := byID[k.id]
		switch {
		case seen[k.id]:
		case p == nil:
			l.Unread = append(l.Unread, timeline.CleanLine(k.id))
		default:
			l.Posts = append(l.Posts, p)
		}
		seen[k.id] = true
	}
	return nil
}

// askAt asks all relays of a plan for the same events.
func askAt(pl plan, links []link10) map[string]nostr.Filters {
	var filters nostr.Filters
	for some := range slices.Chunk(links, maxIDs) {
		f := nostr.Filter{Limit: len(some)}
		for _, k := range some {
			f.IDs = append(f.IDs, k.id)
		}
		filters = append(filters, f)
	}
	want := map[string]nostr.Filters{}
	for url := range pl {
		want[url] = filters
	}
	return want
}

// listPeople reads the people of a list; is says of each what it makes of them.
func (b *Backend) listPeople(ctx context.Context, list document, p timeline.Page, is func(*timeline.Profile)) (timeline.Listing, error) {
	entries, l, err := b.entries(ctx, list, p)
	if err != nil {
		return l, err
	}
	var people []string
	for _, t := range entries {
		if t[0] == "p" && isHex(item(t, 1), 64) {
			people = append(people, t[1])
		} else {
			l.Unread = append(l.Unread, entryName(t))
		}
	}
	b.fetchLists(ctx, people)
	b.fetchPeople(ctx, people)
	for _, k := range people {
		who := profile(k, b.person(k), b.nameOf)
		is(who)
		l.People = append(l.People, who)
	}
	return l, ctx.Err()
}

// listBookmarks reads the posts and articles among the bookmarks.
func (b *Backend) listBookmarks(ctx context.Context, p timeline.Page) (timeline.Listing, error) {
	entries, l, err := b.entries(ctx, document{Kind: kindSaved}, p)
	if err != nil {
		return l, err
	}
	articles, err := b.articles(ctx, entries)
	if err != nil {
		return l, err
	}
	var links []link10
	for _, t := range entries {
		a, isAddress := parseAddress(item(t, 1))
		switch {
		case t[0] == "e" && isHex(item(t, 1), 64):
			k := newLink10(t)
			if who := item(t, 3); isHex(who, 64) {
				k.author = who
			}
			links = append(links, k)
		case t[0] == "a" && isAddress && articles[a.String()] != nil:
			links = append(links, link10{id: articles[a.String()].ID, author: a.pubkey})
		default:
			l.Unread = append(l.Unread, entryName(t))
		}
	}
	err = b.linked(ctx, links, &l)
	return l, err
}

// entries reads a page of the items of a list, the last added first. With the first
// page it is told where the hidden part could not be read.
func (b *Backend) entries(ctx context.Context, name document, p timeline.Page) (nostr.Tags, timeline.Listing, error) {
	var l timeline.Listing
	own, err := b.writeRelays(ctx)
	if err != nil {
		return nil, l, err
	}
	list, err := b.newestList(ctx, name, relayURLs(slices.Concat(own, b.own), maxOutlets))
	if list == nil || err != nil {
		return nil, l, err
	}
	h, err := b.hidden(ctx, list)
	if err != nil && p.Before == "" {
		l.Unread = append(l.Unread, timeline.CleanLine("the hidden part of the list: "+timeline.AsError(err).Message.String()))
	}
	all := slices.DeleteFunc(slices.Concat(list.Tags, h.tags()), func(t nostr.Tag) bool { return !isEntry(t) })
	slices.Reverse(all)
	from, err := below(all, p.Before)
	if err != nil {
		return nil, l, err
	}
	page := all[from:min(from+pageLimit(p), len(all))]
	if next := from + len(page); next < len(all) {
		l.Older = timeline.Cursor(strconv.Itoa(len(all)-next) + ":" + page[len(page)-1][1])
	}
	return page, l, nil
}

// isEntry tells of a tag that is an item of a list: others say what the list is.
func isEntry(t nostr.Tag) bool {
	return len(t) >= 2 && !slices.Contains([]string{"d", "title", "description", "image", "alt", "client", "expiration"}, t[0])
}

// entryName is how an entry that is nothing to show is told.
func entryName(t nostr.Tag) timeline.Safe {
	const longest = 300
	name := map[string]string{"t": "tag #", "word": "word ", "e": "thread ", "r": "link ", "a": "address ", "p": "person "}[t[0]]
	if name == "" {
		name = t[0] + " "
	}
	return timeline.CleanLine(cut(name+t[1], longest))
}

// below is where a page begins: after the entry that the cursor names, or, where that
// has gone from the list, as far from its end as then.
func below(all nostr.Tags, before timeline.Cursor) (int, error) {
	if before == "" {
		return 0, nil
	}
	left, last, ok := strings.Cut(string(before), ":")
	n, err := strconv.Atoi(left)
	if !ok || err != nil || n < 0 {
		return 0, timeline.Errorf(timeline.CodeUsage, "not a place in a list: %s", cut(string(before), cursorDigits))
	}
	at := max(len(all)-n, 0)
	if at > 0 && all[at-1][1] == last {
		return at, nil
	}
	if i := slices.IndexFunc(all, func(t nostr.Tag) bool { return t[1] == last }); i >= 0 {
		return i + 1, nil
	}
	return at, nil
}

// articles reads the addressable events among entries, by address.
func (b *Backend) articles(ctx context.Context, entries nostr.Tags) (map[string]*nostr.Event, error) {
	const atOnce = 10 // filters of one request, which relays bound
	found := map[string]*nostr.Event{}
	var wanted []address
	var authors []string
	for _, t := range entries {
		if a, ok := parseAddress(t[1]); ok && t[0] == "a" && nostr.IsAddressableKind(a.kind) {
			wanted, authors = append(wanted, a), append(authors, a.pubkey)
		}
	}
	if len(wanted) == 0 {
		return found, nil
	}
	b.fetchLists(ctx, authors)
	for some := range slices.Chunk(wanted, atOnce) {
		want := map[string]nostr.Filters{}
		for _, a := range some {
			f := nostr.Filter{Kinds: []int{a.kind}, Authors: []string{a.pubkey}, Tags: nostr.TagMap{"d": {a.d}}, Limit: 1}
			where := b.planned([]string{a.pubkey})
			maps.Copy(where, b.ownPlan(ctx))
			for url := range where {
				want[url] = append(want[url], f)
			}
		}
		for _, a := range b.ask(ctx, want) {
			for _, e := range a.events {
				if old := found[addressOf(e)]; old == nil || byTime(e, old) < 0 {
					found[addressOf(e)] = e
				}
			}
		}
	}
	return found, ctx.Err()
}
