package world

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

func scenes() []Scene {
	return []Scene{Landscape, Shore, Heron, Hills, Night, Town, Bowl, Garden, Letter, Panel, "unheard of"}
}

func TestDrawIsDeterministicAndVaried(t *testing.T) {
	for _, scene := range scenes() {
		p := Picture{Seed: 1, Scene: scene, Width: 160, Height: 120}
		first := encoded(t, Draw(p))
		if !bytes.Equal(first, encoded(t, Draw(p))) {
			t.Errorf("%q is drawn differently the second time", scene)
		}
		p.Seed = 2
		if bytes.Equal(first, encoded(t, Draw(p))) {
			t.Errorf("%q ignores its seed", scene)
		}
	}
}

func TestDrawHoldsToItsBoundsAndFillsThem(t *testing.T) {
	tests := map[image.Point]image.Point{
		{X: 1, Y: 1}: {X: 1, Y: 1}, {X: 0, Y: -7}: {X: 1, Y: 1}, {X: 3, Y: 200}: {X: 3, Y: 200},
		{X: 200, Y: 3}: {X: 200, Y: 3}, {X: 1 << 30, Y: 2}: {X: maxSide, Y: 2},
	}
	for _, scene := range scenes() {
		for asked, want := range tests {
			img := Draw(Picture{Seed: -5, Scene: scene, Width: asked.X, Height: asked.Y})
			if img.Bounds().Size() != want {
				t.Errorf("%q of %v is %v, want %v", scene, asked, img.Bounds().Size(), want)
			}
			corner := img.Bounds().Max.Sub(image.Pt(1, 1))
			if _, _, _, alpha := img.At(corner.X, corner.Y).RGBA(); alpha != 0xffff {
				t.Errorf("%q of %v leaves its corner unpainted", scene, asked)
			}
		}
	}
}

func TestHeronStandsOnTheShore(t *testing.T) {
	p := Picture{Seed: 3, Width: 160, Height: 120}
	p.Scene = Shore
	empty := Draw(p)
	p.Scene = Heron
	if same(empty, Draw(p)) {
		t.Error("the heron is missing")
	}
}

func same(a, b image.Image) bool {
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if color.RGBAModel.Convert(a.At(x, y)) != color.RGBAModel.Convert(b.At(x, y)) {
				return false
			}
		}
	}
	return true
}

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func BenchmarkDraw(b *testing.B) {
	for b.Loop() {
		Draw(Picture{Seed: 3, Scene: Heron, Width: 800, Height: 600})
	}
}
