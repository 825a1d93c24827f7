package edit

import (
	"sort"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"skein/ui/cell"
)

// cluster is the first cluster of s, which is not empty, its bytes and its cells.
func cluster(m cell.Measure, s string) (c string, n, width int) {
	if s == "" {
		return "", 0, 0
	}
	if s[0] < 0x80 && (len(s) == 1 || s[1] < 0x80) {
		return s[:1], 1, 1 // clean text has no controls
	}
	c, width = ansi.FirstGraphemeCluster(s, m)
	if c == "" { // no text begins with an empty cluster; never loop on one
		return s, len(s), 0
	}
	return c, len(c), width
}

func (t *Text) wrapped(text string) paragraph {
	p := paragraph{text: text, rows: []int{0}}
	for from := 0; ; {
		end := t.breakAt(text, from)
		if end >= len(text) {
			return p
		}
		p.rows = append(p.rows, end)
		from = end
	}
}

// breakAt is where the line that begins at from ends: after the last blank that
// fits or, where a word alone does not, inside it. Blanks at the end hang over.
func (t *Text) breakAt(text string, from int) int {
	used, word := 0, from
	for i := from; i < len(text); {
		c, n, w := cluster(t.measure, text[i:])
		if c == " " {
			i += n
			used++
			word = i
			continue
		}
		if w > 1 { // a line may break on both sides of what is wide
			word = i
		}
		if used+w > t.width && i > from {
			if word > from {
				return word
			}
			return i
		}
		used += w
		i += n
		if w > 1 {
			word = i
		}
	}
	return len(text)
}

// rewrap is the paragraph after a change at byte `from` that made it `grown` bytes
// longer. Lines before the change keep their beginnings, but for the one before it,
// which a shorter word may now join; from where the old lines come in again they
// are taken over.
func (t *Text) rewrap(old paragraph, text string, from, grown int) paragraph {
	first := max(0, old.rowAt(from)-1)
	p := paragraph{text: text, rows: append(make([]int, 0, len(old.rows)+1), old.rows[:first+1]...)}
	past := from + max(0, grown)
	for at := p.rows[first]; ; {
		at = t.breakAt(text, at)
		if at >= len(text) {
			return p
		}
		if i := sort.SearchInts(old.rows, at-grown); at > past && i < len(old.rows) && old.rows[i] == at-grown {
			for _, r := range old.rows[i:] {
				p.rows = append(p.rows, r+grown)
			}
			return p
		}
		p.rows = append(p.rows, at)
	}
}

// rowAt is the line of the paragraph that byte `at` stands on.
func (p paragraph) rowAt(at int) int {
	return sort.Search(len(p.rows), func(i int) bool { return p.rows[i] > at }) - 1
}

// line is line i of the paragraph.
func (p paragraph) line(i int) string {
	end := len(p.text)
	if i+1 < len(p.rows) {
		end = p.rows[i+1]
	}
	return p.text[p.rows[i]:end]
}

// Lines draws the part of the text in which the cursor is, in at most height lines
// of at most the width, and tells where in them the cursor stands.
func (t *Text) Lines(height int) (lines []string, x, y int) {
	t.init()
	height = max(1, height)
	t.follow(height)
	here := t.paras[t.para].rowAt(t.at)
	para, row := t.top, t.row
	for len(lines) < height && para < len(t.paras) {
		p := t.paras[para]
		if para == t.para && row == here {
			y = len(lines)
		}
		line := p.line(row)
		if cell.Width(t.measure, line) > t.width { // blanks that hang over
			line = strings.TrimRight(line, " ")
		}
		lines = append(lines, cell.Cut(t.measure, line, t.width, ""))
		if row++; row == len(p.rows) {
			para, row = para+1, 0
		}
	}
	return lines, min(t.column(), t.width-1), y
}

// column is the cell of its line that the cursor stands on.
func (t *Text) column() int {
	p := t.paras[t.para]
	return cell.Width(t.measure, p.text[p.rows[p.rowAt(t.at)]:t.at])
}

// Rows counts the lines of the text, up to a limit.
func (t *Text) Rows(limit int) int {
	n := 0
	for _, p := range t.paras {
		if n += len(p.rows); n >= limit {
			return limit
		}
	}
	return n
}

// follow scrolls as little as shows the cursor, and leaves no line empty while there
// is text above.
func (t *Text) follow(height int) {
	defer t.fill(height)
	t.top = min(t.top, len(t.paras)-1)
	t.row = min(t.row, len(t.paras[t.top].rows)-1)
	para, row := t.para, t.paras[t.para].rowAt(t.at)
	if para < t.top || para == t.top && row < t.row {
		t.top, t.row = para, row
		return
	}
	for range height - 1 { // the line that is height-1 above the cursor's
		if para == t.top && row == t.row {
			return
		}
		if row--; row < 0 {
			para--
			row = len(t.paras[para].rows) - 1
		}
	}
	t.top, t.row = para, row
}

// fill scrolls back where fewer lines than height are left below the first.
func (t *Text) fill(height int) {
	left := -t.row
	for i := t.top; i < len(t.paras) && left < height; i++ {
		left += len(t.paras[i].rows)
	}
	for ; left < height && (t.top > 0 || t.row > 0); left++ {
		if t.row--; t.row < 0 {
			t.top--
			t.row = len(t.paras[t.top].rows) - 1
		}
	}
}
