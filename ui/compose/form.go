package compose

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/ui/cell"
	"skein/ui/edit"
	"skein/ui/overlay"
)

// sheet is what stands in place of the counters and takes the keys until it is
// done.
type sheet interface {
	key(k tea.KeyPressMsg) (done bool, a overlay.Action)
	paste(s string)
	title() string
	hint(l overlay.Look, width int) string
	// lines draws at most height lines of at most width cells, and tells where the
	// cursor stands; x is negative where there is none.
	lines(l overlay.Look, width, height int) (lines []string, x, y int)
}

// form is a sheet of fields one below the other. Every key applies at once.
type form struct {
	name    string
	hints   string
	fields  []*field
	at      int
	from    int
	apply   func() // after each change
	special func(key string) (done bool, a overlay.Action, known bool)
	notes   []string // lines below the fields
}

// field is a line to be typed, or a choice.
type field struct {
	label   string
	text    *edit.Text // nil for a choice
	choices []string
	check   bool // of two choices, drawn as a mark
	at      int
	about   string // dim, after it or in place of nothing
	hint    string // its own keys, in place of the form's
}

func typed(label, text string, most int) *field {
	t := &edit.Text{Line: true, Max: most}
	t.Set(text)
	return &field{label: label, text: t}
}

func checked(label string, on bool, about string) *field {
	f := &field{label: label, check: true, choices: []string{"no", "yes"}, about: about}
	if on {
		f.at = 1
	}
	return f
}

func chosen(label string, at int, choices ...string) *field {
	return &field{label: label, choices: choices, at: max(0, at)}
}

func (f *field) on() bool { return f.at == 1 }

func (f *form) title() string { return f.name }

func (f *form) hint(l overlay.Look, width int) string {
	hint := ""
	if len(f.fields) > 0 {
		hint = f.fields[f.at].hint
	}
	switch {
	case hint != "":
	case f.hints != "":
		hint = f.hints
	default:
		hint = l.Theme.Signs.Enter + " next"
	}
	return told(l, width, "esc done", hint)
}

func (f *form) key(k tea.KeyPressMsg) (done bool, a overlay.Action) {
	name := k.String()
	if f.special != nil {
		if done, a, known := f.special(name); known {
			return done, a
		}
	}
	switch name {
	case "esc":
		return true, nil
	case "enter":
		if f.at == len(f.fields)-1 {
			return true, nil
		}
		f.at++
	case "down", "tab", "ctrl+n":
		f.at = min(f.at+1, len(f.fields)-1)
	case "up", "shift+tab", "ctrl+p":
		f.at = max(f.at-1, 0)
	default:
		f.change(k)
	}
	return false, nil
}

// change gives a key to the field.
func (f *form) change(k tea.KeyPressMsg) {
	if len(f.fields) == 0 {
		return
	}
	now := f.fields[f.at]
	if now.text != nil {
		now.text.Key(k)
		f.apply()
		return
	}
	n := len(now.choices)
	switch k.String() {
	case "space", "right", "l":
		now.at = (now.at + 1) % n
	case "left", "h":
		now.at = (now.at + n - 1) % n
	default:
		return
	}
	f.apply()
}

func (f *form) paste(s string) {
	if len(f.fields) > 0 && f.fields[f.at].text != nil {
		f.fields[f.at].text.Insert(s)
		f.apply()
	}
}

func (f *form) lines(l overlay.Look, width, height int) (out []string, x, y int) {
	x = -1
	label := 0
	for _, fd := range f.fields {
		if !fd.check {
			label = max(label, cell.Width(l.Measure, fd.label))
		}
	}
	label = min(label, width/2)
	room := max(1, height-len(f.notes))
	f.from = max(min(f.from, f.at), f.at-room+1)
	for i := f.from; i < min(len(f.fields), f.from+room); i++ {
		line, at := f.fields[i].draw(l, i == f.at, label, width)
		if i == f.at && at >= 0 {
			x, y = at, len(out)
		}
		out = append(out, line)
	}
	for _, n := range f.notes {
		if len(out) < height {
			out = append(out, l.Theme.Dim.Paint(cell.Cut(l.Measure, n, width, l.Theme.Signs.More)))
		}
	}
	return out, x, y
}

// draw draws the field; cursor is the cell of the cursor in it, or negative.
func (f *field) draw(l overlay.Look, at bool, label, width int) (line string, cursor int) {
	const lead = 2
	signs := l.Theme.Signs
	mark, style := cell.Blank(lead), l.Theme.Dim
	if at {
		mark, style = l.Theme.Accent.Paint(signs.Selected)+" ", l.Theme.Text
	}
	if f.check {
		sign := cell.Blank(cell.Width(l.Measure, signs.Yes))
		if f.on() {
			sign = l.Theme.Good.Paint(signs.Yes)
		}
		line = mark + "[" + sign + "] " + style.Paint(f.label)
		if f.about != "" {
			line += "  " + l.Theme.Dim.Paint(f.about)
		}
		return line, -1
	}
	line = mark + style.Paint(cell.Fit(l.Measure, f.label, label, signs.More)) + "  "
	used := lead + label + 2
	if f.text == nil {
		value := f.choices[f.at]
		if at {
			value = "< " + value + " >"
		}
		return line + value, -1
	}
	return f.typing(l, line, used, width, at)
}

func (f *field) typing(l overlay.Look, line string, used, width int, at bool) (string, int) {
	f.text.SetWidth(l.Measure, max(1, width-used-1))
	shown, x, y := f.text.Lines(1)
	text := shown[y]
	if f.text.Empty() && f.about != "" {
		text = l.Theme.Dim.Paint(cell.Cut(l.Measure, f.about, max(1, width-used), l.Theme.Signs.More))
	}
	if !at {
		return line + text, -1
	}
	return line + text, used + x
}

// question is a sheet that asks for a yes.
type question struct {
	ask string
	yes overlay.Action
}

func (q *question) key(k tea.KeyPressMsg) (done bool, a overlay.Action) {
	switch k.String() {
	case "enter", "y":
		return true, q.yes
	}
	return true, nil
}

func (q *question) paste(string) {}

func (q *question) title() string { return "" }

func (q *question) hint(l overlay.Look, width int) string {
	return told(l, width, "esc no", l.Theme.Signs.Enter+" yes")
}

func (q *question) lines(l overlay.Look, width, _ int) (lines []string, x, y int) {
	return []string{l.Theme.Warn.Paint(cell.Cut(l.Measure, q.ask, width, l.Theme.Signs.More))}, -1, 0
}

// split is a list of words as people write one: commas, blanks or both between.
func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
}
