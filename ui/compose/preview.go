package compose

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/ui/cell"
	"skein/ui/overlay"
)

// preview shows what each target will get, post by post.
type preview struct {
	c    *Compose
	from int
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
	return false, nil
}

func (p *preview) paste(string) {}

func (p *preview) title() string { return "what each gets" }

func (p *preview) hint(l overlay.Look) string {
	dot := " " + l.Theme.Signs.Dot + " "
	split, number := "x splits", "n numbers"
	if p.c.draft.Split {
		split = "x keeps whole"
	}
	if p.c.draft.Number {
		number = "n no numbers"
	}
	return split + dot + number + dot + "esc back"
}

func (p *preview) lines(l overlay.Look, width, height int) (lines []string, x, y int) {
	var all []string
	for _, t := range p.c.plan.Targets {
		all = append(all, p.target(l, t, width)...)
	}
	if len(all) == 0 {
		all = []string{l.Theme.Dim.Paint("nothing has been planned yet")}
	}
	p.from = max(0, min(p.from, len(all)-height))
	return all[p.from:min(len(all), p.from+height)], -1, 0
}

func (p *preview) target(l overlay.Look, t outbox.TargetPlan, width int) []string {
	who := l.Theme.Network(t.Account.Network).Paint(t.Account.Network.Letter()) + " " + l.Theme.Strong.Paint(called(t.Account))
	count := fmt.Sprintf("%d posts", len(t.Parts))
	if len(t.Parts) == 1 {
		count = "1 post"
	}
	lines := []string{cell.Ends(l.Measure, who, l.Theme.Dim.Paint(count), width, l.Theme.Signs.More)}
	for i, part := range t.Parts {
		style, sign := l.Theme.Dim, " "
		if part.Over {
			style, sign = l.Theme.Error, l.Theme.Signs.No
		}
		size := style.Paint(sign + " " + measured(part.Size, t.Limits, l))
		first := fmt.Sprintf("%d", i+1)
		for n, s := range strings.Split(strings.Join(wrapped(l, part, width-4), "\n"), "\n") {
			if n == 0 {
				lines = append(lines, cell.Ends(l.Measure, l.Theme.Dim.Paint(cell.Fit(l.Measure, first, 3, ""))+s, size, width, l.Theme.Signs.More))
				continue
			}
			lines = append(lines, "   "+s)
		}
	}
	for _, r := range t.Remarks {
		if !counted(r) {
			sign, style := severity(l, r.Severity)
			lines = append(lines, marked(l, sign, style, r.Message.Line().String(), width)...)
		}
	}
	return append(lines, "")
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
	return lines
}
