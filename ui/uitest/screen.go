package uitest

import (
	"strings"

	"github.com/charmbracelet/x/vt"
)

// Screen is a terminal emulator. It is for one goroutine.
type Screen struct {
	*vt.Emulator
	Width, Lines int
}

// NewScreen makes a terminal of width cells and lines lines.
func NewScreen(width, lines int) *Screen {
	return &Screen{vt.NewEmulator(max(1, width), max(1, lines)), width, lines}
}

// Draw clears the terminal and writes a frame, as a renderer without memory would.
func (s *Screen) Draw(frame string) {
	const blank = "\x1b[m\x1b[H\x1b[2J"
	// A write to the emulator fails only after Close.
	_, _ = s.WriteString(blank + strings.ReplaceAll(frame, "\n", "\r\n"))
}

// Row is line y as text, without the blanks at its end.
func (s *Screen) Row(y int) string {
	var b strings.Builder
	for x := 0; x < s.Width; {
		c := s.CellAt(x, y)
		if c == nil || c.Width == 0 {
			x++
			continue
		}
		b.WriteString(c.Content)
		x += c.Width
	}
	return strings.TrimRight(b.String(), " ")
}

// Text is the whole screen as text.
func (s *Screen) Text() string {
	rows := make([]string, s.Lines)
	for y := range rows {
		rows[y] = s.Row(y)
	}
	return strings.Join(rows, "\n")
}
