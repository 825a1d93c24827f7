package cell

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Run is text in one style. Open and Close are the escapes around it; they are
// repeated on every line that the run reaches, so that each line stands alone.
type Run struct {
	Text        string
	Open, Close string
}

// Wrap sets runs in lines of at most width cells. It breaks at spaces, beside
// wide characters, and inside a word only where the word alone does not fit. Line
// breaks are kept, but no more than one empty line in a row and none at the ends.
// Width is at least 1; a cluster that is wider than the line is left out.
func Wrap(m Measure, runs []Run, width int) []string {
	w := wrapper{measure: m, width: max(1, width)}
	for _, r := range runs {
		w.run(r)
	}
	w.word()
	w.flush()
	for len(w.lines) > 0 && w.lines[len(w.lines)-1] == "" {
		w.lines = w.lines[:len(w.lines)-1]
	}
	return w.lines
}

// piece is a part of a line in one style.
type piece struct {
	run  Run
	text strings.Builder
}

type wrapper struct {
	measure Measure
	width   int
	lines   []string

	line   []*piece // what stands on the line
	used   int      // cells of it
	spaces int      // blanks after it, drawn when a word follows
	gap    Run      // the style of those blanks
	part   []*piece // the word being read
	room   int      // cells of it
}

func (w *wrapper) run(r Run) {
	for rest := r.Text; rest != ""; {
		c, n := rest[:1], 1
		if rest[0] >= 0x80 || (len(rest) > 1 && rest[1] >= 0x80) {
			c, n = ansi.FirstGraphemeCluster(rest, w.measure)
		}
		if c == "" { // no text begins with an empty cluster; never loop on one
			return
		}
		rest = rest[len(c):]
		switch {
		case c == "\n":
			w.word()
			w.flush()
		case c == " ":
			w.word()
			w.spaces++
			w.gap = r
		case n > w.width:
			continue
		case n > 1: // CJK and emoji break on both sides
			w.word()
			w.part, w.room = add(w.part, r, c), n
			w.word()
		default:
			if w.room+n > w.width {
				w.word()
			}
			w.part = add(w.part, r, c)
			w.room += n
		}
	}
}

// word moves the word that was read to the line, or to the next one.
func (w *wrapper) word() {
	if len(w.part) == 0 {
		return
	}
	if w.used+w.spaces+w.room > w.width {
		if w.used > 0 {
			w.flush()
		}
		w.spaces = 0
	}
	if w.spaces > 0 {
		w.line = add(w.line, Run{Open: w.gap.Open, Close: w.gap.Close}, Blank(w.spaces))
		w.used += w.spaces
		w.spaces = 0
	}
	for _, p := range w.part {
		w.line = add(w.line, p.run, p.text.String())
	}
	w.used += w.room
	w.part, w.room = nil, 0
}

// flush ends the line.
func (w *wrapper) flush() {
	var b strings.Builder
	for _, p := range w.line {
		b.WriteString(p.run.Open)
		b.WriteString(p.text.String())
		b.WriteString(p.run.Close)
	}
	w.line, w.used, w.spaces = nil, 0, 0
	s := b.String()
	if s == "" && (len(w.lines) == 0 || w.lines[len(w.lines)-1] == "") {
		return
	}
	w.lines = append(w.lines, s)
}

// add puts text at the end of pieces, joining it to the last where the style is
// the same.
func add(pieces []*piece, r Run, text string) []*piece {
	if n := len(pieces); n > 0 && pieces[n-1].run.Open == r.Open && pieces[n-1].run.Close == r.Close {
		pieces[n-1].text.WriteString(text)
		return pieces
	}
	p := &piece{run: r}
	p.text.WriteString(text)
	return append(pieces, p)
}
