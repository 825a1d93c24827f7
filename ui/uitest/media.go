package uitest

import (
	"context"
	"fmt"
	"sync"

	"skein/ui/gallery"
)

// Media notes what was done with media. It is safe for concurrent use.
type Media struct {
	mu   sync.Mutex
	done []string
	err  error
}

// Done is what was asked for, in that order: "save one 1", "play https://…".
func (m *Media) Done() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.done...)
}

// Fails has all that follows fail.
func (m *Media) Fails(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *Media) note(format string, args ...any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done = append(m.done, fmt.Sprintf(format, args...))
	return m.err
}

// Save implements ui.Media.
func (m *Media) Save(_ context.Context, i gallery.Item) (string, error) {
	return "/home/me/Downloads/" + i.Post.Local + ".png", m.note("save %s %d", i.Post.Local, i.N)
}

// View implements ui.Media.
func (m *Media) View(_ context.Context, i gallery.Item) error {
	return m.note("view %s %d", i.Post.Local, i.N)
}

// Play implements ui.Media.
func (m *Media) Play(_ context.Context, address string) error { return m.note("play %s", address) }

// Player implements ui.Media.
func (m *Media) Player() string { return "mpv" }
