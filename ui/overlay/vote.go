package overlay

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
)

// Voted removes the overlay and votes in the poll of a post.
type Voted struct {
	Post    *timeline.Post
	Choices []int
}

// IsAction makes it an Action.
func (Voted) IsAction() {}

// Vote lets the options of a poll be chosen.
type Vote struct {
	post   *timeline.Post
	poll   *timeline.Poll
	chosen []bool
	list   list
}

// NewVote makes a Vote of a post with a poll.
func NewVote(p *timeline.Post) *Vote {
	return &Vote{post: p, poll: p.Poll, chosen: make([]bool, len(p.Poll.Options))}
}

// Key chooses, moves, votes and closes.
func (v *Vote) Key(k tea.KeyPressMsg) Action {
	n := len(v.poll.Options)
	switch key := k.String(); key {
	case "esc", "q", "p":
		return Close{}
	case "j":
		v.list.move(1, n)
	case "k":
		v.list.move(-1, n)
	case "space":
		v.choose(v.list.at)
	case "enter":
		return v.vote()
	default:
		if i, err := strconv.Atoi(key); err == nil && i >= 1 && i <= min(9, n) {
			v.list.at = i - 1
			v.choose(i - 1)
		} else if d, ok := arrow(key); ok {
			v.list.move(d, n)
		}
	}
	return nil
}

// choose marks an option; where only one may be, the others lose their mark.
func (v *Vote) choose(i int) {
	on := !v.chosen[i]
	if !v.poll.Multiple {
		clear(v.chosen)
	}
	v.chosen[i] = on
}

func (v *Vote) vote() Action {
	var choices []int
	for i, on := range v.chosen {
		if on {
			choices = append(choices, i)
		}
	}
	if len(choices) == 0 { // enter on an option is enough
		choices = []int{v.list.at}
	}
	return Voted{v.post, choices}
}

// Lines draws the options.
func (v *Vote) Lines(l Look, width, height int) []string {
	inner := min(60, width-FrameWidth)
	from, to := v.list.window(len(v.poll.Options), height-FrameHeight)
	var lines []string
	for i := from; i < to; i++ {
		mark, style := "  ", l.Theme.Text
		if i == v.list.at {
			mark, style = l.Theme.Accent.Paint(l.Theme.Signs.Selected)+" ", l.Theme.Strong
		}
		sign := cell.Blank(cell.Width(l.Measure, l.Theme.Signs.Yes))
		if v.chosen[i] {
			sign = l.Theme.Good.Paint(l.Theme.Signs.Yes)
		}
		text := cell.Cut(l.Measure, v.poll.Options[i].Text.Line().String(), max(1, inner-6), l.Theme.Signs.More)
		lines = append(lines, mark+"["+sign+"] "+style.Paint(text))
	}
	choose := "space chooses one"
	if v.poll.Multiple {
		choose = "space chooses several"
	}
	return l.Box("vote", choose+" "+l.Theme.Signs.Dot+" "+l.Theme.Signs.Enter+" votes "+l.Theme.Signs.Dot+" esc does not", lines, inner)
}
