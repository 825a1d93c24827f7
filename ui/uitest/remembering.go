package uitest

import (
	"context"
	"sync"

	"skein/timeline"
)

// remembering is a hub that keeps what it has handed over.
type remembering struct {
	*timeline.Hub
	mu      sync.Mutex
	rows    timeline.Rows
	settled bool
}

func (r *remembering) Next(ctx context.Context) (timeline.Changes, error) {
	c, err := r.Hub.Next(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range c.Posts {
		if _, known := r.rows.Post(p.ID); !known && r.settled && r.rows.Len() > 0 && r.rows.At(0).Key().Less(p.Key()) {
			c.Unread = append(c.Unread, p.Key())
		}
	}
	r.rows.Insert(c.Posts...)
	for _, id := range c.Removed {
		r.rows.Remove(id)
	}
	r.settled = r.settled || c.Settled
	return c, err
}

func (r *remembering) History(_ context.Context, from timeline.Key, newer bool, only timeline.Network, limit int) (timeline.Stretch, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var s timeline.Stretch
	for i := range r.rows.Len() {
		if !newer {
			i = r.rows.Len() - 1 - i
		}
		p := r.rows.At(i).Post
		beyond := p.Key().Compare(from)
		switch {
		case from != (timeline.Key{}) && (newer && beyond <= 0 || !newer && beyond >= 0), only != "" && p.ID.Network != only:
		case len(s.Posts) == limit:
			s.More = true
			return s, nil
		default:
			s.Posts = append(s.Posts, p)
		}
	}
	return s, nil
}
