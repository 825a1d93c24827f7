package compose

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/overlay"
)

// preview shows what each target will get, post by post, from the first that is
// too long.
type preview struct {
	c    *Compose
	from int // the first line on the screen; negative: not drawn yet
	all  int // lines in all, and on the screen, when it was drawn last
	room int
}

func (p *preview) key(k tea.KeyPressMsg) (done bool, a overlay.Action) {
	switch k.String() {
	case "esc", "enter", "q":
		return true, nil
	case "x", "alt+x", "space":
		p.c.draft.Split = !p.c.draft.Split
		p.c.changed()
	case "n":
		p.c.draft.Number = !p.c.draft.Number
		p.c.changed()
	case "j", "down", "ctrl+n":
		p.from++
	case "k", "up", "ctrl+p":
		p.from--
	case "pgdown", "ctrl+d":
		p.from += 8
	case "pgup", "ctrl+u":
		p.from -= 8
	}
	p.from = max(0, p.from)
	return false, nil
}

func (p *preview) paste(string) {}

func (p *preview) title() string { return "what each gets" }

// hint names the keys that would change something.
func (p *preview) hint(l overlay.Look, width int) string {
	d, plan := p.c.draft, p.c.plan
	parts := []string{p.c.o.Key(Send) + " send"}
	switch {
	case d.Split:
		parts = append(parts, "x whole")
	case slices.ContainsFunc(plan.Targets, tooLong) && len(d.Edit) == 0:
		parts = append(parts, "x split")
	}
	switch {
	case d.Number:
		parts = append(parts, "n no numbers")
	case slices.ContainsFunc(plan.Targets, func(t outbox.TargetPlan) bool { return len(t.Parts) > 1 }):
		parts = append(parts, "n numbers")
	}
	if p.all > p.room {
		parts = append(parts, "j k move")
	}
	return told(l, width, "esc back", parts...)
}

func (p *preview) lines(l overlay.Look, width, height int) (lines []string, x, y int) {
	var all []string
	first := -1
	for _, t := range p.c.plan.Targets {
		if first < 0 && tooLong(t) {
			first = len(all)
		}
		all = append(all, p.target(l, t, width)...)
	}
	if len(all) == 0 {
		all = []string{l.Theme.Dim.Paint("nothing has been planned yet")}
	}
	if all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	if p.from < 0 {
		p.from = max(0, first)
	}
	p.all, p.room = len(all), height
	p.from = max(0, min(p.from, len(all)-height))
	return all[p.from:min(len(all), p.from+height)], -1, 0
}

func (p *preview) target(l overlay.Look, t outbox.TargetPlan, width int) []string {
	dim := l.Theme.Dim
	who := l.Theme.Account(t.Account.Network, t.Account.ID).Paint(t.Account.Network.Letter()) + " " + l.Theme.Strong.Paint(called(t.Account))
	if v := p.c.own[t.Account.ID]; v != nil && v.mine {
		who += "  " + dim.Paint("a text of its own")
	}
	count := fmt.Sprintf("%d posts", len(t.Parts))
	if len(t.Parts) == 1 {
		count = "1 post"
	}
	lines := []string{cell.Ends(l.Measure, who, dim.Paint(count), width, l.Theme.Signs.More)}
	if t.Intent.Warning != "" {
		lines = append(lines, p.beside(l, l.Theme.Signs.Closed+" warning: "+t.Intent.Warning, width))
	}
	for i, part := range t.Parts {
		lines = append(lines, p.part(l, t, i, part, width)...)
	}
	for _, r := range t.Remarks {
		if !r.Length {
			sign, style := severity(l, r.Severity)
			lines = append(lines, marked(l, sign, style, r.Message.Line().String(), width)...)
		}
	}
	return append(lines, "")
}

// part is a post with its number, its length and what hangs on it.
func (p *preview) part(l overlay.Look, t outbox.TargetPlan, i int, part outbox.PartPlan, width int) []string {
	style, sign := l.Theme.Dim, " "
	if part.Over {
		style, sign = l.Theme.Error, l.Theme.Signs.No
	}
	size := style.Paint(sign + " " + measured(part.Size, t.Limits, l))
	var lines []string
	for n, s := range wrapped(l, part, width-4) {
		if n == 0 {
			number := l.Theme.Dim.Paint(cell.Fit(l.Measure, fmt.Sprint(i+1), 3, ""))
			lines = append(lines, cell.Ends(l.Measure, number+s, size, width, l.Theme.Signs.More))
			continue
		}
		lines = append(lines, "   "+s)
	}
	if i >= len(t.Intent.Parts) {
		return lines
	}
	for _, m := range t.Intent.Parts[i].Media {
		alt := "no description"
		if m.Alt != "" {
			alt = "alt: " + m.Alt
		}
		lines = append(lines, p.beside(l, "[ "+string(m.Kind)+" ]  "+alt, width))
	}
	if poll := t.Intent.Parts[i].Poll; poll != nil {
		lines = append(lines, p.beside(l, "poll: "+strings.Join(poll.Options, " / "), width))
	}
	return lines
}

// beside is a line of what is no text.
func (p *preview) beside(l overlay.Look, what string, width int) string {
	return "   " + l.Theme.Dim.Paint(cell.Cut(l.Measure, timeline.CleanLine(what).String(), max(1, width-3), l.Theme.Signs.More))
}

// wrapped is the text of a post in lines that leave room for its length.
func wrapped(l overlay.Look, part outbox.PartPlan, width int) []string {
	const size = 12
	text := part.Text.Plain().String()
	lines := cell.Wrap(l.Measure, []cell.Run{{Text: text}}, max(1, width-size))
	const most = 400 // lines of one post that anybody will look at
	if len(lines) > most {
		lines = append(lines[:most], l.Theme.Signs.More)
	}
	if len(lines) == 0 {
		return []string{""} // its length still stands somewhere
	}
	return lines
}
