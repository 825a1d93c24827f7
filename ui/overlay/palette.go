package overlay

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"skein/ui/cell"
)

// Palette finds a command by typing a part of what it does.
type Palette struct {
	entries []Entry
	input   Input
	list    list
}

// NewPalette makes a Palette of entries.
func NewPalette(entries []Entry) *Palette { return &Palette{entries: entries} }

// Key types, chooses and closes.
func (p *Palette) Key(k tea.KeyPressMsg) Action {
	found := p.found()
	switch key := k.String(); key {
	case "esc":
		return Close{}
	case "enter":
		if p.list.at < len(found) && found[p.list.at].Why == "" {
			return Run{found[p.list.at].Name}
		}
	default:
		if d, ok := arrow(key); ok {
			p.list.move(d, len(found))
		} else if p.input.Key(k) {
			p.list = list{}
		}
	}
	return nil
}

// found is the entries that the input matches.
func (p *Palette) found() []Entry {
	var out []Entry
	for _, e := range p.entries {
		if fuzzy(e.Help+" "+e.Name, p.input.Text()) {
			out = append(out, e)
		}
	}
	return out
}

// fuzzy tells whether the letters of pattern stand in text in their order.
func fuzzy(text, pattern string) bool {
	want := []rune(strings.ToLower(pattern))
	for _, r := range strings.ToLower(text) {
		for len(want) > 0 && unicode.IsSpace(want[0]) {
			want = want[1:]
		}
		if len(want) == 0 {
			return true
		}
		if r == want[0] {
			want = want[1:]
		}
	}
	return len(want) == 0
}

// Lines draws the input and what it finds.
func (p *Palette) Lines(l Look, width, height int) []string {
	inner := min(76, width-FrameWidth)
	found := p.found()
	room := min(max(1, height-FrameHeight-2), len(p.entries))
	from, to := p.list.window(len(found), room)
	lines := []string{p.input.Line(l, ":", inner), ""}
	for i := from; i < to; i++ {
		e := found[i]
		style := l.Theme.Text
		mark := "  "
		switch {
		case i == p.list.at:
			style, mark = l.Theme.Strong, l.Theme.Accent.Paint(l.Theme.Signs.Selected)+" "
		case e.Why != "":
			style = l.Theme.Dim
		}
		text := e.Help
		if e.Why != "" {
			text += " (" + e.Why + ")"
		}
		text = cell.Cut(l.Measure, text, inner-2, l.Theme.Signs.More)
		lines = append(lines, mark+cell.Ends(l.Measure, style.Paint(text), l.Theme.Dim.Paint(e.Keys), max(0, inner-2), l.Theme.Signs.More))
	}
	if len(found) == 0 {
		lines = append(lines, l.Theme.Dim.Paint("no such command"))
	}
	for len(lines) < room+2 {
		lines = append(lines, "")
	}
	return l.Box("commands", l.Theme.Signs.Enter+" runs "+l.Theme.Signs.Dot+" esc closes", lines, inner)
}
