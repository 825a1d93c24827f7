package search

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/ui/cell"
	"skein/ui/overlay"
)

const (
	lead   = 2  // cells left of the question, as beside posts
	syntax = 22 // cells of the examples
)

// Leave is that the search is over.
type Leave struct{}

// IsAction makes it an overlay.Action.
func (Leave) IsAction() {}

// Key takes a key while the question is typed.
func (p *Pane) Key(k tea.KeyPressMsg) overlay.Action {
	switch key := k.String(); key {
	case "esc":
		return Leave{}
	case "enter":
		return p.enter()
	case "down", "ctrl+n":
		p.Move(1)
	case "up", "ctrl+p":
		p.Move(-1)
	case "pgdown":
		p.Page(1)
	case "pgup":
		p.Page(-1)
	case "ctrl+r":
		p.Rank()
	default:
		if p.input.Key(k) {
			p.changed()
		}
	}
	return nil
}

// enter goes to what was found and asks the networks, too; a question that names a post
// or a person has that opened.
func (p *Pane) enter() overlay.Action {
	text := p.input.Text()
	if IsReference(text) {
		return Resolve{text}
	}
	if p.typing = len(p.hits) == 0; p.typing {
		p.sure = true
		p.changed()
	}
	if strings.TrimSpace(text) != "" && p.wide.answer == nil && !p.wide.busy {
		p.wide.due = true
	}
	return nil
}

// Line draws the question and how it stands, in exactly width cells.
func (p *Pane) Line(width int) string {
	t, m := p.look.Theme, p.look.Measure
	status := t.Dim.Paint(p.Status())
	if status != "" {
		status += " "
	}
	room := max(8, width-lead-1-cell.Width(m, status))
	line := t.Dim.Paint("/") + " " + cell.CutLeft(m, p.input.Text(), room-4, t.Signs.More)
	if p.typing {
		line = p.input.Line(overlay.Look{Theme: t, Measure: m}, "/", room)
	}
	return cell.Ends(m, cell.Blank(lead)+line, status, width, t.Signs.More)
}

// Lines draws what was found or, where nothing is, what can be asked.
func (p *Pane) Lines(now time.Time, focus bool) []string {
	if p.Len() > 0 && p.err == nil {
		return p.Column.Lines(now, focus)
	}
	text := p.guide()
	if why := p.Err(); why != "" {
		text = append(p.wrap(why), append([]string{""}, text...)...)
	} else if p.asked {
		text = append(p.wrap("Nothing that you have read says this."), append([]string{""}, text...)...)
	}
	out := []string{cell.Blank(p.width)}
	for _, l := range text {
		out = append(out, cell.Fit(p.look.Measure, cell.Blank(lead)+l, p.width, p.look.Theme.Signs.More))
	}
	for len(out) < p.height {
		out = append(out, cell.Blank(p.width))
	}
	return out[:max(0, p.height)]
}

func (p *Pane) wrap(text string) []string {
	return cell.Wrap(p.look.Measure, []cell.Run{{Text: text}}, max(1, p.width-2*lead))
}

// guide says what can be asked.
func (p *Pane) guide() []string {
	dim := p.look.Theme.Dim
	var out []string
	for _, l := range p.wrap("Everything that you have read is found here, with or without a network.") {
		out = append(out, dim.Paint(l))
	}
	out = append(out, "")
	for _, e := range [][2]string{
		{"heron jetty", "both words"},
		{`"a heron"`, "these words in a row"},
		{"-weather", "without the word"},
		{"from:carol", "who wrote it"},
		{"on:nostr", "one network"},
		{"since:2026-03-01", "a day, or 7d; until: too"},
		{"has:image", "media video audio link poll quote alt"},
		{"lang:de", "a language"},
	} {
		out = append(out, cell.Fit(p.look.Measure, e[0], min(syntax, p.width/2), "")+dim.Paint(e[1]))
	}
	return out
}

// Click selects what covers a line and tells whether it was selected before; the keys
// are the list's then.
func (p *Pane) Click(line int) (again bool) {
	if p.Len() == 0 {
		return false
	}
	again = p.Column.Click(line) && !p.typing
	p.typing = false
	return again
}
