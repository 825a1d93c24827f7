package post

import (
	"github.com/charmbracelet/x/ansi"

	"skein/timeline"
	"skein/ui/cell"
)

const (
	foldAt    = 12 // lines of text in a feed; more are folded
	foldTo    = 9  // lines that a folded text keeps
	quoteFold = 4  // lines of a quoted text in a feed
)

// body draws text. In a feed a text of more than fold lines is cut short.
func (c *canvas) body(t timeline.Text, fold int) {
	lines := cell.Wrap(c.Measure, c.runs(t), c.room)
	if c.Full || len(lines) <= fold {
		for _, l := range lines {
			c.line(l)
		}
		return
	}
	keep := min(foldTo, fold-1)
	for keep > 1 && lines[keep-1] == "" {
		keep--
	}
	for _, l := range lines[:keep] {
		c.line(l)
	}
	c.folded(len(lines)-keep, "line")
}

// runs gives every span its style. A link is followed by where it really leads
// when its label does not say so.
func (c *canvas) runs(t timeline.Text) []cell.Run {
	runs := make([]cell.Run, 0, len(t))
	for _, s := range t {
		run := cell.Run{Text: s.Text.String()}
		style := c.Theme.Text
		switch s.Kind {
		case timeline.SpanLink:
			style = c.Theme.Link
		case timeline.SpanMention, timeline.SpanPost:
			style = c.Theme.People
		case timeline.SpanTag:
			style = c.Theme.Tag
		case timeline.SpanEmoji: // a word for a picture
			style = c.Theme.Dim
		}
		run.Open, run.Close = style.Open(), style.Close()
		if s.Kind != timeline.SpanLink {
			runs = append(runs, run)
			continue
		}
		a, ok := ParseAddress(s.Target)
		if ok {
			run = linked(run, a)
		}
		runs = append(runs, run)
		if ok && (a.Odd || !says(s.Text, a)) {
			style := c.Theme.Dim
			if misleads(s.Text, a) {
				style = c.Theme.Warn
			}
			runs = append(runs, cell.Run{Text: " (" + a.Host + ")", Open: style.Open(), Close: style.Close()})
		}
	}
	return runs
}

// linked makes a run a hyperlink (OSC 8). Address.URL is ASCII without controls,
// so nothing in it can end the sequence early.
func linked(r cell.Run, a Address) cell.Run {
	if a.Odd || len(a.URL) > maxHyperlink {
		return r
	}
	r.Open = ansi.SetHyperlink(a.URL) + r.Open
	r.Close += ansi.ResetHyperlink()
	return r
}

// Text sets a text outside a post, such as a biography, in lines of at most width
// cells.
func Text(t timeline.Text, l Look, width int) []string {
	c := canvas{Look: l, sign: &l.Theme.Signs}
	return cell.Wrap(l.Measure, c.runs(t), width)
}
