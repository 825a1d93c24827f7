package ui

import (
	"context"
	"errors"
	"sync"

	tea "charm.land/bubbletea/v2"

	"skein/config/account"
	"skein/timeline"
	"skein/ui/accounts"
	"skein/ui/overlay"
	"skein/ui/post"
)

// signing is a sign-in under way, and the overlay that it stands in.
type signing struct {
	*accounts.Wizard
	network string // "" while it is still to be chosen
	flow    account.Flow
	keep    Accounts

	ctx    context.Context // of the sign-in; ends when it is given up
	cancel context.CancelFunc
	shown  int                // how many steps have been put
	visit  context.CancelFunc // ends the wait for the browser; nil where there is none

	turn   sync.Mutex // held while the flow is in somebody's hands
	closed bool       // guarded by turn
	begin  sync.Mutex // guards that waits begin before the sign-in ends
	waits  sync.WaitGroup
}

// The messages of a sign-in.
type (
	stepped struct { // the flow has gone on
		*signing
		step account.Step
		err  error
	}
	cameBack struct { // the browser has
		*signing
		shown  int
		answer account.Answer
		err    error
	}
	signedIn struct { // what it ended with is kept
		*signing
		record account.Record
		err    error
	}
)

// addAccount begins a sign-in: with the question on which network.
func (m *Model) addAccount() tea.Cmd {
	s := m.newSigning("sign in")
	s.Put(m.o.Accounts.Networks(), "")
	return nil
}

// newSigning opens the overlay of a sign-in.
func (m *Model) newSigning(title string) *signing {
	s := &signing{Wizard: accounts.NewWizard(title), keep: m.o.Accounts}
	s.ctx, s.cancel = context.WithCancel(m.ctx)
	m.signing = s
	m.show(s)
	return s
}

// signInto begins to sign in on a network.
func (m *Model) signInto(network string) tea.Cmd {
	title := "sign in to " + network
	for _, o := range m.o.Accounts.Networks().Options {
		if o.Value == network {
			title = "sign in to " + timeline.CleanLine(o.Title).String()
		}
	}
	s := m.newSigning(title)
	s.network = network
	flow, err := m.o.Accounts.SignIn(network)
	if err != nil {
		s.Fail(err.Error())
		return nil
	}
	s.flow, m.begunFlows = flow, append(m.begunFlows, s)
	return s.next(account.Answer{}, "")
}

// actSigning carries out what a wizard wants.
func (m *Model) actSigning(a overlay.Action) (cmd tea.Cmd, done bool) {
	s := m.signing
	if s == nil {
		return nil, false
	}
	switch a := a.(type) {
	case accounts.Answered:
		if s.network == "" {
			m.leaveSigning()
			return m.signInto(a.Answer.Text), true
		}
		return s.next(a.Answer, "asking"), true
	case accounts.StartedOver:
		m.leaveSigning()
		return tea.Batch(s.over(), m.signInto(s.network)), true
	case accounts.GivenUp:
		m.leaveSigning()
		return s.over(), true
	case accounts.Visited:
		if address, ok := post.ParseAddress(timeline.CleanLine(a.URL)); ok && m.o.OpenURL != nil {
			return m.openLink(post.Link{Address: address}, true), true
		}
		return nil, true
	case accounts.Copied:
		return tea.Batch(tea.SetClipboard(a.URL), m.tell("copied the address", good)), true
	}
	return nil, false
}

// leaveSigning takes the sign-in off the screen.
func (m *Model) leaveSigning() {
	for i, o := range m.overlays {
		if o == overlay.Overlay(m.signing) {
			m.overlays = append(m.overlays[:i], m.overlays[i+1:]...)
			break
		}
	}
	m.signing = nil
}

// signs takes what the commands of a sign-in bring. What comes of one that was given up
// is over already.
func (m *Model) signs(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case stepped:
		if msg.signing == m.signing {
			return m.takeStep(msg)
		}
	case cameBack:
		if msg.signing != m.signing || msg.shown != msg.signing.shown {
			return nil
		}
		if msg.err != nil {
			msg.Fail(msg.err.Error())
			return msg.over()
		}
		return msg.next(msg.answer, "asking")
	case signedIn:
		return m.takeSignedIn(msg)
	}
	return nil
}

// takeStep shows what the flow wants next.
func (m *Model) takeStep(s stepped) tea.Cmd {
	why := ""
	if s.err != nil {
		why = s.err.Error()
	}
	if s.step == nil {
		s.Fail(why)
		return s.over()
	}
	s.shown++
	s.Put(s.step, why)
	v, ok := s.step.(account.Visit)
	if !ok {
		return nil
	}
	var cmds []tea.Cmd
	if address, ok := post.ParseAddress(timeline.CleanLine(v.URL)); ok && m.o.OpenURL != nil && m.o.Accounts.Browser() {
		cmds = append(cmds, m.openLink(post.Link{Address: address}, true))
	}
	if v.Await != nil {
		cmds = append(cmds, s.await(v))
	}
	return tea.Batch(cmds...)
}

func (m *Model) takeSignedIn(s signedIn) tea.Cmd {
	here := s.signing == m.signing
	if s.err != nil {
		if here {
			s.Fail(s.err.Error())
			return nil
		}
		return m.tell("not signed in: "+s.err.Error(), bad)
	}
	if here {
		m.leaveSigning()
	}
	if m.o.Hub == nil { // the screen with a timeline in it is another one
		m.result.Again = true
		return m.quit()
	}
	return tea.Batch(
		m.tell(s.record.Handle+" is here as "+s.record.Name, good), m.readAccounts(), m.askTargets(),
	)
}

// next gives the flow an answer, and waits for what it wants then. What it ends with is
// kept at once: between the two there is no moment at which it could get lost.
func (s *signing) next(a account.Answer, busy string) tea.Cmd {
	if s.visit != nil {
		s.visit()
		s.visit = nil
	}
	s.Wait(busy)
	return func() tea.Msg {
		s.turn.Lock()
		defer s.turn.Unlock()
		if s.closed || s.ctx.Err() != nil {
			return nil
		}
		step, err := s.flow.Next(s.ctx, a)
		done, finished := step.(account.Finished)
		switch {
		case !finished || err != nil:
			return stepped{s, step, err}
		case s.ctx.Err() != nil:
			s.keep.GiveBack(context.WithoutCancel(s.ctx), done)
			return nil
		}
		r, err := s.keep.Keep(context.WithoutCancel(s.ctx), done)
		return signedIn{s, r, errors.Join(err, s.close())}
	}
}

// await waits for the browser, as long as its step is shown.
func (s *signing) await(v account.Visit) tea.Cmd {
	ctx, cancel := context.WithCancel(s.ctx)
	s.visit = cancel
	shown := s.shown
	return func() tea.Msg {
		s.begin.Lock()
		if ctx.Err() != nil {
			s.begin.Unlock()
			return nil
		}
		s.waits.Add(1)
		s.begin.Unlock()
		defer s.waits.Done()
		answer, err := v.Await(ctx)
		if ctx.Err() != nil {
			return nil
		}
		return cameBack{s, shown, answer, err}
	}
}

// over ends a sign-in: what waits for it ends, and what it holds open is closed.
func (s *signing) over() tea.Cmd {
	s.begin.Lock()
	s.cancel()
	s.begin.Unlock()
	return func() tea.Msg {
		s.end()
		return nil
	}
}

// end is over, at once.
func (s *signing) end() {
	s.begin.Lock()
	s.cancel()
	s.begin.Unlock()
	s.waits.Wait()
	s.turn.Lock()
	defer s.turn.Unlock()
	_ = s.close() // what a server does not take back is logged by the flow
}

// close closes the flow, once. The turn is held.
func (s *signing) close() error {
	if s.flow == nil || s.closed {
		return nil
	}
	s.closed = true
	return s.flow.Close()
}
