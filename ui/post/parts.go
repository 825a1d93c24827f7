package post

import (
	"fmt"
	"strconv"
	"time"

	"skein/timeline"
	"skein/ui/cell"
)

const mediaMax = 4 // attachments listed in a feed

// media lists the attachments, one line each; in full the description wraps.
func (c *canvas) media(p *timeline.Post) {
	if len(p.Media) == 0 {
		return
	}
	if p.Sensitive && !c.Revealed {
		why := countOf(p.Media) + " hidden"
		if !p.Warning.Line().Empty() {
			why += ": " + p.Warning.Line().String()
		}
		c.pictures(p, true)
		c.closed(why)
		return
	}
	c.pictures(p, false)
	for i, m := range p.Media {
		if !c.Full && i == mediaMax {
			c.folded(len(p.Media)-i, "attachment")
			return
		}
		c.medium(m)
	}
}

func (c *canvas) medium(m timeline.Media) {
	label := "[ " + kindName(m.Kind)
	if m.Duration > 0 {
		label += " " + clock(m.Duration)
	}
	label += " ]"
	dim := c.Theme.Dim
	run := cell.Run{Text: label, Open: dim.Open(), Close: dim.Close()}
	if a, ok := ParseAddress(m.URL); ok {
		run = linked(run, a)
	}
	tag := run.Open + run.Text + run.Close
	if m.Alt.Line().Empty() {
		c.line(tag + dim.Paint(" no description"))
		return
	}
	lead := len(label) + 2
	alt := cell.Wrap(c.Measure, []cell.Run{{Text: "alt: ", Open: dim.Open(), Close: dim.Close()}, {Text: m.Alt.Line().String()}}, max(1, c.room-lead))
	switch {
	case len(alt) == 0:
		c.line(tag)
	case !c.Full:
		c.line(tag + "  " + dim.Paint("alt: ") + m.Alt.Line().String())
	default:
		for i, l := range alt {
			if i > 0 {
				tag = cell.Blank(len(label))
			}
			c.line(tag + "  " + l)
		}
	}
}

// KindOf is what a person calls a medium: "picture", "video".
func KindOf(m timeline.Media) string { return kindName(m.Kind) }

func kindName(k timeline.MediaKind) string {
	switch k {
	case timeline.Image:
		return "picture"
	case timeline.Video:
		return "video"
	case timeline.GIF:
		return "gif"
	case timeline.Audio:
		return "audio"
	}
	return "file"
}

// countOf is "1 picture", "3 pictures" or, for a mixture, "3 attachments".
func countOf(media []timeline.Media) string {
	what := kindName(media[0].Kind)
	for _, m := range media[1:] {
		if kindName(m.Kind) != what {
			what = "attachment"
		}
	}
	if len(media) == 1 {
		return "1 " + what
	}
	return strconv.Itoa(len(media)) + " " + what + "s"
}

func clock(d time.Duration) string {
	s := int(min(d, 100*time.Hour) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// card is the preview of a link, in a box.
func (c *canvas) card(k *timeline.Card) {
	c.boxed(func(c *canvas) {
		dim := c.Theme.Dim
		if a, ok := ParseAddress(k.URL); ok {
			run := linked(cell.Run{Text: a.Host, Open: dim.Open(), Close: dim.Close()}, a)
			c.line(run.Open + run.Text + run.Close)
		}
		if title := k.Title.Line().String(); title != "" {
			c.line(title)
		}
		if about := k.Description.Line(); c.Full && !about.Empty() {
			for _, l := range cell.Wrap(c.Measure, []cell.Run{{Text: about.String(), Open: dim.Open(), Close: dim.Close()}}, c.room) {
				c.line(l)
			}
		}
	})
}

// quote is a post inside the post, in a box.
func (c *canvas) quote(q *timeline.Quote) {
	c.boxed(func(c *canvas) {
		if q.Post == nil {
			c.line(c.Theme.Dim.Paint(quoteState(q)))
			return
		}
		p := q.Post.Content()
		c.line(c.Theme.Strong.Paint(name(p.Author)) + "  " + c.Theme.Dim.Paint(p.Author.Handle.Line().String()))
		if c.warning(p) {
			return
		}
		c.body(p.Text, quoteFold)
		c.media(p)
		if p.Poll != nil {
			c.line(c.Theme.Dim.Paint("[ poll ]"))
		}
		if p.Quote != nil {
			c.line(c.Theme.Dim.Paint("[ another quoted post ]"))
		}
	})
}

func quoteState(q *timeline.Quote) string {
	title := q.Title.Line().String()
	switch {
	case q.State == timeline.QuoteOther && title != "":
		return title
	case q.State == timeline.QuotePending:
		return "a quoted post: its author has not agreed yet"
	case q.State == timeline.QuoteGone:
		return "a quoted post: it is gone"
	case q.State == timeline.QuoteRefused:
		return "a quoted post: its author does not allow it here"
	}
	return "a quoted post"
}

// boxed draws what fn draws beside a line.
func (c *canvas) boxed(fn func(*canvas)) {
	const edge = 2
	inner := canvas{Look: c.Look, sign: c.sign, room: max(1, c.room-edge)}
	inner.Width, inner.Album = inner.room, nil // pictures are its own post's to show
	fn(&inner)
	for _, l := range inner.lines {
		c.line(c.Theme.Faint.Paint(c.sign.Box) + " " + l)
	}
}
