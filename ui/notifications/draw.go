package notifications

import (
	"fmt"
	"strings"
	"time"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/post"
)

const (
	lead    = 2 // cells left of what stands for the rows
	marks   = 6 // cells of the unread mark, up to three networks' letters and a blank
	ageRoom = 9 // the longest age and a blank before it
	spoken  = 3 // lines of what somebody wrote to the person
	own     = 1 // lines of the person's own post
)

// drawRow draws a row: whose networks, who did what and when; then the post.
func drawRow(g timeline.NoticeGroup, l post.Look, now time.Time, opened bool) []string {
	t, m := l.Theme, l.Measure
	room := max(1, l.Width-marks)
	who, what := t.Text, t.Text
	unread := cell.Blank(1)
	if g.Unread() > 0 {
		who, unread = t.Strong, t.Accent.Paint(t.Signs.Unread)
	}
	runs := []cell.Run{}
	if names := g.Who(); !names.Empty() {
		runs = append(runs, cell.Run{Text: names.String(), Open: who.Open(), Close: who.Close()}, cell.Run{Text: " "})
	}
	runs = append(runs, cell.Run{Text: g.What().String(), Open: what.Open(), Close: what.Close()})
	if counts := perNetwork(g); counts != "" {
		runs = append(runs, cell.Run{Text: " " + counts, Open: t.Dim.Open(), Close: t.Dim.Close()})
	}
	head := cell.Wrap(m, runs, max(1, room-ageRoom))
	const headMost = 3
	if len(head) > headMost {
		head = head[:headMost]
	}
	age := post.Age(now, g.At())
	lines := make([]string, 0, len(head)+spoken)
	for i, line := range head {
		if i == 0 {
			line = unread + letters(g, l) + cell.Ends(m, line, t.Dim.Paint(age), room, t.Signs.More)
		} else {
			line = cell.Blank(marks) + line
		}
		lines = append(lines, line)
	}
	for _, line := range body(g, l, room, opened) {
		lines = append(lines, cell.Blank(marks)+line)
	}
	return lines
}

// letters are those of the networks, in the room before the text.
func letters(g timeline.NoticeGroup, l post.Look) string {
	var b strings.Builder
	n := 0
	for _, c := range g.Networks() {
		if n < marks-2 {
			b.WriteString(l.Theme.Network(c.Network).Paint(c.Network.Letter()))
			n++
		}
	}
	return cell.Blank(1) + b.String() + cell.Blank(marks-2-n)
}

// perNetwork counts people by network where there are several: "4 M, 3 B".
func perNetwork(g timeline.NoticeGroup) string {
	networks := g.Networks()
	if len(networks) < 2 || len(g.People()) <= len(networks) {
		return ""
	}
	var parts []string
	for _, n := range networks {
		parts = append(parts, fmt.Sprintf("%d %s", n.People, n.Network.Letter()))
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// body is what was written: to the person in full view, their own post dim and in one
// line. What waits behind a warning waits here, too.
func body(g timeline.NoticeGroup, l post.Look, room int, opened bool) []string {
	t, m := l.Theme, l.Measure
	var out []string
	if said := g.Notices[0].Text; g.Kind == timeline.NoticeZap && !said.Empty() {
		out = append(out, cell.Cut(m, said.Line().String(), room, t.Signs.More))
	}
	p := g.Post()
	if p == nil {
		return out
	}
	p = p.Content()
	style, most := t.Dim, own
	if g.Kind.Speaks() || g.Kind == timeline.NoticeEdit {
		style, most = t.Text, spoken
	}
	if p.Hidden() && !opened {
		warning := p.Warning.Line().String()
		if warning == "" {
			warning = "sensitive"
		}
		return append(out, t.Warn.Paint(cell.Cut(m, t.Signs.Closed+" "+warning, room, t.Signs.More)))
	}
	text := p.Text.Plain().Line().String()
	if text == "" {
		text = without(p)
	}
	if text == "" {
		return out
	}
	lines := cell.Wrap(m, []cell.Run{{Text: text, Open: style.Open(), Close: style.Close()}}, room)
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] = cell.Cut(m, lines[most-1], max(1, room-cell.Width(m, t.Signs.More)), "") + style.Paint(t.Signs.More)
	}
	return append(out, lines...)
}

// without says what a post has that has no text.
func without(p *timeline.Post) string {
	switch n := len(p.Media); {
	case n == 1 && !p.Media[0].Alt.Empty():
		return "[" + p.Media[0].Alt.Line().String() + "]"
	case n == 1:
		return "[" + string(p.Media[0].Kind) + "]"
	case n > 1:
		return fmt.Sprintf("[%d files]", n)
	}
	return ""
}
