package ui

import (
	"context"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/config/account"
	"skein/outbox"
	"skein/timeline"
	"skein/ui/compose"
	"skein/ui/feed"
	"skein/ui/overlay"
)

const (
	planAfter = 60 * time.Millisecond // of rest before a draft is planned anew
	saveAfter = time.Second           // the most that a crash may lose
)

// writing is a draft on the compose screen and what is being done for it. It
// outlives the screen until what was written is saved.
type writing struct {
	*compose.Compose
	planDue, planning bool
	saveDue, saving   bool
	saved             int  // the version that is on the disk
	fresh             bool // nobody has said yet where it goes
	sending           bool // as soon as it is planned and saved
	closed            bool // it has left the screen
	dropped           bool // and is not wanted any more
}

// The messages of drafts; all but the first two carry the writing that they are for,
// which may have been closed meanwhile.
type (
	targetsRead struct{ targets []outbox.Target }
	draftsRead  struct {
		drafts []outbox.Saved
		err    error
	}
	planIsDue struct{ *writing }
	saveIsDue struct{ *writing }
	planned   struct {
		*writing
		version int
		plan    outbox.Plan
	}
	saved struct {
		*writing
		version int
		id      string
		draft   outbox.Draft
		err     error
	}
	dropped struct{ err error }
	edited  struct {
		*writing
		text string
		err  error
	}
	attached struct {
		*writing
		file outbox.File
		err  error
	}
	listed struct {
		*writing
		prefix string
		paths  []string
	}
)

// readOutbox asks for what was left when skein ended, and for what the accounts
// take.
func (m *Model) readOutbox() tea.Cmd {
	if m.o.Outbox == nil {
		return nil
	}
	out, ctx := m.o.Outbox, m.ctx
	return tea.Batch(m.askTargets(), func() tea.Msg {
		drafts, err := out.Drafts(ctx)
		return draftsRead{drafts, err}
	}, m.readDeliveries())
}

// askTargets asks what the accounts take; while that is under way it will be asked
// once more.
func (m *Model) askTargets() tea.Cmd {
	if m.o.Outbox == nil {
		return nil
	}
	if m.asking {
		m.stale = true
		return nil
	}
	m.asking, m.stale = true, false
	out, ctx := m.o.Outbox, m.ctx
	return func() tea.Msg { return targetsRead{out.Targets(ctx)} }
}

func (m *Model) takeTargets(t targetsRead) tea.Cmd {
	m.asking = false
	m.targets = t.targets
	var send tea.Cmd
	if m.writing != nil {
		m.aim(m.writing)
		send = m.trySend(m.writing)
	}
	if m.stale {
		return tea.Batch(send, m.askTargets())
	}
	return send
}

// aim says what there is to choose from, and chooses where nobody has yet. Nothing
// of that is worth saving.
func (m *Model) aim(w *writing) {
	unchanged := w.saved == w.Version()
	w.SetTargets(m.targets)
	if w.fresh {
		w.Choose(m.usualTargets()...)
		w.fresh = false
	}
	if unchanged {
		w.saved = w.Version()
	}
}

// watchAccounts asks anew what the accounts take when one of them has come back or
// needs a sign-in. One that answers for the first time was asked at the start.
func (m *Model) watchAccounts() tea.Cmd {
	ask := false
	for _, h := range m.health {
		before := m.states[h.Account.ID]
		t, known := m.targetOf(h.Account.ID)
		first := before == timeline.Connecting && (!known || t.Err == nil && !t.Limits.Assumed)
		back := h.State == timeline.Live && !first
		ask = ask || before != h.State && before != "" && (back || h.State == timeline.SignIn)
		m.states[h.Account.ID] = h.State
	}
	if !ask {
		return nil
	}
	return m.askTargets()
}

// usualTargets is where a new post goes unless somebody says otherwise.
func (m *Model) usualTargets() []timeline.AccountID {
	var out []timeline.AccountID
	for _, t := range m.targets {
		usual := m.o.To == nil && t.Err == nil && t.Limits.ReadOnly.Empty() && m.posts(t.Account)
		if usual || slices.Contains(m.o.To, t.Account.ID) {
			out = append(out, t.Account.ID)
		}
	}
	return out
}

// posts tells whether new posts go to an account where the configuration does not say:
// to the one that acts on its network where that was chosen, else to all that the person
// has not left out.
func (m *Model) posts(a timeline.Account) bool {
	if t, chosen := m.actsAs(a.Network); chosen {
		return t.Account.ID == a.ID
	}
	return !slices.ContainsFunc(m.records, func(r account.Record) bool { return r.ID == string(a.ID) && !r.Posts() })
}

// startWriting opens the compose screen: with the draft that was left for the same
// purpose, or with d.
func (m *Model) startWriting(d outbox.Draft, about compose.About) tea.Cmd {
	if w := m.kept; w != nil && !w.dropped && w.saved != w.Version() && purpose(w.Draft()) == purpose(d) {
		return m.openWriting(w)
	}
	return m.openWriting(m.newWriting(d, about))
}

// openWriting shows a draft. One that is being written is kept.
func (m *Model) openWriting(w *writing) tea.Cmd {
	var before tea.Cmd
	if other := m.writing; other != nil { // this was asked for before that was begun
		if other.sending {
			return m.tell("something is being sent from here: one moment", plain)
		}
		before = m.keep(other)
	}
	w.closed = false
	m.writing, m.kept = w, nil
	m.show(w)
	if m.targets != nil {
		m.aim(w)
	}
	if slices.ContainsFunc(m.targets, func(t outbox.Target) bool { return t.Err != nil || t.Limits.Assumed }) {
		return tea.Batch(before, m.askTargets())
	}
	return before
}

func (m *Model) composeOptions(about compose.About) compose.Options {
	return compose.Options{About: about, Key: m.composeKey, Find: m.finder()}
}

// purpose is what a draft is for: two drafts with the same are one.
func purpose(d outbox.Draft) (p struct {
	kind string
	id   timeline.ID
},
) {
	for _, k := range []struct {
		kind    string
		parents []outbox.Parent
	}{{"edit", d.Edit}, {"reply", d.ReplyTo}, {"quote", d.Quote}} {
		if len(k.parents) > 0 {
			p.kind, p.id = k.kind, k.parents[0].ID
			break
		}
	}
	if d.Letter != nil {
		p.kind, p.id = "message", timeline.ID{Local: fmt.Sprint(d.To, d.Letter.Conversation, d.Letter.People)}
	}
	return p
}

// tend plans and saves what has changed on the compose screen, after a rest.
func (m *Model) tend() tea.Cmd {
	w := m.writing
	if w == nil {
		return nil
	}
	var cmds []tea.Cmd
	if _, current := w.Plan(); !current && w.Known() && !w.planDue && !w.planning {
		w.planDue = true
		cmds = append(cmds, m.later(planAfter, planIsDue{w}))
	}
	if w.saved != w.Version() && !w.saveDue && !w.saving {
		w.saveDue = true
		cmds = append(cmds, m.later(saveAfter, saveIsDue{w}))
	}
	return tea.Batch(cmds...)
}

// plan plans the draft as it now is, off the path of the keys.
func (m *Model) plan(w *writing) tea.Cmd {
	if w.planning || w.closed {
		return nil
	}
	w.planning = true
	version, draft, targets := w.Version(), w.Draft(), w.Targets()
	var book outbox.Book
	if m.o.People != nil {
		book = m.o.People
	}
	return func() tea.Msg { return planned{w, version, outbox.NewPlan(draft, targets, book)} }
}

func (m *Model) takePlan(p planned) tea.Cmd {
	p.planning = false
	p.Planned(p.version, p.plan)
	return m.trySend(p.writing)
}

// save keeps the draft. One save is under way at a time, so that a draft has one id.
func (m *Model) save(w *writing) tea.Cmd {
	switch {
	case w.saving, w.dropped, w.saved == w.Version():
		return nil
	case w.Empty() && w.ID() == "":
		w.saved = w.Version()
		return nil
	}
	w.saving = true
	version, id, draft := w.Version(), w.ID(), w.Draft()
	out, ctx := m.o.Outbox, context.WithoutCancel(m.ctx) // what was written outlives the program
	return func() tea.Msg {
		id, err := out.SaveDraft(ctx, id, draft)
		return saved{w, version, id, draft, err}
	}
}

// saveAll saves what is on the compose screen and what has just left it. It tells
// whether that is still under way.
func (m *Model) saveAll() (cmd tea.Cmd, wait bool) {
	var cmds []tea.Cmd
	for _, w := range []*writing{m.writing, m.kept} {
		if w != nil && !w.dropped {
			cmds = append(cmds, m.save(w))
			wait = wait || w.saving
		}
	}
	return tea.Batch(cmds...), wait
}

func (m *Model) takeSaved(s saved) tea.Cmd {
	w := s.writing
	w.saving = false
	if s.err != nil {
		why := "the draft could not be saved: " + timeline.AsError(s.err).Error()
		if w.sending {
			m.stopSending(w, why)
		}
		m.leaving = false
		w.saved = s.version                             // the next key tries again
		if w.closed && !w.dropped && m.writing == nil { // it would be lost
			w.closed, m.writing, m.kept = false, w, nil
			m.show(w)
		}
		w.Say(why, true)
		return m.tell(why, bad)
	}
	w.Named(s.id)
	w.saved = s.version
	m.drafts = slices.DeleteFunc(m.drafts, func(o outbox.Saved) bool { return o.ID == s.id })
	switch {
	case w.dropped:
		return m.drop(w)
	case w.closed, w.sending:
		if cmd := m.save(w); cmd != nil {
			return cmd
		}
	}
	m.drafts = slices.Insert(m.drafts, 0, outbox.Saved{ID: s.id, Draft: s.draft, Updated: m.o.Now()})
	if m.leaving {
		if cmd, wait := m.saveAll(); wait {
			return cmd
		}
		return m.leave()
	}
	return m.trySend(w)
}

// drop forgets the saved draft; one that is being saved when that is done.
func (m *Model) drop(w *writing) tea.Cmd {
	w.dropped = true
	if w.saving || w.ID() == "" {
		return nil
	}
	return m.forget(w.ID())
}

func (m *Model) forget(id string) tea.Cmd {
	m.drafts = slices.DeleteFunc(m.drafts, func(o outbox.Saved) bool { return o.ID == id })
	out, ctx := m.o.Outbox, context.WithoutCancel(m.ctx)
	return func() tea.Msg { return dropped{out.DropDraft(ctx, id)} }
}

// stopWriting takes the compose screen away.
func (m *Model) stopWriting(w *writing) {
	w.closed = true
	m.overlays = slices.DeleteFunc(m.overlays, func(o overlay.Overlay) bool { return o == overlay.Overlay(w) })
	if m.writing == w {
		m.writing = nil
	}
}

// keep closes the compose screen and keeps the draft, or nothing where there is
// nothing.
func (m *Model) keep(w *writing) tea.Cmd {
	if w.sending {
		return nil
	}
	m.stopWriting(w)
	if w.Empty() {
		return m.drop(w)
	}
	m.kept = w
	return tea.Batch(m.save(w), m.tell("the draft is kept", plain))
}

func (m *Model) discard(w *writing) tea.Cmd {
	m.stopWriting(w)
	return tea.Batch(m.drop(w), m.tell("the draft is gone", plain))
}

// takeDrafts takes the drafts that were left. One that belongs on the compose screen
// which is still empty is put there.
func (m *Model) takeDrafts(d draftsRead) tea.Cmd {
	if d.err != nil {
		return m.tell("the drafts could not be read: "+timeline.AsError(d.err).Error(), bad)
	}
	m.drafts = d.drafts
	w := m.writing
	if w == nil || !w.Empty() || w.ID() != "" || w.saving {
		return nil
	}
	for _, s := range m.drafts {
		if purpose(s.Draft) == purpose(w.Draft()) {
			w.Restore(s.ID, s.Draft)
			w.saved, w.fresh = w.Version(), len(s.Draft.To) == 0
			w.Say("this is the draft from "+feed.Moment(m.o.Now(), s.Updated), false)
			break
		}
	}
	return nil
}
