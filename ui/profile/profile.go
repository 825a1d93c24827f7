// Package profile shows a person and what they posted.
//
// It reads through a Reader and knows no hub. What a post says of its author is
// shown at once, the rest when it arrives.
package profile

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
)

// Read is what is known of a person.
type Read struct {
	Profile *timeline.Profile
	Pinned  []*timeline.Post // what they keep on top
	Posts   []*timeline.Post // newest first
	Older   timeline.Cursor  // continues below Posts
}

// Reader reads the author of a post.
type Reader func(ctx context.Context, p *timeline.Post) (Read, error)

// Loaded is the message that a Reader has answered.
type Loaded struct {
	Of  string // Author.ID
	Got Read
	Err error
	// Early says that it is what was kept; the Reader's own answer is still awaited.
	Early bool
}

// Load asks for the author of p.
func Load(ctx context.Context, read Reader, p *timeline.Post) tea.Cmd {
	p = p.Content()
	return func() tea.Msg {
		got, err := read(ctx, p)
		return Loaded{Of: p.Author.ID, Got: got, Err: err}
	}
}

// Recall is Load with what was kept, to be shown until the network has answered.
func Recall(ctx context.Context, kept Reader, p *timeline.Post) tea.Cmd {
	load := Load(ctx, kept, p)
	return func() tea.Msg {
		l, _ := load().(Loaded)
		l.Early = true
		return l
	}
}
