package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/ui/cell"
	"skein/ui/overlay"
)

const air = 1 // blank cells on both sides of an overlay

// screen draws everything: exactly height lines of exactly width cells. The cursor
// is nil where nothing is being typed that has the terminal's own.
func (m *Model) screen() (frame string, cursor *tea.Cursor) {
	if m.width <= 0 || m.height <= 0 {
		return "", nil
	}
	if m.width < leastWidth || m.height < leastLines {
		return m.tooSmall(), nil
	}
	lines := m.compose()
	if c := m.columns(); m.width > c.inner() {
		left, right := cell.Blank(c.margin), cell.Blank(m.width-c.inner()-c.margin)
		for i, l := range lines {
			lines[i] = left + l + right
		}
	}
	cursor = m.drawOverlays(lines)
	return strings.Join(lines, "\n"), cursor
}

// tooSmall says so on the first line, as fully as there is room for, in exactly height
// lines of exactly width cells.
func (m *Model) tooSmall() string {
	lines := slices.Repeat([]string{cell.Blank(m.width)}, m.height)
	for _, s := range []string{"too small: 40x12 at least", "40x12 at least", "too small", "small", "!"} {
		if len(s) <= m.width {
			lines[0] = cell.Fit(m.measure, s, m.width, "")
			break
		}
	}
	return strings.Join(lines, "\n")
}

// compose sets the header, the panes and the footer one below the other, in lines
// that fill the columns exactly.
func (m *Model) compose() []string {
	if m.o.Hub == nil {
		return m.welcome()
	}
	lines := make([]string, 0, m.height)
	lines = append(lines, m.header(), m.subheader())
	lines = append(lines, m.bodyLines()...)
	return append(lines, m.messageLine(), m.footer())
}

// drawOverlays draws the overlays over what is there. The line of a filter stands
// where messages do and is not drawn here. It returns the cursor of the topmost.
func (m *Model) drawOverlays(lines []string) (cursor *tea.Cursor) {
	if m.signing != nil {
		m.signing.Turn(m.spinner.frame(m.o.ASCII))
	}
	for _, o := range m.overlays {
		if _, ok := o.(*overlay.Filter); ok {
			continue
		}
		box := o.Lines(m.overlayLook(), m.width-2*air, m.height-headLines)
		wide := 0
		for _, l := range box {
			wide = max(wide, cell.Width(m.measure, l))
		}
		x, y := (m.width-wide)/2-air, max(0, (m.height-len(box))/2)
		for i, l := range box {
			if y+i < len(lines) {
				lines[y+i] = cell.Splice(m.measure, lines[y+i], cell.Blank(air)+l+cell.Blank(air), x, m.width)
			}
		}
		cursor = nil
		if o, ok := o.(overlay.Cursor); ok {
			if cx, cy, shown := o.Cursor(); shown {
				cursor = tea.NewCursor(max(0, x)+air+cx, y+cy)
				cursor.Shape, cursor.Blink = tea.CursorBar, false
			}
		}
	}
	return cursor
}

func (m *Model) overlayLook() overlay.Look {
	return overlay.Look{Theme: m.theme, Measure: m.measure}
}
