package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/timeline"
	"skein/ui/overlay"
	"skein/ui/profile"
)

// blocking is that somebody is to be blocked, after the person has been asked.
type blocking struct{ p *timeline.Post }

// IsAction makes it an overlay.Action.
func (blocking) IsAction() {}

// shownProfile is the profile, or the list of people, that takes the keys; nil where
// something else does.
func (m *Model) shownProfile() *profile.Pane {
	p, _ := m.opened().(*profile.Pane)
	return p
}

// whom is whom a command about a person means: who is selected in a list of people, whose
// profile stands there, else who wrote the selected post. The post stands for them where
// there is none; known is what is known of them, nil for no more than a post tells.
func (m *Model) whom() (p *timeline.Post, known *timeline.Profile) {
	if pane := m.shownProfile(); pane != nil {
		if who := pane.Person(); who != nil {
			return &timeline.Post{ID: timeline.ID{Network: who.Network}, Author: who.Author}, who
		}
	}
	if p := m.focus().Post(); p != nil {
		return p.Content(), nil
	}
	return nil, nil
}

// toward has the account do something about a person, who is shown as if it were done.
func (m *Model) toward(i timeline.Intent, p *timeline.Post, done, over string) tea.Cmd {
	v, _ := m.actor(p)
	handle := p.Author.Handle.Line()
	i.Person = p.Author.ID
	for _, d := range m.details() {
		if pane, ok := d.(*profile.Pane); ok {
			pane.Relate(p.Author.ID, i.Kind, i.Undo)
		}
	}
	return m.queue(act{
		done: done + " " + handle.String() + m.theme.Signs.More, over: handle.String() + " " + over,
		actions: []outbox.Action{{Account: v.Account, Summary: handle, Intent: i}},
	})
}

// followPerson follows somebody, or ends that.
func (m *Model) followPerson() tea.Cmd {
	p, known := m.whom()
	if known != nil && (known.Followed || known.Requested) {
		return m.toward(timeline.Intent{Kind: timeline.DoFollow, Undo: true}, p, "no longer following", "is no longer followed")
	}
	over := "is followed"
	if known != nil && known.Locked {
		over = "was asked to be followed"
	}
	return m.toward(timeline.Intent{Kind: timeline.DoFollow}, p, "following", over)
}

// block asks, then blocks somebody; who is blocked is let go at once.
func (m *Model) block() tea.Cmd {
	p, known := m.whom()
	if known != nil && known.Blocked {
		return m.toward(timeline.Intent{Kind: timeline.DoBlock, Undo: true}, p, "no longer blocking", "is no longer blocked")
	}
	m.show(overlay.NewConfirm("block "+p.Author.Handle.Line().String()+"?", []string{
		"Neither sees the other's posts any more, and neither follows the other. Taking it back does not bring the follows back.",
	}, overlay.Answer{Key: "enter", Label: "blocks", Action: blocking{p}}))
	return nil
}

// complain asks why, then reports the selected post, or a person.
func (m *Model) complain() tea.Cmd {
	p, known := m.whom()
	v, _ := m.actor(p)
	t, _ := m.targetOf(v.Account)
	m.show(overlay.NewReport(p, known != nil, t.Limits.Forwards))
	return nil
}

// reported journals a report.
func (m *Model) reported(a overlay.Reported) tea.Cmd {
	v, _ := m.actor(a.Post)
	handle := a.Post.Author.Handle.Line()
	i := timeline.Intent{Kind: timeline.DoReport, Person: a.Post.Author.ID, Complaint: &a.Complaint}
	if !a.Person {
		i.On = timeline.Subject{ID: a.Post.ID, ServerID: v.ServerID}
	}
	return m.queue(act{
		done: "reporting " + handle.String() + m.theme.Signs.More, over: handle.String() + " was reported",
		actions: []outbox.Action{{Account: v.Account, Summary: handle, Intent: i}},
	})
}

// actPeople carries out what the overlays about people want.
func (m *Model) actPeople(a overlay.Action) (cmd tea.Cmd, done bool) {
	switch a := a.(type) {
	case blocking:
		m.closeOverlay()
		return m.toward(timeline.Intent{Kind: timeline.DoBlock}, a.p, "blocking", "is blocked"), true
	case overlay.Reported:
		m.closeOverlay()
		return m.reported(a), true
	}
	return nil, false
}

// whoReacted shows who liked and who boosted the selected post.
func (m *Model) whoReacted() tea.Cmd { return m.push(profile.NewWho(m.focus().Post(), m.look())) }

// ownProfile shows the profile of the account that acts: on the network of what is
// selected, else the first.
func (m *Model) ownProfile() tea.Cmd {
	a, _ := m.ownAccount()
	return m.push(profile.NewOf(&timeline.Profile{
		Network: a.Network, Author: timeline.Author{ID: a.Author, Handle: a.Handle, Name: a.Handle},
	}, m.look()))
}

// ownAccount is the account whose profile is meant.
func (m *Model) ownAccount() (timeline.Account, bool) {
	if p, _ := m.whom(); p != nil {
		if v, ok := m.actor(p); ok {
			if t, ok := m.targetOf(v.Account); ok && t.Account.Author != "" {
				return t.Account, true
			}
		}
	}
	for _, t := range m.targets {
		if t.Account.Author != "" {
			return t.Account, true
		}
	}
	return timeline.Account{}, false
}

func (m *Model) nextPart() tea.Cmd     { m.shownProfile().Turn(1); return nil }
func (m *Model) previousPart() tea.Cmd { m.shownProfile().Turn(-1); return nil }

// readParts asks for what the profile that is shown wants.
func (m *Model) readParts() tea.Cmd {
	pane := m.shownProfile()
	if pane == nil {
		pane = m.side.person
	}
	if pane == nil {
		return nil
	}
	ask, ok := pane.Want()
	if !ok {
		return nil
	}
	ctx, hub := m.ctx, m.o.Hub
	return func() tea.Msg {
		b, err := hub.Reader(ctx, ask.Of)
		if err != nil {
			return profile.Answer{Ask: ask, Err: err}
		}
		return ask.Read(ctx, b)
	}
}

// takePart gives the answer to the pane that asked.
func (m *Model) takePart(a profile.Answer) {
	for _, d := range m.details() {
		if p, ok := d.(*profile.Pane); ok {
			p.TakePart(a)
		}
	}
	m.reviseAll()
}

// readAuthor reads a person, what is pinned and what they posted last.
func (m *Model) readAuthor(ctx context.Context, p *timeline.Post) (profile.Read, error) {
	b, err := m.o.Hub.Reader(ctx, p)
	if err != nil {
		return profile.Read{}, err
	}
	reader, ok := timeline.As[timeline.Profiler](b)
	if !ok {
		return profile.Read{}, timeline.Errorf(timeline.CodeUnsupported, "%s shows no profiles", p.ID.Network)
	}
	person, err := reader.Profile(ctx, p.Author.ID)
	if err != nil {
		return profile.Read{}, err
	}
	got := profile.Read{Profile: person}
	if s, ok := timeline.As[timeline.Sectioner](b); ok { // a profile without it is worth showing, too
		if pinned, err := s.ProfileSection(ctx, p.Author.ID, timeline.SectionPinned, timeline.Page{Limit: pinnedMost}); err == nil {
			got.Pinned = pinned.Posts[:min(pinnedMost, len(pinned.Posts))]
		}
	}
	batch, err := reader.ProfilePosts(ctx, p.Author.ID, timeline.Page{Limit: profilePosts})
	got.Posts, got.Older = batch.Posts, batch.Older
	return got, err
}

const pinnedMost = 5

// Below: why a command about a person does not work now.

// cannotToward says why nothing of a kind can be done about the person who is meant.
func (m *Model) cannotToward(kind timeline.Kind, undo bool) string {
	if why := m.noOutbox(); why != "" {
		return why
	}
	p, _ := m.whom()
	if p == nil {
		return "nobody is selected"
	}
	v, ok := m.actor(p)
	t, known := m.targetOf(v.Account)
	switch {
	case !ok:
		return "no account of yours is there"
	case m.targets == nil:
		return "your accounts are still being asked"
	case !known:
		return "no account of yours can write there"
	case same(t.Account.Handle, p.Author.Handle):
		return "this is you"
	case !t.Limits.ReadOnly.Empty():
		return t.Limits.ReadOnly.Line().String()
	case t.Rules == nil && t.Err != nil:
		return t.Err.Error()
	case t.Rules == nil:
		return "this account cannot write"
	}
	return t.Rules.Takes(kind, undo).Line().String()
}

func (m *Model) noFollow() string { return m.cannotToward(timeline.DoFollow, false) }
func (m *Model) noBlock() string  { return m.cannotToward(timeline.DoBlock, false) }
func (m *Model) noReport() string { return m.cannotToward(timeline.DoReport, false) }

func (m *Model) noParts() string {
	if m.o.Hub == nil || m.shownProfile() == nil {
		return "only in a profile"
	}
	return ""
}

func (m *Model) noOwnProfile() string {
	if m.o.Hub == nil {
		return "there is no account yet"
	}
	if _, ok := m.ownAccount(); !ok {
		return "your accounts are still being asked"
	}
	return ""
}

// muteThereFor has the network mute who wrote a post, for a time where it can.
func (m *Model) muteThereFor(p *timeline.Post, lasts time.Duration) tea.Cmd {
	v, _ := m.actor(p)
	if t, ok := m.targetOf(v.Account); lasts > 0 && ok && !t.Limits.MuteEnds {
		return m.tell(string(p.ID.Network)+" mutes for good; what is muted here can end by itself", plain)
	}
	return m.toward(timeline.Intent{Kind: timeline.DoMute, Lasts: lasts}, p, "muting", "is muted by "+string(p.ID.Network))
}
