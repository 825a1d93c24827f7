package ui

import (
	"math"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/timeline"
	"skein/ui/compose"
	"skein/ui/feed"
)

// showDrafts lists the drafts beside the one that is on the screen.
func (m *Model) showDrafts(w *writing) {
	all := []compose.Shelved{{Text: "a new post"}}
	for _, s := range m.drafts {
		if s.ID != w.ID() {
			all = append(all, compose.Shelved{ID: s.ID, Text: opening(s.Draft), About: feed.Moment(m.o.Now(), s.Updated)})
		}
	}
	w.ShowDrafts(all)
}

// opening is what a person knows a draft by.
func opening(d outbox.Draft) string {
	text := d.Text
	for _, a := range d.To {
		if strings.TrimSpace(text) == "" {
			text = d.For[a]
		}
	}
	text = timeline.CleanLine(text).String()
	if text == "" {
		text = "no text yet"
	}
	if kind := purpose(d).kind; kind != "" {
		return kind + ": " + text
	}
	return text
}

// openDraft puts another draft, or a new post, in the place of the one that is
// written, which is kept.
func (m *Model) openDraft(id string) tea.Cmd {
	i := slices.IndexFunc(m.drafts, func(s outbox.Saved) bool { return s.ID == id })
	if i < 0 {
		return m.openWriting(&writing{Compose: compose.New(outbox.Draft{}, m.composeOptions(compose.About{})), fresh: true})
	}
	s := m.drafts[i]
	return m.openWriting(m.takenUp(s, m.aboutOf(purpose(s.Draft).id)))
}

// aboutOf is a post as it stands above an answer, as far as it is loaded.
func (m *Model) aboutOf(id timeline.ID) compose.About {
	for _, p := range m.loaded(math.MaxInt) {
		if c := p.Content(); c.ID == id {
			return about(c)
		}
	}
	return compose.About{}
}

// newWriting takes up the draft that was left for the same purpose as d, or d.
func (m *Model) newWriting(d outbox.Draft, about compose.About) *writing {
	i := slices.IndexFunc(m.drafts, func(s outbox.Saved) bool { return purpose(s.Draft) == purpose(d) })
	if i < 0 {
		return &writing{Compose: compose.New(d, m.composeOptions(about)), fresh: len(d.To) == 0}
	}
	return m.takenUp(m.drafts[i], about)
}

// takenUp is a saved draft.
func (m *Model) takenUp(s outbox.Saved, about compose.About) *writing {
	o := m.composeOptions(about)
	o.ID = s.ID
	w := &writing{Compose: compose.New(s.Draft, o), fresh: len(s.Draft.To) == 0}
	w.saved = w.Version()
	w.Say("this is the draft from "+feed.Moment(m.o.Now(), s.Updated)+"; "+m.composeKey(compose.Discard)+" throws it away", false)
	return w
}
