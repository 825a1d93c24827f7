package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/hashicorp/golang-lru/v2/simplelru"

	"skein/timeline"
	"skein/ui/profile"
)

const (
	personRest = 2 * settling     // of the selection on somebody, before they are asked for
	personFor  = 10 * time.Minute // how long what was read of somebody is taken to be up to date
)

// sideShow is what the third column shows.
type sideShow uint8

const (
	sidePerson  sideShow = iota // whose post is selected
	sideNotices                 // what has happened to the accounts
	sideNothing                 // there is no third column
)

// side is the third column.
type side struct {
	shows  sideShow
	person *profile.Pane // who is shown; nil where nobody is
	asked  bool          // they have been asked for
	known  *simplelru.LRU[personKey, readPerson]
}

// personKey names somebody.
type personKey struct {
	network timeline.Network
	id      string
}

// readPerson is what was read of somebody.
type readPerson struct {
	got profile.Read
	at  time.Time
}

// personDue is that the selection has rested on somebody.
type personDue struct{ of *profile.Pane }

// sideNow is what the third column shows in the tab in front: notices do not stand beside
// themselves.
func (m *Model) sideNow() sideShow {
	if m.side.shows == sideNotices && m.front.board == board(m.notices) {
		return sidePerson
	}
	return m.side.shows
}

// standsThird tells whether something that was opened stands in the third column: there is
// its kind's place.
func (m *Model) standsThird(d detail) bool {
	if m.columns().n < 3 {
		return false
	}
	switch d := d.(type) {
	case *profile.Pane:
		return m.sideNow() == sidePerson && !d.OfPost()
	case noticesBeside:
		return m.sideNow() == sideNotices
	}
	return false
}

// third is what stands in the third column; nil for nothing.
func (m *Model) third() detail {
	if d := m.opened(); d != nil && m.standsThird(d) {
		return d
	}
	switch {
	case m.sideNow() == sideNotices:
		return noticesBeside{m.notices}
	case m.side.person != nil:
		return m.side.person
	}
	return nil
}

// followPersonBeside notices, where there is a third column for it, that somebody else is
// meant, and reads who that is when the selection has rested there a moment.
func (m *Model) followPersonBeside() tea.Cmd {
	if m.columns().n < 3 || m.sideNow() != sidePerson {
		m.side.person = nil
		return nil
	}
	if d := m.opened(); d != nil && m.standsThird(d) {
		return nil
	}
	p := m.regarded()
	if p == nil {
		m.side.person = nil
		return nil
	}
	if m.besideIs(p) {
		return nil
	}
	m.side.person, m.side.asked = profile.New(p, m.look()), false
	m.recallPerson(m.side.person)
	m.side.person.Resize(m.columns().each, m.body())
	if !m.side.person.Loading() {
		return nil
	}
	return m.later(personRest, personDue{m.side.person})
}

// regarded is who is meant by what is selected, as the author of a post; nil for nobody.
func (m *Model) regarded() *timeline.Post {
	if m.inNotices() {
		return m.noticedPerson()
	}
	if p, _ := m.whom(); p != nil {
		return p
	}
	if d := m.opened(); d != nil {
		return d.Of()
	}
	return nil
}

// besideIs tells whether the author of p stands in the third column, beside what takes the
// keys.
func (m *Model) besideIs(p *timeline.Post) bool {
	if m.side.person == nil {
		return false
	}
	of := m.side.person.Of()
	return of.ID.Network == p.ID.Network && of.Author.ID == p.Author.ID
}

// recallPerson gives a pane what was read of somebody a while ago.
func (m *Model) recallPerson(d *profile.Pane) {
	id := d.Of().Author.ID
	r, ok := m.side.known.Get(personKey{d.Of().ID.Network, id})
	if !ok || m.o.Now().Sub(r.at) >= personFor {
		return
	}
	r.got.Posts, r.got.Pinned = slices.Clone(r.got.Posts), slices.Clone(r.got.Pinned) // a pane changes its own
	d.Take(profile.Loaded{Of: id, Got: r.got})
}

// takeProfile gives what was read of somebody to the panes that show them.
func (m *Model) takeProfile(l profile.Loaded) {
	if who := l.Got.Profile; l.Err == nil && !l.Early && who != nil && who.Kept.IsZero() {
		m.side.known.Add(personKey{who.Network, l.Of}, readPerson{l.Got, m.o.Now()})
	}
	for _, d := range m.details() {
		if p, ok := d.(*profile.Pane); ok {
			p.Take(l)
		}
	}
	m.reviseAll()
}

// readPersonBeside reads who stands in the third column, if it is still them.
func (m *Model) readPersonBeside(of *profile.Pane) tea.Cmd {
	if m.side.person != of || m.side.asked {
		return nil
	}
	m.side.asked = true
	return m.load(of)
}

// enterPerson gives the keys to the person in the third column.
func (m *Model) enterPerson() tea.Cmd {
	d := m.side.person
	m.side.person = nil
	return m.enter(d, m.side.asked)
}

// openProfile opens the profile of the author of p: the one that is there already, or
// another.
func (m *Model) openProfile(p *timeline.Post) tea.Cmd {
	if m.besideIs(p.Content()) {
		return m.enterPerson()
	}
	return m.push(profile.New(p, m.look()))
}

// focusOn gives the keys to a pane that stands in a column.
func (m *Model) focusOn(p pane) tea.Cmd {
	if p == m.base() {
		m.closeOpened()
		return nil
	}
	if i := slices.IndexFunc(m.front.stack, func(d detail) bool { return p == d }); i >= 0 {
		m.front.stack = m.front.stack[:i+1]
		return nil
	}
	switch p := p.(type) {
	case noticesBeside:
		m.front.stack = append(m.front.stack, p)
		return nil
	case *profile.Pane:
		return m.enterPerson()
	}
	m.closeOpened()
	return m.enterBeside()
}

// nextSide shows something else in the third column.
func (m *Model) nextSide() tea.Cmd {
	m.side.shows = (m.side.shows + 1) % (sideNothing + 1)
	if m.side.shows == sideNotices && m.notices == nil {
		m.side.shows = sideNothing
	}
	m.resize()
	said := map[sideShow]string{
		sidePerson: "the third column shows who wrote the post", sideNotices: "the third column shows your notifications",
		sideNothing: "there is no third column; " + m.keys.key("side", &m.theme.Signs) + " brings it back",
	}
	return m.tell(said[m.side.shows], plain)
}

// goSide gives the keys to the third column, and back.
func (m *Model) goSide() tea.Cmd {
	if d := m.opened(); d != nil && m.standsThird(d) {
		m.front.stack = m.front.stack[:len(m.front.stack)-1]
		return nil
	}
	return m.focusOn(m.third())
}

func (m *Model) noSide() string {
	switch {
	case m.o.Hub == nil:
		return "there is no account yet"
	case m.width < threePanes:
		return "a third column needs a wider window: 160 cells"
	case m.zoomed:
		return "one pane fills the screen; " + m.keys.key("zoom", &m.theme.Signs) + " brings the others back"
	}
	return ""
}

func (m *Model) nothingInSide() string {
	if why := m.noSide(); why != "" {
		return why
	}
	if m.columns().n < 3 {
		return "there is no third column; " + m.keys.key("side", &m.theme.Signs) + " brings it back"
	}
	if m.third() == nil {
		return "nobody is selected"
	}
	return ""
}

// noticesBeside is what has happened to the accounts, in a column beside something else.
type noticesBeside struct{ *noticing }

// noticesBeside tells whether the notices are on the screen beside something else.
func (m *Model) noticesBeside() bool {
	if m.notices == nil || m.front.board == board(m.notices) {
		return false
	}
	return m.inNotices() || m.columns().n == 3 && m.sideNow() == sideNotices
}

// Title implements detail, as do the methods below. What is to be said is said by Line.
func (noticesBeside) Title() string { return "Notifications" }

// Status is empty: Line says it.
func (noticesBeside) Status() string { return "" }

// Loading tells whether the networks are being asked.
func (n noticesBeside) Loading() bool { return n.asking }

// Failed is nil: Line says it.
func (noticesBeside) Failed() *timeline.Error { return nil }

// Kept is never the case: what is kept of notices is what there is.
func (noticesBeside) Kept() (read time.Time, why timeline.Safe) { return read, why }

// Of is what the selected row is about.
func (n noticesBeside) Of() *timeline.Post { return n.Post() }

// Reload does nothing: notices stay where they are while they are asked for again.
func (noticesBeside) Reload() {}
