package nostr

import (
	"context"
	"slices"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	threadLimit  = 500 // replies read
	threadRelays = 10
	ancestors    = 20 // missing posts looked for above the focus, one after another
	countLimit   = 500
)

// Post implements timeline.Backend. Counts are what the asked relays know.
func (b *Backend) Post(ctx context.Context, id timeline.ID) (*timeline.Post, error) {
	const what = "post"
	e, err := b.find(ctx, id)
	if err != nil {
		return nil, b.wrap(what, err)
	}
	b.fetchLists(ctx, []string{e.PubKey})
	recalled := b.recall([]*nostr.Event{e})
	notes := b.reactions(ctx, []*nostr.Event{e}, b.around(e))
	b.enrich(ctx, []*nostr.Event{e})
	recalled(ctx, b.pauses.lookup)
	if err := ctx.Err(); err != nil {
		return nil, b.wrap(what, err)
	}
	if b.isDeleted(e) {
		return nil, b.wrap(what, timeline.Errorf(timeline.CodeNotFound, "its author deleted it"))
	}
	return b.decodeWith(notes, []*nostr.Event{e})[0], nil
}

// decodeWith decodes events with counts and votes.
func (b *Backend) decodeWith(n annotations, events []*nostr.Event) []*timeline.Post {
	k := b.knowledge(events)
	k.polls, k.counts = n.polls, n.counts
	posts := make([]*timeline.Post, len(events))
	for i, e := range events {
		posts[i] = k.post(e)
	}
	return posts
}

// find reads one event: from memory, from the own relays and those said to have
// it, then from all relays that the account reads.
func (b *Backend) find(ctx context.Context, id timeline.ID) (*nostr.Event, error) {
	if id.Network != timeline.Nostr || !isHex(id.Local, 64) {
		return nil, timeline.Errorf(timeline.CodeNotFound, "not the name of a Nostr post: %s", cut(id.Local, maxIDs))
	}
	if e, ok := b.events.Get(id.Local); ok {
		return e, nil
	}
	answers := b.fetchEvents(ctx, []link10{{id: id.Local}})
	if e, ok := b.events.Get(id.Local); ok {
		return e, nil
	}
	err := allFailed(answers)
	if c, cerr := b.readers(ctx); cerr == nil {
		want := map[string]nostr.Filters{}
		for url := range c.plan {
			if _, asked := answers[url]; !asked {
				want[url] = nostr.Filters{{IDs: []string{id.Local}, Limit: 1}}
			}
		}
		if len(want) > 0 {
			more := b.ask(ctx, want)
			err = allFailed(more)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if e, ok := b.events.Get(id.Local); ok {
		return e, nil
	}
	if err != nil {
		return nil, err
	}
	return nil, timeline.Errorf(timeline.CodeNotFound, "no relay has it")
}

// around are the relays at which a conversation is looked for: the own ones, those
// that its author reads and writes, and where the event was found.
func (b *Backend) around(e *nostr.Event) []string {
	urls := slices.Clone(b.own)
	if l, ok := b.lists.Peek(e.PubKey); ok {
		urls = append(urls, l.v.read[:min(len(l.v.read), coverEach)]...)
		urls = append(urls, l.v.write[:min(len(l.v.write), coverEach)]...)
	}
	if h, ok := b.hints.Peek(e.ID); ok {
		urls = append(urls, h...)
	}
	return relayURLs(urls, threadRelays)
}

// reactions counts replies, boosts, quotes and likes of the events and reads the votes
// and deletions: one request a relay.
func (b *Backend) reactions(ctx context.Context, events []*nostr.Event, relays []string) annotations {
	var about, polls []string
	for _, e := range events {
		about = append(about, e.ID)
		if e.Kind == kindPoll {
			polls = append(polls, e.ID)
		}
	}
	about = about[:min(len(about), maxIDs)]
	filters := questions(about, polls)
	for _, kinds := range [][]int{{kindNote}, {kindBoost, kindBoostAny}, {kindLike}} {
		filters = append(filters, nostr.Filter{Kinds: kinds, Tags: nostr.TagMap{"e": about}, Limit: countLimit})
	}
	filters = append(filters, nostr.Filter{Kinds: []int{kindNote}, Tags: nostr.TagMap{"q": about}, Limit: countLimit})
	want := map[string]nostr.Filters{}
	for _, url := range relays {
		want[url] = filters
	}
	var found []*nostr.Event
	seen := map[string]bool{}
	for _, a := range b.ask(ctx, want) {
		for _, e := range a.events {
			if !seen[e.ID] {
				seen[e.ID] = true
				found = append(found, e)
			}
		}
	}
	return b.tallyUp(found, true)
}

// Thread implements timeline.Backend.
func (b *Backend) Thread(ctx context.Context, id timeline.ID) (*timeline.Thread, error) {
	const what = "thread"
	focus, err := b.find(ctx, id)
	if err != nil {
		return nil, b.wrap(what, err)
	}
	if l, ok := target(focus.Tags); ok && (focus.Kind == kindBoost || focus.Kind == kindBoostAny) {
		b.unwrap(focus) // the conversation is that of the boosted post
		b.fetchEvents(ctx, []link10{l})
		id.Local = l.id
		if focus, err = b.find(ctx, id); err != nil {
			return nil, b.wrap(what, err)
		}
	}
	b.fetchLists(ctx, []string{focus.PubKey})
	t := &tree{b: b, focus: focus, events: map[string]*nostr.Event{focus.ID: focus}, relays: b.around(focus)}
	t.climb(ctx)
	t.read(ctx)
	t.orphans(ctx)
	all := t.sorted()
	recalled := b.recall(all)
	notes := b.reactions(ctx, all, t.relays)
	b.enrich(ctx, all)
	recalled(ctx, b.pauses.lookup)
	if err := ctx.Err(); err != nil {
		return nil, b.wrap(what, err)
	}
	if b.isDeleted(focus) {
		return nil, b.wrap(what, timeline.Errorf(timeline.CodeNotFound, "its author deleted it"))
	}
	return t.build(b.decodeWith(notes, all), id), nil
}

// tree is a conversation while it is read.
type tree struct {
	b         *Backend
	focus     *nostr.Event
	relays    []string
	events    map[string]*nostr.Event
	truncated bool
}

// climb reads what stands above the focus: the root at once, then each missing
// parent.
func (t *tree) climb(ctx context.Context) {
	e := t.focus
	for range ancestors {
		parent, root := thread(e.Tags)
		if parent == nil {
			return
		}
		links := []link10{*parent}
		if e == t.focus && root.id != parent.id {
			links = append(links, *root)
		}
		t.fetch(ctx, links)
		if e = t.events[parent.id]; e == nil {
			return
		}
	}
}

// fetch reads events that are not in the tree yet.
func (t *tree) fetch(ctx context.Context, links []link10) {
	missing := slices.DeleteFunc(slices.Clone(links), func(l link10) bool { return t.b.events.Contains(l.id) })
	if len(missing) > 0 {
		t.b.fetchEvents(ctx, missing)
	}
	for _, l := range links {
		if e, ok := t.b.events.Get(l.id); ok {
			t.events[l.id] = e
		}
	}
}

// top is the id of the post that the conversation hangs from.
func (t *tree) top() string {
	e := t.focus
	for range len(t.events) + 1 {
		parent, root := thread(e.Tags)
		if parent == nil {
			return e.ID
		}
		next := t.events[parent.id]
		if next == nil {
			return root.id
		}
		e = next
	}
	return e.ID
}

// read asks for everything that names the top as its root, or the focus.
func (t *tree) read(ctx context.Context) {
	about := slices.Compact([]string{t.top(), t.focus.ID})
	want := map[string]nostr.Filters{}
	for _, url := range t.relays {
		want[url] = nostr.Filters{{Kinds: []int{kindNote, kindPoll, kindComment}, Tags: nostr.TagMap{"e": about}, Limit: threadLimit}}
	}
	for _, a := range t.b.ask(ctx, want) {
		t.truncated = t.truncated || len(a.events) >= threadLimit
		for _, e := range a.events {
			if parent, _ := thread(e.Tags); parent != nil && len(t.events) < 2*threadLimit {
				t.events[e.ID] = e
			}
		}
	}
}

// orphans looks once for the parents that are missing.
func (t *tree) orphans(ctx context.Context) {
	var missing []link10
	for _, e := range t.events {
		if parent, _ := thread(e.Tags); parent != nil && t.events[parent.id] == nil && len(missing) < maxIDs {
			missing = append(missing, *parent)
		}
	}
	t.fetch(ctx, missing)
}

func (t *tree) sorted() []*nostr.Event {
	all := make([]*nostr.Event, 0, len(t.events))
	for _, e := range t.events {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, c *nostr.Event) int { return byTime(c, a) })
	return all
}

// build hangs the posts, oldest first, below their parents. A parent that could
// not be read stands there by its ID.
func (t *tree) build(posts []*timeline.Post, focus timeline.ID) *timeline.Thread {
	nodes := map[string]*timeline.Node{}
	gone := timeline.Literal("this post could not be found")
	for _, p := range posts {
		n := &timeline.Node{ID: p.ID, Post: p}
		if t.b.isDeleted(t.events[p.ID.Local]) {
			n.Post, n.Missing = nil, timeline.Literal("deleted by its author")
		}
		nodes[p.ID.Local] = n
	}
	top := t.top()
	if nodes[top] == nil {
		nodes[top] = &timeline.Node{ID: timeline.ID{Network: timeline.Nostr, Local: top}, Missing: gone}
	}
	for _, p := range posts {
		id := p.ID.Local
		if id == top {
			continue
		}
		parent, _ := thread(t.events[id].Tags)
		if parent == nil { // quoted or mentioned, no part of the conversation
			continue
		}
		above := nodes[parent.id]
		if above == nil {
			above = &timeline.Node{ID: timeline.ID{Network: timeline.Nostr, Local: parent.id}, Missing: gone}
			nodes[parent.id] = above
			nodes[top].Replies = append(nodes[top].Replies, above)
		}
		above.Replies = append(above.Replies, nodes[id])
	}
	prune(nodes[top], focus)
	return &timeline.Thread{Focus: focus, Roots: []*timeline.Node{nodes[top]}, Truncated: t.truncated}
}

// prune takes away deleted posts that nobody answered.
func prune(n *timeline.Node, focus timeline.ID) {
	for _, r := range n.Replies {
		prune(r, focus)
	}
	n.Replies = slices.DeleteFunc(n.Replies, func(r *timeline.Node) bool {
		return r.Post == nil && len(r.Replies) == 0 && r.ID != focus
	})
}
