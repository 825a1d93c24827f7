package world

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
)

// Scene names what a Picture shows, so that a picture and its alt text agree.
type Scene string

// The scenes that Draw knows. Any other value is drawn as a landscape.
const (
	Landscape Scene = ""       // hills or water, by the seed
	Shore     Scene = "shore"  // water, a jetty, reeds
	Heron     Scene = "heron"  // the shore with a wading bird
	Hills     Scene = "hills"  // ridges and trees
	Night     Scene = "night"  // stars and a moon over hills
	Town      Scene = "town"   // roofs and lit windows
	Bowl      Scene = "bowl"   // a bowl on a table
	Garden    Scene = "garden" // stems and flowers
	Letter    Scene = "letter" // a letterform on paper
	Panel     Scene = "panel"  // knobs and cables
)

// The bounds of a drawn picture's sides in pixels: a Picture outside them is drawn at the bound.
const (
	minSide = 1
	maxSide = 2048
)

// Draw paints a picture. The same Picture gives the same image; it is safe for
// concurrent use and costs some 25 ms at 800×600.
func Draw(p Picture) image.Image {
	w, h := min(max(p.Width, minSide), maxSide), min(max(p.Height, minSide), maxSide)
	seed := uint64(p.Seed) // any bit pattern is a good seed
	c := &canvas{
		img:    image.NewRGBA(image.Rect(0, 0, w, h)),
		rng:    rand.New(rand.NewPCG(seed, seed^0x5eed)), //nolint:gosec // G404: a picture, not a secret
		scale:  float64(h),
		aspect: float64(w) / float64(h),
	}
	c.scene(p.Scene)
	return c.img
}

// canvas measures in heights: y runs from 0 (top) to 1, x from 0 to aspect.
type canvas struct {
	img    *image.RGBA
	rng    *rand.Rand
	scale  float64 // pixels a unit
	aspect float64
}

// between picks a number in [lo, hi).
func (c *canvas) between(lo, hi float64) float64 { return lo + c.rng.Float64()*(hi-lo) }

// box is a part of the canvas; shapes only visit the pixels inside theirs.
type box struct{ x0, y0, x1, y1 float64 }

// shade blends over every pixel in b the colour that f gives for its centre, with f's opacity.
func (c *canvas) shade(b box, f func(x, y float64) (color.RGBA, float64)) {
	bounds := c.img.Bounds()
	x0, x1 := max(int(b.x0*c.scale)-1, 0), min(int(b.x1*c.scale)+2, bounds.Dx())
	y0, y1 := max(int(b.y0*c.scale)-1, 0), min(int(b.y1*c.scale)+2, bounds.Dy())
	for py := y0; py < y1; py++ {
		y := (float64(py) + 0.5) / c.scale
		for px := x0; px < x1; px++ {
			ink, alpha := f((float64(px)+0.5)/c.scale, y)
			if alpha <= 0 {
				continue
			}
			pixel := c.img.Pix[c.img.PixOffset(px, py):][:4:4]
			out := mix(color.RGBA{pixel[0], pixel[1], pixel[2], 255}, ink, alpha)
			pixel[0], pixel[1], pixel[2], pixel[3] = out.R, out.G, out.B, 255
		}
	}
}

// edge turns a signed distance (negative inside) into coverage, one pixel wide.
func (c *canvas) edge(d float64) float64 { return min(max(0.5-d*c.scale, 0), 1) }

func (c *canvas) all() box { return box{0, 0, c.aspect, 1} }

// sky fills the canvas with a gradient from top to bottom.
func (c *canvas) sky(top, bottom color.RGBA) {
	c.shade(c.all(), func(_, y float64) (color.RGBA, float64) {
		return mix(top, bottom, y*y*(3-2*y)), 1
	})
}

// disc draws a filled circle.
func (c *canvas) disc(x, y, r float64, ink color.RGBA) {
	c.shade(box{x - r, y - r, x + r, y + r}, func(px, py float64) (color.RGBA, float64) {
		return ink, c.edge(math.Hypot(px-x, py-y) - r)
	})
}

// glow draws a soft light that fades out at r.
func (c *canvas) glow(x, y, r, strength float64, ink color.RGBA) {
	c.shade(box{x - r, y - r, x + r, y + r}, func(px, py float64) (color.RGBA, float64) {
		far := max(1-math.Hypot(px-x, py-y)/r, 0)
		return ink, far * far * strength
	})
}

// ellipse draws a filled ellipse with half axes rx and ry; soft > 0 blurs its edge.
func (c *canvas) ellipse(x, y, rx, ry, soft, opacity float64, ink color.RGBA) {
	c.shade(box{x - rx, y - ry, x + rx, y + ry}, func(px, py float64) (color.RGBA, float64) {
		d := math.Hypot((px-x)/rx, (py-y)/ry)
		if soft > 0 {
			return ink, min(max((1-d)/soft, 0), 1) * opacity
		}
		return ink, c.edge((d-1)*min(rx, ry)) * opacity
	})
}

// rect draws an upright rectangle.
func (c *canvas) rect(b box, ink color.RGBA) {
	c.shade(b, func(x, y float64) (color.RGBA, float64) {
		return ink, c.edge(max(b.x0-x, x-b.x1, b.y0-y, y-b.y1))
	})
}

// stroke draws a line with round ends that tapers from radius ra to rb.
func (c *canvas) stroke(ax, ay, bx, by, ra, rb float64, ink color.RGBA) {
	r := max(ra, rb)
	dx, dy := bx-ax, by-ay
	length := max(dx*dx+dy*dy, 1e-12)
	c.shade(box{min(ax, bx) - r, min(ay, by) - r, max(ax, bx) + r, max(ay, by) + r},
		func(x, y float64) (color.RGBA, float64) {
			at := min(max(((x-ax)*dx+(y-ay)*dy)/length, 0), 1)
			return ink, c.edge(math.Hypot(x-ax-at*dx, y-ay-at*dy) - (ra + at*(rb-ra)))
		})
}

// curve draws a line through a quadratic curve whose handle is (hx, hy).
func (c *canvas) curve(ax, ay, hx, hy, bx, by, r float64, ink color.RGBA) {
	const steps = 14
	px, py := ax, ay
	for i := 1; i <= steps; i++ {
		t := float64(i) / steps
		u := 1 - t
		x, y := u*u*ax+2*u*t*hx+t*t*bx, u*u*ay+2*u*t*hy+t*t*by
		c.stroke(px, py, x, y, r, r, ink)
		px, py = x, y
	}
}

// ridge fills everything below a rolling line around y and returns that line.
func (c *canvas) ridge(y, swell float64, ink color.RGBA) func(x float64) float64 {
	a, b, d := c.between(0, 6), c.between(0, 6), c.between(0, 6)
	f := c.between(1.5, 3)
	line := func(x float64) float64 {
		return y + swell*(0.6*math.Sin(f*x+a)+0.3*math.Sin(2.3*f*x+b)+0.1*math.Sin(7*f*x+d))
	}
	tops := make([]float64, c.img.Bounds().Dx()) // of each column: sines are what costs
	for px := range tops {
		tops[px] = line((float64(px) + 0.5) / c.scale)
	}
	deep := shadow(ink)
	c.shade(box{0, y - swell, c.aspect, 1}, func(x, py float64) (color.RGBA, float64) {
		top := tops[int(x*c.scale)]
		return mix(ink, deep, max(py-top, 0)), c.edge(top - py)
	})
	return line
}

// mix goes from a (t = 0) to b (t = 1), opaque throughout.
func mix(a, b color.RGBA, t float64) color.RGBA {
	const one = 1 << 12
	k := int(t*one + 0.5)
	ch := func(x, y uint8) uint8 { return uint8((int(x)*(one-k) + int(y)*k + one/2) / one) }
	return color.RGBA{ch(a.R, b.R), ch(a.G, b.G), ch(a.B, b.B), 255}
}

func shadow(c color.RGBA) color.RGBA { return mix(c, rgb(0x0a0a1e), 0.5) }

func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8 & 0xff), uint8(hex & 0xff), 255}
}
