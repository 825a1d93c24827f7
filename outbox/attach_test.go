package outbox_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"skein/outbox"
	"skein/timeline"
)

func TestAttach(t *testing.T) {
	t.Chdir(t.TempDir())
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 3))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("fox", b.Bytes(), 0o600); err != nil { // its name says nothing
		t.Fatal(err)
	}
	f, err := outbox.Attach("fox", " a fox\x1b[2J\r\n")
	if err != nil {
		t.Fatal(err)
	}
	want := outbox.File{
		Path: f.Path, Alt: "a fox[2J", Type: "image/png", Kind: timeline.Image, Width: 4, Height: 3, Size: int64(b.Len()),
	}
	if f != want || !filepath.IsAbs(f.Path) || filepath.Base(f.Path) != "fox" {
		t.Errorf("got %+v, want %+v", f, want)
	}
	if _, err := outbox.Attach("wolf", ""); timeline.CodeOf(err) != timeline.CodeUsage || err.Error() != "wolf: there is no such file" {
		t.Errorf("a file that is not there: %v", err)
	}
}
