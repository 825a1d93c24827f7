package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/picture"
)

// Pictures is how pictures are shown.
type Pictures struct {
	Fetcher  timeline.Fetcher  // brings them
	Terminal *picture.Terminal // what is known of it before it says anything itself
	Rows     int               // the most rows of a picture in a feed
	// Tmux asks tmux for the terminal around it, see picture.Around; nil: nobody is asked.
	Tmux func(context.Context) string
}

// startPictures asks the terminal what it can show, and begins to load what is seen.
func (m *Model) startPictures() tea.Cmd {
	if m.album == nil {
		return nil
	}
	cmds := []tea.Cmd{tea.Raw(picture.Queries()), m.album.Start(m.ctx)}
	if tmux, ctx := m.o.Pictures.Tmux, m.ctx; tmux != nil {
		cmds = append(cmds, func() tea.Msg { return picture.Around(tmux(ctx)) })
	}
	return tea.Batch(cmds...)
}

// pictured takes what pictures bring, and what the terminal says of itself.
func (m *Model) pictured(msg tea.Msg) tea.Cmd {
	if m.album == nil {
		return nil
	}
	if cmd, done := m.album.Take(m.ctx, msg); done {
		return cmd
	}
	further := m.album.Heard(msg)
	m.refit()
	if further == "" {
		return nil
	}
	return tea.Raw(further)
}

// refit gives posts pictures of the size that the window has room for: half of its lines
// at the most. A theme without colours has none.
func (m *Model) refit() {
	if m.album == nil {
		return
	}
	fit := picture.Fit{}
	if !m.theme.Colorless() && !m.o.ASCII {
		fit = m.album.Fit(min(m.o.Pictures.Rows, m.body()/2))
	}
	if fit != m.fit {
		m.fit = fit
		m.relook()
	}
}

// endPictures has the terminal forget them.
func (m *Model) endPictures() tea.Cmd {
	if m.album == nil {
		return nil
	}
	end := m.album.End()
	if end == "" {
		return nil
	}
	return tea.Raw(end)
}
