// Package snapshot turns one frame of the interface into a picture, for the
// README and for looking at what a change did.
//
// The frame goes through a terminal emulator, so that the picture shows what a
// terminal would. The package knows nothing of what is drawn.
package snapshot

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"strings"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
)

// Options are how the picture looks. The zero value is a dark window.
type Options struct {
	Light bool   // a light background
	Title string // in the window's bar
}

// The measures of the picture, in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 19
	fontSize   = 14
	padding    = 18
	bar        = 34
	baseline   = 14
)

// paint is the colours that the terminal brings.
type paint struct{ window, text, edge, title string }

func (o Options) paint() paint {
	if o.Light {
		return paint{window: "#fbfaf8", text: "#24272d", edge: "#d9d6d0", title: "#8a8780"}
	}
	return paint{window: "#16181d", text: "#d8dae0", edge: "#2c3038", title: "#7d828c"}
}

// SVG draws a frame with escapes in a window of cols by rows cells. It is for
// frames that this program made: the text in them is escaped, whatever it is.
func SVG(frame string, cols, rows int, o Options) []byte {
	cols, rows = max(1, cols), max(1, rows)
	screen := vt.NewEmulator(cols, rows)
	answered := make(chan struct{})
	go func() { // what the frame asks of the terminal; unread, the answers block it
		defer close(answered)
		_, _ = io.Copy(io.Discard, screen)
	}()
	defer func() {
		if answers, ok := screen.InputPipe().(io.Closer); ok { // Close itself races with Read
			_ = answers.Close()
			<-answered
		}
	}()
	// A write to the emulator fails only after Close.
	_, _ = screen.WriteString(strings.ReplaceAll(frame, "\n", "\r\n"))

	p := o.paint()
	width := float64(cols)*cellWidth + 2*padding
	height := float64(rows)*cellHeight + padding + bar
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" `, width, height, width, height)
	fmt.Fprintf(&b, `font-family="ui-monospace, 'JetBrains Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="%d">`+"\n", fontSize)
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%.0f" height="%.0f" rx="10" fill="%s" stroke="%s"/>`+"\n", width-1, height-1, p.window, p.edge)
	for i, c := range []string{"#ec6a5e", "#f4bf4f", "#61c554"} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="17" r="5.5" fill="%s"/>`+"\n", 20+i*19, c)
	}
	if o.Title != "" {
		fmt.Fprintf(&b, `<text x="%.1f" y="21" fill="%s" text-anchor="middle" font-size="12">%s</text>`+"\n", width/2, p.title, escape(o.Title))
	}
	for y := range rows {
		row(&b, screen, y, cols, p)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// row draws one line: backgrounds, then runs of text in one style, each at its
// exact place, because a reader's font may have other widths.
func row(b *bytes.Buffer, screen *vt.Emulator, y, cols int, p paint) {
	top := float64(bar + y*cellHeight)
	for x := 0; x < cols; {
		c := screen.CellAt(x, y)
		if c == nil || c.Width == 0 {
			x++
			continue
		}
		text, n := c.Content, c.Width
		for c.Width == 1 && x+n < cols { // join the cells that look the same
			next := screen.CellAt(x+n, y)
			if next == nil || next.Width != 1 || !next.Style.Equal(&c.Style) || !joins(c.Content) || !joins(next.Content) {
				break
			}
			text += next.Content
			n++
		}
		left := padding + float64(x)*cellWidth
		if bg := hex(c.Style.Bg, ""); bg != "" {
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%d" fill="%s"/>`+"\n", left, top, float64(n)*cellWidth, cellHeight, bg)
		}
		switch {
		case shape(b, text, left, top, hex(c.Style.Fg, p.text)):
		case strings.TrimSpace(text) != "":
			run(b, text, left, top, float64(n)*cellWidth, c.Style, p)
		}
		x += n
	}
}

// run draws text over exactly width pixels.
func run(b *bytes.Buffer, text string, left, top, width float64, s uv.Style, p paint) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" fill="%s"`, left, top+baseline, hex(s.Fg, p.text))
	if utf8.RuneCountInString(text) > 1 {
		fmt.Fprintf(b, ` textLength="%.1f"`, width)
	}
	if s.Attrs&uv.AttrBold != 0 {
		b.WriteString(` font-weight="bold"`)
	}
	if s.Attrs&uv.AttrItalic != 0 {
		b.WriteString(` font-style="italic"`)
	}
	if s.Attrs&uv.AttrFaint != 0 {
		b.WriteString(` opacity="0.6"`)
	}
	if s.Underline != 0 {
		b.WriteString(` text-decoration="underline"`)
	}
	fmt.Fprintf(b, ` xml:space="preserve">%s</text>`+"\n", escape(text))
}

// shape draws the signs that must meet their neighbours, which a font's glyphs do
// not: bars and lines.
func shape(b *bytes.Buffer, sign string, left, top float64, colour string) bool {
	x, y, w, h := 0.0, 0.0, cellWidth, float64(cellHeight)
	switch sign {
	case "▌":
		w = cellWidth / 2
	case "▏":
		w = 1
	case "▇":
		y, h = cellHeight/4, cellHeight/2
	case "│":
		x, w = cellWidth/2, 1
	case "─":
		y, h = cellHeight/2, 1
	default:
		return false
	}
	fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.2f" height="%.1f" fill="%s"/>`+"\n", left+x, top+y, w, h, colour)
	return true
}

// joins tells whether a cell's text may be drawn in one run with its neighbours:
// signs stand alone, since fonts give them other widths.
func joins(s string) bool { return len(s) == 1 }

func hex(c color.Color, none string) string {
	if c == nil {
		return none
	}
	r, g, bl, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, bl>>8)
}

// escape makes text fit for XML; what XML cannot hold is left out.
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, s)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
