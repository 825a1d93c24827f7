package world

import (
	"image/color"
	"math"
)

// bowl is a glazed bowl on a table by a window.
func (c *canvas) bowl() {
	wall, table := rgb(0xe9e2d3), rgb(0x9b7653)
	c.sky(wall, mix(wall, rgb(0xb9a98c), 0.6))
	c.rect(box{0, 0.7, c.aspect, 1}, table)
	c.glow(c.aspect*0.2, 0.1, 0.9, 0.5, rgb(0xffffff))
	x, r := c.aspect/2+c.between(-0.06, 0.06), c.between(0.24, 0.3)
	glaze := c.glaze()
	c.ellipse(x+0.06, 0.81, r*0.95, 0.05, 0.8, 0.55, shadow(table))
	const rim = 0.46
	c.shade(box{x - r, rim, x + r, 0.82}, func(px, py float64) (color.RGBA, float64) {
		down := (py - rim) / 0.36
		half := r * math.Sqrt(max(1-down*down*0.86, 0))
		side := (px - x) / max(half, 1e-6)
		drip := rim + 0.17 + 0.03*math.Sin(23*px) + 0.02*math.Sin(61*px)
		ink := glaze
		if py > drip {
			ink = rgb(0xb4896a) // bare clay
		}
		return mix(ink, shadow(ink), min(max(0.35+0.5*side, 0), 1)), c.edge(max(math.Abs(px-x)-half, rim-py, py-0.815))
	})
	c.ellipse(x, rim, r, 0.052, 0, 1, mix(glaze, rgb(0xffffff), 0.35))
	c.ellipse(x, rim+0.004, r-0.016, 0.041, 0, 1, shadow(glaze))
	c.ellipse(x-r*0.5, 0.6, 0.018, 0.07, 1, 0.8, rgb(0xffffff))
}

func (c *canvas) glaze() color.RGBA {
	switch c.rng.IntN(4) {
	case 0:
		return rgb(0x7fa58f) // celadon
	case 1:
		return rgb(0x35507a) // indigo
	case 2:
		return rgb(0xd8d3c4) // rice straw
	default:
		return rgb(0x3c2a2a) // iron
	}
}

// garden is a bed of flowers before hills.
func (c *canvas) garden(l light) {
	c.heavens(l)
	c.ridge(0.62, 0.05, mix(l.far, rgb(0x5f9160), 0.5))
	c.ridge(0.8, 0.02, rgb(0x3b5e35))
	petals := [...]uint32{0xe4572e, 0xf3c969, 0xd972a8, 0xf7f3e3, 0x8d6bc4}
	for range 30 {
		x, y := c.between(0, c.aspect), c.between(0.45, 0.85)
		c.curve(x+c.between(-0.03, 0.03), 1.02, x, (y+1)/2, x, y, 0.005, rgb(0x2f6b3a))
		ink, r := rgb(petals[c.rng.IntN(len(petals))]), c.between(0.015, 0.032)
		turn := c.between(0, 1)
		for i := range 7 {
			a := turn + float64(i)*2*math.Pi/7
			c.disc(x+r*math.Cos(a), y+r*math.Sin(a), r*0.62, mix(ink, shadow(ink), 0.12*float64(i%3)))
		}
		c.disc(x, y, r*0.6, rgb(0x7a4a1c))
	}
}

// letter is one letter of a specimen sheet with its guide lines.
func (c *canvas) letter() {
	paper, ink, guide := rgb(0xf4efe2), rgb(0x1f1d24), rgb(0xcf5b4a)
	c.sky(paper, mix(paper, rgb(0xe3d9c0), 0.7))
	for _, y := range []float64{0.22, 0.42, 0.78} {
		c.stroke(0.04, y, c.aspect-0.04, y, 0.0016, 0.0016, guide)
	}
	x := c.aspect / 2
	switch c.rng.IntN(3) {
	case 0: // a: bowl and stem
		c.curve(x-0.1, 0.46, x, 0.38, x+0.1, 0.5, 0.02, ink)
		c.stroke(x+0.105, 0.5, x+0.105, 0.77, 0.024, 0.024, ink)
		c.ellipse(x-0.01, 0.66, 0.13, 0.12, 0, 1, ink)
		c.ellipse(x-0.004, 0.66, 0.08, 0.09, 0, 1, paper)
	case 1: // Q: a tail that wanders off
		c.ellipse(x, 0.5, 0.27, 0.29, 0, 1, ink)
		c.ellipse(x, 0.5, 0.205, 0.262, 0, 1, paper)
		c.curve(x, 0.72, x+0.16, 0.72, x+0.44, 0.9, 0.017, ink)
	default: // R: a leg with a spring in it
		c.stroke(x-0.14, 0.24, x-0.14, 0.76, 0.028, 0.028, ink)
		c.ellipse(x+0.01, 0.36, 0.16, 0.14, 0, 1, ink)
		c.ellipse(x+0.01, 0.36, 0.1, 0.1, 0, 1, paper)
		c.rect(box{x - 0.14, 0.225, x, 0.265}, ink)
		c.curve(x, 0.49, x+0.1, 0.52, x+0.24, 0.79, 0.028, ink)
	}
}

// panel is the front of a home-made synthesiser.
func (c *canvas) panel() {
	face := mix(rgb(0xd9d4c7), rgb(0x2c3140), c.rng.Float64())
	c.sky(mix(face, rgb(0xffffff), 0.15), shadow(face))
	rim := mix(face, rgb(0xffffff), 0.55)
	for row := range 3 {
		for x := 0.12; x < c.aspect-0.08; x += 0.2 {
			y := 0.18 + 0.2*float64(row)
			a := c.between(0.75, 2.25) * math.Pi
			c.ellipse(x+0.008, y+0.014, 0.066, 0.066, 0.5, 0.5, rgb(0x000000))
			c.disc(x, y, 0.056, rim)
			c.disc(x, y, 0.048, rgb(0x1c1e26))
			c.stroke(x+0.012*math.Cos(a), y+0.012*math.Sin(a), x+0.042*math.Cos(a), y+0.042*math.Sin(a), 0.004, 0.004, rgb(0xf5efe0))
		}
	}
	var jacks [][2]float64
	for x := 0.1; x < c.aspect-0.06; x += 0.12 {
		y := 0.82 + 0.07*float64(len(jacks)%2)
		c.disc(x, y, 0.024, rim)
		c.disc(x, y, 0.013, rgb(0x08080c))
		jacks = append(jacks, [2]float64{x, y})
	}
	if len(jacks) == 0 { // narrower than one jack
		return
	}
	cables := [...]uint32{0xe4572e, 0xf3b61f, 0x2e9cca, 0x6abf69}
	for i, hex := range cables {
		a, b := jacks[c.rng.IntN(len(jacks))], jacks[c.rng.IntN(len(jacks))]
		c.curve(a[0], a[1], (a[0]+b[0])/2, 1.15-0.1*float64(i), b[0], b[1], 0.011, rgb(hex))
	}
}
