package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/timeline"
)

// mark is something that an account does to a post, or takes back.
type mark struct {
	account timeline.AccountID
	post    timeline.ID
	kind    timeline.Kind
}

// act is a press that is to be journaled.
type act struct {
	mark
	n       int
	actions []outbox.Action
	done    string // what to say when it is journaled; "" for what its post shows
	over    string // and when all of it has arrived
}

type acted struct {
	act
	op  outbox.Operation
	err error
}

func (m *Model) boost() tea.Cmd    { return m.toggle(timeline.DoBoost) }
func (m *Model) like() tea.Cmd     { return m.toggle(timeline.DoLike) }
func (m *Model) bookmark() tea.Cmd { return m.toggle(timeline.DoBookmark) }

// toggle does something to the selected post, or takes it back. The post shows it
// at once.
func (m *Model) toggle(kind timeline.Kind) tea.Cmd {
	p := m.focus().Post().Content()
	v, _ := m.actor(p)
	k := mark{v.Account, p.ID, kind}
	now := *has(&v, kind)
	w := m.wishes[k]
	if w == nil {
		w = &wish{base: now}
		m.wishes[k] = w
	}
	w.want, w.operation, w.arrived = !now, "", false
	w.last++
	m.revise(p.ID)
	return m.queue(act{mark: k, n: w.last, actions: []outbox.Action{{
		Account: v.Account, Summary: summary(p),
		Intent: timeline.Intent{Kind: kind, Undo: now, On: timeline.Subject{ID: p.ID, ServerID: v.ServerID}},
	}}})
}

// queue journals acts in the order of the keys.
func (m *Model) queue(a act) tea.Cmd {
	m.acts = append(m.acts, a)
	return m.nextAct()
}

func (m *Model) nextAct() tea.Cmd {
	if m.acting || len(m.acts) == 0 {
		return nil
	}
	m.acting = true
	a := m.acts[0]
	m.acts = m.acts[1:]
	out, ctx := m.o.Outbox, m.ctx
	return func() tea.Msg {
		op, err := out.Act(ctx, outbox.Added{}, a.actions...)
		return acted{a, op, err}
	}
}

func (m *Model) takeActed(a acted) tea.Cmd {
	m.acting = false
	w := m.wishes[a.mark]
	if a.err != nil {
		if w != nil && w.last == a.n {
			m.giveUp(a.mark, w)
		}
		return tea.Batch(m.tell(timeline.AsError(a.err).Error(), bad), m.nextAct())
	}
	if w != nil && w.last == a.n {
		w.operation = a.op.ID
	}
	if a.over != "" {
		m.reports[a.op.ID] = a.over
	}
	m.delivered(a.op.Deliveries...)
	for _, d := range m.outgoing { // its outcome may have been there before this answer
		if d.Operation == a.op.ID {
			m.judge(d)
		}
	}
	var say tea.Cmd
	if m.reports[a.op.ID] != "" { // else it is over, and that was said
		say = m.tell(a.done, plain)
	}
	return tea.Batch(say, m.nextAct())
}

// actor is the account that acts on a post: the one that the person has chosen for its
// network, else the first that has seen it and can write, else the first that has seen
// it, else the first of its network.
func (m *Model) actor(p *timeline.Post) (timeline.View, bool) {
	if t, chosen := m.actsAs(p.ID.Network); chosen {
		return viewOf(p, t.Account.ID), true
	}
	for _, v := range p.Views {
		if t, ok := m.targetOf(v.Account); ok && t.Rules != nil && t.Limits.ReadOnly.Empty() {
			return v, true
		}
	}
	if len(p.Views) > 0 {
		return p.Views[0], true
	}
	for _, t := range m.targets {
		if t.Account.Network == p.ID.Network {
			return timeline.View{Account: t.Account.ID}, true
		}
	}
	return timeline.View{}, false
}

// doer is the account that does kind to a post: what only its author may, the author.
func (m *Model) doer(p *timeline.Post, kind timeline.Kind) (timeline.View, bool) {
	if kind == timeline.DoEdit || kind == timeline.DoDelete {
		for _, t := range m.targets {
			if t.Account.Network == p.ID.Network && same(t.Account.Handle, p.Author.Handle) {
				return viewOf(p, t.Account.ID), true
			}
		}
	}
	return m.actor(p)
}

// viewOf is how an account sees a post; bare where it has not.
func viewOf(p *timeline.Post, a timeline.AccountID) timeline.View {
	if v, seen := p.View(a); seen {
		return v
	}
	return timeline.View{Account: a}
}

// targetOf is an account as one to write to.
func (m *Model) targetOf(a timeline.AccountID) (outbox.Target, bool) {
	for _, t := range m.targets {
		if t.Account.ID == a {
			return t, true
		}
	}
	return outbox.Target{}, false
}

// summary is a post in one line.
func summary(p *timeline.Post) timeline.Safe {
	const most = 80
	s := p.Text.Plain().Line().String()
	if s == "" {
		s = p.Author.Handle.Line().String()
	}
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return timeline.CleanLine(s)
}

// Below: why an action does not work now.

func (m *Model) noOutbox() string {
	if m.o.Hub == nil {
		return "there is no account yet"
	}
	if m.o.Outbox == nil {
		return "nothing can be sent from here"
	}
	return ""
}

// cannot says why the account that sees the selected post cannot do kind to it.
func (m *Model) cannot(kind timeline.Kind) string {
	if why := m.noOutbox(); why != "" {
		return why
	}
	if why := m.noPost(); why != "" {
		return why
	}
	p := m.focus().Post().Content()
	v, ok := m.doer(p, kind)
	if !ok {
		return "no account of yours sees this post"
	}
	t, known := m.targetOf(v.Account)
	switch {
	case m.targets == nil:
		return "your accounts are still being asked"
	case !known:
		return "no account of yours can write there"
	case !t.Limits.ReadOnly.Empty():
		return t.Limits.ReadOnly.Line().String()
	case t.Rules == nil && t.Err != nil:
		return t.Err.Error()
	case t.Rules == nil:
		return "this account cannot write"
	}
	undo := false
	switch kind {
	case timeline.DoBoost, timeline.DoLike, timeline.DoBookmark:
		undo = *has(&v, kind)
	}
	return t.Rules.Takes(kind, undo).Line().String()
}

func (m *Model) noReply() string    { return m.cannot(timeline.DoPost) }
func (m *Model) noBoost() string    { return m.cannot(timeline.DoBoost) }
func (m *Model) noLike() string     { return m.cannot(timeline.DoLike) }
func (m *Model) noBookmark() string { return m.cannot(timeline.DoBookmark) }

func (m *Model) noVote() string {
	if why := m.cannot(timeline.DoVote); why != "" {
		return why
	}
	switch p := m.focus().Post().Content().Poll; {
	case p == nil:
		return "this post has no poll"
	case p.Voted:
		return "you have voted"
	case p.Closed:
		return "this poll is closed"
	}
	return ""
}

func (m *Model) noEdit() string   { return m.notMine(timeline.DoEdit) }
func (m *Model) noDelete() string { return m.notMine(timeline.DoDelete) }

func (m *Model) notMine(kind timeline.Kind) string {
	if why := m.cannot(kind); why != "" {
		return why
	}
	p := m.focus().Post().Content()
	v, _ := m.doer(p, kind)
	if t, _ := m.targetOf(v.Account); !same(t.Account.Handle, p.Author.Handle) {
		return "this post is not yours"
	}
	return ""
}

// same tells whether two handles are one, as networks write them.
func same(a, b timeline.Safe) bool {
	bare := func(s timeline.Safe) string { return strings.ToLower(strings.TrimPrefix(s.Line().String(), "@")) }
	return bare(a) != "" && bare(a) == bare(b)
}
