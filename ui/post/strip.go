package post

import (
	"strings"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/picture"
)

const (
	stripMax  = 4  // pictures side by side
	stripGap  = 2  // cells between two
	stripLess = 12 // cells; a picture of fewer says nothing
)

// strip is the pictures of a post, side by side in lines of their own. How many lines
// these are is known before a picture is there; what stands in them is the album's to say,
// each time they are drawn.
type strip struct {
	from, lines int // of the drawn post
	indent      int
	spots       []picture.Spot
}

// pictures leaves room for the pictures among the attachments. Of those that wait behind a
// warning only the blur is shown, where there is one.
func (c *canvas) pictures(p *timeline.Post, hidden bool) {
	if c.Album == nil || c.Fit.Rows < 1 {
		return
	}
	var media []timeline.Media
	for _, m := range p.Media {
		if hidden && m.Blurhash != "" || !hidden && (m.Blurhash != "" || !picture.Source(m, false).Empty()) {
			media = append(media, m)
		}
	}
	for len(media) > 1 && (len(media) > stripMax || c.share(len(media)) < stripLess) {
		media = media[:len(media)-1]
	}
	if len(media) == 0 || c.room < stripLess {
		return
	}
	s := strip{from: len(c.lines), indent: c.indent}
	for _, m := range media {
		w, h := c.Fit.Cells(m.Width, m.Height, c.share(len(media)), c.Fit.Rows)
		spot := picture.Spot{Blur: m.Blurhash, Width: w, Height: h}
		if !hidden {
			spot.Source = picture.Source(m, false)
			if len(p.Views) > 0 {
				spot.Account = p.Views[0].Account
			}
		}
		s.spots, s.lines = append(s.spots, spot), max(s.lines, h)
	}
	c.strips = append(c.strips, s)
	for range s.lines {
		c.line("")
	}
}

// share is the cells that each of n pictures has.
func (c *canvas) share(n int) int { return (c.room - (n-1)*stripGap) / n }

// line is line n of the strip in exactly width cells.
func (s strip) line(a *picture.Album, n, width int) string {
	var b strings.Builder
	b.WriteString(cell.Blank(s.indent))
	used := s.indent
	for i, spot := range s.spots {
		if i > 0 {
			b.WriteString(cell.Blank(stripGap))
			used += stripGap
		}
		if n < spot.Height {
			b.WriteString(a.Row(spot, n))
		} else {
			b.WriteString(cell.Blank(spot.Width))
		}
		used += spot.Width
	}
	b.WriteString(cell.Blank(width - used))
	return b.String()
}
