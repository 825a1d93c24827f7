package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"skein/ui/cell"
)

const (
	twoPanes   = 120 // cells from which the thread stands beside the feed
	threePanes = 160 // and from which there is a third column
	columnMax  = 88  // cells of the widest column
	zoomMax    = 104 // and of one that fills the screen: the deepest answer has its full measure there
	between    = 2   // cells between two columns
)

// columns is how the panes stand beside each other: all equally wide, in the middle of
// the window.
type columns struct {
	n      int // how many there are, at least 1
	each   int // cells of one
	margin int // blank cells left of the first
}

// newColumns sets n columns in a window of width cells, each at most widest.
func newColumns(width, n, widest int) columns {
	each := max(0, min(widest, (width-between*(n-1))/n))
	c := columns{n: n, each: each}
	c.margin = max(0, width-c.inner()) / 2
	return c
}

// inner is the cells of all columns together.
func (c columns) inner() int { return c.n*c.each + (c.n-1)*between }

// at is the column below cell x of the window, from 0; the margins and what is between
// two columns belong to the nearest.
func (c columns) at(x int) int {
	return min(max(0, (x-c.margin+between/2)/(c.each+between)), c.n-1)
}

// columns are those of the window as it is.
func (m *Model) columns() columns {
	n := 1
	switch {
	case m.zoomed && m.width >= twoPanes:
		return newColumns(m.width, 1, zoomMax)
	case m.width >= threePanes && m.side.shows != sideNothing && m.o.Hub != nil:
		n = 3
	case m.width >= twoPanes:
		n = 2
	}
	return newColumns(m.width, n, columnMax)
}

// inner is the cells of all columns together.
func (m *Model) inner() int { return m.columns().inner() }

// body is the lines that the panes have.
func (m *Model) body() int { return max(0, m.height-headLines-footLines) }

// shown is what stands in the columns, from the left; nil for nothing.
func (m *Model) shown() []pane {
	n := m.columns().n
	if n == 1 {
		return []pane{m.focus()}
	}
	out := make([]pane, n)
	out[0] = m.base()
	if d := m.second(); d != nil {
		out[1] = d
	}
	if n < 3 {
		return out
	}
	if d := m.third(); d != nil {
		out[2] = d
	}
	return out
}

// second is what stands in the second column; nil for nothing.
func (m *Model) second() detail {
	if d := m.openedSecond(); d != nil {
		return d
	}
	if m.beside != nil {
		return m.beside
	}
	return nil
}

// openedSecond is the topmost opened pane whose place is not the third column, or nil.
func (m *Model) openedSecond() detail {
	for _, d := range slices.Backward(m.front.stack) {
		if !m.standsThird(d) {
			return d
		}
	}
	return nil
}

// zoom has the pane that takes the keys fill the screen, or brings the others back.
func (m *Model) zoom() tea.Cmd {
	m.zoomed = !m.zoomed
	m.resize()
	if !m.zoomed {
		return nil
	}
	return m.tell(m.keys.key("zoom", &m.theme.Signs)+" brings the other columns back", plain)
}

func (m *Model) noZoom() string {
	switch {
	case m.o.Hub == nil:
		return "there is no account yet"
	case m.width < twoPanes:
		return "one pane fills the screen already; more stand beside it from 120 cells on"
	}
	return ""
}

// resize gives every pane its room.
func (m *Model) resize() {
	each := m.columns().each
	for _, p := range m.panes() {
		p.Resize(each, m.body())
	}
}

// bodyLines draws the columns.
func (m *Model) bodyLines() []string {
	now, each, focus := m.o.Now(), m.columns().each, m.focus()
	var lines []string
	for i, p := range m.shown() {
		if i == 0 {
			lines = p.Lines(now, p == focus)
			continue
		}
		if p == nil { // no post is selected
			for y := range lines {
				lines[y] += cell.Blank(between + each)
			}
			continue
		}
		for y, l := range p.Lines(now, p == focus) {
			lines[y] += cell.Blank(between) + l
		}
	}
	return lines
}
