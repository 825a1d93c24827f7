package cell

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Measure is a way to count cells.
type Measure = ansi.Method

// The measures. PerRune holds until a terminal says that it joins graphemes
// (mode 2027).
const (
	PerRune    Measure = ansi.WcWidth
	PerCluster Measure = ansi.GraphemeWidth
)

// Blank is n cells of nothing; none when n is not positive.
func Blank(n int) string {
	const some = "                                                                                "
	switch {
	case n <= 0:
		return ""
	case n <= len(some):
		return some[:n]
	}
	return strings.Repeat(" ", n)
}

// Width is the number of cells that s takes on one line, its escapes aside.
func Width(m Measure, s string) int {
	if plain(s) {
		return len(s)
	}
	return m.StringWidth(s)
}

// Cut returns s in at most w cells, ending in tail where something was left out.
func Cut(m Measure, s string, w int, tail string) string {
	if w <= 0 {
		return ""
	}
	if Width(m, s) <= w {
		return s
	}
	if Width(m, tail) > w {
		tail = ""
	}
	for n := w; n > 0; n-- { // Truncate counts some clusters otherwise than StringWidth does
		if c := m.Truncate(s, n, tail); m.StringWidth(c) <= w {
			return c
		}
	}
	return ""
}

// CutLeft returns the end of s in at most w cells, beginning with head where
// something was left out.
func CutLeft(m Measure, s string, w int, head string) string {
	if w <= 0 {
		return ""
	}
	wide := Width(m, s)
	if wide <= w {
		return s
	}
	if Width(m, head) > w {
		head = ""
	}
	for n := wide - w + Width(m, head); n < wide; n++ { // a wide cluster at the cut is kept or left whole
		if c := m.TruncateLeft(s, n, head); m.StringWidth(c) <= w {
			return c
		}
	}
	return ""
}

// Fit returns s in exactly w cells: cut with tail, or padded with blanks.
func Fit(m Measure, s string, w int, tail string) string {
	return join(m, Cut(m, s, w, tail), "", w)
}

// Ends returns left and right at the two ends of exactly w cells. Right keeps its
// room; left is cut where both do not fit.
func Ends(m Measure, left, right string, w int, tail string) string {
	right = Cut(m, right, w, tail)
	room := w - Width(m, right)
	gap := ""
	if right != "" && room > 0 {
		gap, room = " ", room-1
	}
	return join(m, Fit(m, left, room, tail)+gap, right, w)
}

// Splice draws box over base with its left edge at cell x. Both are single lines;
// base is w cells wide and so is the result.
func Splice(m Measure, base, box string, x, w int) string {
	x = min(max(0, x), w)
	box = Cut(m, box, w-x, "")
	end := x + Width(m, box)
	left := join(m, Fit(m, base, x, ""), box, end)
	right := Cut(m, m.TruncateLeft(base, end, ""), w-end, "")
	return join(m, left, right, w)
}

// join puts two texts in exactly w cells, with blanks between. It measures again
// because a blank can vanish in its neighbour's cluster: a mark at the beginning
// of b takes it as its base, a prepended sign at the end of a swallows it.
func join(m Measure, a, b string, w int) string {
	s, blanks := a+b, 0
	for short := w - Width(m, s); short > 0; short = w - Width(m, s) {
		blanks += short
		s = a + Blank(blanks) + b
	}
	return s
}

// plain tells whether s is printable ASCII, where a byte is a cell.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f {
			return false
		}
	}
	return true
}
