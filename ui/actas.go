package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/timeline"
	"skein/ui/overlay"
)

// actPrefix begins the palette's entries of accounts that can act.
const actPrefix = "act as "

// several are the accounts of a network that can write, where there is more than one.
func (m *Model) several(n timeline.Network) []outbox.Target {
	var out []outbox.Target
	for _, t := range m.targets {
		if t.Account.Network == n && t.Rules != nil && t.Limits.ReadOnly.Empty() {
			out = append(out, t)
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// actsAs is the account that the person has chosen to act on a network.
func (m *Model) actsAs(n timeline.Network) (outbox.Target, bool) {
	for _, t := range m.several(n) {
		if t.Account.ID == m.as[n] {
			return t, true
		}
	}
	return outbox.Target{}, false
}

// actingNetwork is the network whose account the keys choose: that of the selected post,
// or else the first, of those where there is a choice.
func (m *Model) actingNetwork() (timeline.Network, bool) {
	choices := slices.DeleteFunc(timeline.Networks(), func(n timeline.Network) bool { return m.several(n) == nil })
	if len(choices) == 0 {
		return "", false
	}
	if p := m.focus().Post(); p != nil && slices.Contains(choices, p.ID.Network) {
		return p.ID.Network, true
	}
	return choices[0], true
}

func (m *Model) actNext() tea.Cmd     { return m.cycleActor(1) }
func (m *Model) actPrevious() tea.Cmd { return m.cycleActor(-1) }

// cycleActor chooses the next account of a network; between the last and the first it is
// whichever sees a post.
func (m *Model) cycleActor(d int) tea.Cmd {
	n, _ := m.actingNetwork()
	cycle := []timeline.AccountID{""}
	for _, t := range m.several(n) {
		cycle = append(cycle, t.Account.ID)
	}
	at := max(0, slices.Index(cycle, m.as[n]))
	return m.actAs(n, cycle[(at+d+len(cycle))%len(cycle)])
}

// actAs has an account act on its network from now on; "" is whichever sees a post.
func (m *Model) actAs(n timeline.Network, a timeline.AccountID) tea.Cmd {
	m.as[n] = a
	t, chosen := m.actsAs(n)
	if !chosen {
		return m.tell("on "+string(n)+" the account acts that sees a post", plain)
	}
	return m.tell("acting on "+string(n)+" as "+t.Account.Name+" "+t.Account.Handle.Line().String(), good)
}

// actorEntries are the accounts that can be chosen, for the palette.
func (m *Model) actorEntries() []overlay.Entry {
	var out []overlay.Entry
	for _, n := range timeline.Networks() {
		for _, t := range m.several(n) {
			name := timeline.CleanLine(t.Account.Name).String()
			out = append(out, overlay.Entry{
				Name: actPrefix + string(t.Account.ID), Group: groupApp, Help: actPrefix + name + " on " + string(n) + ", " + t.Account.Handle.Line().String(),
			})
		}
	}
	return out
}

// runEntry runs an entry of the palette.
func (m *Model) runEntry(name string) tea.Cmd {
	if id, ok := strings.CutPrefix(name, actPrefix); ok {
		t, _ := m.targetOf(timeline.AccountID(id))
		return m.actAs(t.Account.Network, t.Account.ID)
	}
	m.pressed = ""
	return m.run(m.keys.named(name))
}

func (m *Model) noChoice() string {
	if m.o.Hub == nil {
		return "there is no account yet"
	}
	if _, ok := m.actingNetwork(); !ok {
		return "no network has two accounts that can write"
	}
	return ""
}
