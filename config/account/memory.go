package account

import (
	"context"
	"sync"
)

// Memory is a Store that forgets when the process ends: for tests, and for
// reading without an account.
type Memory struct {
	mu    sync.Mutex
	all   map[string]Credentials
	locks map[string]chan struct{}
}

// NewMemory makes an empty Memory.
func NewMemory() *Memory {
	return &Memory{all: map[string]Credentials{}, locks: map[string]chan struct{}{}}
}

// Load implements Store.
func (m *Memory) Load(_ context.Context, id string) (Credentials, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.all[id]
	if !ok {
		return nil, ErrNoCredentials
	}
	return c.Clone(), nil
}

// Save implements Store.
func (m *Memory) Save(_ context.Context, id string, c Credentials) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all[id] = c.Clone()
	return nil
}

// Delete implements Store.
func (m *Memory) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, id)
	return nil
}

// Lock implements Store within the process.
func (m *Memory) Lock(ctx context.Context, id string) (func(), error) {
	m.mu.Lock()
	l, ok := m.locks[id]
	if !ok {
		l = make(chan struct{}, 1)
		m.locks[id] = l
	}
	m.mu.Unlock()
	select {
	case l <- struct{}{}:
		return func() { <-l }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
