package ui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/hashicorp/golang-lru/v2/simplelru"

	"skein/config/account"
	"skein/outbox"
	"skein/timeline"
	"skein/ui/alert"
	"skein/ui/cell"
	"skein/ui/overlay"
	"skein/ui/picture"
	"skein/ui/post"
	"skein/ui/theme"
	"skein/ui/thread"
)

const (
	fullWidth  = 40 // from here on everything works
	fullHeight = 12
	leastWidth = 30 // below this nothing is drawn
	leastLines = 6
	headLines  = 2
	footLines  = 2
	threadKept = 64 // conversations remembered for the second pane, and people for the third
)

// pane is what fills a column: the feed, a thread, a person.
type pane interface {
	Resize(width, height int)
	SetLook(post.Look)
	Lines(now time.Time, focus bool) []string
	Move(d int)
	HalfPage(d int)
	Page(d int)
	Scroll(n int)
	Top()
	Bottom()
	Click(line int) (again bool)
	Reveal() bool
	Post() *timeline.Post
}

// detail is a pane that is opened for a post and read from a network.
type detail interface {
	pane
	Title() string
	Status() string
	Loading() bool
	Kept() (read time.Time, why timeline.Safe)
	Failed() *timeline.Error
	Of() *timeline.Post
	Reload()
	Revise(id timeline.ID, revise func(*timeline.Post) *timeline.Post)
}

// Model is the interface's whole state. It is a tea.Model for one program.
type Model struct {
	o      Options
	ctx    context.Context // of the program; commands end with it
	cancel context.CancelFunc
	result Result

	width, height int
	dark          bool
	measure       cell.Measure
	theme         *theme.Theme
	keys          *keymap
	typed         string // the keys of a binding that is not complete
	pressed       string // the key that ran the last command

	tabs      []*tab // the first is home
	front     *tab   // the one that is shown
	home      *reading
	forgetful timeline.Safe // why nothing is kept at present
	away      bool          // the terminal is in the background
	health    []timeline.Health
	mutes     *timeline.Mutes // what posts are seen through; home's
	notices   *noticing       // what has happened to the accounts, in a tab; nil where nothing tells
	found     *findings       // the search, in a tab of its own; nil when it is closed
	beside    *thread.Pane    // the thread of the selected post, in the second pane
	selected  timeline.ID     // the post that beside is for, or is about to be
	asked     bool            // beside has been asked for
	known     *simplelru.LRU[timeline.ID, remembered]
	side      side // the third column
	zoomed    bool // the pane that takes the keys fills the screen

	as       map[timeline.Network]timeline.AccountID // who acts, where the person has chosen; see actsAs
	targets  []outbox.Target                         // what the accounts take; nil until they were asked
	asking   bool                                    // they are being asked
	stale    bool                                    // and must be asked again
	states   map[timeline.AccountID]timeline.State
	drafts   []outbox.Saved
	writing  *writing // what is on the compose screen; nil when it is closed
	kept     *writing // what left it last, and may not be saved yet
	flight   flight   // the post that was sent last
	outgoing map[int64]timeline.Delivery
	wishes   map[mark]*wish // what was done to posts and is not settled
	acts     []act          // to be journaled, one after the other
	acting   bool
	reports  map[string]string // operations of acts, and what to say when they have arrived
	leaving  bool              // skein ends once the draft is saved

	mail       mailing           // direct messages
	signing    *signing          // the sign-in on the screen; nil while there is none
	begunFlows []*signing        // all there were
	records    []account.Record  // the accounts, as far as they were asked for
	said       map[string]remark // what was said of them, by ID

	alerts     alert.Pending
	alertWaits bool // until another may be said

	overlays []overlay.Overlay
	message  message
	tick     time.Duration // the clock's tick that is awaited; 0 for none
	ticks    int           // which one it is
	spinner  spin

	album *picture.Album // nil: pictures are told and not shown
	fit   picture.Fit    // how they become cells

	command    string                     // the one that was last given a post
	renderings map[timeline.ID]*rendering // posts that were translated
	played     map[string]bool            // hosts that a player was let connect to
}

// New makes the interface, which shows what was read before. It starts when a
// program runs it; see Run.
func New(ctx context.Context, o Options) *Model {
	known, err := simplelru.NewLRU[timeline.ID, remembered](threadKept, nil)
	if err != nil {
		panic(err) // only a size below 1 is an error, and the size is a constant
	}
	people, err := simplelru.NewLRU[personKey, readPerson](threadKept, nil)
	if err != nil {
		panic(err) // as above
	}
	m := &Model{
		o: o.withDefaults(), dark: true, known: known, side: side{known: people},
		states: map[timeline.AccountID]timeline.State{}, outgoing: map[int64]timeline.Delivery{}, wishes: map[mark]*wish{},
		reports: map[string]string{}, as: map[timeline.Network]timeline.AccountID{}, said: map[string]remark{},
	}
	m.ctx, m.cancel = context.WithCancel(ctx)
	m.keys, err = newKeymap(o.Keys)
	if err != nil {
		m.say(err.Error(), bad)
	}
	m.theme = theme.New(m.o.Theme, m.dark, m.o.ASCII).WithColors(m.o.Colors)
	if m.o.Hub != nil {
		m.mutes = m.o.Hub.Mutes()
	}
	if m.o.Pictures != nil {
		m.album = picture.NewAlbum(m.o.Pictures.Fetcher, m.o.Pictures.Terminal)
	}
	m.home = newReading(m.o.Hub, home, m.look())
	m.front = &tab{name: home, title: "Home", reading: m.home}
	m.addTab(m.front)
	m.addNoticing()
	if len(m.o.Notices) > 0 {
		m.say(strings.Join(m.o.Notices, " "+m.theme.Signs.Dot+" "), plain)
	}
	m.recallPlace(ctx, m.home)
	m.setUpTabs(ctx)
	return m
}

// Init asks what the terminal looks like and begins to wait for the hub.
func (m *Model) Init() tea.Cmd {
	if m.o.Hub == nil {
		return tea.RequestBackgroundColor
	}
	return tea.Batch(tea.RequestBackgroundColor, m.readUnread(m.home), m.readOutbox(), m.readAccounts(), m.await(m.home), m.readNotices(), m.startPictures())
}

// Update takes one message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	return m, tea.Batch(m.route(msg), m.after(msg))
}

// View draws the screen.
func (m *Model) View() tea.View {
	frame, cursor := m.screen()
	v := tea.NewView(frame)
	v.Cursor = cursor
	v.AltScreen = true
	v.ReportFocus = true
	v.MouseMode = tea.MouseModeCellMotion
	return v
}

// Result is what the person decided, once the program has ended.
func (m *Model) Result() Result { return m.result }

// look is how posts are drawn now; every pane sets its own width.
func (m *Model) look() post.Look {
	signs := &m.theme.Signs
	return post.Look{
		Theme: m.theme, Measure: m.measure, Zone: m.o.Now().Location(),
		Keys:  post.Keys{Reveal: m.keys.key("reveal", signs), Open: m.keys.key("open", signs)},
		Mutes: m.mutes, Album: m.album, Fit: m.fit,
	}
}

// relook takes a changed theme or measure to every pane.
func (m *Model) relook() {
	m.theme = theme.New(m.o.Theme, m.dark, m.o.ASCII).WithColors(m.o.Colors)
	if m.album != nil {
		m.album.Dark(m.dark)
	}
	look := m.look()
	for _, p := range m.panes() {
		p.SetLook(look)
	}
}

// panes are all panes, seen or not.
func (m *Model) panes() []pane {
	var out []pane
	for _, t := range m.tabs {
		out = append(out, t.base())
	}
	for _, d := range m.details() {
		out = append(out, d)
	}
	return out
}

// details are all panes that were opened, seen or not.
func (m *Model) details() []detail {
	var out []detail
	for _, t := range m.tabs {
		out = append(out, t.stack...)
	}
	if m.beside != nil {
		out = append(out, m.beside)
	}
	if m.side.person != nil {
		out = append(out, m.side.person)
	}
	return out
}

// focus is the pane that takes the keys.
func (m *Model) focus() pane {
	if d := m.opened(); d != nil {
		return d
	}
	return m.base()
}

// base is what stands in the first column.
func (m *Model) base() pane { return m.front.base() }

// opened is the topmost opened pane of the tab in front, or nil.
func (m *Model) opened() detail {
	if len(m.front.stack) == 0 {
		return nil
	}
	return m.front.stack[len(m.front.stack)-1]
}
