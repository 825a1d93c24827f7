package ui

import (
	"context"
	"errors"
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
	placeDue  struct{ of *reading }
	placeKept struct {
		of  *reading
		at  timeline.Position
		err error
	}
	unreadRead struct {
		of   *reading
		keys []timeline.Key
		err  error
	}
)

// recallPlace shows what was read before of a timeline, around where the reader left.
// No network is asked for it.
func (m *Model) recallPlace(ctx context.Context, r *reading) {
	if r.hub == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if m.o.Marks != nil {
		at, known, err := m.o.Marks.Position(ctx, r.screen)
		if err != nil { // the newest are as good a place to begin at
			m.say("where you left is not known: "+timeline.AsError(err).Error(), bad)
		}
		r.place.left, r.place.known = at, known && err == nil
	}
	ask := r.rows.Newest("")
	if r.place.known {
		ask = r.rows.Around(r.place.left.At, "")
	}
	if _, err := r.rows.Take(ask.Soon().Read(ctx, r.hub.History)); err != nil {
		m.say(timeline.AsError(err).Error(), bad)
	}
	r.place.known = r.place.known && r.rows.Len() > 0
	r.place.kept = r.place.left
	m.redraw(r)
}

// begin goes where the reader of the timeline in front left and has the networks
// asked, once there is a screen.
func (m *Model) begin() tea.Cmd {
	r := m.reading()
	if r == nil || r.begun || r.hub == nil || m.width == 0 {
		return nil
	}
	r.begun = true
	if r.place.known {
		r.feed.GoTo(r.place.left.At, r.place.left.Line)
	}
	hub := r.hub
	return func() tea.Msg {
		hub.Start()
		return nil
	}
}

// stayPinned follows what is new, as the reader did on leaving, if all accounts have
// answered and nothing has come that was to be read first.
func (r *reading) stayPinned() {
	if at, ok := r.feed.Position(); ok && r.place.left.Pinned && at.At.Compare(r.place.left.At) == 0 && !r.rows.Above() {
		r.feed.Pin()
	}
}

// keepPlace keeps where the reader is, after a rest.
func (m *Model) keepPlace() tea.Cmd {
	r := m.reading()
	if r == nil || r.place.due {
		return nil
	}
	if _, moved := m.moved(r); !moved {
		return nil
	}
	r.place.due = true
	return m.later(placeRest, placeDue{r})
}

// moved is where the reader is, and whether that is not kept yet.
func (m *Model) moved(r *reading) (at timeline.Position, moved bool) {
	at, ok := r.feed.Position()
	kept := r.place.kept
	same := at.At.Compare(kept.At) == 0 && at.Line == kept.Line && at.Pinned == kept.Pinned
	return at, ok && r.begun && m.o.Marks != nil && !same
}

func (m *Model) savePlace(r *reading) tea.Cmd {
	r.place.due = false
	at, moved := m.moved(r)
	if !moved {
		return nil
	}
	marks, ctx := m.o.Marks, context.WithoutCancel(m.ctx)
	return func() tea.Msg { return placeKept{r, at, marks.SetPosition(ctx, r.screen, at)} }
}

func (m *Model) placeKept(p placeKept) {
	p.of.place.kept = p.at // after a failure the next movement tries again
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
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var lost error
	for _, r := range m.readings() {
		at, moved := m.moved(r)
		if !moved {
			continue
		}
		if err := m.o.Marks.SetPosition(ctx, r.screen, at); err != nil {
			lost = errors.Join(lost, fmt.Errorf("the reader's place in %s: %w", r.screen, err))
		}
	}
	return lost
}
