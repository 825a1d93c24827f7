package timeline

import (
	"context"
	"slices"
	"sync"
)

var _ MuteBook = (*MemoryMutes)(nil)

// MemoryMutes is a MuteBook for as long as the process lives, without an address book.
// All methods are safe for concurrent use.
type MemoryMutes struct {
	mu      sync.Mutex
	list    []Mute
	version int64
	last    int64 // ID
}

// NewMemoryMutes makes MemoryMutes of mutes.
func NewMemoryMutes(list ...Mute) *MemoryMutes {
	m := &MemoryMutes{version: 1}
	for _, mute := range list {
		m.last++
		mute.ID = m.last
		m.list = append(m.list, mute)
	}
	return m
}

// Muted implements MuteBook.
func (m *MemoryMutes) Muted(ctx context.Context, known int64) ([]Mute, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known == m.version {
		return nil, known, ctx.Err()
	}
	return slices.Clone(m.list), m.version, ctx.Err()
}

// Mute implements MuteBook.
func (m *MemoryMutes) Mute(ctx context.Context, mute Mute) (Mute, error) {
	if err := mute.Check(); err != nil {
		return Mute{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.version++
	i := slices.IndexFunc(m.list, mute.Same)
	if i >= 0 {
		m.list[i].Until = mute.Until
		return m.list[i], ctx.Err()
	}
	m.last++
	mute.ID = m.last
	m.list = append(m.list, mute)
	return mute, ctx.Err()
}

// Unmute implements MuteBook.
func (m *MemoryMutes) Unmute(ctx context.Context, id int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.list, func(o Mute) bool { return o.ID == id })
	if i < 0 {
		return Errorf(CodeNotFound, "there is no such mute any more")
	}
	m.version++
	m.list = slices.Delete(m.list, i, i+1)
	return ctx.Err()
}
