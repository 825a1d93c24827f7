package overlay

import (
	tea "charm.land/bubbletea/v2"

	"skein/ui/cell"
)

// Entry is a command as help and the palette show it.
type Entry struct {
	Name  string // what Run takes
	Group string
	Keys  string // how a person reads them: "C-d", "⏎"
	Help  string
	Why   string // why it does not work now; "" when it does
}

// Help lists every key.
type Help struct {
	entries []Entry
	from    int
}

// NewHelp makes a Help of entries in the order to show them, groups together.
func NewHelp(entries []Entry) *Help { return &Help{entries: entries} }

// Key scrolls, and closes.
func (h *Help) Key(k tea.KeyPressMsg) Action {
	switch key := k.String(); key {
	case "esc", "q", "?", "enter":
		return Close{}
	case "j":
		h.from++
	case "k":
		h.from--
	case "space":
		h.from += 10
	case "g", "home":
		h.from = 0
	case "G", "end":
		h.from = len(h.entries) * 2
	default:
		if d, ok := arrow(key); ok {
			h.from += d
		}
	}
	return nil
}

// Lines draws the part of the list that fits.
func (h *Help) Lines(l Look, width, height int) []string {
	inner := min(76, width-FrameWidth)
	all := h.all(l, inner)
	room := max(1, height-FrameHeight)
	h.from = max(0, min(h.from, len(all)-room))
	hint := "esc closes"
	if len(all) > room {
		hint = "j/k scroll " + l.Theme.Signs.Dot + " " + hint
	}
	return l.Box("keys", hint, all[h.from:min(len(all), h.from+room)], inner)
}

func (h *Help) all(l Look, inner int) []string {
	keys := 0
	for _, e := range h.entries {
		keys = max(keys, cell.Width(l.Measure, e.Keys))
	}
	keys = min(keys, inner/2)
	var lines []string
	group := ""
	for _, e := range h.entries {
		if e.Group != group {
			if group != "" {
				lines = append(lines, "")
			}
			group = e.Group
			lines = append(lines, l.Theme.Strong.Paint(group))
		}
		name := cell.Fit(l.Measure, e.Keys, keys, l.Theme.Signs.More)
		line := "  " + l.Theme.Accent.Paint(name) + "  " + e.Help
		if e.Why != "" {
			line = l.Theme.Dim.Paint("  " + name + "  " + e.Help + " (" + e.Why + ")")
		}
		lines = append(lines, line)
	}
	return lines
}
