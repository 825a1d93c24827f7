package edit

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"skein/timeline"
	"skein/ui/cell"
)

// Text is a text being written. The zero value is empty, one cell wide and
// without a limit; it is for one goroutine.
type Text struct {
	// Max is the most bytes that it takes; 0 is no limit.
	Max int
	// Line says that it is one line: a line break that is pasted becomes a blank.
	Line bool

	measure cell.Measure
	width   int // cells of a line; at least 1
	paras   []paragraph
	bytes   int // of all, line breaks among them

	para, at int // the cursor: a paragraph and a byte in it, at a cluster's edge
	goal     int // the cell that moving up and down keeps to; -1 for where it is
	top, row int // the first line on the screen: a paragraph and a row of it
}

// paragraph is what stands between two line breaks. rows holds where each of its
// lines begins; the first is 0.
type paragraph struct {
	text string
	rows []int
}

// New makes a Text that holds s, with the cursor at its end.
func New(s string) *Text {
	t := &Text{}
	t.Set(s)
	return t
}

// Set replaces everything and puts the cursor at the end.
func (t *Text) Set(s string) {
	t.init()
	t.paras, t.bytes = []paragraph{t.wrapped("")}, 0
	t.para, t.at, t.goal, t.top, t.row = 0, 0, -1, 0, 0
	t.Insert(s)
}

func (t *Text) init() {
	t.width = max(1, t.width)
	if len(t.paras) == 0 {
		t.paras, t.goal = []paragraph{t.wrapped("")}, -1
	}
}

// String is the text.
func (t *Text) String() string {
	var b strings.Builder
	b.Grow(t.bytes)
	for i, p := range t.paras {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// Len is the length in bytes.
func (t *Text) Len() int { return t.bytes }

// Empty tells whether nothing has been written.
func (t *Text) Empty() bool { return t.bytes == 0 }

// Blank tells whether nothing but white space has been written.
func (t *Text) Blank() bool {
	return !slices.ContainsFunc(t.paras, func(p paragraph) bool { return strings.TrimSpace(p.text) != "" })
}

// SetWidth wraps the text in lines of width cells, measured with m.
func (t *Text) SetWidth(m cell.Measure, width int) {
	t.init()
	if width = max(1, width); width == t.width && m == t.measure {
		return
	}
	t.measure, t.width, t.goal = m, width, -1
	for i := range t.paras {
		t.paras[i] = t.wrapped(t.paras[i].text)
	}
	t.row = 0
}

// Insert puts s, cleaned, at the cursor. It tells whether there was room; where
// there is none nothing is changed.
func (t *Text) Insert(s string) bool {
	t.init()
	if t.Max > 0 && len(s) > 4*t.Max { // whatever cleaning leaves of it
		return false
	}
	s = timeline.Clean(s).String()
	if t.Line {
		s = strings.ReplaceAll(s, "\n", " ")
	}
	if s == "" {
		return true
	}
	if t.Max > 0 && t.bytes+len(s) > t.Max {
		return false
	}
	t.replace(t.at, t.at, s)
	return true
}

// replace puts s in place of the bytes from…to of the cursor's paragraph, and the
// cursor after it.
func (t *Text) replace(from, to int, s string) {
	t.goal = -1
	p := &t.paras[t.para]
	t.bytes += len(s) - (to - from)
	head, tail := p.text[:from], p.text[to:]
	lines := strings.Split(s, "\n")
	if len(lines) == 1 {
		*p = t.rewrap(*p, head+s+tail, from, len(s)-(to-from))
		t.at = t.edge(*p, from+len(s))
		return
	}
	fresh := make([]paragraph, len(lines))
	last := len(lines) - 1
	for i, l := range lines {
		switch i {
		case 0:
			l = head + l
		case last:
			l += tail
		}
		fresh[i] = t.wrapped(l)
	}
	t.paras = slices.Replace(t.paras, t.para, t.para+1, fresh...)
	t.para += last
	t.at = t.edge(t.paras[t.para], len(lines[last]))
}

// edge is at, or the end of the cluster that it stands in: what is typed can join
// what is there.
func (t *Text) edge(p paragraph, at int) int {
	end := p.rows[p.rowAt(at)]
	for end < at {
		_, n, _ := cluster(t.measure, p.text[end:])
		end += n
	}
	return end
}

// joinNext takes the line break after the cursor's paragraph out.
func (t *Text) joinNext() {
	p, next := t.paras[t.para], t.paras[t.para+1]
	t.paras = slices.Delete(t.paras, t.para+1, t.para+2)
	t.paras[t.para] = t.wrapped(p.text + next.text)
	t.bytes--
	t.at = t.edge(t.paras[t.para], t.at)
	t.goal = -1
}

// Before is what stands before the cursor in its paragraph.
func (t *Text) Before() string { return t.paras[t.para].text[:t.at] }

// ReplaceBefore puts s in place of the n bytes before the cursor, which are of one
// paragraph. It tells whether there was room.
func (t *Text) ReplaceBefore(n int, s string) bool {
	n = min(n, t.at)
	s = timeline.Clean(s).String()
	if t.Max > 0 && t.bytes+len(s)-n > t.Max {
		return false
	}
	t.replace(t.at-n, t.at, s)
	return true
}

// previous and next are the edges of clusters around the cursor.
func (t *Text) previous() int {
	p := t.paras[t.para]
	i, last := p.rows[p.rowAt(max(0, t.at-1))], 0
	for i < t.at {
		last = i
		_, n, _ := cluster(t.measure, p.text[i:])
		i += n
	}
	return last
}

func (t *Text) next() int {
	_, n, _ := cluster(t.measure, t.paras[t.para].text[t.at:])
	return t.at + n
}

// wordLeft and wordRight are the edges of the words around the cursor.
func (t *Text) wordLeft() int {
	s := strings.TrimRightFunc(t.Before(), unicode.IsSpace)
	i := strings.LastIndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return 0
	}
	_, n := utf8.DecodeRuneInString(s[i:])
	return i + n
}

func (t *Text) wordRight() int {
	s := t.paras[t.para].text
	rest := strings.TrimLeftFunc(s[t.at:], unicode.IsSpace)
	i := strings.IndexFunc(rest, unicode.IsSpace)
	if i < 0 {
		return len(s)
	}
	return len(s) - len(rest) + i
}
