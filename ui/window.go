package ui

import (
	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/feed"
)

// pageRead is a reading of what is kept of the timeline.
type pageRead struct {
	feed.Answer
	then func() // where to go with it; nil to stay
}

// read reads what the window asks for, and goes on from there.
func (m *Model) read(a feed.Ask, then func()) tea.Cmd {
	hub, ctx := m.o.Hub, m.ctx
	return func() tea.Msg { return pageRead{a.Read(ctx, hub.History), then} }
}

func (m *Model) takePage(p pageRead) tea.Cmd {
	current, err := m.rows.Take(p.Answer)
	switch {
	case !current:
		return nil
	case err != nil:
		m.stuck = true
		return m.tell(timeline.AsError(err).Error()+"; the next key tries again", bad)
	}
	m.reviseAll()
	m.rows.Trim(m.feed.At())
	m.feed.SetTail(m.tail())
	m.feed.Changed()
	if p.then != nil {
		p.then()
	}
	return nil
}

// readOn reads on where the reader comes near an end: from what is kept, and below
// that from the networks.
func (m *Model) readOn(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case tea.KeyPressMsg, tea.MouseWheelMsg, tea.MouseClickMsg:
		m.stuck = false
	}
	if m.filter != "" || m.stuck {
		return nil
	}
	for _, newer := range []bool{false, true} {
		near := m.feed.NearOldest()
		if newer {
			near = m.feed.NearNewest()
		}
		if !near {
			continue
		}
		if ask, ok := m.rows.More(newer); ok {
			return m.read(ask, nil)
		}
	}
	m.askOlder(msg)
	return nil
}

// askOlder asks the networks for older posts when the reader comes near the end of
// what is kept. While only a part is shown, and where all that came was muted, the
// reader must move for it: else a network that shows nothing would have the others, and
// itself, read to their end.
func (m *Model) askOlder(msg tea.Msg) {
	switch msg.(type) {
	case tea.KeyPressMsg, tea.MouseWheelMsg, tea.MouseClickMsg:
	default:
		if m.network != "" || m.mutes.Len() > 0 && m.emptied == m.rows.All() {
			return
		}
	}
	if !m.rows.Below() && m.state.Settled && !m.state.End && !m.state.Loading && m.feed.NearOldest() {
		m.emptied = m.rows.All()
		m.o.Hub.Older()
	}
}

// top goes to the newest row of the feed, wherever it is kept.
func (m *Model) top() tea.Cmd {
	if m.focus() == pane(m.feed) && m.rows.Above() && m.filter == "" {
		return m.read(m.rows.Newest(m.network), m.feed.Top)
	}
	m.focus().Top()
	return nil
}

// bottom goes to the oldest row that is kept.
func (m *Model) bottom() tea.Cmd {
	if m.focus() == pane(m.feed) && m.rows.Below() && m.filter == "" {
		return m.read(m.rows.Oldest(m.network), m.feed.Bottom)
	}
	m.focus().Bottom()
	return nil
}

// forgets tells, once, that what is read is not kept, or is kept again.
func (m *Model) forgets(why timeline.Safe) tea.Cmd {
	before := m.forgetful
	m.forgetful = why
	switch {
	case why == before:
		return nil
	case why.Empty():
		return m.tell("what is read is kept again", good)
	}
	return m.tell("what is read now is not kept: "+why.Line().String(), bad)
}

// tail is the line below the oldest post.
func (m *Model) tail() string {
	more := m.theme.Signs.More
	switch {
	case m.filter != "" && m.rows.Len() == 0:
		return "nothing that has been loaded says this"
	case m.filter != "":
		return "only what has been loaded is filtered"
	case m.rows.Below():
		return ""
	case m.rows.Len() == 0 && !m.state.Settled:
		return "reading your timelines" + more
	case m.state.End:
		return "that is everything"
	case m.state.Loading:
		return "reading older posts" + more
	case m.network != "", m.mutes.Len() > 0 && m.emptied == m.rows.All():
		return "older posts are read as you move down"
	}
	return ""
}
