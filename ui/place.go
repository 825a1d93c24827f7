package ui

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
)

const (
	home      = "home"          // the screen whose place is kept
	patience  = 2 * time.Second // for what is kept, where the screen waits for it
	placeRest = time.Second     // of rest before the place is kept
)

// place is where the reader left, and the keeping of where the reader is.
type place struct {
	left  timeline.Position
	known bool // left is
	kept  timeline.Position
	due   bool // it is about to be kept
}

// The messages of starting and of the reader's place.
type (
	placeDue  struct{}
	placeKept struct {
		at  timeline.Position
		err error
	}
	unreadRead struct {
		keys []timeline.Key
		err  error
	}
)

// recallHome shows what was read before, around where the reader left. No network is
// asked for it.
func (m *Model) recallHome(ctx context.Context) {
	if m.o.Hub == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if m.o.Marks != nil {
		at, known, err := m.o.Marks.Position(ctx, home)
		if err != nil { // the newest are as good a place to begin at
			m.say("where you left is not known: "+timeline.AsError(err).Error(), bad)
		}
		m.place.left, m.place.known = at, known && err == nil
	}
	ask := m.rows.Newest("")
	if m.place.known {
		ask = m.rows.Around(m.place.left.At, "")
	}
	if _, err := m.rows.Take(ask.Soon().Read(ctx, m.o.Hub.History)); err != nil {
		m.say(timeline.AsError(err).Error(), bad)
	}
	m.place.known = m.place.known && m.rows.Len() > 0
	m.place.kept = m.place.left
	m.feed.Changed()
}

// begin goes where the reader left and has the networks asked, once there is a
// screen.
func (m *Model) begin() tea.Cmd {
	if m.begun || m.o.Hub == nil {
		return nil
	}
	m.begun = true
	if m.place.known {
		m.feed.GoTo(m.place.left.At, m.place.left.Line)
	}
	hub := m.o.Hub
	return func() tea.Msg {
		hub.Start()
		return nil
	}
}

// stayPinned follows what is new, as the reader did on leaving, if all accounts have
// answered and nothing has come that was to be read first.
func (m *Model) stayPinned() {
	if at, ok := m.feed.Position(); ok && m.place.left.Pinned && at.At.Compare(m.place.left.At) == 0 && !m.rows.Above() {
		m.feed.Pin()
	}
}

// keepPlace keeps where the reader is, after a rest.
func (m *Model) keepPlace() tea.Cmd {
	if _, moved := m.moved(); !moved || m.place.due {
		return nil
	}
	m.place.due = true
	return m.later(placeRest, placeDue{})
}

// moved is where the reader is, and whether that is not kept yet.
func (m *Model) moved() (at timeline.Position, moved bool) {
	at, ok := m.feed.Position()
	kept := m.place.kept
	same := at.At.Compare(kept.At) == 0 && at.Line == kept.Line && at.Pinned == kept.Pinned
	return at, ok && m.begun && m.o.Marks != nil && !same
}

func (m *Model) savePlace() tea.Cmd {
	m.place.due = false
	at, moved := m.moved()
	if !moved {
		return nil
	}
	marks, ctx := m.o.Marks, context.WithoutCancel(m.ctx)
	return func() tea.Msg { return placeKept{at, marks.SetPosition(ctx, home, at)} }
}

func (m *Model) placeKept(p placeKept) {
	m.place.kept = p.at // after a failure the next movement tries again
	if p.err != nil {
		m.o.Log.Warn("where the reader is could not be kept", "err", p.err)
	}
}

// Close ends the sign-ins that are under way and keeps what only the Model knows: where
// the reader is. It waits for that, but not for long.
func (m *Model) Close(ctx context.Context) error {
	for _, s := range m.begunFlows {
		s.end()
	}
	at, moved := m.moved()
	if !moved {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := m.o.Marks.SetPosition(ctx, home, at); err != nil {
		return fmt.Errorf("the reader's place: %w", err)
	}
	return nil
}
