package store

import (
	"context"
	"math"
	"slices"

	"skein/timeline"
)

// Page reads posts of feeds in the order of their keys.
func (c *Cache) Page(ctx context.Context, q timeline.Query) (found timeline.Stretch, err error) {
	err = c.view(ctx, func(s *session) error {
		found, err = s.page(q)
		return err
	})
	return found, err
}

// page collects places from the place of From on, in units: within one the keys
// decide, so that a unit is taken as a whole and sorted in memory.
func (s *session) page(q timeline.Query) (found timeline.Stretch, err error) {
	if q.Limit <= 0 {
		q.Limit = timeline.MaxPage
	}
	streams, err := s.streams(q.Feeds, q.Network)
	if err != nil || len(streams) == 0 {
		return found, err
	}
	w := walk{session: s, streams: streams, newer: q.Newer, low: math.MinInt64, high: math.MaxInt64}
	if q.Floor != (timeline.Key{}) {
		w.low = placeOf(settle(q.Floor.Time))
	}
	if at := placeOf(settle(q.From.Time)); q.From != (timeline.Key{}) {
		if q.Newer {
			w.low = max(w.low, at)
		} else {
			w.high = min(w.high, at.next()-1)
		}
	}
	wanted := func(p *timeline.Post) bool {
		k := p.Key()
		switch {
		case k.Less(q.Floor):
			return false
		case q.From == (timeline.Key{}):
			return true
		case q.Newer:
			return q.From.Less(k)
		}
		return k.Less(q.From)
	}
	for { // the first unit of all may hold nothing that is wanted
		posts, more, err := w.take(q.Limit + 1 - len(found.Posts))
		if err != nil {
			return found, err
		}
		for _, p := range posts {
			if wanted(p) {
				found.Posts = append(found.Posts, p)
			}
		}
		if !more || len(found.Posts) > q.Limit {
			break
		}
	}
	slices.SortFunc(found.Posts, func(a, b *timeline.Post) int { return a.Key().Compare(b.Key()) })
	s.cut(&found, q)
	return found, nil
}

// cut takes what is over the limit away from the far end.
func (s *session) cut(found *timeline.Stretch, q timeline.Query) {
	over := len(found.Posts) - q.Limit
	if over <= 0 {
		return
	}
	found.More = true
	if q.Newer {
		found.Posts = found.Posts[:q.Limit]
	} else {
		found.Posts = found.Posts[over:]
	}
}

// streams are the rows of feeds, of one network or of all.
func (s *session) streams(feeds []timeline.Feed, network timeline.Network) (out []int64, err error) {
	for _, f := range feeds {
		n, err := s.numbers("SELECT n FROM stream WHERE account = ?1 AND name = ?2 AND (?3 = '' OR network = ?3)",
			string(f.Account), f.Name, string(network))
		if err != nil {
			return nil, err
		}
		out = append(out, n...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// walk goes through the members of streams between two places, both included, from
// the high end down, or with newer from the low end up.
type walk struct {
	*session
	streams   []int64
	newer     bool
	low, high place
}

const (
	membersUp   = "SELECT place FROM member WHERE stream = ? AND place BETWEEN ? AND ? ORDER BY place LIMIT ?"
	membersDown = "SELECT place FROM member WHERE stream = ? AND place BETWEEN ? AND ? ORDER BY place DESC LIMIT ?"
)

// take returns the next n posts or more, whole units of them, in no order. There may
// be more behind them.
func (w *walk) take(n int) (posts []*timeline.Post, more bool, err error) {
	places, err := w.places(n)
	if err != nil || len(places) == 0 {
		return nil, false, err
	}
	last := places[min(n, len(places))-1]
	from, to := last.unit(), w.high
	if w.newer {
		from, to = w.low, last.next()-1
	}
	more = len(places) >= n
	places = slices.DeleteFunc(places, func(p place) bool { return p < from || p > to })
	if more { // the last unit may have members that no stream has given yet
		u := walk{session: w.session, streams: w.streams, low: max(w.low, last.unit()), high: min(w.high, last.next()-1)}
		rest, err := u.places(math.MaxInt32)
		if err != nil {
			return nil, false, err
		}
		places = append(places, rest...)
		slices.Sort(places)
		places = slices.Compact(places)
	}
	if w.newer {
		w.low = to + 1
	} else {
		w.high = from - 1
	}
	for _, at := range places {
		p, err := w.at(at, 0)
		if err != nil {
			return nil, false, err
		}
		if p != nil {
			posts = append(posts, p)
		}
	}
	return posts, more, nil
}

// places are the next n places of each stream, in the direction of the walk, each
// once.
func (w *walk) places(n int) ([]place, error) {
	query := membersDown
	if w.newer {
		query = membersUp
	}
	var out []place
	for _, stream := range w.streams {
		found, err := w.numbers(query, stream, int64(w.low), int64(w.high), n)
		if err != nil {
			return nil, err
		}
		for _, at := range found {
			out = append(out, place(at))
		}
	}
	slices.Sort(out)
	if !w.newer {
		slices.Reverse(out)
	}
	return slices.Compact(out), nil
}
