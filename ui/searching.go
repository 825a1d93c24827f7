package ui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"skein/ui/cell"
	"skein/ui/profile"
	"skein/ui/search"
)

// The messages of searching.
type (
	searchDue struct { // the question has rested
		of *findings
		n  int
	}
	answered struct {
		of *findings
		search.Answer
	}
)

// findings is the search that is open.
type findings struct {
	*search.Pane
	waiting int                // the question whose rest is waited for
	stop    context.CancelFunc // ends the reading that is under way
}

// startSearch opens the search, or goes back to its question.
func (m *Model) startSearch() tea.Cmd {
	if m.found == nil {
		m.found = &findings{Pane: search.New(m.look()), stop: func() {}}
		m.addTab(&tab{name: "search", title: "Search", board: m.found, from: m.front})
	}
	cmd := m.switchTo(m.found.tab(m))
	m.closeOpened()
	m.found.Type()
	return cmd
}

// stopSearch goes back to where the search was opened.
func (m *Model) stopSearch() tea.Cmd {
	m.found.stop()
	t := m.found.tab(m)
	m.found = nil
	return m.closeTab(t)
}

// tab is where the search stands.
func (f *findings) tab(m *Model) *tab {
	i := slices.IndexFunc(m.tabs, func(t *tab) bool { return t.board == board(f) })
	return m.tabs[i]
}

// Below: findings are a board.

// Unread implements board: what was found was looked for.
func (*findings) Unread() int { return 0 }

func (*findings) front(*Model) tea.Cmd { return nil }

func (*findings) after(m *Model, _ tea.Msg) tea.Cmd { return tea.Batch(m.seek(), m.seekWide()) }

// open opens a person whom the networks found, and asks them for a tag that they named.
func (f *findings) open(m *Model) (cmd tea.Cmd, done bool) {
	if who := f.Person(); who != nil {
		return m.push(profile.NewOf(who, m.look())), true
	}
	if tag := f.Tag(); tag != "" {
		f.Seek(tag)
		return nil, true
	}
	return nil, false
}

func (*findings) back(m *Model) (cmd tea.Cmd, done bool) { return m.stopSearch(), true }

// refresh puts what was found in another order.
func (f *findings) refresh(*Model) (cmd tea.Cmd, done bool) {
	f.Rank()
	return nil, true
}

// typing tells whether keys write the question of the search.
func (m *Model) typing() bool {
	return m.found != nil && m.front.board == board(m.found) && m.opened() == nil && len(m.overlays) == 0 && m.found.Typing()
}

// seek asks what is to be asked: a question that has rested, or for more.
func (m *Model) seek() tea.Cmd {
	if m.found == nil {
		return nil
	}
	n, due := m.found.Question()
	if due && m.found.waiting != n {
		m.found.waiting = n
		return m.later(search.Rest, searchDue{m.found, n})
	}
	if ask, ok := m.found.More(); ok {
		return m.find(ask)
	}
	return nil
}

// searched takes what the commands of searching bring.
func (m *Model) searched(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case searchDue:
		return m.searchDue(msg)
	case answered:
		m.takeAnswer(msg)
	case foundWide:
		m.takeWide(msg)
	case resolved:
		return m.takeResolved(msg)
	}
	return nil
}

func (m *Model) searchDue(s searchDue) tea.Cmd {
	if m.found == nil || m.found != s.of {
		return nil
	}
	if n, due := m.found.Question(); n != s.n || !due {
		return nil
	}
	if ask, ok := m.found.Ask(m.o.Now()); ok {
		return m.find(ask)
	}
	return nil
}

// find asks the Library. Whoever is asked something else stops looking for this.
func (m *Model) find(a search.Ask) tea.Cmd {
	m.found.stop()
	ctx, cancel := context.WithCancel(m.ctx)
	m.found.stop = cancel
	library, of := m.o.Library, m.found
	return func() tea.Msg {
		defer cancel()
		return answered{of, a.Find(ctx, library)}
	}
}

func (m *Model) takeAnswer(a answered) {
	if m.found != nil && m.found == a.of { // else that search is over
		m.found.Take(a.Answer)
		m.reviseAll()
	}
}

func (m *Model) nextMatch() tea.Cmd     { return m.match(1) }
func (m *Model) previousMatch() tea.Cmd { return m.match(-1) }

// match goes to another post that was found; from an open thread to that one's.
func (m *Model) match(d int) tea.Cmd {
	before, open := m.found.Selected(), m.opened() != nil
	m.found.Move(d)
	if !open || m.found.Selected() == before {
		return nil
	}
	m.closeOpened()
	return m.open()
}

func (m *Model) noMatches() string {
	if m.found == nil || m.front.board != board(m.found) || m.found.Len() == 0 {
		return "nothing was searched for"
	}
	return ""
}

func (m *Model) noSearch() string {
	switch {
	case m.o.Hub == nil:
		return "there is no account yet"
	case m.o.Library == nil:
		return "nothing is kept that could be searched"
	}
	return ""
}

// searchHints are the keys while the question is typed, as many as fit.
func (m *Model) searchHints() string {
	t := m.theme
	line := cell.Blank(lead)
	for _, h := range [][2]string{
		{t.Signs.Enter, "results"}, {"esc", "back"}, {"C-n/C-p", "move"}, {"C-r", "best or newest first"}, {"C-u", "clear"},
	} {
		next := line + t.Text.Paint(h[0]) + t.Dim.Paint(" "+h[1]) + "  "
		if cell.Width(m.measure, next) > m.inner() {
			break
		}
		line = next
	}
	return cell.Fit(m.measure, line, m.inner(), "")
}
