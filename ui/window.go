package ui

import (
	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/feed"
)

// pageRead is a reading of what is kept of the timeline.
type pageRead struct {
	of *reading
	feed.Answer
	then func() // where to go with it; nil to stay
}

// read reads what the window asks for, and goes on from there.
func (m *Model) read(r *reading, a feed.Ask, then func()) tea.Cmd {
	if r.hub == nil { // all is read at the first visit
		return nil
	}
	ctx := m.ctx
	return func() tea.Msg { return pageRead{r, a.Read(ctx, r.hub.History), then} }
}

func (m *Model) takePage(p pageRead) tea.Cmd {
	r := p.of
	current, err := r.rows.Take(p.Answer)
	switch {
	case !current:
		return nil
	case err != nil:
		r.stuck = true
		return tea.Batch(m.startFeed(r), m.tell(timeline.AsError(err).Error()+"; the next key tries again", bad))
	}
	m.reviseAll()
	r.rows.Trim(r.feed.At())
	m.redraw(r)
	if p.then != nil {
		p.then()
	}
	return m.startFeed(r)
}

// readOn reads on where the reader comes near an end: from what is kept, and below
// that from the networks.
func (m *Model) readOn(msg tea.Msg) tea.Cmd {
	r := m.reading()
	if r == nil || r.hub == nil {
		return nil
	}
	moved := false
	switch msg.(type) {
	case tea.KeyPressMsg, tea.MouseWheelMsg, tea.MouseClickMsg:
		r.stuck, moved = false, true
	}
	if r.filter != "" || r.stuck || r.sieve.Active() && !moved {
		return nil
	}
	for _, newer := range []bool{false, true} {
		near := r.feed.NearOldest()
		if newer {
			near = r.feed.NearNewest()
		}
		if !near {
			continue
		}
		if ask, ok := r.rows.More(newer); ok {
			return m.read(r, ask, nil)
		}
	}
	r.askOlder(msg)
	return nil
}

// askOlder asks the networks for older posts when the reader comes near the end of
// what is kept. While only a part is shown, and where all that came was muted, the
// reader must move for it: else a network that shows nothing would have the others, and
// itself, read to their end.
func (r *reading) askOlder(msg tea.Msg) {
	switch msg.(type) {
	case tea.KeyPressMsg, tea.MouseWheelMsg, tea.MouseClickMsg:
	default:
		if r.narrowed() || r.muted() {
			return
		}
	}
	if !r.rows.Below() && r.state.Settled && !r.state.End && !r.state.Loading && r.feed.NearOldest() {
		r.emptied = r.rows.All()
		r.hub.Older()
	}
}

// top goes to the newest row of the feed, wherever it is kept.
func (m *Model) top() tea.Cmd {
	if r := m.reading(); r != nil && m.opened() == nil && r.rows.Above() && r.filter == "" {
		return m.read(r, r.rows.Newest(r.network), r.feed.Top)
	}
	m.focus().Top()
	return nil
}

// bottom goes to the oldest row that is kept.
func (m *Model) bottom() tea.Cmd {
	if r := m.reading(); r != nil && m.opened() == nil && r.rows.Below() && r.filter == "" {
		return m.read(r, r.rows.Oldest(r.network), r.feed.Bottom)
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

// redraw shows a timeline anew after its rows, or what is known of it, have changed.
func (m *Model) redraw(r *reading) {
	r.feed.SetTail(m.tail(r))
	r.feed.Changed()
}

// tail is the line below the oldest post.
func (m *Model) tail(r *reading) string {
	more := m.theme.Signs.More
	switch {
	case r.why != "":
		return r.why
	case len(r.lacking) > 0 && r.answers == 0 && r.state.Settled:
		return r.lacking[0].Why.Line().String()
	case r.filter != "" && r.rows.Len() == 0:
		return "nothing that has been loaded says this"
	case r.filter != "":
		return "only what has been loaded is filtered"
	case r.rows.Below():
		return ""
	case r.rows.Len() == 0 && !r.state.Settled:
		return "reading your timelines" + more
	case r.state.End && r.rows.Len() == 0:
		return "nothing is here yet"
	case r.state.End:
		return "that is everything"
	case r.state.Loading:
		return "reading older posts" + more
	case r.narrowed(), r.muted():
		return "older posts are read as you move down"
	}
	return ""
}
