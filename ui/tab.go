package ui

import (
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
)

// tab is one of the things that can stand in the first column, and what was opened
// from it. It holds a timeline or a board.
type tab struct {
	name    string // what its place is kept by; no two tabs have the same
	title   string
	reading *reading
	board   board
	stack   []detail // what was opened from it; the last has the focus
	from    *tab     // where the person goes on closing it; nil for a tab that stays

	feed       Tab  // what the timeline reads; zero at home
	configured bool // config.toml names it
}

// board is what fills a tab that is no timeline of posts. Where it reaches beyond its
// own pane it gets the Model.
type board interface {
	pane
	// Unread is what the header counts beside the title.
	Unread() int
	// Line stands above the board, width cells.
	Line(width int) string
	// Revise replaces posts, as detail's does.
	Revise(id timeline.ID, revise func(*timeline.Post) *timeline.Post)

	// front is called when the tab has come to the front, after when a message has
	// been handled while it is there.
	front(m *Model) tea.Cmd
	after(m *Model, msg tea.Msg) tea.Cmd
	// open, back and refresh take the keys of these names. Without done they do what
	// they do everywhere: open the thread of Post, go back, and nothing.
	open(m *Model) (cmd tea.Cmd, done bool)
	back(m *Model) (cmd tea.Cmd, done bool)
	refresh(m *Model) (cmd tea.Cmd, done bool)
}

// base is what stands in the first column.
func (t *tab) base() pane {
	if t.board != nil {
		return t.board
	}
	return t.reading.feed
}

// unread is what the header counts beside the title.
func (t *tab) unread() int {
	if t.board != nil {
		return t.board.Unread()
	}
	return t.reading.unread.Len(t.reading.network)
}

// reading is the timeline in front; nil where the tab in front holds a board.
func (m *Model) reading() *reading { return m.front.reading }

// readings are all timelines that have a hub, the home timeline first.
func (m *Model) readings() []*reading {
	var out []*reading
	for _, t := range m.tabs {
		if r := t.reading; r != nil && r.hub != nil {
			out = append(out, r)
		}
	}
	return out
}

// addTab puts a tab after the others.
func (m *Model) addTab(t *tab) { m.tabs = append(m.tabs, t) }

// switchTo brings a tab to the front, as it was left.
func (m *Model) switchTo(t *tab) tea.Cmd {
	if t == m.front {
		return nil
	}
	m.front = t
	m.unfollow()
	m.resize()
	m.pace(m.paceNow())
	switch {
	case t.board != nil:
		return t.board.front(m)
	case t.reading == m.home:
		return m.begin()
	}
	return m.openHub(t)
}

// closeTab takes a tab away. Who is on it goes to where it was opened.
func (m *Model) closeTab(t *tab) tea.Cmd {
	m.tabs = slices.DeleteFunc(m.tabs, func(o *tab) bool { return o == t })
	var end tea.Cmd
	if r := t.reading; r != nil {
		r.gone = true
		end = endHub(r.end)
	}
	if t != m.front {
		return end
	}
	to := m.tabs[0]
	if t.from != nil && slices.Contains(m.tabs, t.from) {
		to = t.from
	}
	return tea.Batch(end, m.switchTo(to))
}

// unfollow has the second column filled anew with what is selected then.
func (m *Model) unfollow() { m.beside, m.selected = nil, timeline.ID{} }

// closeOpened closes what was opened from the tab in front.
func (m *Model) closeOpened() {
	m.front.stack = nil
}

// stay keeps the place in the timeline in front on what is selected now.
func (m *Model) stay() {
	if r := m.reading(); r != nil {
		r.feed.Stay()
	}
}

// tended is what a board that is shown wants after a message.
func (m *Model) tended(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	if m.front.board != nil {
		cmds = append(cmds, m.front.board.after(m, msg))
	}
	if m.noticesBeside() {
		cmds = append(cmds, m.notices.after(m, msg))
	}
	return tea.Batch(cmds...)
}

// loaded are up to n posts of the timelines, those of the one in front first.
func (m *Model) loaded(n int) []*timeline.Post {
	var out []*timeline.Post
	if r := m.reading(); r != nil {
		out = r.rows.Posts(n)
	}
	for _, r := range m.readings() {
		if r != m.reading() {
			out = append(out, r.rows.Posts(n-len(out))...)
		}
	}
	return out
}

func (m *Model) nextTab() tea.Cmd     { return m.stepTab(1) }
func (m *Model) previousTab() tea.Cmd { return m.stepTab(-1) }

// stepTab goes to a neighbour of the tab in front; beyond the last comes the first.
func (m *Model) stepTab(d int) tea.Cmd {
	n := len(m.tabs)
	return m.switchTo(m.tabs[(slices.Index(m.tabs, m.front)+d+n)%n])
}

// numberedTab goes to the tab whose number was pressed.
func (m *Model) numberedTab() tea.Cmd {
	n, err := strconv.Atoi(m.pressed)
	if err != nil || n < 1 || n > len(m.tabs) {
		return m.tell("there is no tab of that number", plain)
	}
	return m.switchTo(m.tabs[n-1])
}

func (m *Model) goHome() tea.Cmd { return m.switchTo(m.tabs[0]) }

func (m *Model) oneTab() string {
	switch {
	case m.o.Hub == nil:
		return "there is no account yet"
	case len(m.tabs) < 2:
		return "there is one tab"
	}
	return ""
}
