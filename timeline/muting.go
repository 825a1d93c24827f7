package timeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	muteLook = 5 * time.Second // how often it is looked whether a mute was made elsewhere, or has ended
	// mostHidden is how many posts that are hidden are read through at once for those
	// that are not, for many of them hiddenEach for each that is wanted: who mutes a whole
	// network shall not have it read to its end.
	mostHidden = 400
	hiddenEach = 4
	// mostMuted is how many posts that are hidden stay unread: the others shall have room
	// in MaxUnread although a whole network is muted for long.
	mostMuted = 2000
)

// muting is what a Hub knows of the person's mutes.
type muting struct {
	reading sync.Mutex // one reading at a time; guards list and version
	list    []Mute
	version int64

	mu    sync.Mutex
	mutes *Mutes
	fresh bool // they have changed, and what is unread was not looked at since
}

// Mutes are the mutes that what is handed over now is seen through.
func (h *Hub) Mutes() *Mutes {
	h.muting.mu.Lock()
	defer h.muting.mu.Unlock()
	return h.muting.mutes
}

// ReadMutes reads the person's mutes again, as is also done every few seconds: the
// Changes that tell of others follow at once. Where they cannot be read, those go on
// that are known.
func (h *Hub) ReadMutes(ctx context.Context) error {
	changed, err := h.compileMutes(ctx)
	if changed {
		h.muting.mu.Lock()
		h.muting.fresh = true
		h.muting.mu.Unlock()
		h.notify()
	}
	return err
}

// compileMutes makes those mutes ready that hold now, if they are others than before.
func (h *Hub) compileMutes(ctx context.Context) (changed bool, err error) {
	m := &h.muting
	if h.opts.Mutes == nil {
		return false, nil
	}
	m.reading.Lock()
	defer m.reading.Unlock()
	list, version, err := h.opts.Mutes.Muted(ctx, m.version)
	if err != nil {
		return false, fmt.Errorf("what you have muted: %w", err)
	}
	now := h.opts.Now()
	if version == m.version && !h.Mutes().Ended(now) {
		return false, nil
	}
	if version != m.version {
		m.list, m.version = list, version
	}
	mutes := NewMutes(m.list, h.Accounts(), now)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mutes = mutes
	return true, nil
}

// remuted tells, once, that there are other mutes than before.
func (h *Hub) remuted() bool {
	h.muting.mu.Lock()
	defer h.muting.mu.Unlock()
	fresh := h.muting.fresh
	h.muting.fresh = false
	return fresh
}

// lookAtMutes reads the mutes of the hub's own accord.
func (h *Hub) lookAtMutes(ctx context.Context) {
	if err := h.ReadMutes(ctx); err != nil {
		h.withoutMutes(err)
	}
}

// withoutMutes notes that mutes could not be read.
func (h *Hub) withoutMutes(err error) {
	if h.ctx.Err() == nil {
		h.opts.Log.Warn("mutes", "error", err)
	}
}

// hides tells whether a mute hides p.
func (h *Hub) hides(p *Post) bool {
	_, hidden := h.Mutes().Hides(p)
	return hidden
}

// mutedOf returns those of the unread posts that are hidden now, newest first; keys are
// oldest first. They keep their marks, so that a mute that is taken back, or ends, brings
// them back with it. Of more than mostMuted the oldest are marked as read.
func (h *Hub) mutedOf(ctx context.Context, sources []Feed, keys []Key) []Key {
	mutes := h.Mutes()
	if mutes.Len() == 0 || len(keys) == 0 {
		return nil
	}
	var hidden []Key
	for at := len(keys) - 1; at >= 0; {
		above := Key{Time: keys[at].Time.Add(1)} // all that has that moment is below
		found, err := h.keeper.page(ctx, Query{Feeds: sources, From: above, Floor: keys[0], Limit: MaxPage})
		if err != nil {
			h.opts.Log.Warn("what is unread and muted", "error", err)
			break
		}
		if len(found.Posts) == 0 {
			break
		}
		posts := make(map[ID]*Post, len(found.Posts))
		for _, p := range found.Posts {
			posts[p.ID] = p
		}
		// The first was asked for and counts as looked at: it may be gone since, of which
		// a page that begins above it tells nothing.
		low := found.Posts[0].Key()
		for first := at; at >= 0 && (at == first || !keys[at].Less(low)); at-- {
			if p := posts[keys[at].ID]; p != nil {
				if _, is := mutes.Hides(p); is {
					hidden = append(hidden, keys[at])
				}
			}
		}
	}
	if len(hidden) > mostMuted {
		old := hidden[mostMuted:]
		if err := h.keeper.markRead(ctx, old); err != nil {
			h.opts.Log.Warn("marking what is muted as read", "posts", len(old), "error", err)
		}
	}
	return hidden
}

// resift takes into c, after mutes have changed, what is unread no more because it is
// hidden; what is hidden no more is unread again, as soon as its row is handed over.
func (h *Hub) resift(ctx context.Context, c *Changes) {
	h.mu.Lock()
	sources := h.sources()
	h.mu.Unlock()
	keys, err := h.keeper.unread(ctx, sources, MaxUnread)
	if err != nil {
		h.opts.Log.Warn("what is unread and muted", "error", err)
		return
	}
	hidden := h.mutedOf(ctx, sources, keys)
	c.Read = append(c.Read, hidden...)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, k := range hidden {
		delete(h.later, k.ID)
	}
	for _, k := range less(keys, hidden) {
		if !h.isSeen(k) {
			h.later[k.ID] = k // admit tells of those whose rows are there
		}
	}
}

// less is keys without those gone, which are some of them in the opposite order.
func less(keys, gone []Key) []Key {
	if len(gone) == 0 {
		return keys
	}
	next := len(gone) - 1
	return slices.DeleteFunc(keys, func(k Key) bool {
		is := next >= 0 && gone[next].Compare(k) == 0
		if is {
			next--
		}
		return is
	})
}

// page reads a page of what mutes leave: until it is full or nothing more is kept.
// hidden counts the others that were read.
func (m *Mutes) page(ctx context.Context, q Query, read func(context.Context, Query) (Stretch, error)) (out Stretch, hidden int, err error) {
	limit := cmp.Or(q.Limit, MaxPage)
	for {
		found, err := read(ctx, q)
		if err != nil || m.Len() == 0 {
			return found, hidden, err
		}
		left := m.without(found.Posts)
		hidden += len(found.Posts) - len(left)
		if q.Newer {
			out.Posts = append(out.Posts, left...)
		} else {
			out.Posts = slices.Concat(left, out.Posts)
		}
		out.More = found.More && len(found.Posts) > 0
		if over := len(out.Posts) - limit; over > 0 && q.Limit > limit {
			out.More = true
			if q.Newer {
				out.Posts = out.Posts[:limit]
			} else {
				out.Posts = out.Posts[over:]
			}
		}
		if !out.More || len(out.Posts) >= limit {
			return out, hidden, nil
		}
		q.Limit = max(limit, MaxPage) // much is hidden
		q.From = found.Posts[0].Key()
		if q.Newer {
			q.From = found.Posts[len(found.Posts)-1].Key()
		}
	}
}

// Search finds posts in a Library as Library.Search does, but for what mutes hide: as
// many as are asked for, where there are so many. Of a Ranked search, which has no next
// page, there may be fewer.
func (m *Mutes) Search(ctx context.Context, l Library, s Search) (Found, error) {
	limit := cmp.Or(s.Limit, 40)
	var out Found
	for {
		found, err := l.Search(ctx, s)
		if err != nil || m.Len() == 0 || len(found.Hits) == 0 {
			out.More = found.More
			out.Hits = append(out.Hits, found.Hits...)
			return out, err
		}
		s.Below = found.Hits[len(found.Hits)-1].Post.Key()
		for _, h := range found.Hits {
			if _, hidden := m.Hides(h.Post); hidden {
				out.Hidden++
			} else {
				out.Hits = append(out.Hits, h)
			}
		}
		if out.More = found.More; len(out.Hits) > limit {
			out.Hits, out.More = out.Hits[:limit], true
		}
		if s.Ranked || !found.More || len(out.Hits) == limit {
			return out, nil
		}
		s.Limit = max(s.Limit, 4*MaxPage) // much is hidden
	}
}
