package overlay

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/rivo/uniseg"

	"skein/timeline"
	"skein/ui/cell"
)

// inputMax is the most bytes that an Input takes.
const inputMax = 200

// Input is one line of text being typed at its end.
type Input struct{ text string }

// Text is what has been typed.
func (i *Input) Text() string { return i.text }

// Key takes a key and tells whether it changed the text.
func (i *Input) Key(k tea.KeyPressMsg) bool {
	before := i.text
	switch k.String() {
	case "backspace", "ctrl+h":
		i.text = dropLast(i.text)
	case "ctrl+u":
		i.text = ""
	case "ctrl+w":
		i.text = strings.TrimRightFunc(i.text, unicode.IsSpace)
		i.text = i.text[:strings.LastIndexFunc(i.text, unicode.IsSpace)+1]
	default:
		i.Paste(k.Text)
	}
	return i.text != before
}

// Paste adds text on one line, cleaned: a clipboard is no safer than a network.
func (i *Input) Paste(text string) {
	for _, r := range timeline.Clean(text).String() {
		if len(i.text) >= inputMax {
			return
		}
		if r == '\n' {
			r = ' '
		}
		i.text += string(r)
	}
}

func dropLast(s string) string {
	end := 0
	for g := uniseg.NewGraphemes(s); g.Next(); {
		end, _ = g.Positions()
	}
	return s[:end]
}

// Line draws the input in at most width cells: its end, where the cursor is.
func (i *Input) Line(l Look, prompt string, width int) string {
	signs := l.Theme.Signs
	room := width - len(prompt) - 1 - cell.Width(l.Measure, signs.Cursor)
	text := timeline.Clean(i.text).String()
	for text != "" && cell.Width(l.Measure, text) > room {
		_, text, _, _ = uniseg.FirstGraphemeClusterInString(text, -1)
	}
	return l.Theme.Dim.Paint(prompt) + " " + text + l.Theme.Accent.Paint(signs.Cursor)
}

// Filter is the line that a filter is typed in. It stands where messages stand.
type Filter struct{ Input }

// NewFilter makes a Filter that begins with text.
func NewFilter(text string) *Filter { return &Filter{Input{text}} }

// Key types; enter keeps the filter and esc ends it.
func (f *Filter) Key(k tea.KeyPressMsg) Action {
	switch k.String() {
	case "esc":
		return Search{Done: true}
	case "enter":
		return Search{Text: f.Text(), Done: true}
	}
	if f.Input.Key(k) {
		return Search{Text: f.Text()}
	}
	return nil
}

// Paste types the clipboard.
func (f *Filter) Paste(text string) Action {
	f.Input.Paste(text)
	return Search{Text: f.Text()}
}

// Lines draws the one line.
func (f *Filter) Lines(l Look, width, _ int) []string {
	hint := l.Theme.Dim.Paint(l.Theme.Signs.Enter + " keeps " + l.Theme.Signs.Dot + " esc ends")
	return []string{cell.Ends(l.Measure, f.Line(l, `\`, max(8, width*2/3)), hint, width, l.Theme.Signs.More)}
}
