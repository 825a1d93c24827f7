package uitest

import (
	"context"
	"sync"
	"time"

	"skein/timeline"
)

// Marks keep a place in memory. They are safe for several goroutines.
type Marks struct {
	mu     sync.Mutex
	places map[string]timeline.Position
	saves  int
}

// At makes Marks that know where the reader left.
func At(p timeline.Position) *Marks {
	return &Marks{places: map[string]timeline.Position{"home": p}}
}

// Saves counts how often a place was kept.
func (m *Marks) Saves() int { m.mu.Lock(); defer m.mu.Unlock(); return m.saves }

// Position implements timeline.Marks, as do the methods below.
func (m *Marks) Position(_ context.Context, screen string) (timeline.Position, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.places[screen]
	return p, ok, nil
}

// SetPosition keeps a place.
func (m *Marks) SetPosition(_ context.Context, screen string, p timeline.Position) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.places == nil {
		m.places = map[string]timeline.Position{}
	}
	m.places[screen] = p
	m.saves++
	return nil
}

// ReadTo knows nothing.
func (*Marks) ReadTo(context.Context, timeline.Feed) (timeline.Key, error) {
	return timeline.Key{}, nil
}

// SetReadTo does nothing.
func (*Marks) SetReadTo(context.Context, timeline.Feed, timeline.Key) error { return nil }

// FirstSeen finds that all was seen first now.
func (*Marks) FirstSeen(_ context.Context, seen map[timeline.ID]time.Time) (map[timeline.ID]time.Time, error) {
	return seen, nil
}
