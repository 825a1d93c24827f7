// Package profile shows a person and what they posted.
//
// It reads through a Reader and knows no hub. What a post says of its author is
// shown at once, the rest when it arrives.
package profile

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/column"
	"skein/ui/post"
)

// Read is what is known of a person.
type Read struct {
	Profile *timeline.Profile
	Posts   []*timeline.Post // newest first
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

// Pane is one person. It is for one goroutine.
type Pane struct {
	*column.Column
	column.Reading
	of *timeline.Post
}

// New makes a Pane for the author of p.
func New(p *timeline.Post, look post.Look) *Pane {
	p = p.Content()
	known := &timeline.Profile{Network: p.ID.Network, Author: p.Author}
	pane := &Pane{of: p, Column: column.New(look, []column.Item{{Lines: card(known)}})}
	pane.Reload()
	return pane
}

// Of is the post whose author is shown.
func (p *Pane) Of() *timeline.Post { return p.of }

// Title is what the pane is called.
func (p *Pane) Title() string { return "Profile" }

// Status is one line on what is awaited or went wrong; "" when all is there.
func (p *Pane) Status() string { return p.StatusOf("profile") }

// Take takes the answer. One that is for another person changes nothing, nor does
// what was kept once the network has answered.
func (p *Pane) Take(l Loaded) {
	if l.Of != p.of.Author.ID || !p.Heard(l.Early, l.Err) || l.Got.Profile == nil {
		return
	}
	p.Show(l.Early, l.Got.Profile.Kept)
	items := []column.Item{{Lines: card(l.Got.Profile)}}
	for _, t := range l.Got.Posts {
		items = append(items, column.Item{Post: t})
	}
	p.Set(items, 0)
}
