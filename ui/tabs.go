package ui

import (
	"context"
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/overlay"
)

// Tab is a tab that holds a feed.
type Tab struct {
	Name     string            `json:"name"`               // what the header calls it
	Feed     timeline.FeedName `json:"feed"`               //
	Accounts []string          `json:"accounts,omitempty"` // by name; nil: all
	Networks []string          `json:"networks,omitempty"` // nil: all
	Sieve    overlay.Sieve     `json:"sieve,omitzero"`     // what of it is shown
}

// same tells whether two tabs read the same.
func (t Tab) same(o Tab) bool {
	return t.Feed == o.Feed && slices.Equal(t.Accounts, o.Accounts) && slices.Equal(t.Networks, o.Networks)
}

// screen is what the place in a tab is kept by.
func (t Tab) screen() string {
	s := string(t.Feed)
	for _, names := range [][]string{t.Accounts, t.Networks} {
		for _, n := range names {
			s += " " + n
		}
	}
	return s
}

// Feeds is what there is to read beside home. All but Configured is called off the
// path of the keys, but Arranged once at the start.
type Feeds interface {
	// Configured are the tabs of the person's configuration.
	Configured() []Tab
	// Arranged are those that the person has put beside them on the screen; ok is false
	// where they never have.
	Arranged(ctx context.Context) (tabs []Tab, ok bool, err error)
	// Arrange keeps them.
	Arrange(ctx context.Context, tabs []Tab) error
	// Open makes a hub of a tab's feed, which end closes. It asks no network before the
	// hub is started.
	Open(ctx context.Context, t Tab) (hub Hub, end func(), err error)
	// Choices lists what there is.
	Choices(ctx context.Context) ([]timeline.FeedChoice, []timeline.FeedFailure)
}

// usualTabs are the tabs of who has arranged none.
func usualTabs() []Tab {
	return []Tab{{Name: timeline.FeedBookmarks.Title(), Feed: timeline.FeedBookmarks}}
}

// The messages of tabs.
type (
	feedOpened struct { // a hub was made
		of  *reading
		hub Hub
		end func()
		at  timeline.Position
		was bool // at is where the reader was
		err error
	}
	feedsListed struct {
		of     *overlay.Feeds
		all    []timeline.FeedChoice
		failed []timeline.FeedFailure
	}
	arranged struct{ err error }
)

// setUpTabs makes the tabs beside home.
func (m *Model) setUpTabs(ctx context.Context) {
	if m.o.Hub == nil || m.o.Feeds == nil {
		return
	}
	own := m.o.Feeds.Configured()
	for _, t := range own {
		m.addFeed(t, nil).configured = true
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tabs, known, err := m.o.Feeds.Arranged(ctx)
	switch {
	case err != nil:
		m.say("your tabs are not known: "+timeline.AsError(err).Error(), bad)
	case !known && len(own) == 0:
		tabs = usualTabs()
	}
	for _, t := range tabs {
		if m.feedTab(t) == nil {
			m.addFeed(t, nil)
		}
	}
}

// feedTab is the tab that reads the same; nil where there is none.
func (m *Model) feedTab(t Tab) *tab {
	i := slices.IndexFunc(m.tabs, func(o *tab) bool { return o.feed.Feed != "" && o.feed.same(t) })
	if i < 0 {
		return nil
	}
	return m.tabs[i]
}

// addFeed puts a tab of a feed after the others. One that is opened from another goes
// with Esc, unless it is kept.
func (m *Model) addFeed(t Tab, from *tab) *tab {
	screen := m.screenOf(t)
	r := newReading(nil, screen, m.look())
	r.sieve = t.Sieve
	added := &tab{name: screen, title: timeline.CleanLine(t.Name).String(), reading: r, feed: t, from: from}
	m.addTab(added)
	m.sift(r)
	return added
}

// screenOf is what the place in a tab is kept by: its own, also where another tab, such
// as home, reads the same and shows something else of it.
func (m *Model) screenOf(t Tab) string {
	screen := t.screen()
	for slices.ContainsFunc(m.tabs, func(o *tab) bool { return o.name == screen }) {
		screen += " " + t.Name
	}
	return screen
}

// openFeed goes to the tab of a feed, which is made where there is none.
func (m *Model) openFeed(t Tab) tea.Cmd {
	to := m.feedTab(t)
	if to == nil {
		to = m.addFeed(t, m.front)
	}
	return m.switchTo(to)
}

// openHub makes the hub of the timeline in front at its first visit.
func (m *Model) openHub(t *tab) tea.Cmd {
	r := t.reading
	if r.begun || m.o.Feeds == nil || t.feed.Feed == "" {
		return nil
	}
	r.begun = true
	feeds, marks, feed, ctx := m.o.Feeds, m.o.Marks, t.feed, m.ctx
	return func() tea.Msg {
		hub, end, err := feeds.Open(ctx, feed)
		if err != nil {
			return feedOpened{of: r, err: err}
		}
		o := feedOpened{of: r, hub: hub, end: end}
		if marks != nil {
			if o.at, o.was, err = marks.Position(ctx, r.screen); err != nil {
				o.was = false // the newest are as good a place to begin at
			}
		}
		return o
	}
}

// takeFeed shows what was kept of a feed; then it is read.
func (m *Model) takeFeed(o feedOpened) tea.Cmd {
	r := o.of
	if o.err != nil {
		r.begun, r.why = false, timeline.AsError(o.err).Error()
		m.redraw(r)
		return m.tell(r.why, bad)
	}
	if r.gone { // the tab was closed meanwhile
		return endHub(o.end)
	}
	r.hub, r.end, r.mutes, r.why = o.hub, o.end, o.hub.Mutes(), ""
	r.place.left, r.place.known, r.place.kept = o.at, o.was, o.at
	m.pace(m.paceNow())
	ask := r.rows.Newest("")
	if o.was {
		ask = r.rows.Around(o.at.At, "")
	}
	return tea.Batch(m.read(r, ask.Soon(), func() {
		if r.place.known = o.was && r.rows.Len() > 0; r.place.known {
			r.feed.GoTo(o.at.At, o.at.Line)
		}
	}), m.readUnread(r))
}

// startFeed has the networks asked, once what was kept is shown.
func (m *Model) startFeed(r *reading) tea.Cmd {
	if r.started || r.hub == nil || r == m.home {
		return nil
	}
	r.started = true
	hub := r.hub
	return tea.Batch(func() tea.Msg {
		hub.Start()
		return nil
	}, m.await(r))
}

func endHub(end func()) tea.Cmd {
	if end == nil {
		return nil
	}
	return func() tea.Msg {
		end()
		return nil
	}
}

// tabbed takes what the commands of tabs bring.
func (m *Model) tabbed(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case feedOpened:
		return m.takeFeed(msg)
	case feedsListed:
		m.takeChoices(msg)
	case arranged:
		if msg.err != nil {
			return m.tell("your tabs are not remembered: "+timeline.AsError(msg.err).Error(), bad)
		}
	}
	return nil
}

// actTabs carries out what the overlays of tabs want.
func (m *Model) actTabs(a overlay.Action) (cmd tea.Cmd, done bool) {
	switch a := a.(type) {
	case overlay.OpenFeed:
		m.closeOverlay()
		return m.openFeed(Tab{Name: a.Title, Feed: a.Name}), true
	case overlay.Sift:
		t := m.front
		t.reading.sieve, t.feed.Sieve = a.Sieve, a.Sieve
		m.sift(t.reading)
		return m.arrange(), true
	}
	return nil, false
}

// arrange keeps which tabs there are, but for those that go with Esc and those of the
// configuration.
func (m *Model) arrange() tea.Cmd {
	if m.o.Feeds == nil {
		return nil
	}
	tabs := []Tab{}
	for _, t := range m.tabs {
		if t.arranged() {
			tabs = append(tabs, t.feed)
		}
	}
	feeds, ctx := m.o.Feeds, context.WithoutCancel(m.ctx)
	return func() tea.Msg { return arranged{feeds.Arrange(ctx, tabs)} }
}

// arranged tells whether the person has put the tab where it is.
func (t *tab) arranged() bool { return t.feed.Feed != "" && t.from == nil && !t.configured }

// showFeeds lists what there is to read.
func (m *Model) showFeeds() tea.Cmd {
	f := overlay.NewFeeds()
	m.show(f)
	feeds, ctx := m.o.Feeds, m.ctx
	return func() tea.Msg {
		all, failed := feeds.Choices(ctx)
		return feedsListed{f, all, failed}
	}
}

func (m *Model) takeChoices(l feedsListed) {
	var why error
	for _, f := range l.failed {
		why = errors.Join(why, f.Err)
	}
	said := ""
	if why != nil {
		said = timeline.CleanLine(why.Error()).String()
	}
	l.of.Put(l.all, said)
}

func (m *Model) goBookmarks() tea.Cmd {
	return m.openFeed(Tab{Name: timeline.FeedBookmarks.Title(), Feed: timeline.FeedBookmarks})
}

func (m *Model) keepTab() tea.Cmd {
	m.front.from = nil
	return tea.Batch(m.arrange(), m.tell(m.front.title+" is a tab now, also when you come back", good))
}

// shutTab closes the tab in front.
func (m *Model) shutTab() tea.Cmd {
	t := m.front
	said := ""
	if t.configured {
		said = "config.toml names " + t.title + ": it is back with the next start"
	}
	cmd := m.closeTab(t)
	if said == "" {
		return tea.Batch(cmd, m.arrange())
	}
	return tea.Batch(cmd, m.tell(said, plain))
}

func (m *Model) tabLeft() tea.Cmd  { return m.moveTab(-1) }
func (m *Model) tabRight() tea.Cmd { return m.moveTab(1) }

// moveTab puts the tab in front before or after its neighbour.
func (m *Model) moveTab(d int) tea.Cmd {
	i := slices.Index(m.tabs, m.front)
	j := i + d
	if j < 0 || j >= len(m.tabs) || !m.tabs[j].arranged() {
		return m.tell("there is nowhere to move it: home and config.toml's tabs stand first", plain)
	}
	m.tabs[i], m.tabs[j] = m.tabs[j], m.tabs[i]
	return m.arrange()
}

func (m *Model) showSieve() tea.Cmd {
	m.show(overlay.NewSieve(m.front.reading.sieve))
	return nil
}

// tabCommands are those of tabs and what they show.
func tabCommands() []command {
	return []command{
		{"tab-next", []string{"l", "right"}, groupTabs, "next tab", (*Model).nextTab, (*Model).oneTab},
		{"tab-previous", []string{"h", "left"}, groupTabs, "previous tab", (*Model).previousTab, (*Model).oneTab},
		{"tab", []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}, groupTabs, "the tab of that number", (*Model).numberedTab, (*Model).oneTab},
		{"home", []string{"g h"}, groupTabs, "the home timeline", (*Model).goHome, (*Model).oneTab},
		{"bookmarks", []string{"g b"}, groupTabs, "your bookmarks", (*Model).goBookmarks, (*Model).noFeeds},
		{"feeds", []string{"g l"}, groupTabs, "lists, tags and all else there is to read", (*Model).showFeeds, (*Model).noFeeds},
		{"tab-keep", []string{"g k"}, groupTabs, "keep what is open as a tab", (*Model).keepTab, (*Model).nothingToKeep},
		{"tab-close", []string{"g x"}, groupTabs, "close the tab", (*Model).shutTab, (*Model).notClosable},
		{"tab-left", []string{"<"}, groupTabs, "move the tab to the left", (*Model).tabLeft, (*Model).notMovable},
		{"tab-right", []string{">"}, groupTabs, "move the tab to the right", (*Model).tabRight, (*Model).notMovable},
		{"tab-filter", []string{"alt+f"}, groupTabs, "what of the tab is shown: boosts, replies, media, languages, words", (*Model).showSieve, (*Model).noTimeline},
	}
}

// Below: why a command of tabs does not work now.

func (m *Model) noFeeds() string {
	switch {
	case m.o.Hub == nil:
		return "there is no account yet"
	case m.o.Feeds == nil:
		return "there is nothing to read here but home"
	}
	return ""
}

func (m *Model) nothingToKeep() string {
	if m.front.feed.Feed == "" || m.front.from == nil {
		return "this is a tab already"
	}
	return m.noFeeds()
}

func (m *Model) notClosable() string {
	if m.front.feed.Feed == "" {
		return "this tab stays"
	}
	return m.noFeeds()
}

func (m *Model) notMovable() string {
	if !m.front.arranged() {
		return "only tabs that you have made here can be moved"
	}
	return m.noFeeds()
}
