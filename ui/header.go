package ui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/overlay"
	"skein/ui/post"
)

const (
	lead        = 2 // cells left of what the header and the footer say, as beside posts
	messageTime = 4 * time.Second
)

// header is the program's name, where we are, and a mark for each network.
func (m *Model) header() string {
	t := m.theme
	left, marks := m.headerEnds()
	if d := m.opened(); d != nil && m.columns().n == 1 {
		left += t.Strong.Paint(d.Title())
	} else {
		left += m.tabsIn(m.inner() - cell.Width(m.measure, left+marks) - 1).drawn
	}
	return cell.Ends(m.measure, left, marks, m.inner(), t.Signs.More)
}

// headerEnds are what stands left and right of the tabs.
func (m *Model) headerEnds() (left, marks string) {
	t := m.theme
	left = cell.Blank(lead) + t.Accent.Paint(m.o.Name)
	if m.o.Demo {
		left += t.Dim.Paint(" demo")
	}
	return left + cell.Blank(tabGap), m.marks() + " "
}

// marks is a letter and a sign for each network that has an account, and who acts there
// where that was chosen.
func (m *Model) marks() string {
	var parts []string
	for _, n := range timeline.Networks() {
		worst, found := m.worst(n)
		if !found {
			continue
		}
		sign, style := overlay.Sign(m.theme, worst.State)
		s := m.theme.Network(n).Paint(n.Letter()) + " " + style.Paint(sign)
		if worst.State == timeline.Partial && worst.Of > 0 {
			s += m.theme.Dim.Paint(fmt.Sprintf(" %d/%d", worst.Up, worst.Of))
		}
		if t, chosen := m.actsAs(n); chosen {
			s += " " + timeline.CleanLine(t.Account.Name).String()
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "  ")
}

// worst is the account of a network that does worst.
func (m *Model) worst(n timeline.Network) (worst timeline.Health, found bool) {
	rank := map[timeline.State]int{
		timeline.Live: 0, timeline.Connecting: 1, timeline.Partial: 2, timeline.Down: 3, timeline.SignIn: 4,
	}
	for _, h := range m.health {
		if h.Account.Network == n && (!found || rank[h.State] > rank[worst.State]) {
			worst, found = h, true
		}
	}
	return worst, found
}

// subheader is what is to be said above each column.
func (m *Model) subheader() string {
	t, c := m.theme, m.columns()
	if d := m.opened(); d != nil && c.n == 1 {
		return cell.Fit(m.measure, m.status(d), c.each, t.Signs.More)
	}
	s := m.overList(c.each)
	for _, p := range m.shown()[1:] {
		over := ""
		if d, ok := p.(detail); ok {
			style := t.Dim
			if p == m.focus() {
				style = t.Strong
			}
			over = cell.Blank(lead) + style.Paint(d.Title()) + " " + m.status(d)
		}
		s += cell.Blank(between) + cell.Fit(m.measure, over, c.each, t.Signs.More)
	}
	return s
}

// overList is the line above a timeline: its filter and how many unread posts are
// above the screen; or a board's own.
func (m *Model) overList(width int) string {
	if m.front.board != nil {
		return m.front.board.Line(width)
	}
	t, r := m.theme, m.reading()
	left, right := "", ""
	if r.filter != "" && m.filterInput() == nil {
		left = cell.Blank(lead) + t.Dim.Paint(fmt.Sprintf(`\ %s  %d of %d`, r.filter, r.rows.Len(), r.rows.All()))
	} else if r.sieve.Active() {
		left = cell.Blank(lead) + t.Dim.Paint(timeline.CleanLine(r.sieve.String()).String())
	}
	if first, ok := r.feed.First(); ok {
		if n := r.unread.Above(first, r.network); n > 0 {
			right = t.Accent.Paint(t.Signs.Up+" "+post.Count(n)+" new") + " "
		}
	}
	return cell.Ends(m.measure, left, right, width, t.Signs.More)
}

// status is what a pane waits for, or what went wrong.
func (m *Model) status(d detail) string {
	if n, ok := d.(noticesBeside); ok {
		return n.Line(m.columns().each - lead - 1 - len(n.Title()))
	}
	s := d.Status()
	again := " " + m.theme.Signs.Dot + " " + m.keys.key("refresh", &m.theme.Signs) + " tries again"
	read, why := d.Kept()
	switch {
	case s == "" && read.IsZero():
		return ""
	case s == "":
		return cell.Blank(lead) + m.theme.Dim.Paint(m.asRead(d.Of().ID.Network, read, why)+again)
	case d.Loading():
		return cell.Blank(lead) + m.theme.Dim.Paint(m.spinner.frame(m.o.ASCII)+" "+s)
	}
	if why := d.Failed(); why != nil {
		if m.columns().n > 1 { // the title says what
			s = "not read: " + why.Message.Line().String()
		}
		if why.Code == timeline.CodeUnsupported {
			again = ""
		}
	}
	return cell.Blank(lead) + m.theme.Error.Paint(s) + m.theme.Dim.Paint(again)
}

// asRead says how old what is shown is, and why it is not newer.
func (m *Model) asRead(n timeline.Network, read time.Time, why timeline.Safe) string {
	reason := string(n) + " does not answer" // how exactly is told with the accounts' health
	if !why.Line().Empty() {
		reason = why.Line().String()
	}
	return "as read " + ago(m.o.Now().Sub(read)) + " " + m.theme.Signs.Dash + " " + reason
}

// ago is how long something has been, in words.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "a moment ago"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	}
	return fmt.Sprintf("%d days ago", d/(24*time.Hour))
}

// tone is how a message is meant.
type tone uint8

const (
	plain tone = iota
	good
	bad
)

// message is what the line above the footer says for a while.
type message struct {
	text string
	tone tone
	n    int // which message it is, so that a timer ends only its own
}

// messageOver is the timer of a message.
type messageOver struct{ n int }

// say shows a message until the next key or, with the command that expire makes,
// for a few seconds.
func (m *Model) say(text string, how tone) {
	m.message = message{text: timeline.CleanLine(text).String(), tone: how, n: m.message.n + 1}
}

// tell is say with the timer.
func (m *Model) tell(text string, how tone) tea.Cmd {
	m.say(text, how)
	return m.later(messageTime, messageOver{m.message.n})
}

func (m *Model) messageLine() string {
	if f := m.filterInput(); f != nil {
		line := f.Lines(m.overlayLook(), m.inner()-lead-1, 1)[0]
		return cell.Fit(m.measure, cell.Blank(lead)+line, m.inner(), "")
	}
	if line := m.flightLine(); m.message.text == "" && line != "" {
		return cell.Fit(m.measure, cell.Blank(lead)+line, m.inner(), m.theme.Signs.More)
	}
	style := m.theme.Text
	switch m.message.tone {
	case good:
		style = m.theme.Good
	case bad:
		style = m.theme.Error
	}
	return cell.Fit(m.measure, cell.Blank(lead)+style.Paint(m.message.text), m.inner(), m.theme.Signs.More)
}

// hint is one entry of the footer: keys that belong together, and what they do.
type hint struct {
	names []string
	label string
}

// hints are the footer's entries, the most useful first.
func hints() []hint {
	return []hint{
		{[]string{"down", "up"}, "move"},
		{[]string{"open"}, "open"},
		{[]string{"back"}, "back"},
		{[]string{"part-previous", "part-next"}, "parts"},
		{[]string{"reply"}, "reply"},
		{[]string{"boost"}, "boost"},
		{[]string{"like"}, "like"},
		{[]string{"compose"}, "compose"},
		{[]string{"tab-previous", "tab-next"}, "tabs"},
		{[]string{"reveal"}, "reveal"},
		{[]string{"links"}, "links"},
		{[]string{"unseen"}, "unread"},
		{[]string{"author"}, "author"},
		{[]string{"browser"}, "browser"},
		{[]string{"search"}, "search"},
		{[]string{"filter"}, "filter"},
		{[]string{"network"}, "network"},
		{[]string{"copy-text"}, "copy"},
		{[]string{"zoom"}, "zoom"},
		{[]string{"side"}, "third column"},
		{[]string{"quit"}, "quit"},
	}
}

// footer is the keys that work now, as many as fit, and help. An overlay names its
// own.
func (m *Model) footer() string {
	if len(m.overlays) > 0 {
		return cell.Blank(m.inner())
	}
	t := m.theme
	if m.typing() {
		return m.searchHints()
	}
	draw := func(h hint) string {
		var keys []string
		for _, name := range h.names {
			if m.keys.named(name).reason(m) == "" {
				keys = append(keys, m.keys.key(name, &t.Signs))
			}
		}
		if len(keys) == 0 {
			return ""
		}
		return t.Text.Paint(strings.Join(keys, "/")) + t.Dim.Paint(" "+h.label)
	}
	help := draw(hint{[]string{"help"}, "help"})
	room := m.inner() - lead - 1 - cell.Width(m.measure, help)
	s := cell.Blank(lead)
	for _, h := range hints() {
		text := draw(h)
		w := cell.Width(m.measure, text) + 2
		if text == "" || w > room {
			continue
		}
		s += text + "  "
		room -= w
	}
	return cell.Fit(m.measure, s+help, m.inner(), "")
}
