package media_test

import (
	"context"
	"encoding/binary"
	"errors"
	"image"
	"testing"

	"skein/outbox/media"
	"skein/timeline"
)

func TestDecodeShowsTheFirstFrameUpright(t *testing.T) {
	asked := image.Point{}
	half := func(w, h int) (int, int) {
		asked = image.Pt(w, h)
		return w / 2, h / 2
	}
	for name, b := range map[string][]byte{
		"upright":     asJPEG(t, quarters(64, 32)),
		"on its side": withEXIF(asJPEG(t, turned(quarters(64, 32))), 6, binary.BigEndian),
		"png":         asPNG(t, quarters(64, 32)),
	} {
		img, err := media.Decode(t.Context(), b, half)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if asked != image.Pt(64, 32) || img.Bounds().Size() != image.Pt(32, 16) || corners(img) != "rgwb" {
			t.Errorf("%s: of %v it is %v with the corners %s", name, asked, img.Bounds().Size(), corners(img))
		}
	}
	img, err := media.Decode(t.Context(), asGIF(t, 3, 20, 10), half)
	if err != nil || img.Bounds().Size() != image.Pt(10, 5) {
		t.Errorf("of an animation: %v", err)
	}
}

// turned is a picture as a camera held on its side stores it, to be turned clockwise.
func turned(img *image.RGBA) *image.RGBA {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	out := image.NewRGBA(image.Rect(0, 0, h, w))
	for y := range h {
		for x := range w {
			out.SetRGBA(y, w-1-x, img.RGBAAt(x, y))
		}
	}
	return out
}

// TestDecodeRefusesAtOnce: what would become too large never gets so far.
func TestDecodeRefusesAtOnce(t *testing.T) {
	bomb := asPNG(t, image.NewGray(image.Rect(0, 0, 16, 16)))
	bomb = append([]byte(nil), bomb...)
	binary.BigEndian.PutUint32(bomb[16:], 60_000)
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	for name, b := range map[string][]byte{
		"pixels":     bomb,
		"bytes":      make([]byte, media.MaxPicture+1),
		"no picture": []byte("<html>not here</html>"),
		"a video":    asMP4("isom"),
		"nothing":    nil,
		"half":       asJPEG(t, noise(64, 64))[:2000],
	} {
		quick(t, name, func() {
			if _, err := media.Decode(t.Context(), b, func(int, int) (int, int) { return 1, 1 }); timeline.CodeOf(err) != timeline.CodeRefused {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := media.Decode(ctx, asPNG(t, quarters(8, 8)), func(w, h int) (int, int) { return w, h }); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
}

// BenchmarkDecode shows a photograph of two megapixels in a timeline.
func BenchmarkDecode(b *testing.B) {
	photo := asJPEG(b, quarters(1600, 1200))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := media.Decode(b.Context(), photo, func(int, int) (int, int) { return 54, 40 }); err != nil {
			b.Fatal(err)
		}
	}
}
