package overlay

import (
	tea "charm.land/bubbletea/v2"

	"skein/ui/cell"
)

// Answer is a way to answer a question.
type Answer struct {
	Key    string // as Bubble Tea names it
	Label  string // what it does: "deletes it"
	Action Action
}

// Confirm asks a question. Whatever is no answer to it closes it.
type Confirm struct {
	title   string
	lines   []string
	answers []Answer
}

// NewConfirm makes a Confirm. The first answer is also that of enter and y.
func NewConfirm(title string, lines []string, answers ...Answer) *Confirm {
	return &Confirm{title, lines, answers}
}

// Key answers.
func (c *Confirm) Key(k tea.KeyPressMsg) Action {
	key := k.String()
	if key == "y" {
		key = "enter"
	}
	for i, a := range c.answers {
		if key == a.Key || i == 0 && key == "enter" {
			return a.Action
		}
	}
	return Close{}
}

// Lines draws the question.
func (c *Confirm) Lines(l Look, width, height int) []string {
	inner := min(60, width-FrameWidth)
	var lines []string
	for _, s := range c.lines {
		lines = append(lines, cell.Wrap(l.Measure, []cell.Run{{Text: s}}, inner)...)
	}
	lines = lines[:min(len(lines), max(1, height-FrameHeight))]
	hint := ""
	for i, a := range c.answers {
		key := a.Key
		if i == 0 {
			key = l.Theme.Signs.Enter
		}
		hint += key + " " + a.Label + " " + l.Theme.Signs.Dot + " "
	}
	return l.Box(c.title, hint+"esc does not", lines, inner)
}
