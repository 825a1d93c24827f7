package ui

import (
	"strings"

	"skein/ui/cell"
	"skein/ui/post"
)

const (
	tabGap   = 3  // cells between two tabs
	tabsFrom = 60 // cells from which the header shows more tabs than the one in front
)

// tabLine is the tabs in the header.
type tabLine struct {
	drawn  string
	names  []string // as they are drawn, tabGap cells between two
	from   int      // the index of the first among all tabs
	before int      // cells left of it
}

// tabsIn are the tabs in at most width cells: all of them, or the one in front with as
// many of its neighbours as there is room for.
func (m *Model) tabsIn(width int) tabLine {
	at := 0
	names := make([]string, len(m.tabs))
	for i, t := range m.tabs {
		names[i] = m.tabName(t)
		if t == m.front {
			at = i
		}
	}
	if m.inner() < tabsFrom {
		return tabLine{drawn: names[at], names: names[at : at+1], from: at}
	}
	draw := func(from, to int) string {
		gap, more := cell.Blank(tabGap), m.theme.Dim.Paint(m.theme.Signs.More)
		s := strings.Join(names[from:to], gap)
		if from > 0 {
			s = more + " " + s
		}
		if to < len(names) {
			s += " " + more
		}
		return s
	}
	from, to := at, at+1
	for grown := true; grown; {
		grown = false
		if to < len(names) && cell.Width(m.measure, draw(from, to+1)) <= width {
			to, grown = to+1, true
		}
		if from > 0 && cell.Width(m.measure, draw(from-1, to)) <= width {
			from, grown = from-1, true
		}
	}
	line := tabLine{drawn: draw(from, to), names: names[from:to], from: from}
	if from > 0 {
		line.before = cell.Width(m.measure, m.theme.Signs.More) + 1
	}
	return line
}

// tabName is a tab in the header: what it is called, what is unread in it, and the
// network that is shown alone.
func (m *Model) tabName(t *tab) string {
	style := m.theme.Dim
	if t == m.front {
		style = m.theme.Strong
	}
	s := style.Paint(t.title)
	if n := t.unread(); n > 0 {
		s += " " + m.theme.Accent.Paint(post.Count(n))
	}
	if r := t.reading; r != nil && r.network != "" && t == m.front {
		s += " " + m.theme.Dim.Paint(m.theme.Signs.Dot) + " " + m.theme.Network(r.network).Paint(string(r.network)) + m.theme.Dim.Paint(" only")
	}
	return s
}
