package ui

import (
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
)

// spin is the sign that something is awaited. It turns only while it is.
type spin struct {
	n       int
	turning bool
}

type spinTick struct{}

func (s spin) frame(ascii bool) string {
	frames := spinner.MiniDot.Frames
	if ascii {
		frames = spinner.Line.Frames
	}
	return frames[s.n%len(frames)]
}

// spin turns the spinner while a pane or a sign-in waits.
func (m *Model) spin() tea.Cmd {
	loading := m.signing != nil && m.signing.Waiting()
	for _, p := range m.shown() {
		d, ok := p.(detail)
		loading = loading || ok && d.Loading()
	}
	if m.spinner.turning || !loading {
		return nil
	}
	m.spinner.turning = true
	return m.later(spinner.MiniDot.FPS, spinTick{})
}
