package nostr

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/transport"
	"skein/timeline"
)

const (
	freshPerson = time.Hour
	freshNobody = 5 * time.Minute // until a profile or list that nobody had is asked for again
	freshList   = 6 * time.Hour
	maxIDs      = 300 // ids in one filter

	maxRemembered = 128 << 10 // weight of an event or profile that is kept: relays cap it at half
)

// pauses are how long a page waits for what is read besides.
type pauses struct {
	lookup time.Duration // for names, quotes and votes
	deeds  time.Duration // for what the owner did, when all else is there
	again  time.Duration // until a relay that failed is asked for the archive again
}

var usualPauses = pauses{lookup: 1500 * time.Millisecond, deeds: 250 * time.Millisecond, again: 2 * time.Second}

// weight is about how many bytes of memory an event takes.
func weight(e *nostr.Event) int {
	const header = 16 // of a string
	n := len(e.Content)
	for _, t := range e.Tags {
		for _, s := range t {
			n += len(s) + header
		}
	}
	return n
}

// byTime orders events newest first; at the same second the lower id comes first,
// as NIP-01 has it.
func byTime(a, b *nostr.Event) int {
	if a.CreatedAt != b.CreatedAt {
		if a.CreatedAt > b.CreatedAt {
			return -1
		}
		return 1
	}
	return strings.Compare(a.ID, b.ID)
}

// remember keeps verified events for quotes, boosts and threads, and takes note of
// deletions and of where each was found.
func (b *Backend) remember(url string, events []*nostr.Event) {
	for _, e := range events {
		switch e.Kind {
		case kindDeletion:
			for id := range ids(e.Tags, "e") {
				b.deleted.Add(id+e.PubKey, struct{}{})
			}
		case kindLike, kindVote, kindFollows, kindMutes, kindRelays, kindProfile, kindSaved:
		case nostr.KindGiftWrap, nostr.KindEncryptedDirectMessage: // nothing that a post may show
		default:
			if weight(e) > maxRemembered {
				continue
			}
			b.events.ContainsOrAdd(e.ID, e)
			if url != "" {
				b.hints.ContainsOrAdd(e.ID, []string{url})
			}
		}
	}
}

// unwrap verifies the event inside a boost (NIP-18) like any other.
func (b *Backend) unwrap(e *nostr.Event) {
	if (e.Kind != kindBoost && e.Kind != kindBoostAny) || e.Content == "" {
		return
	}
	raw := []byte(e.Content)
	if transport.Depth(raw) > frameDepth || !json.Valid(raw) {
		return
	}
	t, ok := target(e.Tags)
	if !ok || b.events.Contains(t.id) {
		return
	}
	inner, err := parseEvent([]byte(strings.TrimSpace(e.Content)))
	if err != nil || inner.ID != t.id || !inner.CheckID() || !b.pool.verify.signed(inner) {
		return
	}
	b.remember(t.relay, []*nostr.Event{inner})
}

// references are the events that a post shows inside itself.
func references(e *nostr.Event) (link10, bool) {
	switch e.Kind {
	case kindBoost, kindBoostAny:
		return target(e.Tags)
	case kindNote, kindPoll:
		l, _, ok := quote(e.Tags)
		return l, ok && l.id != ""
	}
	return link10{}, false
}

// enrich reads what the events refer to: the profiles of their authors and of the people
// mentioned, while it reads the boosted and quoted events; then the profiles of those
// whom only these name. It waits a moment for the answers; what comes later makes Stream
// send the posts again.
func (b *Backend) enrich(ctx context.Context, events []*nostr.Event) {
	var wg sync.WaitGroup
	for _, e := range events {
		wg.Go(func() { b.unwrap(e) })
	}
	wg.Wait()
	began, people := time.Now(), b.peopleIn(events)
	first := b.begin(events, func(ctx context.Context) { b.fetchPeople(ctx, people) })
	b.patiently(ctx, events, func(ctx context.Context) { b.fetchReferences(ctx, events) })
	more := slices.DeleteFunc(b.peopleIn(events), func(k string) bool {
		_, asked := slices.BinarySearch(people, k)
		return asked
	})
	then := b.begin(events, func(ctx context.Context) { b.fetchPeople(ctx, more) })
	first(ctx, b.pauses.lookup-time.Since(began))
	then(ctx, b.pauses.lookup)
}

// patiently runs a look-up to its end, but does not wait for it for long.
func (b *Backend) patiently(ctx context.Context, events []*nostr.Event, lookUp func(context.Context)) {
	b.begin(events, lookUp)(ctx, b.pauses.lookup)
}

// begin starts a look-up about events, which runs to its end, and returns how to wait
// for it. Where it ends after that, Stream decodes the events again.
func (b *Backend) begin(events []*nostr.Event, lookUp func(context.Context)) (wait func(context.Context, time.Duration)) {
	done := make(chan struct{})
	waited := make(chan struct{})
	ok := b.pool.spawn(func() {
		lookUp(b.pool.ctx)
		close(done)
		select {
		case <-waited:
			b.again(events)
		default:
		}
	})
	if !ok {
		close(done)
	}
	return func(ctx context.Context, most time.Duration) {
		t := time.NewTimer(most)
		defer t.Stop()
		select {
		case <-done:
		case <-t.C:
			close(waited)
		case <-ctx.Done():
		}
	}
}

// again has Stream decode the events once more. Without a Stream the queue fills,
// and what does not fit is let go: the next page shows it.
func (b *Backend) again(events []*nostr.Event) {
	for _, e := range events {
		select {
		case b.updates <- e.ID:
		default:
			return
		}
	}
}

// fetchReferences asks for the boosted and quoted events that are not known yet:
// at the own relays, at the author's, and where the tags say.
func (b *Backend) fetchReferences(ctx context.Context, events []*nostr.Event) {
	var missing []link10
	for _, e := range events {
		if l, ok := references(e); ok && !b.events.Contains(l.id) {
			missing = append(missing, l)
		}
	}
	b.fetchEvents(ctx, missing)
}

// fetchEvents asks for events by id, at most once each for a relay.
func (b *Backend) fetchEvents(ctx context.Context, links []link10) map[string]answer {
	where := map[string][]string{}
	add := func(url, id string) {
		if !slices.Contains(where[url], id) && len(where[url]) < maxIDs && (where[url] != nil || len(where) < coverMax) {
			where[url] = append(where[url], id)
		}
	}
	for _, l := range links {
		for _, url := range b.own {
			add(url, l.id)
		}
	}
	for _, l := range links {
		hints, _ := b.hints.Get(l.id)
		if l.relay != "" {
			hints = append(slices.Clone(hints), l.relay)
		}
		if list, ok := b.lists.Peek(l.author); ok {
			hints = append(slices.Clone(hints), list.v.write[:min(len(list.v.write), coverEach)]...)
		}
		for _, url := range hints {
			add(url, l.id)
		}
	}
	want := map[string]nostr.Filters{}
	for url, list := range where {
		want[url] = nostr.Filters{{IDs: list, Limit: len(list)}}
	}
	return b.ask(ctx, want)
}

// ask is the pool's ask, and remembers what came.
func (b *Backend) ask(ctx context.Context, want map[string]nostr.Filters) map[string]answer {
	if len(want) == 0 {
		return nil
	}
	answers := b.pool.ask(ctx, want, b.pool.grace)
	for url, a := range answers {
		b.remember(url, a.events)
	}
	return answers
}

// peopleIn are the authors of the events, of what is inside them, and those
// mentioned in the text.
func (b *Backend) peopleIn(events []*nostr.Event) []string {
	seen := map[string]bool{}
	add := func(e *nostr.Event) {
		seen[e.PubKey] = true
		const mostMentions = 50
		n := 0
		for t := range e.Tags.FindAll("p") {
			if n++; n <= mostMentions && isHex(t[1], 64) {
				seen[t[1]] = true
			}
		}
	}
	for _, e := range events {
		add(e)
		if l, ok := references(e); ok {
			if inner, ok := b.events.Peek(l.id); ok {
				add(inner)
			}
		}
	}
	keys := make([]string, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// fetchPeople asks for the profiles that are not known or old, in few requests:
// everybody at the own relays, and each at one relay of their own where known.
func (b *Backend) fetchPeople(ctx context.Context, keys []string) {
	stale := slices.DeleteFunc(slices.Clone(keys), func(k string) bool {
		c, ok := b.people.Get(k)
		return ok && b.fresh(c.asked, freshPerson, c.v != nil)
	})
	if len(stale) == 0 {
		return
	}
	want := map[string]nostr.Filters{}
	for _, url := range b.fallback {
		want[url] = authorFilters(stale, kindProfile)
	}
	for url, who := range b.planned(stale) {
		if want[url] == nil && len(want) < coverMax {
			want[url] = authorFilters(who, kindProfile)
		}
	}
	answered := false
	var found []*nostr.Event
	for _, a := range b.ask(ctx, want) {
		found = append(found, a.events...)
		answered = answered || a.complete()
	}
	b.storePeople(stale, newest(found), answered)
}

// storePeople caches profiles. That somebody has none is believed only of relays
// that answered, and never over a profile that is known.
func (b *Backend) storePeople(asked []string, found map[string]*nostr.Event, answered bool) {
	now := b.cfg.Now()
	for _, k := range asked {
		old, known := b.people.Peek(k)
		e := found[k]
		switch {
		case e != nil && (old.v == nil || e.CreatedAt >= old.v.at):
			b.people.Add(k, cached[*person]{parsePerson(e), now})
		case known && answered:
			b.people.Add(k, cached[*person]{old.v, now})
		case answered:
			b.people.Add(k, cached[*person]{nil, now})
		}
	}
}

// fresh tells whether what was asked then need not be asked again.
func (b *Backend) fresh(asked time.Time, life time.Duration, found bool) bool {
	if !found {
		life = freshNobody
	}
	return b.cfg.Now().Sub(asked) < life
}

// authorFilters asks for replaceable events of many people, authorsMax a filter.
func authorFilters(authors []string, kinds ...int) nostr.Filters {
	var filters nostr.Filters
	for chunk := range slices.Chunk(authors, authorsMax) {
		filters = append(filters, nostr.Filter{Kinds: kinds, Authors: chunk, Limit: len(chunk) * len(kinds)})
	}
	return filters
}

// knowledge is what is known now, for decoding events and what they show.
func (b *Backend) knowledge(events []*nostr.Event) *known {
	k := &known{
		now: b.cfg.Now(), account: b.cfg.Account.ID, me: b.cfg.PubKey, unwanted: b.unwanted(),
		people: map[string]*person{}, events: map[string]*nostr.Event{}, deleted: map[string]bool{},
		counts: map[string]timeline.Counts{}, mine: map[string]timeline.View{}, turns: map[string]uint64{}, polls: map[string]tally{}, hints: map[string]string{},
	}
	add := func(e *nostr.Event) {
		k.deleted[e.ID] = b.isDeleted(e)
		k.mine[e.ID], k.turns[e.ID] = b.deeds.of(e)
		if votes, ok := b.votes.Peek(e.ID); ok {
			k.polls[e.ID] = votes
		}
		if h, ok := b.hints.Peek(e.ID); ok && len(h) > 0 {
			k.hints[e.ID] = h[0]
		}
		parent, _ := thread(e.Tags)
		if parent != nil && parent.author != "" {
			k.people[parent.author] = b.person(parent.author)
		}
	}
	for _, e := range events {
		add(e)
		if l, ok := references(e); ok {
			if inner, ok := b.events.Peek(l.id); ok {
				k.events[l.id] = inner
				add(inner)
				b.addQuoteOfBoost(k, inner, add)
			}
		}
	}
	for _, key := range b.peopleIn(events) {
		k.people[key] = b.person(key)
	}
	for _, e := range k.events {
		k.people[e.PubKey] = b.person(e.PubKey)
	}
	return k
}

// addQuoteOfBoost makes known what a boosted post quotes, so that it reads the
// same as by itself.
func (b *Backend) addQuoteOfBoost(k *known, boosted *nostr.Event, add func(*nostr.Event)) {
	if l, ok := references(boosted); ok {
		if inner, ok := b.events.Peek(l.id); ok {
			k.events[l.id] = inner
			add(inner)
		}
	}
}

// isDeleted tells whether e's own author asked for its deletion (NIP-09); others
// may ask in vain.
func (b *Backend) isDeleted(e *nostr.Event) bool { return b.deleted.Contains(e.ID + e.PubKey) }

func (b *Backend) person(pubkey string) *person {
	c, _ := b.people.Get(pubkey)
	return c.v
}
