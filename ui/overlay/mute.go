package overlay

import (
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
)

// The actions of muting.
type (
	// MuteThis removes the overlay and mutes something here: Created and Until of the
	// Mute are to be set, Lasts is for how long, 0 for good.
	MuteThis struct {
		Mute  timeline.Mute
		Lasts time.Duration
	}
	// MuteThere removes the overlay and has the network mute who wrote a post.
	MuteThere struct {
		Post  *timeline.Post
		Lasts time.Duration
	}
	// ShowMuted removes the overlay and lists what is muted here.
	ShowMuted struct{}
	// Unmute takes a mute back.
	Unmute struct{ Mute timeline.Mute }
)

// IsAction makes it an Action.
func (MuteThis) IsAction() {}

// IsAction makes it an Action.
func (MuteThere) IsAction() {}

// IsAction makes it an Action.
func (ShowMuted) IsAction() {}

// IsAction makes it an Action.
func (Unmute) IsAction() {}

// Mutable is something that the menu offers to mute.
type Mutable struct {
	Label string // who or what
	About string // where it is muted then: "here"
	// Mute is what is done here; a word without text is typed first.
	Mute timeline.Mute
	// There is the post whose author the network is to mute; nil: it is done here.
	There *timeline.Post
	Why   string // why it cannot be done; "" when it can
}

// lasting is for how long something may be muted.
type lasting struct {
	label string
	span  time.Duration
}

func lastings() []lasting {
	const day = 24 * time.Hour
	return []lasting{{"good", 0}, {"a day", day}, {"a week", 7 * day}, {"a month", 30 * day}}
}

// Mute offers what may be muted about a post, and for how long.
type Mute struct {
	choices []Mutable
	list    list
	lasts   int // of lastings
	typing  bool
	word    Input
}

// NewMute makes a Mute of at least one choice.
func NewMute(choices []Mutable) *Mute { return &Mute{choices: choices} }

// Key chooses, moves, types a word and closes.
func (o *Mute) Key(k tea.KeyPressMsg) Action {
	if o.typing {
		return o.write(k)
	}
	n := len(o.choices)
	switch key := k.String(); key {
	case "esc", "q", "M":
		return Close{}
	case "j":
		o.list.move(1, n)
	case "k":
		o.list.move(-1, n)
	case "tab", "right", "l":
		o.lasts = (o.lasts + 1) % len(lastings())
	case "shift+tab", "left", "h":
		o.lasts = (o.lasts + len(lastings()) - 1) % len(lastings())
	case "m":
		return ShowMuted{}
	case "enter":
		return o.choose()
	default:
		if i, err := strconv.Atoi(key); err == nil && i >= 1 && i <= min(9, n) {
			o.list.at = i - 1
			return o.choose()
		}
		if d, ok := arrow(key); ok {
			o.list.move(d, n)
		}
	}
	return nil
}

// choose mutes what the cursor is on, or begins to type what.
func (o *Mute) choose() Action {
	c := o.choices[o.list.at]
	switch {
	case c.Why != "":
		return nil
	case c.There != nil:
		return MuteThere{c.There, lastings()[o.lasts].span}
	case c.Mute.Kind == timeline.MuteWord && c.Mute.Word == "":
		o.typing = true
		return nil
	}
	return MuteThis{c.Mute, lastings()[o.lasts].span}
}

// write takes a key while a word is typed.
func (o *Mute) write(k tea.KeyPressMsg) Action {
	switch k.String() {
	case "esc":
		o.typing = false
	case "tab":
		o.lasts = (o.lasts + 1) % len(lastings())
	case "enter":
		word := timeline.CleanLine(o.word.Text()).String()
		if timeline.MuteWordKey(word) != "" {
			return MuteThis{timeline.Mute{Kind: timeline.MuteWord, Word: word}, lastings()[o.lasts].span}
		}
	default:
		o.word.Key(k)
	}
	return nil
}

// Paste types the clipboard where a word is typed.
func (o *Mute) Paste(text string) Action {
	if o.typing {
		o.word.Paste(text)
	}
	return nil
}

// Lines draws the choices and how long they last.
func (o *Mute) Lines(l Look, width, height int) []string {
	inner := min(64, width-FrameWidth)
	dot := " " + l.Theme.Signs.Dot + " "
	if o.typing {
		lines := []string{o.word.Line(l, "hide", inner), "", o.lasting(l)}
		return l.Box("mute a word, a phrase or a #tag", l.Theme.Signs.Enter+" mutes"+dot+"tab how long"+dot+"esc back", lines, inner)
	}
	from, to := o.list.window(len(o.choices), height-FrameHeight-2)
	var lines []string
	for i := from; i < to; i++ {
		lines = append(lines, o.line(l, i, inner))
	}
	lines = append(lines, "", o.lasting(l))
	lines = lines[:min(len(lines), max(1, height-FrameHeight))]
	return l.Box("mute", l.Theme.Signs.Enter+" mutes"+dot+"tab how long"+dot+"m what is muted"+dot+"esc closes", lines, inner)
}

func (o *Mute) line(l Look, i, inner int) string {
	c, t := o.choices[i], l.Theme
	mark, style := "  ", t.Text
	if i == o.list.at {
		mark, style = t.Accent.Paint(t.Signs.Selected)+" ", t.Strong
	}
	number := "  "
	if i < 9 {
		number = t.Dim.Paint(strconv.Itoa(i+1)) + " "
	}
	const least = 12 // cells of a reason, which comes before the end of a name
	about, room := c.About, max(0, inner-4)
	spare := room - cell.Width(l.Measure, c.Label) - 2
	switch {
	case c.Why != "":
		style, about = t.Dim, cell.Cut(l.Measure, c.Why, max(least, spare), t.Signs.More)
	case cell.Width(l.Measure, about) > max(least, spare):
		about = ""
	}
	return mark + number + cell.Ends(l.Measure, style.Paint(c.Label), t.Dim.Paint(about), room, t.Signs.More)
}

// lasting is the line of how long.
func (o *Mute) lasting(l Look) string {
	line := l.Theme.Dim.Paint("for ")
	for i, s := range lastings() {
		if i == o.lasts {
			line += l.Theme.Accent.Paint("[" + s.label + "]")
		} else {
			line += l.Theme.Dim.Paint(" " + s.label + " ")
		}
	}
	return line
}

// Muted lists what is muted here and takes it back, and below it what the networks hide
// by themselves.
type Muted struct {
	read func() []timeline.Mute
	now  func() time.Time
	list list
	told []string // a line each
}

// Tell says what the networks hide, a line each.
func (o *Muted) Tell(lines []string) { o.told = lines }

// NewMuted makes a Muted that reads what is muted each time it is drawn.
func NewMuted(read func() []timeline.Mute, now func() time.Time) *Muted {
	return &Muted{read: read, now: now}
}

// Key moves, takes back and closes.
func (o *Muted) Key(k tea.KeyPressMsg) Action {
	all := o.read()
	o.list.move(0, len(all))
	switch key := k.String(); key {
	case "esc", "q":
		return Close{}
	case "j":
		o.list.move(1, len(all))
	case "k":
		o.list.move(-1, len(all))
	case "x", "enter":
		if len(all) > 0 {
			return Unmute{all[o.list.at]}
		}
	default:
		if d, ok := arrow(key); ok {
			o.list.move(d, len(all))
		}
	}
	return nil
}

// Lines draws a line a mute: what, who that is, and until when.
func (o *Muted) Lines(l Look, width, height int) []string {
	inner := min(64, width-FrameWidth)
	all := o.read()
	o.list.move(0, len(all))
	told := o.told[:min(len(o.told), max(0, height/2-FrameHeight))]
	from, to := o.list.window(len(all), height-FrameHeight-len(told))
	var lines []string
	for i := from; i < to; i++ {
		lines = append(lines, o.line(l, all[i], i == o.list.at, inner))
	}
	if len(all) == 0 {
		lines = append(lines, l.Theme.Dim.Paint("nothing is muted here"))
	}
	for _, line := range told {
		lines = append(lines, l.Theme.Dim.Paint(cell.Cut(l.Measure, line, inner, l.Theme.Signs.More)))
	}
	return l.Box("muted here", "x takes it back "+l.Theme.Signs.Dot+" esc closes", lines, inner)
}

func (o *Muted) line(l Look, m timeline.Mute, at bool, inner int) string {
	t := l.Theme
	mark, style := "  ", t.Text
	if at {
		mark, style = t.Accent.Paint(t.Signs.Selected)+" ", t.Strong
	}
	about := ""
	switch {
	case m.Kind == timeline.MuteNetwork:
		about = "everything on it"
	case m.Name != "" && len(m.Handles) > 0:
		var on []string
		for _, h := range m.Handles {
			on = append(on, h.Network.Letter())
		}
		about = strings.Join(on, " ")
	case m.Kind == timeline.MutePerson && len(m.Handles) > 0:
		about = m.Handles[0].Network.Letter()
	}
	ends := m.Ends(o.now())
	left := style.Paint(m.What().String()) + "  " + t.Dim.Paint(about)
	return mark + cell.Ends(l.Measure, cell.Cut(l.Measure, left, max(1, inner-3-len(ends)), t.Signs.More), t.Dim.Paint(ends), max(0, inner-2), t.Signs.More)
}
