package mastodon

import (
	"strings"

	"skein/timeline"
)

// maxBreaks is how many line breaks may follow each other: a post of blank lines
// would push all others off the screen.
const maxBreaks = 3

// writer lays text out as a browser would, as far as a terminal needs it: white
// space collapses, blocks stand apart, quotations and lists are marked.
type writer struct {
	emoji  map[string]timeline.Safe // shortcode → address of the picture
	people map[string]string        // address of a mention → Author.ID

	spans    timeline.Text
	plain    strings.Builder // plain text not yet in spans
	started  bool            // something was written
	breaks   int             // line breaks owed before the next text
	space    bool            // a space owed before the next text
	quoting  int             // depth of blockquotes
	indent   int             // depth of lists
	verbatim int             // depth of pre
	marker   string          // of the list item that begins
}

// done returns the spans. Breaks and spaces still owed are dropped.
func (w *writer) done() timeline.Text {
	w.flush()
	return w.spans
}

// lineBreak owes one more line break, gap at least n.
func (w *writer) lineBreak() { w.breaks = min(w.breaks+1, maxBreaks) }
func (w *writer) gap(n int)  { w.breaks = max(w.breaks, n) }

// text writes s as HTML text.
func (w *writer) text(s string) {
	if w.verbatim > 0 {
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				w.lineBreak()
			}
			if line != "" {
				w.open()
				w.runs(line)
			}
		}
		return
	}
	words := strings.FieldsFunc(s, isSpace)
	if len(words) == 0 {
		w.space = w.space || s != ""
		return
	}
	w.space = w.space || isSpace(rune(s[0]))
	w.open()
	w.runs(strings.Join(words, " "))
	w.space = isSpace(rune(s[len(s)-1]))
}

// isSpace tells HTML's white space; U+00A0 is none.
func isSpace(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' }

// open writes what is owed before the next text.
func (w *writer) open() {
	switch {
	case w.started && w.breaks == 0 && w.marker == "":
		if w.space {
			w.plain.WriteByte(' ')
		}
	default:
		if w.started {
			w.plain.WriteString(strings.Repeat("\n", max(w.breaks, 1)))
		}
		w.plain.WriteString(strings.Repeat("> ", min(w.quoting, 4)))
		if w.indent > 0 {
			w.plain.WriteString(strings.Repeat("  ", min(w.indent-1, 4)))
			w.plain.WriteString(w.marker)
		}
		w.marker = ""
	}
	w.started, w.breaks, w.space = true, 0, false
}

// runs writes s, its custom emoji as spans of their own.
func (w *writer) runs(s string) {
	for len(w.emoji) > 0 {
		code, at := w.nextEmoji(s)
		if code == "" {
			break
		}
		w.plain.WriteString(s[:at])
		w.emit(timeline.SpanEmoji, ":"+code+":", w.emoji[code])
		s = s[at+len(code)+2:]
	}
	w.plain.WriteString(s)
}

// nextEmoji finds the first :shortcode: in s that the status lists.
func (w *writer) nextEmoji(s string) (code string, at int) {
	for {
		i := strings.IndexByte(s[at:], ':')
		if i < 0 {
			return "", 0
		}
		at += i
		end := strings.IndexByte(s[at+1:], ':')
		if end < 0 {
			return "", 0
		}
		if code = s[at+1 : at+1+end]; !w.emoji[code].Empty() {
			return code, at
		}
		at += 1 + end // the second colon may begin a shortcode
	}
}

// span writes one span that is not plain, with what is owed before it.
func (w *writer) span(kind timeline.SpanKind, label string, target timeline.Safe) {
	w.open()
	w.emit(kind, label, target)
}

func (w *writer) emit(kind timeline.SpanKind, label string, target timeline.Safe) {
	text := timeline.CleanLine(label)
	if text.Empty() {
		return
	}
	w.flush()
	w.spans = append(w.spans, timeline.Span{Kind: kind, Text: text, Target: target})
}

// flush makes a span of the plain text so far.
func (w *writer) flush() {
	if text := timeline.Clean(w.plain.String()); !text.Empty() {
		w.spans = append(w.spans, timeline.Span{Text: text})
	}
	w.plain.Reset()
}
