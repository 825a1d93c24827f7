package ui

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/overlay"
)

// muteKept is what has become of a mute that was made here or taken back.
type muteKept struct {
	mute   timeline.Mute
	undone bool
	err    error
}

// remute sees a timeline through other mutes than before: it is read again around the
// reader, and with the home timeline's all that is shown is drawn anew.
func (m *Model) remute(r *reading, now *timeline.Mutes) tea.Cmd {
	if now == r.mutes {
		return nil
	}
	r.mutes = now
	if r == m.home {
		m.mutes = now
		m.relook()
	}
	return m.read(r, r.rows.Around(r.feed.At(), r.network), nil)
}

// mute offers what may be muted about the selected post.
func (m *Model) mute() tea.Cmd {
	p := m.focus().Post()
	if who, known := m.whom(); known != nil { // of a list of people, or a profile's head
		p = who
	}
	m.show(overlay.NewMute(m.mutables(p)))
	return nil
}

// mutables is what may be muted about a post: who has to do with it, its tags, a word
// of it, its network.
func (m *Model) mutables(p *timeline.Post) []overlay.Mutable {
	c := p.Content()
	network := string(c.ID.Network)
	out := m.mutablePeople(c, c.Author)
	if len(out) > 0 {
		out = append(out, overlay.Mutable{
			Label: "by " + network + ": " + c.Author.Handle.Line().String(), About: "wherever you read it", There: c, Why: m.cannotToward(timeline.DoMute, false),
		})
	}
	if p.Boosted != nil {
		out = append(out, m.mutablePeople(p, p.Author)...)
	}
	if q := c.Quote; q != nil && q.Post != nil {
		out = append(out, m.mutablePeople(q.Post, q.Post.Author)...)
	}
	out = append(out, overlay.Mutable{Label: "a word or phrase" + m.theme.Signs.More, About: "here", Mute: timeline.Mute{Kind: timeline.MuteWord}})
	for _, t := range tagsOf(c) {
		out = append(out, overlay.Mutable{Label: t, About: "here", Mute: timeline.Mute{Kind: timeline.MuteWord, Word: t}})
	}
	return append(out, overlay.Mutable{
		Label: "everything on " + network, About: "here", Mute: timeline.Mute{Kind: timeline.MuteNetwork, Network: c.ID.Network},
	})
}

// mutablePeople is somebody who has to do with p: as the address book knows them, on
// all networks, and as this network does. The person themself is none.
func (m *Model) mutablePeople(p *timeline.Post, a timeline.Author) []overlay.Mutable {
	if m.mutes.Own(p.ID.Network, a) {
		return nil
	}
	h := timeline.Handle{Network: p.ID.Network, Handle: timeline.HandleOf(a), ID: a.ID}
	var out []overlay.Mutable
	if person, ok := m.inBook(h); ok {
		out = append(out, overlay.Mutable{
			Label: timeline.CleanLine(person.Name).String(), About: "here, on every network", Mute: timeline.Mute{Kind: timeline.MutePerson, Name: person.Name},
		})
	}
	return append(out, overlay.Mutable{Label: who(a), About: "here", Mute: timeline.Mute{Kind: timeline.MutePerson, Handles: []timeline.Handle{h}}})
}

// who is somebody in one line, with the handle, which nobody else has.
func who(a timeline.Author) string {
	name, handle := a.Name.Line().String(), a.Handle.Line().String()
	if name == "" || name == handle {
		return handle
	}
	return name + "  " + handle
}

// tagsOf are the tags of a post, each once, with '#'.
func tagsOf(p *timeline.Post) []string {
	const most = 4
	var out []string
	add := func(t timeline.Safe) {
		tag := "#" + strings.TrimPrefix(t.Line().String(), "#")
		same := func(o string) bool { return timeline.MuteWordKey(o) == timeline.MuteWordKey(tag) }
		if len(out) < most && len(tag) <= timeline.MaxMuteWord && timeline.MuteWordKey(tag) != "" && !slices.ContainsFunc(out, same) {
			out = append(out, tag)
		}
	}
	for _, s := range p.Text {
		if s.Kind == timeline.SpanTag {
			add(s.Target)
		}
	}
	for _, t := range p.Tags {
		add(t)
	}
	return out
}

// inBook is the person of the address book whose handle it is.
func (m *Model) inBook(h timeline.Handle) (timeline.Person, bool) {
	if m.o.People == nil {
		return timeline.Person{}, false
	}
	for _, p := range m.o.People.Complete("") {
		for _, o := range p.Handles {
			known := timeline.Mute{Kind: timeline.MutePerson, Handles: []timeline.Handle{o}}
			if known.Same(timeline.Mute{Kind: timeline.MutePerson, Handles: []timeline.Handle{h}}) {
				return p, true
			}
		}
	}
	return timeline.Person{}, false
}

// showMuted lists what is muted here.
func (m *Model) showMuted() tea.Cmd {
	o := overlay.NewMuted(func() []timeline.Mute { return m.mutes.List() }, m.o.Now)
	m.show(o)
	return m.readFilters(o)
}

// actMuting carries out what the overlays of muting want.
func (m *Model) actMuting(a overlay.Action) (cmd tea.Cmd, done bool) {
	switch a := a.(type) {
	case overlay.MuteThis:
		m.closeOverlay()
		return m.muteHere(a), true
	case overlay.MuteThere:
		m.closeOverlay()
		return m.muteThereFor(a.Post, a.Lasts), true
	case overlay.ShowMuted:
		m.closeOverlay()
		return m.showMuted(), true
	case overlay.Unmute:
		return m.unmute(a.Mute), true
	}
	return nil, false
}

// readMutes has every timeline seen through what is muted now.
func readMutes(ctx context.Context, all []*reading) error {
	var failed error
	for _, r := range all {
		failed = errors.Join(failed, r.hub.ReadMutes(ctx))
	}
	return failed
}

func (m *Model) muteHere(a overlay.MuteThis) tea.Cmd {
	mute, now := a.Mute, m.o.Now()
	mute.Created = now
	if a.Lasts > 0 {
		mute.Until = now.Add(a.Lasts)
	}
	book, all, ctx := m.o.Mutes, m.readings(), m.ctx
	return func() tea.Msg {
		kept, err := book.Mute(ctx, mute)
		if err == nil {
			err = readMutes(ctx, all)
		}
		return muteKept{mute: kept, err: err}
	}
}

func (m *Model) unmute(mute timeline.Mute) tea.Cmd {
	book, all, ctx := m.o.Mutes, m.readings(), m.ctx
	return func() tea.Msg {
		err := book.Unmute(ctx, mute.ID)
		if err == nil || timeline.CodeOf(err) == timeline.CodeNotFound { // somebody else was faster
			err = readMutes(ctx, all)
		}
		return muteKept{mute: mute, undone: true, err: err}
	}
}

// takeMute tells what has become of a mute.
func (m *Model) takeMute(k muteKept) tea.Cmd {
	what := k.mute.What().String()
	switch ends := k.mute.Ends(m.o.Now()); {
	case k.err != nil:
		return m.tell(timeline.AsError(k.err).Error(), bad)
	case k.undone:
		return m.tell(what+" is no longer muted", good)
	case ends != "":
		return m.tell(what+" is muted here "+ends, good)
	}
	return m.tell(what+" is muted here; "+m.keys.key("muted", &m.theme.Signs)+" takes it back", good)
}

func (m *Model) noMuting() string {
	if why := m.noMutes(); why != "" {
		return why
	}
	if _, known := m.whom(); known != nil {
		return ""
	}
	return m.noPost()
}

func (m *Model) noMutes() string {
	switch {
	case m.o.Hub == nil:
		return "there is no account yet"
	case m.o.Mutes == nil:
		return "what is muted could not be kept"
	}
	return ""
}
