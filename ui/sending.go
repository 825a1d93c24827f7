package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/timeline"
	"skein/ui/compose"
	"skein/ui/overlay"
)

// flight is the post that was sent last, as long as the line above the footer
// speaks of it.
type flight struct {
	operation string // "" when there is none
	draft     outbox.Draft
	about     compose.About
	until     time.Time // it can be taken back until then
	told      bool      // it has arrived, and that has been said
}

type (
	added struct {
		*writing
		draft outbox.Draft
		op    outbox.Operation
		until time.Time
		err   error
	}
	takenBack struct {
		flight
		deliveries []timeline.Delivery
		err        error
	}
	deliveriesRead struct {
		deliveries []timeline.Delivery
		err        error
	}
	moved struct { // deliveries that somebody retried or withdrew
		what       string
		deliveries []timeline.Delivery
		err        error
	}
)

// send sends the draft as soon as it is planned and saved.
func (m *Model) send(w *writing) tea.Cmd {
	w.sending = true
	w.Work("one moment" + m.theme.Signs.More)
	return m.trySend(w)
}

func (m *Model) stopSending(w *writing, why string) {
	w.sending = false
	w.Work("")
	w.Say(why, true)
}

// trySend goes the next step of sending: what the accounts take, the plan of just
// this draft, the saved draft, the journal.
func (m *Model) trySend(w *writing) tea.Cmd {
	if !w.sending || !w.Known() {
		return nil
	}
	plan, current := w.Plan()
	if !current {
		return m.plan(w)
	}
	if why := w.Why(); why != "" {
		m.stopSending(w, why)
		return nil
	}
	if w.saving || w.saved != w.Version() {
		return m.save(w)
	}
	w.Work("queueing" + m.theme.Signs.More)
	draft := w.Draft()
	hold := max(0, m.o.Undo)
	until := m.o.Now().Add(hold)
	out, ctx := m.o.Outbox, m.ctx
	o := outbox.Added{Key: draftKey(w.ID()), Hold: hold}
	return func() tea.Msg {
		op, err := out.Add(ctx, plan, o)
		return added{w, draft, op, until, err}
	}
}

func (m *Model) takeAdded(a added) tea.Cmd {
	w := a.writing
	switch {
	case a.op.Repeated, errors.Is(a.err, outbox.ErrKeyUsed):
		m.stopSending(w, "this draft was sent already; "+m.composeKey(compose.Send)+" sends it as a new post")
		return m.renew(w)
	case a.err != nil:
		m.stopSending(w, timeline.AsError(a.err).Error())
		return nil
	}
	w.sending = false
	m.stopWriting(w)
	m.flight = flight{operation: a.op.ID, draft: a.draft, about: w.About(), until: a.until}
	m.delivered(a.op.Deliveries...)
	return m.drop(w)
}

// draftKey is the key under which a draft is queued: one that was queued just before
// a crash, and found again after it, is not queued twice.
func draftKey(id string) string { return "draft " + id }

// renew makes a draft another one, under an id of its own.
func (m *Model) renew(w *writing) tea.Cmd {
	old := m.forget(w.ID())
	w.Named("")
	w.saved = 0
	return old
}

// takeBack cancels what was sent a moment ago and opens it again.
func (m *Model) takeBack() tea.Cmd {
	f := m.flight
	out, ctx := m.o.Outbox, m.ctx
	return func() tea.Msg {
		deliveries, err := out.Cancel(ctx, f.operation)
		return takenBack{f, deliveries, err}
	}
}

func (m *Model) takeTakenBack(t takenBack) tea.Cmd {
	if len(t.deliveries) == 0 { // with some, the error says for whom it is too late
		return m.tell("it could not be taken back: "+timeline.AsError(t.err).Error(), bad)
	}
	m.delivered(t.deliveries...)
	m.flight = flight{}
	var gone []string
	draft := t.draft
	draft.To = nil
	for _, d := range t.deliveries {
		switch {
		case d.State != timeline.Cancelled:
			if l := d.Account.Network.Letter(); !slices.Contains(gone, l) {
				gone = append(gone, l)
			}
		case !slices.Contains(draft.To, d.Account.ID):
			draft.To = append(draft.To, d.Account.ID)
		}
	}
	if len(draft.To) == 0 {
		return m.tell("it is too late to take it back", bad)
	}
	w := &writing{Compose: compose.New(draft, m.composeOptions(t.about))}
	if len(gone) > 0 {
		w.Say("it is too late for "+strings.Join(gone, " ")+"; from the others it was taken back", true)
	} else {
		w.Say("taken back: nobody has seen it", false)
	}
	return m.openWriting(w)
}

func (m *Model) readDeliveries() tea.Cmd {
	out, ctx := m.o.Outbox, m.ctx
	return func() tea.Msg {
		all, err := out.Deliveries(ctx, outbox.Filter{})
		return deliveriesRead{all, err}
	}
}

// delivered takes the state of deliveries; an older one than is known changes
// nothing.
func (m *Model) delivered(all ...timeline.Delivery) {
	for _, d := range all {
		if known, ok := m.outgoing[d.ID]; ok && known.Updated.After(d.Updated) {
			continue
		}
		m.outgoing[d.ID] = d
		m.judge(d)
	}
}

// deliveries are all that are known, the newest first.
func (m *Model) deliveries() []timeline.Delivery {
	all := make([]timeline.Delivery, 0, len(m.outgoing))
	for _, d := range m.outgoing {
		all = append(all, d)
	}
	overlay.Newest(all)
	return all
}

// underWay counts the deliveries that are not over, and the posts among them.
func (m *Model) underWay() (n, posts int) {
	for _, d := range m.outgoing {
		if !d.State.Settled() {
			n++
			if d.Kind == timeline.DoPost {
				posts++
			}
		}
	}
	return n, posts
}

// flightLine is how the post that was sent last stands; "" when there is nothing to
// say.
func (m *Model) flightLine() string {
	if m.flight.operation == "" {
		return ""
	}
	t := m.theme
	if left := m.flight.until.Sub(m.o.Now()); left > 0 {
		return fmt.Sprintf("sending in %d s ", (left+time.Second-1)/time.Second) + t.Dim.Paint(t.Signs.Dash) +
			" " + m.keys.key("take-back", &t.Signs) + t.Dim.Paint(" takes it back")
	}
	parts, refused := m.standing()
	line := strings.Join(parts, "   ")
	if refused != "" {
		line += "   " + t.Error.Paint(refused)
	}
	return line + "   " + m.keys.key("outbox", &t.Signs) + t.Dim.Paint(" shows all")
}

// standing is a word for each account, and why the first that refused did.
func (m *Model) standing() (parts []string, refused string) {
	t := m.theme
	var accounts []timeline.AccountID
	all := m.flightDeliveries()
	for _, d := range all {
		if d.State == timeline.Refused && refused == "" {
			refused = d.Message.Line().String()
		}
		if slices.Contains(accounts, d.Account.ID) {
			continue
		}
		accounts = append(accounts, d.Account.ID)
		worst := worstOf(all, d.Account.ID)
		sign, style := overlay.DeliverySign(t, worst.State)
		stands := string(worst.State)
		if overlay.Trying(worst) {
			stands = "trying again"
		}
		parts = append(parts, t.Account(d.Account.Network, d.Account.ID).Paint(d.Account.Network.Letter())+" "+style.Paint(stands+" "+sign))
	}
	return parts, refused
}

// worstOf is, of an account's parts of a thread, the one that is furthest behind.
func worstOf(all []timeline.Delivery, a timeline.AccountID) timeline.Delivery {
	worst := timeline.Delivery{State: timeline.Sent}
	for _, d := range all {
		if d.Account.ID == a && worst.State == timeline.Sent {
			worst = d
		}
	}
	return worst
}

// flightDeliveries are those of the post that was sent last, the newest first.
func (m *Model) flightDeliveries() []timeline.Delivery {
	var all []timeline.Delivery
	for _, d := range m.outgoing {
		if d.Operation == m.flight.operation {
			all = append(all, d)
		}
	}
	overlay.Newest(all)
	return all
}

// landed tells whether everything of the flight is over.
func (m *Model) landed() bool {
	all := m.flightDeliveries()
	return len(all) > 0 && !slices.ContainsFunc(all, func(d timeline.Delivery) bool { return !d.State.Settled() })
}

// flightTime is how long what cannot go on now is spoken of.
const flightTime = 15 * time.Second

// clearFlight takes the line away at a key, when it has said what there is to say.
func (m *Model) clearFlight() {
	if m.flight.told || m.o.Now().Sub(m.flight.until) > flightTime {
		m.flight = flight{}
	}
}

// flightOver is the timer that takes the line away.
type flightOver struct{ operation string }

// watchFlight takes the line away a while after everything has arrived. What was
// not sent stays until the next key.
func (m *Model) watchFlight() tea.Cmd {
	if m.flight.operation == "" || m.flight.told || !m.landed() {
		return nil
	}
	m.flight.told = true
	if slices.ContainsFunc(m.flightDeliveries(), func(d timeline.Delivery) bool { return d.State != timeline.Sent }) {
		return nil
	}
	return m.later(2*messageTime, flightOver{m.flight.operation})
}
