package timeline

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

var _ Cache = (*Memory)(nil)

// Memory is a Cache for as long as the process lives. All methods are safe for
// concurrent use. It fails only when ctx has ended.
type Memory struct {
	mu    sync.Mutex
	rows  Rows // every post, whatever it came by
	feeds map[Feed]*shelf
}

// shelf is what a Memory holds of one feed.
type shelf struct {
	reach   Reach
	members map[ID]bool // whether the post is unread
}

// NewMemory makes an empty Memory.
func NewMemory() *Memory { return &Memory{feeds: map[Feed]*shelf{}} }

func (m *Memory) shelf(f Feed) *shelf {
	s, ok := m.feeds[f]
	if !ok {
		s = &shelf{members: map[ID]bool{}}
		m.feeds[f] = s
	}
	return s
}

// Reach implements Cache.
func (m *Memory) Reach(ctx context.Context, f Feed) (Reach, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.feeds[f]; ok {
		r := s.reach
		r.Holes = slices.Clone(r.Holes)
		return r, ctx.Err()
	}
	return Reach{}, ctx.Err()
}

// Keep implements Cache.
func (m *Memory) Keep(ctx context.Context, hauls ...Haul) (Kept, error) {
	if err := ctx.Err(); err != nil {
		return Kept{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var kept Kept
	for _, h := range hauls {
		m.rows.Insert(h.Posts...)
		for _, p := range h.Posts {
			p, _ = m.rows.Post(p.ID)
			kept.Posts = append(kept.Posts, p)
			if h.Feed != (Feed{}) && m.join(h.Feed, p.Key(), h.ReadTo) {
				kept.Unread = append(kept.Unread, p.Key())
			}
		}
		for _, id := range h.Removed {
			m.rows.Remove(id)
			for _, s := range m.feeds {
				delete(s.members, id)
			}
		}
		if h.Feed != (Feed{}) {
			m.shelf(h.Feed).reach.Extend(h)
		}
	}
	return kept, nil
}

// join makes a post a member of a feed and tells whether it is an unread one.
func (m *Memory) join(f Feed, k, readTo Key) bool {
	s := m.shelf(f)
	if unread, known := s.members[k.ID]; known {
		return unread
	}
	unread := readTo.Less(k)
	for _, other := range m.feeds {
		if waits, known := other.members[k.ID]; known && !waits {
			unread = false
		}
	}
	s.members[k.ID] = unread
	return unread
}

// Page implements Cache.
func (m *Memory) Page(ctx context.Context, q Query) (Stretch, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	limit := cmp.Or(q.Limit, MaxPage)
	at, step := m.begin(q)
	var found Stretch
	for ; at >= 0 && at < m.rows.Len(); at += step {
		p := m.rows.At(at).Post
		if p.Key().Less(q.Floor) {
			if q.Newer {
				continue
			}
			break
		}
		if q.Network != "" && p.ID.Network != q.Network || !m.holds(q.Feeds, p.ID) {
			continue
		}
		if len(found.Posts) == limit {
			found.More = true
			break
		}
		found.Posts = append(found.Posts, p)
	}
	if !q.Newer {
		slices.Reverse(found.Posts)
	}
	return found, ctx.Err()
}

// begin is the first row that a query may return, and where to go from there.
func (m *Memory) begin(q Query) (at, step int) {
	zero := q.From == Key{}
	at, exact := m.rows.Find(q.From)
	switch {
	case q.Newer && exact:
		return at + 1, 1
	case q.Newer:
		return at, 1
	case zero:
		return m.rows.Len() - 1, -1
	}
	return at - 1, -1
}

func (m *Memory) holds(feeds []Feed, id ID) bool {
	return slices.ContainsFunc(feeds, func(f Feed) bool {
		s, ok := m.feeds[f]
		if ok {
			_, ok = s.members[id]
		}
		return ok
	})
}

// Unread implements Cache.
func (m *Memory) Unread(ctx context.Context, feeds []Feed, limit int) ([]Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	waiting := map[ID]Key{}
	for _, f := range feeds {
		if s, ok := m.feeds[f]; ok {
			for id, unread := range s.members {
				if unread {
					waiting[id] = m.rows.place[id]
				}
			}
		}
	}
	keys := slices.SortedFunc(maps.Values(waiting), Key.Compare)
	return keys[max(0, len(keys)-max(0, limit)):], ctx.Err()
}

// MarkRead implements Cache.
func (m *Memory) MarkRead(ctx context.Context, keys ...Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.feeds {
		for _, k := range keys {
			if s.members[k.ID] {
				s.members[k.ID] = false
			}
		}
	}
	return ctx.Err()
}

// MarkReadTo implements Cache.
func (m *Memory) MarkReadTo(ctx context.Context, f Feed, to Key) ([]Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var read []Key
	for id, unread := range m.shelf(f).members {
		k := m.rows.place[id]
		if !unread || to.Less(k) {
			continue
		}
		m.feeds[f].members[id] = false
		if !m.waits(id) {
			read = append(read, k)
		}
	}
	slices.SortFunc(read, Key.Compare)
	return read, ctx.Err()
}

// knows tells whether a post is kept, unread whether a feed holds it as unread.
func (m *Memory) knows(id ID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.rows.place[id]
	return ok
}

func (m *Memory) unread(id ID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.waits(id)
}

// waits tells whether any feed holds a post as unread.
func (m *Memory) waits(id ID) bool {
	for _, s := range m.feeds {
		if s.members[id] {
			return true
		}
	}
	return false
}

var _ Marks = (*MemoryMarks)(nil)

// MemoryMarks are Marks for as long as the process lives. All methods are safe for
// concurrent use. They fail only when ctx has ended.
type MemoryMarks struct {
	mu        sync.Mutex
	readTo    map[Feed]Key
	positions map[string]Position
	firstSeen map[ID]time.Time
}

// NewMemoryMarks makes MemoryMarks that know nothing.
func NewMemoryMarks() *MemoryMarks {
	return &MemoryMarks{readTo: map[Feed]Key{}, positions: map[string]Position{}, firstSeen: map[ID]time.Time{}}
}

// ReadTo implements Marks.
func (m *MemoryMarks) ReadTo(ctx context.Context, f Feed) (Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.readTo[f], ctx.Err()
}

// SetReadTo implements Marks.
func (m *MemoryMarks) SetReadTo(ctx context.Context, f Feed, to Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.readTo[f].Less(to) {
		m.readTo[f] = to
	}
	return ctx.Err()
}

// Position implements Marks.
func (m *MemoryMarks) Position(ctx context.Context, screen string) (Position, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.positions[screen]
	return p, ok, ctx.Err()
}

// SetPosition implements Marks.
func (m *MemoryMarks) SetPosition(ctx context.Context, screen string, p Position) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.positions[screen] = p
	return ctx.Err()
}

// FirstSeen implements Marks.
func (m *MemoryMarks) FirstSeen(ctx context.Context, seen map[ID]time.Time) (map[ID]time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make(map[ID]time.Time, len(seen))
	for id, at := range seen {
		if known, ok := m.firstSeen[id]; ok {
			at = known
		}
		m.firstSeen[id] = at
		out[id] = at
	}
	return out, ctx.Err()
}
