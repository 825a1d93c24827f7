package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/post"
)

// under is the pane below the pointer and the line of it.
func (m *Model) under(at tea.Mouse) (p pane, line int, ok bool) {
	line = at.Y - headLines
	if m.o.Hub == nil || len(m.overlays) > 0 || line < 0 || line >= m.body() {
		return nil, 0, false
	}
	p = m.shown()[m.columns().at(at.X)]
	return p, line, p != nil
}

func (m *Model) roll(at tea.Mouse) {
	p, _, ok := m.under(at)
	if !ok {
		return
	}
	m.stay() // what is read beside it is its selected post's
	switch at.Button {
	case tea.MouseWheelDown:
		p.Scroll(wheel)
	case tea.MouseWheelUp:
		p.Scroll(-wheel)
	}
}

// click selects what is under the pointer, and opens what was selected already, or the
// link that is there.
func (m *Model) click(at tea.Mouse) tea.Cmd {
	if at.Button != tea.MouseLeft {
		return nil
	}
	if at.Y == 0 {
		return m.clickHeader(at.X)
	}
	p, line, ok := m.under(at)
	if !ok {
		return nil
	}
	link := m.linkUnder(p, at.X, line) // before anything moves
	again := p.Click(line)
	var cmd tea.Cmd
	if p != m.focus() {
		m.stay() // what stands beside it is its selected post's
		cmd, again = m.focusOn(p), false
	}
	if l, ok := linkOf(p.Post(), link); ok && m.o.OpenURL != nil {
		m.stay()
		return tea.Batch(cmd, m.openLink(l, false))
	}
	if again {
		return m.run(m.keys.named("open"))
	}
	return cmd
}

// clickHeader goes to the tab whose name stands on a cell, or shows how the accounts do.
func (m *Model) clickHeader(x int) tea.Cmd {
	if m.o.Hub == nil || len(m.overlays) > 0 || m.width < leastWidth || m.height < leastLines {
		return nil
	}
	left, marks := m.headerEnds()
	x -= m.columns().margin
	if from := m.inner() - cell.Width(m.measure, marks); x >= from {
		if x < m.inner()-1 {
			return m.run(m.keys.named("health"))
		}
		return nil
	}
	if m.opened() != nil && m.columns().n == 1 {
		return nil // the header says what is open
	}
	line := m.tabsIn(m.inner() - cell.Width(m.measure, left+marks) - 1)
	at := cell.Width(m.measure, left) + line.before
	for i, name := range line.names {
		w := cell.Width(m.measure, name)
		if x >= at && x < at+w {
			return m.switchTo(m.tabs[line.from+i])
		}
		at += w + tabGap
	}
	return nil
}

// linkUnder is the address of the link on a cell of a pane's line; "" for none.
func (m *Model) linkUnder(p pane, x, line int) string {
	c := m.columns()
	lines := p.Lines(m.o.Now(), true)
	if line >= len(lines) {
		return ""
	}
	return linkAt(m.measure, lines[line], x-c.margin-c.at(x)*(c.each+between))
}

// linkAt is the address of the hyperlink (OSC 8) on cell x of a line; "" for none.
func linkAt(measure cell.Measure, line string, x int) string {
	decode := ansi.DecodeSequence[string]
	if measure == cell.PerRune {
		decode = ansi.DecodeSequenceWc[string]
	}
	address, at := "", 0
	for state := byte(0); line != ""; {
		seq, width, n, next := decode(line, state, nil)
		if rest, ok := strings.CutPrefix(seq, "\x1b]8;"); ok {
			_, address, _ = strings.Cut(rest, ";")
			address = strings.TrimRight(address, "\a\x1b\\")
		}
		if at += width; width > 0 && x < at {
			return address
		}
		line, state = line[n:], next
	}
	return ""
}

// linkOf is a post's link of an address.
func linkOf(p *timeline.Post, address string) (post.Link, bool) {
	if p == nil || address == "" {
		return post.Link{}, false
	}
	links := post.Links(p)
	i := slices.IndexFunc(links, func(l post.Link) bool { return l.Address.URL == address })
	if i < 0 {
		return post.Link{}, false
	}
	return links[i], true
}
