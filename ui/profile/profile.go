// Package profile shows a person and what they posted.
//
// It reads through a Reader and knows no hub. What a post says of its author is
// shown at once, the rest when it arrives.
package profile

import (
	"context"
	"time"

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
	of       *timeline.Post
	loading  bool
	err      error
	answered bool      // what is shown is the Reader's
	recalled time.Time // else: when what is shown of it was read; zero where nothing was kept
	kept     time.Time // what the Reader says of that itself
}

// New makes a Pane for the author of p.
func New(p *timeline.Post, look post.Look) *Pane {
	p = p.Content()
	known := &timeline.Profile{Network: p.ID.Network, Author: p.Author}
	return &Pane{
		of: p, loading: true,
		Column: column.New(look, []column.Item{{Lines: card(known)}}),
	}
}

// Of is the post whose author is shown.
func (p *Pane) Of() *timeline.Post { return p.of }

// Loading tells whether the person is awaited.
func (p *Pane) Loading() bool { return p.loading }

// Reload says that the person has been asked for again.
func (p *Pane) Reload() { p.loading, p.err = true, nil }

// Title is what the pane is called.
func (p *Pane) Title() string { return "Profile" }

// Status is one line on what is awaited or went wrong; "" when all is there.
func (p *Pane) Status() string {
	switch {
	case p.err != nil && !p.stale():
		return "the profile could not be read: " + timeline.AsError(p.err).Message.Line().String()
	case p.loading:
		return "reading the profile"
	}
	return ""
}

// Kept tells that what is shown was kept: when it was read, and what the reader can do
// about it, where that is more than to wait for the server. The time is zero where
// what is shown is as the server has it.
func (p *Pane) Kept() (read time.Time, why timeline.Safe) {
	if p.stale() {
		if e := timeline.AsError(p.err); e.Code == timeline.CodeAuth {
			why = e.Message
		}
		return p.recalled, why
	}
	return p.kept, why
}

// stale tells whether what was kept is shown because the network has not answered.
func (p *Pane) stale() bool {
	return p.err != nil && !p.recalled.IsZero() && timeline.AsError(p.err).Unanswered()
}

// Take takes the answer. One that is for another person changes nothing, nor does
// what was kept once the network has answered.
func (p *Pane) Take(l Loaded) {
	if l.Of != p.of.Author.ID || l.Early && (p.answered || l.Err != nil) {
		return
	}
	if !l.Early {
		p.loading, p.err = false, l.Err
	}
	if l.Got.Profile == nil {
		return
	}
	if l.Early {
		p.recalled = l.Got.Profile.Kept
	} else {
		p.answered, p.recalled, p.kept = true, time.Time{}, l.Got.Profile.Kept
	}
	items := []column.Item{{Lines: card(l.Got.Profile)}}
	for _, t := range l.Got.Posts {
		items = append(items, column.Item{Post: t})
	}
	p.Set(items, 0)
}
