package uitest

import (
	"context"
	"sync"

	"skein/timeline"
)

// Marks are marks in memory that know where the reader left. They are safe for
// several goroutines.
type Marks struct {
	*timeline.MemoryMarks
	mu    sync.Mutex
	saves int
}

// At makes Marks whose reader left at a place.
func At(p timeline.Position) *Marks {
	m := &Marks{MemoryMarks: timeline.NewMemoryMarks()}
	// What is kept in memory cannot fail to be.
	_ = m.MemoryMarks.SetPosition(context.Background(), "home", p)
	return m
}

// Saves counts how often a place was kept.
func (m *Marks) Saves() int { m.mu.Lock(); defer m.mu.Unlock(); return m.saves }

// SetPosition keeps a place.
func (m *Marks) SetPosition(ctx context.Context, screen string, p timeline.Position) error {
	m.mu.Lock()
	m.saves++
	m.mu.Unlock()
	return m.MemoryMarks.SetPosition(ctx, screen, p)
}
