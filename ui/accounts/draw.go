package accounts

import (
	"strings"

	"skein/config/account"
	"skein/ui/cell"
	"skein/ui/overlay"
	"skein/ui/qr"
	"skein/ui/theme"
)

const (
	widest = 72 // cells of what is in a box
	paper  = "\x1b[38;5;16;48;5;231m"
	reset  = "\x1b[m"
)

// part is some lines of a step. Where not all fits, the parts with the highest rank are
// cut first.
type part struct {
	lines []string
	rank  int
	whole bool // it is drawn whole or not at all
}

// The ranks of parts.
const (
	needed = iota // the question and what it is answered with
	useful        // an address
	spare         // help
	luxury        // a QR code
)

// Lines draws the step.
func (w *Wizard) Lines(l overlay.Look, width, height int) []string {
	inner := min(widest, width-overlay.FrameWidth)
	w.dress.look = l
	parts := w.parts(l, inner)
	lines := fit(parts, max(1, height-overlay.FrameHeight))
	return l.Box(w.title, w.hint(l), lines, inner)
}

// parts are what the step is made of, from top to bottom.
func (w *Wizard) parts(l overlay.Look, inner int) []part {
	t := l.Theme
	text := func(style theme.Style, s string) []string { return wrapped(l, style, s, inner) }
	var out []part
	if w.wrong != "" {
		out = append(out, part{lines: text(t.Error, w.wrong)})
	}
	switch s := w.step.(type) {
	case account.Question:
		out = append(out, part{lines: text(t.Strong, line(s.Title))}, w.help(l, s.Help, inner), w.typing(inner))
	case account.Choice:
		out = append(out, part{lines: text(t.Strong, line(s.Title))}, w.help(l, s.Help, inner), w.options(inner), w.about(l, s, inner))
	case account.Visit:
		out = append(out, w.visit(l, s, inner)...)
	case account.Notice:
		out = append(out, part{lines: text(t.Strong, line(s.Title))}, w.help(l, s.Help, inner))
		if !s.Keep.Empty() {
			out = append(out, part{lines: text(t.Accent, line(s.Keep.Reveal()))})
		}
	}
	if w.busy != "" || w.step == nil && !w.ended {
		out = append(out, w.waiting(l, inner, w.busy))
	}
	return out
}

// visit is a page that the person is sent to.
func (w *Wizard) visit(l overlay.Look, v account.Visit, inner int) []part {
	t := l.Theme
	out := []part{
		{lines: wrapped(l, t.Strong, line(v.Title), inner)},
		w.help(l, v.Help, inner),
		{lines: wrapped(l, t.Link, line(v.URL), inner), rank: useful},
	}
	if rows, err := qr.Lines(v.URL); v.QR && err == nil && qr.Width(rows) <= inner {
		for i := range rows {
			rows[i] = paper + rows[i] + reset
		}
		out = append(out, part{lines: rows, rank: luxury, whole: true})
	}
	if v.Await != nil && w.busy == "" {
		out = append(out, w.waiting(l, inner, "waiting for you to come back"))
	}
	if v.Ask != "" {
		ask := line(v.Ask)
		if v.Await != nil {
			ask = "Or: " + ask
		}
		out = append(out, part{lines: wrapped(l, t.Dim, ask, inner)}, w.typing(inner))
	}
	return out
}

// typing is the line that is typed.
func (w *Wizard) typing(inner int) part {
	w.input.WithTheme(&w.dress)
	w.input.WithWidth(inner)
	return part{lines: strings.Split(w.input.View(), "\n")}
}

// options are what there is to choose of.
func (w *Wizard) options(inner int) part {
	w.pick.WithTheme(&w.dress)
	w.pick.WithWidth(inner)
	return part{lines: strings.Split(strings.Trim(w.pick.View(), "\n"), "\n")}
}

// about says what the option is for that the cursor is on.
func (w *Wizard) about(l overlay.Look, c account.Choice, inner int) part {
	at, _ := w.pick.Hovered()
	for _, o := range c.Options {
		if o.Value == at {
			return w.help(l, o.Help, inner)
		}
	}
	return part{}
}

func (w *Wizard) help(l overlay.Look, text string, inner int) part {
	var lines []string
	for s := range strings.Lines(text) {
		lines = append(lines, wrapped(l, l.Theme.Dim, line(s), inner)...)
	}
	return part{lines: lines, rank: spare}
}

func (w *Wizard) waiting(l overlay.Look, inner int, what string) part {
	if what == "" {
		what = "asking the server"
	}
	return part{lines: wrapped(l, l.Theme.Dim, strings.TrimSpace(w.turn+" "+what+l.Theme.Signs.More), inner)}
}

// hint are the keys that work now.
func (w *Wizard) hint(l overlay.Look) string {
	enter, dot := l.Theme.Signs.Enter, " "+l.Theme.Signs.Dot+" "
	v, visit := w.step.(account.Visit)
	switch {
	case w.busy != "" || w.step == nil && !w.ended:
		return "esc gives up"
	case w.ended:
		return enter + " starts over" + dot + "esc closes"
	case visit && v.Ask == "":
		return "y copies the address" + dot + "o opens it" + dot + "esc gives up"
	case visit:
		return enter + " goes on" + dot + "C-y copies the address" + dot + "C-o opens it" + dot + "esc gives up"
	}
	return enter + " goes on" + dot + "esc gives up"
}

// wrapped sets a text in one style in lines.
func wrapped(l overlay.Look, style theme.Style, s string, inner int) []string {
	return cell.Wrap(l.Measure, []cell.Run{{Text: s, Open: style.Open(), Close: style.Close()}}, max(1, inner))
}

// fit sets parts one below the other in at most room lines, with an empty line between
// them where there is room for it.
func fit(parts []part, room int) []string {
	kept := make([]part, 0, len(parts))
	for _, p := range parts {
		if len(p.lines) > 0 {
			kept = append(kept, p)
		}
	}
	for rank := luxury; rank >= needed; rank-- {
		for i := len(kept) - 1; i >= 0; i-- {
			over := count(kept) - room
			if over <= 0 || kept[i].rank != rank {
				continue
			}
			if n := len(kept[i].lines); kept[i].whole {
				over = n
			} else if rank == needed {
				over = min(over, n-1) // something of it is always seen
			}
			kept[i].lines = kept[i].lines[:max(0, len(kept[i].lines)-over)]
		}
	}
	loose := count(kept)+len(kept)-1 <= room
	var out []string
	for _, p := range kept {
		if len(p.lines) > 0 && len(out) > 0 && loose {
			out = append(out, "")
		}
		out = append(out, p.lines...)
	}
	return out[:min(len(out), room)]
}

func count(parts []part) int {
	n := 0
	for _, p := range parts {
		n += len(p.lines)
	}
	return n
}
