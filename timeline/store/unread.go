package store

import (
	"context"
	"math"
	"slices"

	"skein/timeline"
	"skein/timeline/failpoint"
)

// Unread returns the keys of the unread posts of feeds, oldest first; of more than
// limit the newest.
func (c *Cache) Unread(ctx context.Context, feeds []timeline.Feed, limit int) (keys []timeline.Key, err error) {
	err = c.view(ctx, func(s *session) error {
		streams, err := s.streams(feeds, "")
		if err != nil {
			return err
		}
		keys = nil
		for _, n := range streams {
			rows, err := s.rows("place IN (SELECT place FROM unread WHERE stream = ? ORDER BY place DESC LIMIT ?)", n, limit)
			if err != nil {
				return err
			}
			for _, r := range rows {
				keys = append(keys, r.key())
			}
		}
		slices.SortFunc(keys, timeline.Key.Compare)
		keys = slices.CompactFunc(keys, func(a, b timeline.Key) bool { return a.Compare(b) == 0 })
		keys = keys[max(0, len(keys)-limit):]
		return nil
	})
	return keys, err
}

// MarkRead marks posts as read in every feed.
func (c *Cache) MarkRead(ctx context.Context, keys ...timeline.Key) error {
	if len(keys) == 0 {
		return nil
	}
	err := c.update(ctx, func(s *session) error {
		for _, k := range keys {
			r, ok, err := s.find(k.ID)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if _, err := s.exec("DELETE FROM unread WHERE stream IN (SELECT n FROM stream) AND place = ?", int64(r.at)); err != nil {
				return err
			}
		}
		failpoint.Hit("store.unread.before")
		return nil
	})
	if err == nil {
		failpoint.Hit("store.unread.after")
	}
	return err
}

// MarkReadTo marks the posts of one feed up to and with to as read, and returns
// those that no feed holds as unread any more.
func (c *Cache) MarkReadTo(ctx context.Context, f timeline.Feed, to timeline.Key) (read []timeline.Key, err error) {
	err = c.update(ctx, func(s *session) error {
		read = nil
		streams, err := s.streams([]timeline.Feed{f}, "")
		if err != nil {
			return err
		}
		for _, n := range streams {
			keys, err := s.readTo(n, to)
			if err != nil {
				return err
			}
			read = append(read, keys...)
		}
		failpoint.Hit("store.unread.before")
		return nil
	})
	if err != nil {
		return nil, err
	}
	failpoint.Hit("store.unread.after")
	return read, nil
}

// readTo marks one stream's posts.
func (s *session) readTo(stream int64, to timeline.Key) (read []timeline.Key, err error) {
	const below = "SELECT place FROM unread WHERE stream = ? AND place BETWEEN ? AND ?"
	places, err := s.numbers(below, stream, int64(math.MinInt64), int64(placeOf(settle(to.Time)).next()-1))
	if err != nil {
		return nil, err
	}
	for _, at := range places {
		rows, err := s.rows("place = ?", at)
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 && to.Less(rows[0].key()) {
			continue
		}
		if _, err := s.exec("DELETE FROM unread WHERE stream = ? AND place = ?", stream, at); err != nil {
			return nil, err
		}
		var elsewhere bool
		const still = "SELECT EXISTS(SELECT 1 FROM unread WHERE stream IN (SELECT n FROM stream) AND place = ?)"
		if _, err := s.one(still, []any{at}, &elsewhere); err != nil {
			return nil, err
		}
		if !elsewhere && len(rows) > 0 {
			read = append(read, rows[0].key())
		}
	}
	return read, nil
}
