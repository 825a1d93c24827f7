package post

import (
	"fmt"
	"strconv"
	"time"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/picture"
	"skein/ui/theme"
)

const (
	measureMax = 80 // cells of text on a line: longer ones are hard to read
	letterRoom = 3  // the network's letter and what stands between it and the text
	ageRoom    = 9  // the longest age and a blank before it
	minWidth   = letterRoom + ageRoom
)

// Look is how a post is drawn. It is comparable: equal Looks draw equally.
type Look struct {
	Width    int // cells of every line; below 12 it is 12
	Theme    *theme.Theme
	Measure  cell.Measure
	Zone     *time.Location // nil is UTC
	Keys     Keys
	Revealed bool // what a warning or a mute hides is shown
	Full     bool // nothing is folded
	// Mutes are the person's own: of what they hide one line says why.
	Mutes *timeline.Mutes
	// Album and Fit show pictures; without an Album, or of no rows, none are.
	Album *picture.Album
	Fit   picture.Fit
}

// Keys are the names of the keys that the lines speak of.
type Keys struct{ Reveal, Open string }

// Drawn is a post as lines.
type Drawn struct {
	lines  []string
	strips []strip
	head   int // the line that ends in the age
	made   time.Time
	look   Look
}

// Len is the number of lines, at least 1.
func (d Drawn) Len() int { return len(d.lines) }

// Line returns line i, exactly Look.Width cells, as it reads at now.
func (d Drawn) Line(i int, now time.Time) string {
	if i != d.head {
		for _, s := range d.strips {
			if n := i - s.from; n >= 0 && n < s.lines {
				return s.line(d.look.Album, n, d.look.Width)
			}
		}
		return d.lines[i]
	}
	age := Age(now, d.made)
	return d.lines[i] + cell.Blank(ageRoom-len(age)) + d.look.Theme.Dim.Paint(age)
}

// Draw draws p.
func Draw(p *timeline.Post, l Look) Drawn { return draw(p, l, (*canvas).content) }

// draw draws p with what content makes of what its author made.
func draw(p *timeline.Post, l Look, content func(*canvas, *timeline.Post)) Drawn {
	l.Width = max(minWidth, l.Width)
	c := canvas{Look: l, sign: &l.Theme.Signs, indent: letterRoom, room: min(measureMax, l.Width-letterRoom)}
	why, muted := l.Mutes.Hides(p)
	if muted && !l.Revealed {
		c.muted(p, why.Why.Line().String())
		return Drawn{lines: c.lines, made: p.Content().Created, look: l}
	}
	if p.Boosted != nil {
		c.line(c.Theme.Dim.Paint(c.sign.Boosted + " " + name(p.Author)))
	}
	made := p.Content()
	head := len(c.lines)
	c.head(made)
	if muted {
		c.line(c.Theme.Warn.Paint(c.sign.Open + " " + why.Why.Line().String()))
	}
	c.context(made)
	content(&c, made)
	c.facts(made)
	return Drawn{lines: c.lines, strips: c.strips, head: head, made: made.Created, look: l}
}

// canvas collects lines.
type canvas struct {
	Look
	sign   *theme.Signs
	indent int // cells left of the text
	room   int // cells of the text
	lines  []string
	strips []strip
}

// line adds one line of text, cut to the room there is.
func (c *canvas) line(s string) {
	s = cell.Cut(c.Measure, s, c.room, c.sign.More)
	c.lines = append(c.lines, cell.Fit(c.Measure, cell.Blank(c.indent)+s, c.Width, ""))
}

// muted is the one line that stands for a post which a mute hides: its reason before
// all else, then how it is shown where there is room to say so.
func (c *canvas) muted(p *timeline.Post, why string) {
	t := c.Theme
	room := c.Width - letterRoom - ageRoom
	if long := "hidden: " + why; cell.Width(c.Measure, c.sign.Closed+" "+long) <= room {
		why = long
	}
	why = cell.Cut(c.Measure, c.sign.Closed+" "+why, room, c.sign.More)
	s := t.Post(p).Paint(p.ID.Network.Letter()) + cell.Blank(letterRoom-1) + t.Dim.Paint(why)
	if hint := " " + c.sign.Dash + " " + c.Keys.Reveal + " shows it"; cell.Width(c.Measure, why)+cell.Width(c.Measure, hint) <= room {
		s += t.Faint.Paint(hint)
	}
	c.lines = append(c.lines, cell.Fit(c.Measure, s, c.Width-ageRoom, ""))
}

// head is the line with the network, the author and, added later, the age.
func (c *canvas) head(p *timeline.Post) {
	t := c.Theme
	room := c.Width - letterRoom - ageRoom
	who := cell.Cut(c.Measure, name(p.Author), room, c.sign.More)
	room -= cell.Width(c.Measure, who)
	s := t.Post(p).Paint(p.ID.Network.Letter()) + cell.Blank(letterRoom-1) + t.Strong.Paint(who)
	add := func(gap int, text string, style theme.Style) {
		const shortest = 4 // less of it says nothing
		if text = cell.Cut(c.Measure, text, room-gap, c.sign.More); room-gap >= shortest && text != "" {
			s += cell.Blank(gap) + style.Paint(text)
			room -= gap + cell.Width(c.Measure, text)
		}
	}
	if p.Author.Verified {
		add(1, c.sign.Verified, t.Network(p.ID.Network))
	}
	if handle := p.Author.Handle.Line().String(); handle != name(p.Author) {
		add(2, handle, t.Dim)
	}
	if p.Author.Bot {
		add(1, c.sign.Dot+" bot", t.Dim)
	}
	c.lines = append(c.lines, cell.Fit(c.Measure, s, c.Width-ageRoom, ""))
}

// context says what the post answers.
func (c *canvas) context(p *timeline.Post) {
	switch {
	case p.ReplyTo == nil:
	case p.ReplyTo.Handle.Empty():
		c.line(c.Theme.Dim.Paint(c.sign.ReplyTo + " a post"))
	default:
		c.line(c.Theme.Dim.Paint(c.sign.ReplyTo + " " + p.ReplyTo.Handle.Line().String()))
	}
}

// content is what the author made: text, media, poll, card, quote. What waits
// behind a warning is left out until it is revealed.
func (c *canvas) content(p *timeline.Post) {
	if c.warning(p) {
		return
	}
	c.body(p.Text, foldAt)
	c.media(p)
	if p.Poll != nil {
		c.poll(p.Poll)
	}
	if p.Card != nil && p.Quote == nil {
		c.card(p.Card)
	}
	if p.Quote != nil {
		c.quote(p.Quote)
	}
}

// warning draws what stands before the post and tells whether the rest waits.
func (c *canvas) warning(p *timeline.Post) (hidden bool) {
	why, waits := "", p.Hidden()
	switch filtered := filteredBy(p); {
	case filtered != "":
		why, waits = "filtered: "+filtered, true
	case p.MediaOnly && !c.Revealed:
		return false // the media's own line says why
	case !p.Warning.Line().Empty():
		why = "warning: " + p.Warning.Line().String()
	case waits:
		why = "sensitive"
	default:
		return false
	}
	if waits && !c.Revealed {
		c.closed(why)
		return true
	}
	c.line(c.Theme.Warn.Paint(c.sign.Open + " " + why))
	return false
}

// closed is a line that stands for what is hidden.
func (c *canvas) closed(why string) {
	hint := " " + c.sign.Dash + " " + c.Keys.Reveal + " shows it"
	why = cell.Cut(c.Measure, c.sign.Closed+" "+why, max(1, c.room-cell.Width(c.Measure, hint)), c.sign.More)
	c.line(c.Theme.Warn.Paint(why) + c.Theme.Dim.Paint(hint))
}

// folded is a line that stands for n more of what only the thread shows.
func (c *canvas) folded(n int, what string) {
	if n != 1 {
		what += "s"
	}
	c.line(c.Theme.Dim.Paint(fmt.Sprintf("%s %d more %s %s %s", c.sign.More, n, what, c.sign.Dash, c.Keys.Open)))
}

// Hides tells whether something of p is shown only when it is revealed.
func Hides(p *timeline.Post, l Look) bool {
	if _, muted := l.Mutes.Hides(p); muted {
		return true
	}
	p = p.Content()
	hides := func(p *timeline.Post) bool { return p.Sensitive || filteredBy(p) != "" }
	return hides(p) || p.Quote != nil && p.Quote.Post != nil && hides(p.Quote.Post.Content())
}

func filteredBy(p *timeline.Post) string {
	for _, v := range p.Views {
		if !v.Filtered.Empty() {
			return v.Filtered.Line().String()
		}
	}
	return ""
}

// name is what an author is called, on one line.
func name(a timeline.Author) string {
	for _, s := range []timeline.Safe{a.Name, a.Handle} {
		if line := s.Line().String(); line != "" {
			return line
		}
	}
	return "somebody"
}

// Age says how long ago t was, in at most 8 cells of ASCII: "now", "4m", "23h",
// "6d", "14 Mar", "Mar 2024"; "" for the zero time.
func Age(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return ""
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	case d < 24*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	case d < 7*24*time.Hour:
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	case t.In(now.Location()).Year() == now.Year():
		return t.In(now.Location()).Format("2 Jan")
	}
	return t.In(now.Location()).Format("Jan 2006")
}
