package ui

import (
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/overlay"
	"skein/ui/post"
	"skein/ui/profile"
	"skein/ui/search"
	"skein/ui/thread"
)

const (
	slowTick = 20 * time.Second // for ages
	fastTick = time.Second      // while a retry is counted down
	settling = 250 * time.Millisecond
	wheel    = 3 // lines
)

// The messages of the model's own commands.
type (
	changed struct { // a hub has news
		of *reading
		timeline.Changes
		err error
	}
	clockTick  struct{ n int }
	besideDue  struct{ id timeline.ID } // the selection has rested on a post
	remembered struct {
		thread *timeline.Thread
		at     time.Time
	}
	opened struct { // a browser was asked for
		post.Address
		err error
	}
)

// route takes a message its one way: the terminal, data, overlays, panes and
// keys.
func (m *Model) route(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = max(0, msg.Width), max(0, msg.Height)
		m.refit()
		m.resize()
		return m.begin()
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
		m.relook()
	case tea.ModeReportMsg:
		m.modeReport(msg)
	case tea.FocusMsg:
		m.away = false
		m.pace(m.paceNow())
	case tea.BlurMsg:
		m.away = true
		m.pace(m.paceNow())
	case tea.KeyPressMsg:
		return m.key(msg)
	case tea.PasteMsg:
		return m.paste(msg)
	case tea.MouseClickMsg:
		return m.click(msg.Mouse())
	case tea.MouseWheelMsg:
		m.roll(msg.Mouse())
	default:
		return tea.Batch(m.data(msg), m.written(msg), m.signs(msg), m.accounted(msg), m.pictured(msg), m.tabbed(msg), m.mailed(msg), m.noticedNow(msg), m.alerted(msg))
	}
	return nil
}

// data takes what the commands of reading bring.
func (m *Model) data(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case changed:
		return m.change(msg)
	case pageRead:
		return m.takePage(msg)
	case unreadRead:
		return m.takeUnread(msg)
	case glanced:
		m.glance(msg)
	case placeDue:
		return m.savePlace(msg.of)
	case placeKept:
		m.placeKept(msg)
	case thread.Loaded:
		m.takeThread(msg)
		m.reviseAll()
	case profile.Loaded:
		m.takeProfile(msg)
	case profile.Answer:
		m.takePart(msg)
	case filtersRead:
		m.takeFilters(msg)
	case besideDue:
		return m.readBeside(msg.id)
	case personDue:
		return m.readPersonBeside(msg.of)
	case piped:
		m.takePiped(msg)
	case translated:
		return m.takeTranslation(msg)
	case handled:
		return m.handledSo(msg)
	case opened:
		if msg.err != nil {
			m.o.Log.Warn("no browser", "err", msg.err)
			return m.tell("no browser could be started for "+msg.URL, bad)
		}
		return m.tell("opened "+msg.Host, good)
	default:
		m.ticked(msg)
		return m.searched(msg)
	}
	return nil
}

// modeReport follows the renderer: a terminal that knows mode 2027 joins
// graphemes.
func (m *Model) modeReport(msg tea.ModeReportMsg) {
	if msg.Mode != ansi.ModeUnicodeCore {
		return
	}
	switch msg.Value {
	case ansi.ModeSet, ansi.ModeReset, ansi.ModePermanentlySet:
		m.measure = cell.PerCluster
		m.relook()
	}
}

// pace tells how much attention is paid: home, which is always read, as much as to the
// screen; a feed that is not in front little.
func (m *Model) pace(p timeline.Pace) {
	for _, r := range m.readings() {
		if r != m.home && r != m.reading() {
			r.hub.SetPace(timeline.PaceIdle)
		} else {
			r.hub.SetPace(p)
		}
	}
}

func (m *Model) paceNow() timeline.Pace {
	if m.away {
		return timeline.PaceIdle
	}
	return timeline.PaceActive
}

// key gives a key to the topmost overlay, or else to the command it is bound to.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	if k.String() == "ctrl+c" {
		return m.quit()
	}
	m.message.text = ""
	m.clearFlight()
	if m.looking() {
		m.reading().saw(m.reading().feed.InView())
	}
	if n := len(m.overlays); n > 0 {
		if w, ok := m.overlays[n-1].(*writing); ok {
			return m.composing(w, k)
		}
		return m.act(m.overlays[n-1].Key(k))
	}
	if m.typing() {
		return m.act(m.found.Key(k))
	}
	if m.o.Hub == nil {
		if cmd, done := m.welcomed(k.String()); done {
			return cmd
		}
	}
	before := m.typed
	m.typed = ""
	c, found, begins := m.keys.find(before, k.String())
	switch {
	case begins:
		m.typed = k.String()
		if before != "" {
			m.typed = before + " " + k.String()
		}
	case found:
		m.pressed = k.String()
		return m.run(c)
	}
	return nil
}

// run runs a command, or says why it does not work now.
func (m *Model) run(c command) tea.Cmd {
	if why := c.reason(m); why != "" {
		return m.tell(why, plain)
	}
	if c.group == groupPost {
		m.stay()
	}
	return c.do(m)
}

// act carries out what an overlay wants.
func (m *Model) act(a overlay.Action) tea.Cmd {
	switch a := a.(type) {
	case overlay.Close:
		m.closeOverlay()
	case overlay.Run:
		m.closeOverlay()
		return m.runEntry(a.Name)
	case overlay.Open:
		m.closeOverlay()
		return m.openLink(a.Link, a.Sure)
	case overlay.Retry:
		m.o.Hub.Refresh()
	case overlay.Search:
		m.setFilter(a.Text)
		if a.Done {
			m.closeOverlay()
		}
	case overlay.Voted:
		m.closeOverlay()
		return m.voted(a.Post, a.Choices)
	case overlay.Resend:
		return m.resend(a.Delivery, false)
	case overlay.Withdraw:
		return m.withdraw(a.Delivery)
	case resending:
		m.closeOverlay()
		return m.resend(a.Delivery, true)
	case deleting:
		m.closeOverlay()
		return m.deleted(a.actions)
	case search.Leave:
		return m.stopSearch()
	case search.Resolve:
		return m.resolve(a.Ref)
	case leaving:
		return m.quit()
	default:
		for _, act := range []func(overlay.Action) (tea.Cmd, bool){m.actMuting, m.actPeople, m.actSigning, m.actAccounts, m.actTabs, m.actMedia, m.actPiping, m.actMessages} {
			if cmd, done := act(a); done {
				return cmd
			}
		}
		if m.writing == nil {
			return nil
		}
		return m.actComposing(m.writing, a)
	}
	return nil
}

func (m *Model) show(o overlay.Overlay) { m.overlays = append(m.overlays, o) }

func (m *Model) closeOverlay() { m.overlays = m.overlays[:len(m.overlays)-1] }

// filterInput is the line a filter is being typed in, or nil.
func (m *Model) filterInput() *overlay.Filter {
	if n := len(m.overlays); n > 0 {
		if f, ok := m.overlays[n-1].(*overlay.Filter); ok {
			return f
		}
	}
	return nil
}

// paste types the clipboard where something is being typed.
func (m *Model) paste(msg tea.PasteMsg) tea.Cmd {
	if n := len(m.overlays); n > 0 {
		if o, ok := m.overlays[n-1].(overlay.Paster); ok {
			return m.act(o.Paste(msg.Content))
		}
	} else if m.typing() {
		m.found.Paste(msg.Content)
	} else if m.o.Hub != nil && search.IsReference(msg.Content) {
		return m.resolve(msg.Content)
	}
	return nil
}

// change takes in what the hub reports and waits for more.
func (m *Model) change(c changed) tea.Cmd {
	if c.err != nil {
		if m.ctx.Err() == nil && !c.of.gone && !errors.Is(c.err, m.ctx.Err()) {
			m.say("the timeline has stopped: "+c.err.Error(), bad)
		}
		return nil
	}
	r := c.of
	settled := c.Settled && !r.state.Settled
	r.apply(c.Changes)
	if len(c.Posts) > 0 {
		m.confirm(c.Posts)
		m.reviseAll()
	}
	var more tea.Cmd
	if r == m.home {
		m.delivered(c.Deliveries...)
		m.health = c.Health
		more = tea.Batch(m.forgets(c.Forgetful), m.watchAccounts(), m.messageSent(c.Deliveries), m.hearNotices(c.Changes))
	}
	m.redraw(r)
	if settled {
		r.stayPinned()
	}
	return tea.Batch(m.await(r), m.remute(r, c.Mutes), more)
}

// await is the one command that waits for a hub; each answer arms it again.
func (m *Model) await(r *reading) tea.Cmd {
	ctx := m.ctx
	return func() tea.Msg {
		c, err := r.hub.Next(ctx)
		return changed{r, c, err}
	}
}

// after is what every message may lead to: more posts, the reader's place kept, the
// thread beside, a clock.
func (m *Model) after(msg tea.Msg) tea.Cmd {
	if m.o.Hub == nil || m.width == 0 {
		return m.spin()
	}
	return tea.Batch(m.readOn(msg), m.watch(), m.keepPlace(), m.tended(msg), m.follow(), m.followPersonBeside(), m.readParts(), m.clock(), m.spin(), m.tend(), m.watchFlight())
}
