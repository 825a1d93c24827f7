package media

import (
	"context"
	"errors"
	"fmt"
	"image"

	"golang.org/x/image/draw"

	"skein/timeline"
)

// Decode makes a picture file ready to be looked at: its first frame, upright, at the
// size that whole asks for once the picture's own is known, in pixels and upright, too.
//
// What a file holds is believed only as far as Inspect does: one of more than MaxPicture
// bytes or MaxPixels pixels is refused by its header, before anything is decoded. A file
// that cannot be shown fails with CodeRefused.
func Decode(ctx context.Context, b []byte, whole func(w, h int) (int, int)) (image.Image, error) {
	if len(b) > MaxPicture {
		return nil, timeline.Errorf(timeline.CodeRefused, "the picture has %d bytes, and the most is %d", len(b), MaxPicture)
	}
	if _, err := sniff(b[:min(len(b), sniffed)]); err != nil {
		return nil, timeline.Errorf(timeline.CodeRefused, "it is no picture of a kind that can be shown")
	}
	p, err := parsePicture(b)
	if err != nil {
		return nil, timeline.Errorf(timeline.CodeRefused, "%w", err)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	img, err := p.decode()
	if err != nil {
		return nil, timeline.Errorf(timeline.CodeRefused, "the picture cannot be read: %w", err)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	uw, uh := p.upright()
	w, h := whole(uw, uh)
	if w < 1 || h < 1 || pixelsOf(w, h) > MaxPixels {
		return nil, fmt.Errorf("showing a picture: %w", errSize)
	}
	if p.orientation > 4 {
		w, h = h, w
	}
	return upright(resize(halved(img, w, h), w, h), p.orientation), nil
}

// halved is the picture with both sides halved while they are many times too long: that
// costs a fraction of what the good scaler takes for all of it, and shows no less.
func halved(img image.Image, w, h int) image.Image {
	const many = 4
	for b := img.Bounds(); b.Dx() >= many*w && b.Dy() >= many*h; b = img.Bounds() {
		img = scale(draw.ApproxBiLinear, img, b.Dx()/2, b.Dy()/2)
	}
	return img
}

// errSize says that a picture was asked for at a size that there is not.
var errSize = errors.New("no such size")
