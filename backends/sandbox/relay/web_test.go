package relay

import (
	"testing"

	"skein/backends/sandbox/world"
)

func TestPictureNamesAreReadBack(t *testing.T) {
	for _, p := range []world.Picture{{Seed: 7, Width: 800, Height: 600}, {Seed: 0, Width: 1, Height: 1, Scene: world.Heron}} {
		if got, ok := parsePicture(pictureName(p)); !ok || got != p {
			t.Errorf("%+v came back as %+v, %v", p, got, ok)
		}
	}
	for _, name := range []string{"", "1-2.png", "1-0x5.png", "1-99999x99999.png", "x-1x1.png", "1-1x1.gif", "01-1x1.png"} {
		if p, ok := parsePicture(name); ok {
			t.Errorf("%q was read as %+v", name, p)
		}
	}
}
