package world

import (
	"image/color"
	"math"
)

// light is the weather and the hour of a scene.
type light struct {
	top, bottom color.RGBA // of the sky
	sun         color.RGBA
	far, near   color.RGBA // of the land
	dark        bool
}

// hour picks one of the day lights by the seed.
func (c *canvas) hour() light {
	switch c.rng.IntN(5) {
	case 0: // dawn
		return light{rgb(0x5d6fa8), rgb(0xf7c9a0), rgb(0xfff1cf), rgb(0x8c86ad), rgb(0x3f4a63), false}
	case 1: // noon
		return light{rgb(0x4f9bd9), rgb(0xcfe9f2), rgb(0xfffbe0), rgb(0x8db4a4), rgb(0x3f7a55), false}
	case 2: // dusk
		return light{rgb(0x3a2e63), rgb(0xf08a5d), rgb(0xffd27a), rgb(0x7b4b73), rgb(0x2b2140), false}
	case 3: // fog
		return light{rgb(0xaebcc2), rgb(0xe9e6dc), rgb(0xfdf8e6), rgb(0xb3bfbd), rgb(0x66787a), false}
	default: // autumn
		return light{rgb(0x6fa3bf), rgb(0xf4e3c1), rgb(0xfff3c4), rgb(0xc99a5b), rgb(0x8a4b2d), false}
	}
}

func night() light {
	return light{rgb(0x0b1030), rgb(0x3b4a7a), rgb(0xf6f1d5), rgb(0x26305a), rgb(0x0d1226), true}
}

func (c *canvas) scene(s Scene) {
	switch s {
	case Shore:
		c.shore(c.hour())
	case Heron:
		c.shore(c.hour())
		c.heron()
	case Hills:
		c.hills(c.hour())
	case Night:
		c.hills(night())
	case Town:
		c.town()
	case Bowl:
		c.bowl()
	case Garden:
		c.garden(c.hour())
	case Letter:
		c.letter()
	case Panel:
		c.panel()
	default:
		if c.rng.IntN(2) == 0 {
			c.shore(c.hour())
		} else {
			c.hills(c.hour())
		}
	}
}

// heavens draws sky, sun or moon, and what hangs in the air.
func (c *canvas) heavens(l light) (sunX, sunY float64) {
	c.sky(l.top, l.bottom)
	sunX, sunY = c.between(0.2, 0.8)*c.aspect, c.between(0.16, 0.4)
	if l.dark {
		for range 90 {
			c.glow(c.between(0, c.aspect), c.between(0, 0.7), c.between(0.003, 0.009), 1, l.sun)
		}
	}
	c.glow(sunX, sunY, 0.5, 0.55, l.sun)
	c.disc(sunX, sunY, 0.07, l.sun)
	if l.dark { // the moon's bite
		c.disc(sunX+0.03, sunY-0.015, 0.06, mix(l.top, l.bottom, sunY))
		return sunX, sunY
	}
	for range 3 + c.rng.IntN(3) {
		x, y := c.between(0, c.aspect), c.between(0.08, 0.4)
		for range 4 {
			c.ellipse(x+c.between(-0.12, 0.12), y+c.between(-0.015, 0.015), c.between(0.08, 0.18), c.between(0.015, 0.04),
				1, 0.55, mix(l.bottom, rgb(0xffffff), 0.5))
		}
	}
	return sunX, sunY
}

func (c *canvas) hills(l light) {
	c.heavens(l)
	const ridges = 4
	for i := range ridges {
		t := float64(i) / (ridges - 1)
		ink := mix(mix(l.far, l.bottom, 0.35*(1-t)), l.near, t)
		line := c.ridge(0.5+0.14*float64(i), 0.09-0.015*float64(i), ink)
		for range 5 * i {
			x := c.between(0, c.aspect)
			c.fir(x, line(x)+0.01, c.between(0.04, 0.07)*(0.5+t), shadow(ink))
		}
	}
	if !l.dark {
		c.birds(3 + c.rng.IntN(5))
	}
}

func (c *canvas) fir(x, y, h float64, ink color.RGBA) {
	c.stroke(x, y, x, y-h, h*0.05, h*0.02, ink)
	for i := range 3 {
		at := y - h*(0.2+0.25*float64(i))
		c.stroke(x, at, x, at-h*0.3, h*(0.24-0.06*float64(i)), 0, ink)
	}
}

func (c *canvas) birds(n int) {
	x, y := c.between(0.2, 0.7)*c.aspect, c.between(0.15, 0.4)
	for range n {
		bx, by, s := x+c.between(-0.2, 0.2), y+c.between(-0.1, 0.1), c.between(0.012, 0.024)
		ink := rgb(0x2b2b38)
		c.curve(bx-s, by-s*0.3, bx-s*0.4, by-s*0.7, bx, by, 0.0025, ink)
		c.curve(bx, by, bx+s*0.4, by-s*0.7, bx+s, by-s*0.3, 0.0025, ink)
	}
}

// shore has water from the middle down, with the light lying on it.
func (c *canvas) shore(l light) {
	sunX, sunY := c.heavens(l)
	c.ridge(0.53, 0.04, mix(l.far, l.bottom, 0.3))
	const horizon = 0.58
	c.shade(box{0, horizon, c.aspect, 1}, func(x, y float64) (color.RGBA, float64) {
		deep := (y - horizon) / (1 - horizon)
		ripple := 0.06 * math.Sin(90*y/(0.4+deep)+4*math.Sin(7*x))
		return mix(mix(l.bottom, l.far, 0.25), l.top, min(max(deep*0.9+ripple, 0), 1)), c.edge(horizon - y)
	})
	for range 46 {
		y := horizon + 0.4*math.Pow(c.rng.Float64(), 1.4)
		spread := 0.03 + (y-horizon)*(0.6-sunY)
		c.ellipse(sunX+c.between(-spread, spread), y, c.between(0.01, 0.05), 0.0025, 0, 0.6, l.sun)
	}
	wood := shadow(l.near)
	side := float64(c.rng.IntN(2)) * c.aspect // the jetty comes from the left or the right
	end := side + (c.aspect/2-side)*0.7
	c.stroke(side, 0.8, end, 0.76, 0.014, 0.009, wood)
	for i := range 5 {
		at := side + (end-side)*float64(i)/4
		c.stroke(at, 0.74, at, 0.88, 0.007, 0.005, wood)
	}
	for range 22 {
		x := c.aspect - side + c.between(-0.28, 0.28)
		tall := c.between(0.1, 0.3)
		c.curve(x, 1.02, x, 1-tall*0.7, x+c.between(-0.05, 0.05), 1-tall, 0.004, shadow(wood))
	}
}

// heron stands in the shallows, seen from behind.
func (c *canvas) heron() {
	x, y, s := c.aspect*c.between(0.42, 0.56), 0.83, c.between(0.9, 1.15)
	grey, dark, pale := rgb(0x75808f), rgb(0x2d323d), rgb(0xdfe3e6)
	c.ellipse(x, y+0.01, 0.07*s, 0.008, 0.7, 0.5, dark)
	for _, dx := range []float64{-0.012, 0.02} {
		c.stroke(x+dx*s, y, x+dx*s*0.7, y-0.15*s, 0.003*s, 0.005*s, dark)
	}
	c.stroke(x-0.075*s, y-0.115*s, x+0.03*s, y-0.225*s, 0.012*s, 0.042*s, grey)
	c.stroke(x-0.07*s, y-0.115*s, x, y-0.16*s, 0.006*s, 0.02*s, dark)
	c.curve(x+0.04*s, y-0.235*s, x+0.115*s, y-0.3*s, x+0.05*s, y-0.34*s, 0.013*s, pale)
	c.curve(x+0.05*s, y-0.34*s, x+0.02*s, y-0.38*s, x+0.06*s, y-0.4*s, 0.011*s, pale)
	c.disc(x+0.068*s, y-0.4*s, 0.017*s, pale)
	c.stroke(x+0.075*s, y-0.4*s, x+0.15*s, y-0.388*s, 0.008*s, 0.001, rgb(0xe0a13a))
	c.stroke(x+0.06*s, y-0.409*s, x-0.005*s, y-0.396*s, 0.006*s, 0.001, dark)
}

// town has roofs at blue hour; someone is always still up.
func (c *canvas) town() {
	l := night()
	c.heavens(l)
	for row := range 3 {
		ink := mix(rgb(0x39406b), rgb(0x12142a), float64(row)/2)
		for x := -0.05; x < c.aspect; {
			w, top := c.between(0.1, 0.2), 0.5+0.14*float64(row)+c.between(-0.05, 0.05)
			c.rect(box{x, top, x + w, 1}, ink)
			c.stroke(x+w/2, top-0.05, x+w/2, top, 0.004, w/2, ink)
			c.windows(box{x, top, x + w, 1})
			x += w * c.between(0.95, 1.1)
		}
	}
}

func (c *canvas) windows(b box) {
	for y := b.y0 + 0.03; y < b.y1; y += 0.055 {
		for x := b.x0 + 0.02; x < b.x1-0.025; x += 0.04 {
			if c.rng.IntN(3) == 0 {
				c.rect(box{x, y, x + 0.016, y + 0.024}, mix(rgb(0xffd98a), rgb(0xff9e57), c.rng.Float64()))
			}
		}
	}
}
