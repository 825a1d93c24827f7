package post

import (
	"fmt"
	"strconv"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/theme"
)

const labelMax = 4 // moderation labels named on a post

// facts is the last line: counts that are not zero, and what else is to be known.
func (c *canvas) facts(p *timeline.Post) {
	if !p.Note.Line().Empty() {
		for _, l := range cell.Wrap(c.Measure, []cell.Run{{Text: p.Note.Line().String(), Open: c.Theme.Dim.Open(), Close: c.Theme.Dim.Close()}}, c.room) {
			c.line(l)
		}
	}
	s := c.counts(p)
	for _, f := range remarks(p) {
		if s != "" {
			s += "   "
		}
		style := c.Theme.Dim
		if f.loud {
			style = c.Theme.Warn
		}
		s += style.Paint(f.text)
	}
	if s != "" {
		c.line(s)
	}
}

func (c *canvas) counts(p *timeline.Post) string {
	var mine timeline.View
	for _, v := range p.Views {
		mine.Liked = mine.Liked || v.Liked
		mine.Boosted = mine.Boosted || v.Boosted
		mine.Bookmarked = mine.Bookmarked || v.Bookmarked
	}
	s := ""
	add := func(sign string, n int, mine bool) {
		style := theme.Style{}
		switch {
		case mine:
			style = c.Theme.Mine
		case n <= 0:
			return
		default:
			style = c.Theme.Dim
		}
		if n > 0 {
			sign += " " + Count(n)
		}
		if s != "" {
			s += "   "
		}
		s += style.Paint(sign)
	}
	add(c.sign.Reply, p.Counts.Replies, false)
	add(c.sign.Boost, p.Counts.Boosts, mine.Boosted)
	add(c.sign.Like, p.Counts.Likes, mine.Liked)
	add(c.sign.Bookmark, 0, mine.Bookmarked)
	return s
}

// remark is a fact in words; a loud one matters before anybody answers.
type remark struct {
	text string
	loud bool
}

func remarks(p *timeline.Post) []remark {
	var out []remark
	switch p.Visibility {
	case timeline.Direct:
		out = append(out, remark{"only those mentioned", true})
	case timeline.Followers:
		out = append(out, remark{"followers only", false})
	case timeline.Unlisted:
		out = append(out, remark{"unlisted", false})
	}
	if !p.Edited.IsZero() {
		out = append(out, remark{"edited", false})
	}
	if p.Future {
		out = append(out, remark{"clock ahead", true})
	}
	for i, l := range p.Labels {
		if i == labelMax {
			break
		}
		out = append(out, remark{"label " + l.Line().String(), true})
	}
	return out
}

// Count is n in few cells: 950, 1.2k, 34k, 5.6M.
func Count(n int) string {
	switch {
	case n < 1000:
		return strconv.Itoa(n)
	case n < 10_000:
		return fmt.Sprintf("%d.%dk", n/1000, n%1000/100)
	case n < 1_000_000:
		return strconv.Itoa(n/1000) + "k"
	case n < 10_000_000:
		return fmt.Sprintf("%d.%dM", n/1_000_000, n%1_000_000/100_000)
	}
	return strconv.Itoa(n/1_000_000) + "M"
}
