package overlay

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
)

// Piped has a command line run; the overlay stays, for what comes out of it.
type Piped struct{ Command string }

// IsAction makes it an Action.
func (Piped) IsAction() {}

// Unpiped removes the overlay, and ends the command if it still runs.
type Unpiped struct{}

// IsAction makes it an Action.
func (Unpiped) IsAction() {}

// Pipe is a command line that is given a post, and then what the command has said. The
// output is remote text like any other: it is cleaned before it comes here.
type Pipe struct {
	input   Input
	running bool
	done    bool
	told    string // how it ended; "" for well
	lines   []string
	list    list // the line at the top
	width   int  // cells for which output was set in lines
	output  timeline.Safe
}

// NewPipe makes a Pipe that begins with a command line.
func NewPipe(command string) *Pipe { return &Pipe{input: Input{text: command}} }

// Done shows what came out. told says how the command ended where that was not well.
func (p *Pipe) Done(output timeline.Safe, told string) {
	p.running, p.done, p.output, p.told, p.width = false, true, output, told, 0
}

// Key types the command line, and later scrolls.
func (p *Pipe) Key(k tea.KeyPressMsg) Action {
	key := k.String()
	switch {
	case key == "esc", p.done && (key == "q" || key == "enter"):
		return Unpiped{}
	case p.running:
		return nil
	case p.done:
		switch d, ok := arrow(key); {
		case ok:
			p.list.move(d, len(p.lines))
		case key == "j":
			p.list.move(1, len(p.lines))
		case key == "k":
			p.list.move(-1, len(p.lines))
		case key == "G":
			p.list.move(len(p.lines), len(p.lines))
		case key == "g":
			p.list.at = 0
		}
		return nil
	case key == "enter":
		if strings.TrimSpace(p.input.Text()) == "" {
			return Unpiped{}
		}
		p.running = true
		return Piped{p.input.Text()}
	}
	p.input.Key(k)
	return nil
}

// Paste types the clipboard, which is not run before the person says so.
func (p *Pipe) Paste(text string) Action {
	if !p.running && !p.done {
		p.input.Paste(text)
	}
	return nil
}

// Lines draws the command line, or what came out.
func (p *Pipe) Lines(l Look, width, height int) []string {
	inner, room := width-FrameWidth, height-FrameHeight
	dot := " " + l.Theme.Signs.Dot + " "
	if !p.done {
		inner = min(76, inner)
		hint := l.Theme.Signs.Enter + " runs it with the post as JSON" + dot + "esc does not"
		line := p.input.Line(l, "|", inner)
		if p.running {
			hint, line = "running"+dot+"esc ends it", l.Theme.Dim.Paint("| ")+timeline.CleanLine(p.input.Text()).String()
		}
		return l.Box("pipe to a command", hint, []string{line}, inner)
	}
	if p.width != inner {
		p.lines, p.width = cell.Wrap(l.Measure, []cell.Run{{Text: p.output.String()}}, max(1, inner)), inner
		if len(p.lines) == 0 {
			p.lines = []string{l.Theme.Dim.Paint("it said nothing")}
		}
	}
	last := max(0, len(p.lines)-max(1, room))
	p.list.at = min(p.list.at, last)
	lines := p.lines[p.list.at:min(len(p.lines), p.list.at+max(1, room))]
	hint := "esc closes"
	if last > 0 {
		hint = "j/k read" + dot + hint
	}
	title := timeline.CleanLine(p.input.Text()).String()
	if p.told != "" {
		title = p.told + ": " + title
	}
	return l.Box(title, hint, lines, inner)
}
