package store

import (
	"context"

	"skein/timeline"
)

// Reach returns how far a feed has been read.
func (c *Cache) Reach(ctx context.Context, f timeline.Feed) (r timeline.Reach, err error) {
	err = c.view(ctx, func(s *session) error {
		r, err = s.reach(f)
		return err
	})
	return r, err
}

func (s *session) reach(f timeline.Feed) (timeline.Reach, error) {
	var body []byte
	ok, err := s.one("SELECT body FROM reach WHERE account = ? AND name = ?", []any{string(f.Account), f.Name}, &body)
	if err != nil || !ok {
		return timeline.Reach{}, err
	}
	u := unpacker{b: body}
	r := u.reach()
	return r, u.err
}

func (s *session) setReach(f timeline.Feed, r timeline.Reach) error {
	var p packer
	p.reach(r)
	_, err := s.exec("INSERT INTO reach(account, name, body) VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
		string(f.Account), f.Name, p.b)
	return err
}

// advance carries a feed's reach on by what a haul says. Only what leads beyond the
// reach that is kept counts: another process may have been faster.
func (s *session) advance(h timeline.Haul) error {
	if h.Up == nil && h.Down == nil && len(h.Opened) == 0 && len(h.Closed) == 0 {
		return nil
	}
	r, err := s.reach(h.Feed)
	if err != nil {
		return err
	}
	r.Extend(h)
	if h.Down != nil {
		if err := s.bookmark(h.Feed, *h.Down); err != nil {
			return err
		}
	}
	return s.setReach(h.Feed, r)
}

// bookmark remembers where reading may go on, for when all below is trimmed.
func (s *session) bookmark(f timeline.Feed, d timeline.ReachDown) error {
	if d.Older == "" {
		return nil
	}
	var p packer
	p.key(d.Oldest)
	p.text(string(d.Older))
	_, err := s.exec("INSERT OR REPLACE INTO bookmark(account, name, place, body) VALUES(?, ?, ?, ?)",
		string(f.Account), f.Name, int64(placeOf(settle(d.Oldest.Time))), p.b)
	return err
}
