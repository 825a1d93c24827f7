package messages

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/overlay"
)

// Page is what a Log shows.
type Page struct {
	Posts   []*timeline.Post // the newest first
	Older   bool             // there are older ones
	Loading bool
	Said    string // what failed
	Now     time.Time
}

// Log is one conversation, the newest message at the bottom.
type Log struct {
	of   timeline.Conversation
	read func() Page
	up   int // lines from the bottom
	most int // of up, as it was drawn last
	page int // lines that were drawn last
}

// NewLog makes a Log that reads what it shows each time it is drawn.
func NewLog(of timeline.Conversation, read func() Page) *Log { return &Log{of: of, read: read} }

// Conversation is the one that is shown.
func (o *Log) Conversation() timeline.Conversation { return o.of }

// Key scrolls, writes and closes. At the top it asks for what is older.
func (o *Log) Key(k tea.KeyPressMsg) overlay.Action {
	switch k.String() {
	case "esc", "q", "h", "left":
		return overlay.Close{}
	case "j", "down":
		o.up = max(0, o.up-1)
	case "k", "up":
		return o.rise(1)
	case "ctrl+d", "pgdown", "space":
		o.up = max(0, o.up-o.page/2)
	case "ctrl+u", "pgup":
		return o.rise(max(1, o.page/2))
	case "g", "home":
		return o.rise(o.most + 1)
	case "G", "end":
		o.up = 0
	case "ctrl+r":
		return Refresh{o.of}
	case "c", "r", "enter", "i":
		if o.of.Closed.Empty() {
			return Write{o.of}
		}
	}
	return nil
}

// rise scrolls up by lines.
func (o *Log) rise(lines int) overlay.Action {
	page := o.read()
	wanted := o.up + lines
	o.up = min(wanted, o.most)
	if wanted > o.most && page.Older && !page.Loading {
		return More{o.of}
	}
	return nil
}

// Lines draws as much of the log as there is room for.
func (o *Log) Lines(l overlay.Look, width, height int) []string {
	inner := max(1, min(widest, width-overlay.FrameWidth))
	room := max(1, height-overlay.FrameHeight)
	page := o.read()
	all := o.log(l, page, inner)
	o.page, o.most = room, max(0, len(all)-room)
	o.up = min(o.up, o.most)
	end := len(all) - o.up
	lines := slices.Clone(all[max(0, end-room):end])
	for len(lines) < room { // the list is not to be read through it
		lines = append(lines, "")
	}
	dot := " " + l.Theme.Signs.Dot + " "
	hint := []string{"r write", "^r ask again", "esc"}
	if !o.of.Closed.Empty() {
		hint = hint[1:]
	}
	title := o.of.Network.Letter() + " " + with(o.of)
	return l.Box(title, strings.Join(hint, dot), lines, inner)
}

// log is the whole of it, the oldest message first.
func (o *Log) log(l overlay.Look, page Page, inner int) []string {
	t := l.Theme
	var lines []string
	switch {
	case page.Loading:
		lines = append(lines, t.Dim.Paint("asking for the messages"+t.Signs.More))
	case page.Older:
		lines = append(lines, t.Dim.Paint(t.Signs.Up+" older ones"))
	case len(page.Posts) == 0 && page.Said == "":
		lines = append(lines, t.Dim.Paint("nothing was written here yet"))
	}
	day, who := "", ""
	for i := len(page.Posts) - 1; i >= 0; i-- {
		p := page.Posts[i]
		at := p.Created.In(page.Now.Location())
		if d := dayOf(page.Now, at); d != day {
			day, who = d, ""
			if len(lines) > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, t.Faint.Paint(strings.Repeat(t.Signs.Horizontal, 2))+" "+t.Dim.Paint(d)+" "+t.Faint.Paint(strings.Repeat(t.Signs.Horizontal, 2)))
		}
		name := p.Author.Name.Line().String()
		style := t.Strong
		if own(o.of, p.Author) {
			name, style = "you", t.Mine
		}
		if name != who { // who goes on speaks under the same name
			lines = append(lines, cell.Ends(l.Measure, style.Paint(name), t.Dim.Paint(at.Format("15:04")), inner, t.Signs.More))
		}
		who = name
		lines = append(lines, words(l, p, inner)...)
	}
	if !o.of.Closed.Empty() {
		lines = append(append(lines, ""), wrapped(l, o.of.Closed.String(), l.Theme.Warn.Open(), l.Theme.Warn.Close(), inner)...)
	}
	if page.Said != "" {
		lines = append(append(lines, ""), wrapped(l, page.Said, t.Error.Open(), t.Error.Close(), inner)...)
	}
	return lines
}

// words are what a message says, set in by two cells.
func words(l overlay.Look, p *timeline.Post, inner int) []string {
	var lines []string
	add := func(text, open, shut string) {
		for _, line := range wrapped(l, text, open, shut, max(1, inner-2)) {
			lines = append(lines, "  "+line)
		}
	}
	if text := p.Text.Plain(); !text.Empty() {
		add(text.String(), l.Theme.Text.Open(), l.Theme.Text.Close())
	}
	if !p.Note.Empty() {
		add(p.Note.Line().String(), l.Theme.Dim.Open(), l.Theme.Dim.Close())
	}
	if n := len(p.Media); n > 0 {
		for _, m := range p.Media {
			add("["+string(m.Kind)+"] "+m.Alt.Line().String(), l.Theme.Dim.Open(), l.Theme.Dim.Close())
		}
	}
	return lines
}

func wrapped(l overlay.Look, text, open, shut string, width int) []string {
	return cell.Wrap(l.Measure, []cell.Run{{Text: text, Open: open, Close: shut}}, width)
}

// dayOf names a day.
func dayOf(now, at time.Time) string {
	const day = "Mon 2 Jan"
	y, m, d := now.Date()
	switch midnight := time.Date(y, m, d, 0, 0, 0, 0, now.Location()); {
	case !at.Before(midnight):
		return "today"
	case !at.Before(midnight.AddDate(0, 0, -1)):
		return "yesterday"
	case at.Year() == now.Year():
		return at.Format(day)
	}
	return at.Format(day + " 2006")
}
