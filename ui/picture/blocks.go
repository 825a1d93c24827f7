package picture

import (
	"image"
	"image/color"
	"strconv"
	"strings"

	"github.com/bbrks/go-blurhash"
	"golang.org/x/image/draw"

	"skein/ui/cell"
)

// halfBlock is the upper half of a cell.
const halfBlock = "▀"

// blocks draws a picture in w × h cells, each of which has the colours of two pixels one
// above the other. A picture of less is put into the middle. Every line has exactly w
// cells and ends without a colour.
func blocks(img image.Image, w, h int, back color.Color) []string {
	b := img.Bounds()
	left := max(0, (w-b.Dx())/2)
	out := make([]string, h)
	top := max(0, h-(b.Dy()+1)/2) / 2
	for y := range h {
		py := b.Min.Y + 2*(y-top)
		if py < b.Min.Y || py >= b.Max.Y {
			out[y] = cell.Blank(w)
			continue
		}
		out[y] = blockLine(img, py, left, w, over(back))
	}
	return out
}

// blockLine is the pixels of rows y and y+1 as a line of w cells.
func blockLine(img image.Image, y, left, w int, on ground) string {
	b := img.Bounds()
	var s strings.Builder
	s.Grow(w * 24)
	s.WriteString(cell.Blank(left))
	wide := min(b.Dx(), w-left)
	var fg, bg rgb
	for x := range wide {
		upper := on.paint(img.At(b.Min.X+x, y))
		lower, half := upper, true
		if y+1 < b.Max.Y {
			lower, half = on.paint(img.At(b.Min.X+x, y+1)), false
		}
		if x == 0 || upper != fg {
			upper.set(&s, "38")
		}
		if !half && (x == 0 || lower != bg) {
			lower.set(&s, "48")
		}
		fg, bg = upper, lower
		s.WriteString(halfBlock)
	}
	s.WriteString("\x1b[m")
	s.WriteString(cell.Blank(w - left - wide))
	return s.String()
}

type rgb struct{ r, g, b uint8 }

func (c rgb) set(s *strings.Builder, what string) {
	s.WriteString("\x1b[")
	s.WriteString(what)
	s.WriteString(";2")
	var digits [4]byte
	for _, v := range []uint8{c.r, c.g, c.b} {
		s.Write(strconv.AppendUint(append(digits[:0], ';'), uint64(v), 10))
	}
	s.WriteByte('m')
}

// ground is the colour on which others are laid.
type ground struct{ r, g, b uint32 }

func over(c color.Color) ground {
	r, g, b, _ := c.RGBA()
	return ground{r, g, b}
}

// paint is what is seen of a colour that may be seen through.
func (o ground) paint(c color.Color) rgb {
	r, g, b, a := c.RGBA()
	const all = 0xffff
	mix := func(front, behind uint32) uint8 { return uint8(min(all, front+behind*(all-a)/all) >> 8) }
	return rgb{mix(r, o.r), mix(g, o.g), mix(b, o.b)}
}

// blur is what a blurhash (https://blurha.sh) tells of a picture, as w × h pixels; nil for
// one that is none. It is computed for few pixels and stretched, which nobody can see and
// which takes a fraction of a millisecond: it is drawn while a frame is.
func blur(hash string, w, h int) image.Image {
	const longest = 4 + 2*9*9 // characters, with the most components
	if hash == "" || len(hash) > longest {
		return nil
	}
	const side = 12
	small, err := blurhash.Decode(hash, min(w, side), min(h, side), 1)
	if err != nil {
		return nil
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(img, img.Bounds(), small, small.Bounds(), draw.Src, nil)
	return img
}
