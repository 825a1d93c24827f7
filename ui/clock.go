package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// clock draws ages and countdowns anew, faster while one is counted in seconds.
// A slow tick that is under way does not hold a fast one up.
func (m *Model) clock() tea.Cmd {
	d := slowTick
	for _, h := range m.health {
		if h.Retry.After(m.o.Now()) {
			d = fastTick
		}
	}
	if m.flight.until.After(m.o.Now()) {
		d = fastTick
	}
	if m.tick != 0 && m.tick <= d {
		return nil
	}
	m.tick = d
	m.ticks++
	return m.later(d, clockTick{m.ticks})
}

// later brings a message after d, unless the program ends first: Bubble Tea's own
// timers would outlive it.
func (m *Model) later(d time.Duration, msg tea.Msg) tea.Cmd {
	ctx := m.ctx
	return func() tea.Msg {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return msg
		case <-ctx.Done():
			return nil
		}
	}
}

// ticked takes what the commands of waiting bring.
func (m *Model) ticked(msg tea.Msg) {
	switch msg := msg.(type) {
	case clockTick:
		if msg.n == m.ticks {
			m.tick = 0
		}
	case spinTick:
		m.spinner.turning = false
		m.spinner.n++
	case messageOver:
		if msg.n == m.message.n {
			m.message.text = ""
		}
	}
}
