package post

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"skein/timeline"
	"skein/ui/cell"
)

const foundFold = 3 // lines of text of a post that was found by other things than words

// DrawFound draws a post that was searched for: in the place of its text stands the
// line in which it was met, with the matches marked. What waits behind a warning
// waits here too.
func DrawFound(h timeline.Hit, l Look) Drawn {
	l.Full = false
	return draw(h.Post, l, func(c *canvas, p *timeline.Post) {
		switch {
		case c.warning(p):
		case h.Snippet.Empty():
			c.body(p.Text, foundFold)
		default:
			for _, line := range cell.Wrap(c.Measure, c.marked(h), c.room) {
				c.line(line)
			}
		}
	})
}

// marked gives the matches of a line their style. Marks that lie outside the line,
// within each other or within a letter are left out.
func (c *canvas) marked(h timeline.Hit) []cell.Run {
	s, at := h.Snippet.Line().String(), 0
	if s != h.Snippet.String() { // the marks are of another line
		return []cell.Run{{Text: s}}
	}
	marks := slices.SortedFunc(slices.Values(h.Marks), func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	var runs []cell.Run
	for _, m := range marks {
		if m[0] < at || m[1] <= m[0] || m[1] > len(s) || !utf8.ValidString(s[m[0]:m[1]]) {
			continue
		}
		runs = append(runs, cell.Run{Text: s[at:m[0]]},
			cell.Run{Text: s[m[0]:m[1]], Open: c.Theme.Match.Open(), Close: c.Theme.Match.Close()})
		at = m[1]
	}
	return append(runs, cell.Run{Text: s[at:]})
}
