package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/alert"
)

// Alert is how what has happened is told outside the screen, while nobody looks at it.
type Alert struct {
	Kinds []timeline.NoticeKind // nil: those in which somebody speaks to the person
	Quiet alert.Quiet
	// Way is how the terminal is told, Tmux that tmux is between.
	Way  alert.Way
	Tmux bool
	// Run tells it in the place of the terminal: the person's own command. It is called
	// off the path of the keys.
	Run func(ctx context.Context, title, text timeline.Safe) error
}

// The messages of alerts.
type (
	alertDue  struct{}
	alertSaid struct{ err error }
)

// alert says what has happened, if nobody looks and it may be said.
func (m *Model) alert(notices []timeline.Notice) tea.Cmd {
	if m.o.Alert == nil || !m.away || len(notices) == 0 {
		return nil
	}
	wait, ok := m.alerts.Add(m.o.Now(), notices...)
	switch {
	case !ok:
		return nil
	case wait > 0 && m.alertWaits:
		return nil
	case wait > 0:
		m.alertWaits = true
		return m.later(wait+time.Millisecond, alertDue{})
	}
	return m.alertNow()
}

// alerted takes the messages of alerts.
func (m *Model) alerted(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case alertDue:
		m.alertWaits = false
		return m.alertNow()
	case alertSaid:
		if msg.err != nil {
			return m.tell("an alert could not be shown: "+timeline.AsError(msg.err).Error(), bad)
		}
	}
	return nil
}

func (m *Model) alertNow() tea.Cmd {
	if !m.away {
		m.alerts.Forget()
		return nil
	}
	notices := m.alerts.Take(m.o.Now())
	if len(notices) == 0 {
		return nil
	}
	title, text := alert.Say(m.o.Inbox.Group(notices))
	if run, ctx := m.o.Alert.Run, m.ctx; run != nil {
		return func() tea.Msg { return alertSaid{run(ctx, title, text)} }
	}
	return tea.Raw(alert.Sequence(m.o.Alert.Way, m.o.Alert.Tmux, title, text))
}
