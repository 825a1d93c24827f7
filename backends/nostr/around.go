package nostr

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

var (
	_ timeline.Sectioner  = (*Backend)(nil)
	_ timeline.Acquainter = (*Backend)(nil)
	_ timeline.Who        = (*Backend)(nil)
	_ timeline.Searcher   = (*Backend)(nil)
)

// sieved is how many pages are read for one of which something may be left out: relays
// cannot be asked for posts without replies, or with pictures.
const sieved = 4

// ProfileSection implements timeline.Sectioner, from the person's own relays. What is
// pinned is a kind 10001 (NIP-51), what they like their kind 7 (NIP-25), which all may
// read.
func (b *Backend) ProfileSection(ctx context.Context, id string, s timeline.Section, p timeline.Page) (timeline.Batch, error) {
	what := string(s) + " of a person"
	if !isHex(id, 64) {
		return timeline.Batch{}, b.wrap(what, timeline.Errorf(timeline.CodeNotFound, "not a Nostr public key: %s", cut(id, maxName)))
	}
	p.After = ""
	pl := b.homeOf(ctx, id)
	var batch timeline.Batch
	var err error
	switch s {
	case timeline.SectionPosts:
		batch, err = b.sieve(ctx, pl, homeKinds(), p, func(post *timeline.Post) bool {
			return post.Boosted != nil || post.ReplyTo == nil
		})
	case timeline.SectionReplies:
		batch, err = b.before(ctx, scope{plan: pl, kinds: append(homeKinds(), kindComment)}, p)
	case timeline.SectionMedia:
		batch, err = b.sieve(ctx, pl, []int{kindNote, kindArticle, kindComment}, p, func(post *timeline.Post) bool { return len(post.Media) > 0 })
	case timeline.SectionPinned:
		batch, err = b.pinned(ctx, id, pl, p)
	case timeline.SectionLikes:
		batch, err = b.likedBy(ctx, pl, p)
	default:
		err = timeline.Errorf(timeline.CodeUnsupported, "a profile has no part called %s", timeline.CleanLine(string(s)))
	}
	return batch, b.wrap(what, err)
}

// homeOf is where somebody's posts are read: at their relays and the account's own.
func (b *Backend) homeOf(ctx context.Context, id string) plan {
	b.fetchLists(ctx, []string{id})
	pl := b.planned([]string{id})
	for _, url := range b.own {
		pl[url] = []string{id}
	}
	return pl
}

// sieve reads down until a page has something that is wanted, a few pages at most: an
// empty page with a cursor below says that it goes on.
func (b *Backend) sieve(ctx context.Context, pl plan, kinds []int, p timeline.Page, want func(*timeline.Post) bool) (timeline.Batch, error) {
	var out timeline.Batch
	limit := pageLimit(p)
	for range sieved {
		batch, err := b.before(ctx, scope{plan: pl, kinds: kinds}, p)
		if err != nil {
			return timeline.Batch{}, err
		}
		for _, post := range batch.Posts {
			if want(post) {
				out.Posts = append(out.Posts, post)
			}
		}
		out.Older = batch.Older
		if batch.Older == "" || len(out.Posts) >= limit/2 {
			break
		}
		p.Before = batch.Older
	}
	return out, nil
}

// pinned reads what somebody has put on top, the last added first, all at once.
func (b *Backend) pinned(ctx context.Context, id string, pl plan, p timeline.Page) (timeline.Batch, error) {
	if p.Before != "" {
		return timeline.Batch{}, nil
	}
	want := map[string]nostr.Filters{}
	for url := range pl {
		want[url] = authorFilters([]string{id}, kindPinned)
	}
	answers := b.ask(ctx, want)
	var lists []*nostr.Event
	for _, a := range answers {
		lists = append(lists, a.events...)
	}
	list := newest(lists)[id]
	if list == nil {
		return timeline.Batch{}, cmp.Or(ctx.Err(), allFailed(answers))
	}
	const most = 20
	var links []link10
	for t := range list.Tags.FindAll("e") {
		if isHex(t[1], 64) {
			k := newLink10(t)
			k.author = id
			links = append(links, k)
		}
	}
	slices.Reverse(links)
	var l timeline.Listing
	err := b.linked(ctx, links[:min(len(links), most)], &l)
	l.Posts = slices.DeleteFunc(l.Posts, func(post *timeline.Post) bool { return post.Author.ID != id })
	return timeline.Batch{Posts: l.Posts}, err
}

// likedBy reads what somebody likes. That a like was taken back is only known of the
// account's own.
func (b *Backend) likedBy(ctx context.Context, pl plan, p timeline.Page) (timeline.Batch, error) {
	events, batch, _, err := b.down(ctx, scope{plan: pl, kinds: []int{kindLike}}, p, b.stamp())
	if err != nil {
		return timeline.Batch{}, err
	}
	var about []link10
	for _, e := range events {
		t, ok := target(e.Tags)
		if !ok || e.Content == "-" || b.isDeleted(e) {
			continue
		}
		if people := named(e.Tags); t.author == "" && len(people) > 0 {
			t.author = people[len(people)-1]
		}
		about = append(about, t)
	}
	var l timeline.Listing
	err = b.linked(ctx, about, &l)
	return timeline.Batch{Posts: l.Posts, Older: batch.Older}, err
}

// People implements timeline.Acquainter. Whom somebody follows is their kind 3, the last
// added first. Who follows them nobody can tell: relays are asked for the kind 3 of
// others that name them, and the answer says so.
func (b *Backend) People(ctx context.Context, id string, c timeline.Circle, p timeline.Page) (timeline.Listing, error) {
	what := string(c) + " of a person"
	if !isHex(id, 64) {
		return timeline.Listing{}, b.wrap(what, timeline.Errorf(timeline.CodeNotFound, "not a Nostr public key: %s", cut(id, maxName)))
	}
	var l timeline.Listing
	var err error
	if c == timeline.CircleFollowers {
		b.fetchLists(ctx, []string{id})
		l, err = b.saidBy(ctx, b.earsOf(ctx, id), nostr.Filter{Kinds: []int{kindFollows}, Tags: nostr.TagMap{"p": {id}}}, p, func(e *nostr.Event) bool {
			return slices.Contains(parseFollows(e), id)
		})
		l.Note = timeline.Literal("those whom the relays asked know of; nobody can tell all on Nostr")
	} else {
		l, err = b.followedBy(ctx, id, p)
	}
	return l, b.wrap(what, err)
}

// followedBy reads a page of somebody's kind 3.
func (b *Backend) followedBy(ctx context.Context, id string, p timeline.Page) (timeline.Listing, error) {
	want := map[string]nostr.Filters{}
	for url := range b.homeOf(ctx, id) {
		want[url] = authorFilters([]string{id}, kindFollows)
	}
	answers := b.ask(ctx, want)
	var lists []*nostr.Event
	for _, a := range answers {
		lists = append(lists, a.events...)
	}
	list := newest(lists)[id]
	if list == nil {
		return timeline.Listing{}, cmp.Or(ctx.Err(), allFailed(answers))
	}
	entries := slices.DeleteFunc(slices.Clone(list.Tags), func(t nostr.Tag) bool { return len(t) < 2 || t[0] != "p" || !isHex(t[1], 64) })
	slices.Reverse(entries)
	from, err := below(entries, p.Before)
	if err != nil {
		return timeline.Listing{}, err
	}
	page := entries[from:min(from+pageLimit(p), len(entries))]
	keys := make([]string, len(page))
	for i, t := range page {
		keys[i] = t[1]
	}
	l := timeline.Listing{People: b.presented(ctx, keys)}
	if next := from + len(page); next < len(entries) {
		l.Older = timeline.Cursor(strconv.Itoa(len(entries)-next) + ":" + page[len(page)-1][1])
	}
	return l, ctx.Err()
}

// presented are the profiles of people, in their order and each once.
func (b *Backend) presented(ctx context.Context, keys []string) []*timeline.Profile {
	b.fetchLists(ctx, keys)
	b.fetchPeople(ctx, keys)
	seen := map[string]bool{}
	var people []*timeline.Profile
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			people = append(people, profile(k, b.person(k), b.nameOf))
		}
	}
	return people
}

// earsOf are the relays at which what is said to somebody is found: where they read,
// and the account's own.
func (b *Backend) earsOf(ctx context.Context, people ...string) []string {
	return relayURLs(slices.Concat(b.own, b.inboxesOf(ctx, people)), maxOutlets)
}

// Who implements timeline.Who: the authors of kinds 7, or 6 and 16, that name the post,
// at the account's own relays, those of its author, and where it was found.
func (b *Backend) Who(ctx context.Context, post timeline.ID, did timeline.Kind, p timeline.Page) (timeline.Listing, error) {
	const what = "who did that"
	if post.Network != timeline.Nostr || !isHex(post.Local, 64) {
		return timeline.Listing{}, b.wrap(what, timeline.Errorf(timeline.CodeNotMine, "not the name of a Nostr post: %s", cut(post.Local, maxName)))
	}
	kinds := map[timeline.Kind][]int{timeline.DoLike: {kindLike}, timeline.DoBoost: {kindBoost, kindBoostAny}}[did]
	if kinds == nil {
		return timeline.Listing{}, b.wrap(what, timeline.Errorf(timeline.CodeUnsupported, "nobody is told who did that"))
	}
	relays := b.own
	if e, err := b.find(ctx, post); err == nil {
		relays = b.earsOf(ctx, e.PubKey)
	}
	if h := b.hint(post.Local); h != "" {
		relays = relayURLs(append(slices.Clone(relays), h), maxOutlets+1)
	}
	l, err := b.saidBy(ctx, relays, nostr.Filter{Kinds: kinds, Tags: nostr.TagMap{"e": {post.Local}}}, p, func(e *nostr.Event) bool {
		t, ok := target(e.Tags)
		return ok && t.id == post.Local && (e.Kind != kindLike || e.Content != "-")
	})
	l.Note = timeline.Literal("those whom the relays asked know of")
	return l, b.wrap(what, err)
}

// saidBy are the authors of the events that relays have to a filter, the newest first:
// a page of at most as many events as are asked for at once.
func (b *Backend) saidBy(ctx context.Context, relays []string, f nostr.Filter, p timeline.Page, want func(*nostr.Event) bool) (timeline.Listing, error) {
	at := cursor{at: b.stamp() + aheadSeconds}
	if p.Before != "" {
		var err error
		if at, err = parseCursor(p.Before); err != nil {
			return timeline.Listing{}, err
		}
	}
	until := at.at
	f.Until, f.Limit = &until, askLimit
	ask := map[string]nostr.Filters{}
	for _, url := range relays {
		ask[url] = nostr.Filters{f}
	}
	answers := b.ask(ctx, ask)
	found := map[string]*nostr.Event{}
	for _, a := range answers {
		for _, e := range a.events {
			if e.CreatedAt <= at.at && !at.holds(e) {
				found[e.ID] = e
			}
		}
	}
	if err := cmp.Or(ctx.Err(), allFailed(answers)); err != nil && len(found) == 0 {
		return timeline.Listing{}, err
	}
	var events []*nostr.Event
	for _, e := range found {
		events = append(events, e)
	}
	slices.SortFunc(events, byTime)
	page := events[:min(len(events), pageLimit(p))]
	var keys []string
	for _, e := range page {
		if want(e) && !b.isDeleted(e) {
			keys = append(keys, e.PubKey)
		}
	}
	l := timeline.Listing{People: b.presented(ctx, keys)}
	if len(page) < len(events) {
		l.Older = cursorAt(page[len(page)-1].CreatedAt, page, at).encode()
	}
	return l, ctx.Err()
}
