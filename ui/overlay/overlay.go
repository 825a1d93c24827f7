// Package overlay holds what is drawn over the panes and takes the keys first:
// help, the list of links, a question, the palette, the accounts' health, the
// line that a filter is typed in.
//
// An overlay does nothing itself. It returns an Action, and whoever holds the
// overlays decides. The package knows no pane and no hub.
package overlay

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/ui/cell"
	"skein/ui/post"
	"skein/ui/theme"
)

// Overlay takes keys and draws itself.
type Overlay interface {
	// Key takes a key and says what should follow; nil for nothing.
	Key(k tea.KeyPressMsg) Action
	// Lines draws the overlay in at most width cells and height lines, all lines
	// of one width.
	Lines(look Look, width, height int) []string
}

// Look is how overlays are drawn.
type Look struct {
	Theme   *theme.Theme
	Measure cell.Measure
}

// Cursor is an overlay in which the terminal's own cursor stands: Cursor tells
// where in the lines that were drawn last.
type Cursor interface {
	Cursor() (x, y int, shown bool)
}

// Paster is an overlay that takes what is pasted.
type Paster interface {
	Paste(text string) Action
}

// Action is what an overlay wants done.
type Action interface{ IsAction() }

// The actions.
type (
	// Close removes the overlay.
	Close struct{}
	// Run removes the overlay and runs a command by its name.
	Run struct{ Name string }
	// Open removes the overlay and opens a link; Sure says that the person has
	// been asked.
	Open struct {
		Link post.Link
		Sure bool
	}
	// Retry asks all accounts for news now.
	Retry struct{}
	// Search shows only what contains Text, while it is typed; Done ends typing.
	Search struct {
		Text string
		Done bool
	}
)

// IsAction makes it an Action, as it does those below.
func (Close) IsAction() {}

// IsAction makes it an Action.
func (Run) IsAction() {}

// IsAction makes it an Action.
func (Open) IsAction() {}

// IsAction makes it an Action.
func (Retry) IsAction() {}

// IsAction makes it an Action.
func (Search) IsAction() {}

// Box draws lines in a frame with a title above and a hint below. Inner is the
// width of the lines.
func (l Look) Box(title, hint string, lines []string, inner int) []string {
	s, faint := l.Theme.Signs, l.Theme.Faint
	rule := func(left, text, right string, style theme.Style) string {
		text = cell.Cut(l.Measure, text, inner-2, s.More)
		room := inner + 2
		mid := ""
		if text != "" {
			mid = " " + style.Paint(text) + " "
			room -= cell.Width(l.Measure, text) + 3
			mid = faint.Paint(s.Horizontal) + mid
		}
		return faint.Paint(left) + mid + faint.Paint(strings.Repeat(s.Horizontal, max(0, room))+right)
	}
	out := []string{rule(s.TopLeft, title, s.TopRight, l.Theme.Strong)}
	side := faint.Paint(s.Vertical)
	for _, line := range lines {
		out = append(out, side+" "+cell.Fit(l.Measure, line, inner, s.More)+" "+side)
	}
	return append(out, rule(s.BottomLeft, hint, s.BottomRight, l.Theme.Dim))
}

// The cells and lines that a box takes besides its content, and what of them is
// left of it and above.
const (
	FrameWidth  = 4
	FrameHeight = 2
	FrameLeft   = 2
	FrameTop    = 1
)

// list is a cursor on numbered lines and the part of them that is shown.
type list struct{ at, from int }

// move moves the cursor among n lines.
func (c *list) move(d, n int) { c.at = min(max(0, c.at+d), max(0, n-1)) }

// window is the part of n lines that room lines show, the cursor among them.
func (c *list) window(n, room int) (from, to int) {
	room = max(1, room)
	c.from = min(c.from, c.at)
	c.from = max(c.from, c.at-room+1)
	c.from = max(0, min(c.from, n-room))
	return c.from, min(n, c.from+room)
}

// arrow is what a key means to a list: how many lines to move.
func arrow(key string) (int, bool) {
	switch key {
	case "down", "ctrl+n":
		return 1, true
	case "up", "ctrl+p":
		return -1, true
	case "pgdown", "ctrl+d":
		return 10, true
	case "pgup", "ctrl+u":
		return -10, true
	}
	return 0, false
}
