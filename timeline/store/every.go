package store

import (
	"context"
	"math"
	"slices"

	"skein/timeline"
)

const ascending = "SELECT place FROM post WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?"

// Every reads all posts that are kept, boosts too, whatever they came by: about the
// limit of them above a key, oldest first. The zero Key is below all.
func (c *Cache) Every(ctx context.Context, above timeline.Key, limit int) (found timeline.Stretch, err error) {
	if limit <= 0 || limit > timeline.MaxFound {
		limit = timeline.MaxFound
	}
	err = c.view(ctx, func(s *session) error {
		found, err = s.every(above, limit)
		return err
	})
	return found, err
}

// every takes whole units, as a page does.
func (s *session) every(above timeline.Key, limit int) (found timeline.Stretch, err error) {
	low := place(math.MinInt64)
	if above != (timeline.Key{}) {
		low = placeOf(settle(above.Time))
	}
	for len(found.Posts) == 0 {
		places, err := s.numbers(ascending, int64(low), int64(math.MaxInt64), limit)
		if err != nil || len(places) == 0 {
			return timeline.Stretch{}, err
		}
		last := place(places[len(places)-1])
		if found.More = len(places) == limit; found.More {
			rest, err := s.numbers(ascending, int64(last+1), int64(last.next()-1), slots)
			if err != nil {
				return timeline.Stretch{}, err
			}
			places = append(places, rest...)
		}
		for _, at := range places {
			p, err := s.at(place(at), 0)
			if err != nil {
				return timeline.Stretch{}, err
			}
			if p != nil && (above == timeline.Key{} || above.Less(p.Key())) {
				found.Posts = append(found.Posts, p)
			}
		}
		if !found.More {
			break
		}
		low = last.next() // the first unit may have held nothing above the key
	}
	slices.SortFunc(found.Posts, func(a, b *timeline.Post) int { return a.Key().Compare(b.Key()) })
	return found, nil
}
