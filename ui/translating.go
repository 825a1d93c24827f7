package ui

import (
	tea "charm.land/bubbletea/v2"

	"skein/timeline"
)

// rendering is a post's translation, and the post as it is.
type rendering struct {
	*timeline.Translation
	original *timeline.Post
	shown    bool
}

// translated is what a server made of a post.
type translated struct {
	id  timeline.ID
	got *timeline.Translation
	err error
}

// translate shows the selected post in the person's language, or again as it is. A
// translation is asked for once, and goes when skein does.
func (m *Model) translate() tea.Cmd {
	p := m.focus().Post().Content()
	if r, ok := m.renderings[p.ID]; ok {
		r.shown = !r.shown
		m.revise(p.ID)
		if r.shown {
			return m.tellTranslated(r)
		}
		return m.tell("the original", plain)
	}
	hub, ctx, lang := m.o.Hub, m.ctx, m.o.Language
	return tea.Batch(m.tell("asking for a translation", plain), func() tea.Msg {
		b, err := hub.Reader(ctx, p)
		if err != nil {
			return translated{p.ID, nil, err}
		}
		t, ok := timeline.As[timeline.Translator](b)
		if !ok {
			return translated{p.ID, nil, timeline.Errorf(timeline.CodeUnsupported, "%s translates nothing", p.ID.Network)}
		}
		got, err := t.Translate(ctx, p.ID, lang)
		return translated{p.ID, got, err}
	})
}

func (m *Model) takeTranslation(t translated) tea.Cmd {
	if t.err != nil {
		return m.tell(timeline.AsError(t.err).Error(), bad)
	}
	if m.renderings == nil {
		m.renderings = map[timeline.ID]*rendering{}
	}
	r := &rendering{Translation: t.got, shown: true}
	m.renderings[t.id] = r
	m.revise(t.id)
	return m.tellTranslated(r)
}

func (m *Model) tellTranslated(r *rendering) tea.Cmd {
	return m.tell(r.Told().String()+"; "+m.keys.key("translate", &m.theme.Signs)+" shows the original", good)
}

// rendered is a post as it is shown: in its translation, where the person has asked for
// that, or with its own words.
func (m *Model) rendered(p *timeline.Post) *timeline.Post {
	r, ok := m.renderings[p.ID]
	if !ok {
		return p
	}
	is := p.Note == r.Told() // what it says of itself
	switch {
	case r.shown && !is:
		r.original = p
		return r.Of(p)
	case !r.shown && is:
		next := *p
		o := r.original
		next.Text, next.Warning, next.Poll, next.Media, next.Note = o.Text, o.Warning, o.Poll, o.Media, o.Note
		next.Revision++
		return &next
	}
	return p
}

func (m *Model) noTranslation() string {
	if why := m.noPost(); why != "" {
		return why
	}
	if p := m.focus().Post().Content(); p.Text.Empty() && p.Poll == nil {
		return "this post has no words"
	}
	return ""
}
