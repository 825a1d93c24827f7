package media

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"

	"golang.org/x/image/draw"

	"skein/timeline"
)

const (
	leastSide  = 16      // pixels; a picture that has to get smaller than that is refused
	maxScratch = 6 << 20 // pixels between the two passes of the better scaler, which takes 32 bytes for each
)

// qualities are tried one after the other before a picture is made smaller.
func qualities() []int { return []int{92, 85, 75} }

// made is a picture as it will be uploaded.
type made struct {
	mime          string
	bytes         []byte
	width, height int
}

// fit makes the picture one that is upright and within the limits.
func (p picture) fit(ctx context.Context, l timeline.Limits) (made, error) {
	small := within(int64(len(p.clean)), l.ImageBytes) && within(pixelsOf(p.width, p.height), l.ImagePixels)
	switch {
	case small && (p.orientation == 1 || p.animated()):
		return made{mime: p.mime, bytes: p.clean, width: p.width, height: p.height}, nil
	case p.animated():
		return made{}, fmt.Errorf("an animation of %d × %d pixels and %d bytes is too large here, and cannot be made smaller", p.width, p.height, len(p.clean))
	}
	img, err := p.decode()
	if err != nil {
		return made{}, fmt.Errorf("the picture cannot be read: %w", err)
	}
	if len(p.profile) < 20 || string(p.profile[16:20]) != "RGB " {
		p.profile = nil // it tells of colours that are not written any more
	}
	w, h := p.width, p.height
	if n := pixelsOf(w, h); !within(n, l.ImagePixels) {
		w, h = scaled(w, h, math.Sqrt(float64(l.ImagePixels)/float64(n)))
	}
	if p.mime != typeJPEG && (p.mime != typeWebP || !opaque(img)) {
		m, err := p.asPNG(ctx, img, w, h)
		if err != nil || within(int64(len(m.bytes)), l.ImageBytes) {
			return m, err
		}
	}
	return p.asJPEG(ctx, img, w, h, l.ImageBytes)
}

// within tells whether n is within a limit, of which 0 is none.
func within(n, limit int64) bool { return limit == 0 || n <= limit }

// scaled is a size times f, and at least one pixel each way.
func scaled(w, h int, f float64) (int, int) {
	return max(int(float64(w)*f), 1), max(int(float64(h)*f), 1)
}

// asPNG is the picture at a size, without any loss but that.
func (p picture) asPNG(ctx context.Context, img image.Image, w, h int) (made, error) {
	img = upright(resize(img, w, h), p.orientation)
	if ctx.Err() != nil {
		return made{}, ctx.Err()
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return made{}, err
	}
	out, err := pngWithProfile(b.Bytes(), p.profile)
	return made{mime: typePNG, bytes: out, width: img.Bounds().Dx(), height: img.Bounds().Dy()}, err
}

// asJPEG is the picture at a size or smaller, in at most so many bytes; 0 is any
// number. It is encoded at falling quality, and then made smaller.
func (p picture) asJPEG(ctx context.Context, img image.Image, w, h int, most int64) (made, error) {
	for w >= leastSide || w == p.width {
		small := upright(onWhite(resize(img, w, h)), p.orientation)
		size := int64(0)
		for _, q := range qualities() {
			if err := ctx.Err(); err != nil {
				return made{}, err
			}
			var b bytes.Buffer
			if err := jpeg.Encode(&b, small, &jpeg.Options{Quality: q}); err != nil {
				return made{}, err
			}
			out := jpegWithProfile(b.Bytes(), p.profile)
			if size = int64(len(out)); within(size, most) {
				return made{mime: typeJPEG, bytes: out, width: small.Bounds().Dx(), height: small.Bounds().Dy()}, nil
			}
		}
		f := min(math.Sqrt(float64(most)/float64(size))*0.95, 0.9)
		if w, h = scaled(w, h, f); w < leastSide || h < 1 {
			break
		}
	}
	return made{}, fmt.Errorf("the picture cannot be made as small as %d bytes", most)
}

func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// resize is the picture at a size. Where the good scaler would take too much memory
// it is halved first, and a quicker one does the rest.
func resize(img image.Image, w, h int) image.Image {
	for w*img.Bounds().Dy() > maxScratch && 2*w <= img.Bounds().Dx() {
		img = scale(draw.ApproxBiLinear, img, img.Bounds().Dx()/2, max(img.Bounds().Dy()/2, h))
	}
	switch b := img.Bounds(); {
	case b.Dx() == w && b.Dy() == h:
		return img
	case w*b.Dy() > maxScratch:
		return scale(draw.ApproxBiLinear, img, w, h)
	}
	return scale(draw.CatmullRom, img, w, h)
}

func scale(by draw.Scaler, img image.Image, w, h int) image.Image {
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	by.Scale(dst, dst.Bounds(), img, img.Bounds(), draw.Src, nil)
	return dst
}

// onWhite is the picture where nothing shines through.
func onWhite(img image.Image) image.Image {
	if opaque(img) {
		return img
	}
	dst := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(dst, dst.Bounds(), img, img.Bounds().Min, draw.Over)
	return dst
}

// upright turns a picture the way that an EXIF orientation asks for.
func upright(img image.Image, orientation int) image.Image {
	if orientation <= 1 {
		return img
	}
	b := img.Bounds()
	src := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(src, src.Bounds(), img, b.Min, draw.Src)
	w, h := b.Dx(), b.Dy()
	if orientation > 4 {
		w, h = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := stored(x, y, w, h, orientation)
			d, s := dst.PixOffset(x, y), src.PixOffset(sx, sy)
			copy(dst.Pix[d:d+4], src.Pix[s:s+4])
		}
	}
	return dst
}

// stored tells where a pixel of the upright picture of w × h was stored (EXIF 2.32,
// tag Orientation).
func stored(x, y, w, h, orientation int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, w - 1 - x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return h - 1 - y, x
	}
	return x, y
}
