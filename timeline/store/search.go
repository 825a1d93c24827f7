package store

import (
	"context"
	"math"
	"slices"
	"strings"

	"skein/timeline"
)

// The bounds of a search within the store.
const (
	foundAtOnce = 40 // posts of a Search without a limit
	maxWriters  = 64 // people whom one From may mean
	maxTerms    = 64 // words and conditions of a Search
)

// Search finds posts, newest first unless Ranked. It takes no more than 64 words and
// conditions.
func (c *Cache) Search(ctx context.Context, q timeline.Search) (found timeline.Found, err error) {
	if q.Limit <= 0 {
		q.Limit = foundAtOnce
	}
	q.Limit = min(q.Limit, timeline.MaxFound)
	if n := len(q.Words) + len(q.Phrases) + len(q.Without) + len(q.From) + len(q.Has) + len(q.Language); n > maxTerms {
		return found, timeline.Errorf(timeline.CodeUsage, "a search of %d words and conditions: at most %d can be looked for", n, maxTerms)
	}
	q = cleaned(q)
	err = c.view(ctx, func(s *session) error {
		posts, more, err := s.search(q)
		if err != nil {
			return err
		}
		m := newMarker(q)
		found = timeline.Found{More: more}
		for _, p := range posts {
			found.Hits = append(found.Hits, m.hit(p))
		}
		return nil
	})
	return found, err
}

func (s *session) search(q timeline.Search) ([]*timeline.Post, bool, error) {
	people, err := s.writers(q.From)
	if err != nil {
		return nil, false, err
	}
	m := matchOf(q, people)
	if m.void {
		return nil, false, nil
	}
	if q.Ranked && len(m.all) > 0 {
		return s.ranked(q, m.String())
	}
	if begins(q.Begins) {
		posts, more, enough, err := s.beginning(q, people)
		if enough || err != nil {
			return posts, more, err
		}
	}
	return s.newest(q, m.String())
}

// writers are the people whose handle or name holds one of some texts, those whose
// handle it is first.
func (s *session) writers(from []string) (all []int64, err error) {
	const query = `SELECT n FROM person WHERE instr(find, ?1)
ORDER BY instr(find, '@' || ?1 || ' ') = 0, instr(find, '@' || ?1 || '@') + instr(find, '@' || ?1 || '.') = 0, n LIMIT ?2`
	for _, name := range from {
		name = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "@"))
		if name == "" {
			continue
		}
		n, err := s.numbers(query, name, maxWriters)
		if err != nil {
			return nil, err
		}
		all = append(all, n...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

const (
	matching   = "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC LIMIT ?4"
	everything = "SELECT place FROM post WHERE ?1 = '' AND place BETWEEN ?2 AND ?3 AND inner IS NULL ORDER BY place DESC LIMIT ?4"
	byRank     = "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rank LIMIT ?4"
)

// span are the places in which a search looks, both included.
func span(q timeline.Search) (low, high place) {
	low, high = math.MinInt64, math.MaxInt64
	if !q.Since.IsZero() {
		low = placeOf(settle(q.Since))
	}
	if !q.Until.IsZero() {
		high = placeOf(settle(q.Until)).next() - 1
	}
	if q.Below != (timeline.Key{}) {
		high = min(high, placeOf(settle(q.Below.Time)).next()-1)
	}
	return low, high
}

// wanted tells whether a post is one of those that share their unit with an end of
// the span and are on the right side of it.
func wanted(q timeline.Search, p *timeline.Post) bool {
	return !p.Sorted.Before(q.Since) && (q.Until.IsZero() || p.Sorted.Before(q.Until)) &&
		(q.Below == (timeline.Key{}) || p.Key().Less(q.Below))
}

// newest returns the newest posts that match, newest first. As in a page, units are
// taken as a whole and sorted in memory.
func (s *session) newest(q timeline.Search, query string) (posts []*timeline.Post, more bool, err error) {
	text := matching
	if query == "" {
		text = everything
	}
	low, high := span(q)
	for len(posts) <= q.Limit && low <= high {
		need := q.Limit + 1 - len(posts)
		places, err := s.interruptible(text, query, int64(low), int64(high), need)
		if err != nil {
			return nil, false, err
		}
		if len(places) == need { // of the last unit there may be more
			last := place(places[need-1])
			rest, err := s.interruptible(text, query, int64(max(low, last.unit())), int64(min(high, last.next()-1)), slots)
			if err != nil {
				return nil, false, err
			}
			places = append(slices.DeleteFunc(places, func(at int64) bool { return place(at) < last.next() }), rest...)
			high = last.unit() - 1
		} else {
			high = low - 1
		}
		for _, at := range places {
			p, err := s.at(place(at), 0)
			if err != nil {
				return nil, false, err
			}
			if p != nil && wanted(q, p) {
				posts = append(posts, p)
			}
		}
		if high == math.MaxInt64 { // low-1 of the lowest place of all
			break
		}
	}
	slices.SortFunc(posts, func(a, b *timeline.Post) int { return b.Key().Compare(a.Key()) })
	more = len(posts) > q.Limit
	return posts[:min(len(posts), q.Limit)], more, nil
}

// How many posts are looked at one by one for a beginning of a word: so many at a
// time, and so many in all.
const (
	beginStep = 200
	beginMost = 1000
)

// beginning looks for a word's beginning among the newest posts that match all else,
// one by one. For many beginnings that is enough, and those are the ones for which
// the index would have to join the most words; where it will not be, few posts match
// and the index is asked.
func (s *session) beginning(q timeline.Search, people []int64) (posts []*timeline.Post, more, enough bool, err error) {
	rest, begin := q, newMarker(timeline.Search{Begins: q.Begins})
	rest.Begins, rest.Limit = "", beginStep
	query := matchOf(rest, people).String()
	for seen := 0; seen < beginMost; seen += beginStep {
		batch, further, err := s.newest(rest, query)
		if err != nil {
			return nil, false, false, err
		}
		for _, p := range batch {
			if begin.in(wording(p)) {
				posts = append(posts, p)
			}
		}
		if len(posts) > q.Limit || !further {
			return posts[:min(len(posts), q.Limit)], len(posts) > q.Limit, true, nil
		}
		if looked := seen + beginStep; len(posts)*beginMost <= q.Limit*looked {
			break // at this rate there will not be enough
		}
		rest.Below = batch[len(batch)-1].Key()
	}
	return nil, false, false, nil
}

// ranked returns the best of the newest posts that match, best first. To weigh all
// of them would take too long where they are many.
func (s *session) ranked(q timeline.Search, query string) (posts []*timeline.Post, more bool, err error) {
	low, high := span(q)
	places, err := s.interruptible(matching, query, int64(low), int64(high), timeline.MaxRanked)
	if err != nil || len(places) == 0 {
		return nil, false, err
	}
	best, err := s.interruptible(byRank, query, places[len(places)-1], int64(high), q.Limit+1)
	if err != nil {
		return nil, false, err
	}
	for _, at := range best {
		p, err := s.at(place(at), 0)
		if err != nil {
			return nil, false, err
		}
		if p != nil && wanted(q, p) {
			posts = append(posts, p)
		}
	}
	return posts[:min(len(posts), q.Limit)], len(posts) > q.Limit, nil
}

// interruptible reads numbers by a query that may take long and ends with the
// caller's context.
func (s *session) interruptible(query string, args ...any) ([]int64, error) {
	t := *s
	t.ctx = s.asked
	return t.numbers(query, args...)
}
