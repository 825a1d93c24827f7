package nostr

import (
	"context"
	"maps"
	"slices"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	aheadSeconds = nostr.Timestamp(timeline.FutureSlack / 1e9)
	askLimit     = 500 // the most events that are asked for at once; relays cut lower
	pageRounds   = 5   // requests to one relay for one page
	futureLimit  = 5   // events dated ahead of our clock that the newest page shows
)

// source is a filter at a relay, read backwards in time.
type source struct {
	url    string
	filter nostr.Filter    // kinds, authors and tags; since where the reading ends
	who    map[string]bool // nil for anybody

	until   nostr.Timestamp // inclusive
	limit   int
	reached nostr.Timestamp // everything newer was read
	fresh   int             // events found that were not known before
	seen    map[string]bool
	got     int  // events in the last answer
	end     bool // nothing older is there
	stalled bool // the relay did not finish its answer, or did not give the next: it is not asked again
	err     error
}

// sources makes one source for each authorsMax people of each relay.
func sources(p plan, kinds []int, until nostr.Timestamp, since func(url string) *nostr.Timestamp, limit int) []*source {
	var all []*source
	for _, url := range slices.Sorted(maps.Keys(p)) {
		for chunk := range slices.Chunk(p[url], authorsMax) {
			s := &source{
				url: url, until: until, limit: limit, reached: until + 1, seen: map[string]bool{}, who: map[string]bool{},
				filter: nostr.Filter{Kinds: kinds, Authors: chunk, Since: since(url)},
			}
			for _, a := range chunk {
				s.who[a] = true
			}
			all = append(all, s)
		}
	}
	return all
}

// request is the source's next filter.
func (s *source) request() nostr.Filter {
	f, until := s.filter, s.until
	f.Until, f.Limit = &until, s.limit
	return f
}

// take reads an answer. cut tells whether the relay may hold back more than the
// n events that it sent.
func (s *source) take(a answer, known func(*nostr.Event) bool, cutsAbove func(n int) bool) (found []*nostr.Event) {
	mine := slices.DeleteFunc(slices.Clone(a.events), func(e *nostr.Event) bool { return s.who != nil && !s.who[e.PubKey] || !s.request().Matches(e) })
	if a.err != nil || a.late && len(mine) == 0 { // what it sent may answer another of its filters
		s.failed(a.err)
		return nil
	}
	n, fresh, oldest := 0, 0, s.until
	for _, e := range mine {
		n++
		oldest = min(oldest, e.CreatedAt)
		if s.seen[e.ID] {
			continue
		}
		s.seen[e.ID] = true
		if !known(e) {
			fresh++
			found = append(found, e)
		}
	}
	s.fresh += fresh
	s.got, s.stalled = n, a.late
	switch {
	case n == 0 || n < s.limit && !a.late && cutsAbove(n):
		s.end = true
	case oldest < s.until:
		s.until, s.reached = oldest, oldest
	case n >= s.limit && s.limit < askLimit:
		s.limit, s.reached = askLimit, s.until // the second at the bound holds more than was asked for
	case n == 1:
		s.end = true // only the event at the bound itself
	case fresh == 0: // a second full of known events: step over it
		s.until, s.reached = s.until-1, s.until
	default:
		s.reached = oldest
	}
	if s.filter.Since != nil && s.until < *s.filter.Since {
		s.end = true
	}
	return found
}

// failed notes that a question went unanswered. A source that answered before holds
// the page where it was read to: below it, its posts would be passed over.
func (s *source) failed(err error) {
	s.got = 0
	switch {
	case len(s.seen) > 0:
		s.stalled = true
	case err == nil:
		s.err = timeline.Errorf(timeline.CodeOffline, "%s: no answer in time", hostOf(s.url))
	default:
		s.err = err
	}
}

// gather reads sources backwards until each has given want events that are not
// known, or ended, or failed, or was asked rounds times. Relays cut answers short
// without saying so: an answer below the limit is taken for the end only when the
// relay has given more at once before, or has nothing older when asked again.
func (b *Backend) gather(ctx context.Context, all []*source, want, rounds int, extra func(*source) (nostr.Filter, bool), known func(*nostr.Event) bool) ([]*nostr.Event, error) {
	events := map[string]*nostr.Event{}
	for round := range rounds {
		ask := map[string]nostr.Filters{}
		for _, s := range all {
			if s.done(want) {
				continue
			}
			ask[s.url] = append(ask[s.url], s.request())
			if f, ok := extra(s); ok && round == 0 {
				ask[s.url] = append(ask[s.url], f)
			}
		}
		if len(ask) == 0 {
			break
		}
		answers := b.ask(ctx, ask)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, s := range all {
			if s.done(want) {
				continue
			}
			a, r := answers[s.url], b.pool.relay(s.url)
			found := s.take(a, known, r.cutsAbove)
			r.gave(s.got)
			if f, ok := extra(s); ok && round == 0 {
				found = append(found, matching(f, a.events)...)
			}
			for _, e := range found {
				events[e.ID] = e
			}
		}
	}
	return slices.SortedFunc(maps.Values(events), byTime), sourcesFailed(all)
}

// done tells whether the source is not asked again.
func (s *source) done(want int) bool {
	return s.end || s.stalled || s.err != nil || s.fresh >= want
}

func matching(f nostr.Filter, events []*nostr.Event) []*nostr.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e *nostr.Event) bool { return !f.Matches(e) })
}

// horizon is the time down to which all sources that answered were read; end says
// that all of them were read to their end.
func horizon(all []*source) (at nostr.Timestamp, end bool) {
	end = true
	for _, s := range all {
		if s.err == nil && !s.end {
			at, end = max(at, s.reached), false
		}
	}
	return at, end
}

// sourcesFailed is an error when every source failed.
func sourcesFailed(all []*source) error {
	answers := map[string]answer{}
	for _, s := range all {
		answers[s.url] = answer{err: s.err}
		if s.err == nil {
			return nil
		}
	}
	return allFailed(answers)
}
