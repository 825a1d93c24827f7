package post

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"skein/timeline"
	"skein/ui/cell"
)

const (
	pollMax  = 8 // options listed in a feed
	barMax   = 24
	percents = 6 // cells of " 100 %"
)

// poll draws the options with their shares.
func (c *canvas) poll(p *timeline.Poll) {
	whole := p.Votes
	if p.Multiple && p.Voters > 0 {
		whole = p.Voters
	}
	options := p.Options
	if !c.Full && len(options) > pollMax {
		options = options[:pollMax]
	}
	label := 0
	for _, o := range options {
		label = max(label, cell.Width(c.Measure, c.optionText(o)))
	}
	beside := label+2+barMax/2+percents <= c.room
	for _, o := range options {
		text, bar := c.optionText(o), c.bar(o, whole, min(barMax, c.room-percents))
		switch {
		case bar == "":
			c.line(c.sign.Dot + " " + text)
		case beside:
			bar = c.bar(o, whole, min(barMax, c.room-label-2-percents))
			c.line(cell.Fit(c.Measure, text, label+2, "") + bar)
		default:
			c.line(text)
			c.line(bar)
		}
	}
	if n := len(p.Options) - len(options); n > 0 {
		c.folded(n, "option")
	}
	c.line(c.Theme.Dim.Paint(c.pollFacts(p)))
}

func (c *canvas) optionText(o timeline.PollOption) string {
	if o.Chosen {
		return o.Text.Line().String() + " " + c.sign.Chosen
	}
	return o.Text.Line().String()
}

// bar is an option's share of whole in n cells and percent; "" while the network
// hides it.
func (c *canvas) bar(o timeline.PollOption, whole, n int) string {
	if o.Votes < 0 || n < 1 {
		return ""
	}
	share := 0.0
	if whole > 0 {
		share = min(1, float64(o.Votes)/float64(whole))
	}
	full := int(share*float64(n) + 0.5)
	return c.Theme.Accent.Paint(strings.Repeat(c.sign.Bar, full)) +
		c.Theme.Faint.Paint(strings.Repeat(c.sign.Track, n-full)) + fmt.Sprintf("%4.0f %%", share*100)
}

func (c *canvas) pollFacts(p *timeline.Poll) string {
	dot := " " + c.sign.Dot + " "
	s := plural(max(p.Votes, p.Voters), "vote")
	if p.Multiple {
		if p.Voters > 0 {
			s = plural(p.Voters, "voter")
		}
		s += dot + "several choices"
	}
	switch {
	case p.Closed:
		s += dot + "closed"
	case !p.Closes.IsZero():
		s += dot + "closes " + p.Closes.In(c.zone()).Format("2 Jan 15:04")
	}
	return s
}

func (c *canvas) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(max(0, n)) + " " + what + "s"
}
