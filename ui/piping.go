package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/overlay"
)

// Pipe runs a command line with a post as JSON on its standard input, and returns what it
// said, the beginning of it where it said too much. An error tells how it ended where that
// was not well. It ends with ctx.
type Pipe func(ctx context.Context, p *timeline.Post, command string) (timeline.Safe, error)

// piping is a post for a command.
type piping struct {
	*overlay.Pipe
	post *timeline.Post
	stop context.CancelFunc
}

// piped is what came out of a command.
type piped struct {
	of     *piping
	output timeline.Safe
	err    error
}

// pipe asks for a command that is to have the selected post.
func (m *Model) pipe() tea.Cmd {
	m.show(&piping{Pipe: overlay.NewPipe(m.command), post: m.focus().Post(), stop: func() {}})
	return nil
}

// actPiping runs a command, or ends it.
func (m *Model) actPiping(a overlay.Action) (tea.Cmd, bool) {
	if len(m.overlays) == 0 {
		return nil, false
	}
	o, ok := m.overlays[len(m.overlays)-1].(*piping)
	if !ok {
		return nil, false
	}
	switch a := a.(type) {
	case overlay.Piped:
		m.command = a.Command
		ctx, cancel := context.WithCancel(m.ctx)
		o.stop = cancel
		run, post := m.o.Pipe, o.post
		return func() tea.Msg {
			defer cancel()
			output, err := run(ctx, post, a.Command)
			return piped{o, output, err}
		}, true
	case overlay.Unpiped:
		o.stop()
		m.closeOverlay()
		return nil, true
	}
	return nil, false
}

func (m *Model) takePiped(p piped) {
	told := ""
	if p.err != nil {
		told = timeline.AsError(p.err).Message.Line().String()
	}
	p.of.Done(p.output, told)
}

func (m *Model) noPipe() string {
	if why := m.noPost(); why != "" {
		return why
	}
	if m.o.Pipe == nil {
		return "nothing here runs commands"
	}
	return ""
}
