package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/draw"

	"skein/outbox/media"
	"skein/timeline"
)

func TestInspectTellsByTheBytes(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want media.Found
	}{
		"jpeg":            {asJPEG(t, quarters(40, 30)), media.Found{Type: "image/jpeg", Kind: timeline.Image, Width: 40, Height: 30}},
		"a turned jpeg":   {withEXIF(asJPEG(t, quarters(40, 30)), 6, binary.BigEndian), media.Found{Type: "image/jpeg", Kind: timeline.Image, Width: 30, Height: 40}},
		"png":             {asPNG(t, quarters(4, 3)), media.Found{Type: "image/png", Kind: timeline.Image, Width: 4, Height: 3}},
		"an animation":    {asGIF(t, 3, 8, 9), media.Found{Type: "image/gif", Kind: timeline.GIF, Width: 8, Height: 9}},
		"a still gif":     {asGIF(t, 1, 8, 9), media.Found{Type: "image/gif", Kind: timeline.Image, Width: 8, Height: 9}},
		"webp":            {riff(tinyWebP(t)), media.Found{Type: "image/webp", Kind: timeline.Image, Width: 1, Height: 1}},
		"mp4":             {asMP4("isom"), media.Found{Type: "video/mp4", Kind: timeline.Video, Width: 360, Height: 640, Duration: 2500 * time.Millisecond}},
		"quicktime":       {asMP4("qt  "), media.Found{Type: "video/quicktime", Kind: timeline.Video, Width: 360, Height: 640, Duration: 2500 * time.Millisecond}},
		"webm":            {asWebM(), media.Found{Type: "video/webm", Kind: timeline.Video, Width: 320, Height: 200, Duration: 1500 * time.Millisecond}},
		"an old software": {asMP4(""), media.Found{Type: "video/quicktime", Kind: timeline.Video, Width: 360, Height: 640, Duration: 2500 * time.Millisecond}},
	} {
		got, err := media.Inspect(write(t, c.file))
		c.want.Size = int64(len(c.file))
		if err != nil || got != c.want {
			t.Errorf("%s: got %+v, %v\nwant %+v", name, got, err, c.want)
		}
	}
}

func TestInspectRefusesAtOnce(t *testing.T) {
	dir := t.TempDir()
	bomb := asPNG(t, quarters(4, 3))
	binary.BigEndian.PutUint32(bomb[16:], 100_000)
	binary.BigEndian.PutUint32(bomb[20:], 100_000)
	copy(bomb[29:], pngChunk("IHDR", string(bomb[16:29]))[21:])
	wrongTable := asMP4("isom")
	binary.BigEndian.PutUint32(wrongTable[bytes.Index(wrongTable, []byte("stco"))+12:], 4) // its samples would be the file's own head
	whole := asJPEG(t, quarters(40, 30))
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"a bomb":          {bomb, "the picture has 100000 × 100000 pixels, and the most is 33177600"},
		"text":            {[]byte("hello"), "neither a picture nor a video but text/plain"},
		"a document":      {[]byte("%PDF-1.7"), "but application/pdf"},
		"a program":       {[]byte{0x7f, 'E', 'L', 'F', 0, 1, 2, 3}, "neither a picture nor a video"},
		"nothing":         {nil, "is empty"},
		"a cut jpeg":      {whole[:len(whole)-20], "the file is cut off"},
		"a jpeg's head":   {whole[:3], "the file is cut off"},
		"a cut png":       {bomb[:len(bomb)-13], "the file is cut off"},
		"a cut gif":       {asGIF(t, 3, 8, 9)[:60], "the file is cut off"},
		"a cut webp":      {riff(tinyWebP(t))[:30], "the file is cut off"},
		"a cut mp4":       {asMP4("isom")[:200], "the file is cut off"},
		"a phone's photo": {box("ftyp", []byte("heic"), numbers(0)), "image/heic cannot be posted: save it as JPEG first"},
		"matroska":        {element(0x1a45dfa3, element(0x4282, []byte("matroska"))), "save it as MP4 first"},
		"a wrong table":   {wrongTable, "the file is damaged"},
		"many boxes":      {append(box("ftyp", []byte("isom"), numbers(0)), bytes.Repeat(box("free"), 100_000)...), "too many parts"},
	} {
		path := write(t, c.file)
		quick(t, name, func() {
			_, err := media.Inspect(path)
			if timeline.CodeOf(err) != timeline.CodeUsage || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%s: %v, want %q", name, err, c.want)
			}
		})
	}
	for path, want := range map[string]string{dir: "is a folder", filepath.Join(dir, "x"): "there is no such file", os.DevNull: "is not a file"} {
		if _, err := media.Inspect(path); timeline.CodeOf(err) != timeline.CodeUsage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	large := write(t, append(asPNG(t, quarters(4, 3)), make([]byte, media.MaxPicture)...))
	quick(t, "a large file", func() {
		if _, err := media.Inspect(large); timeline.CodeOf(err) != timeline.CodeUsage {
			t.Errorf("a large file: %v", err)
		}
	})
}

func TestFitTakesThePlaceOutAndNothingElse(t *testing.T) {
	for name, file := range map[string][]byte{
		"jpeg": withEXIF(asJPEG(t, quarters(40, 30)), 1, binary.LittleEndian),
		"png": append(withChunks(asPNG(t, quarters(40, 30)), pngChunk("tEXt", "Place\x00"+canary), pngChunk("eXIf", string(exif(1, binary.BigEndian))),
			pngChunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+canary)), canary...),
		"gif": asGIF(t, 3, 8, 9),
		"webp": riff(riffChunk("VP8X", append([]byte{0x1c, 0, 0, 0}, make([]byte, 6)...)), tinyWebP(t),
			riffChunk("EXIF", exif(1, binary.BigEndian)), riffChunk("XMP ", []byte(canary))),
		"mp4":  asMP4("isom"),
		"webm": asWebM(),
	} {
		before, err := media.Inspect(write(t, file))
		if err != nil {
			t.Fatal(name, err)
		}
		a, b := fit(t, file, timeline.Limits{})
		if bytes.Contains(b, []byte(canary)) {
			t.Errorf("%s: the place is still there", name)
		}
		after, err := media.Inspect(a.Path)
		if before.Size = int64(len(b)); err != nil || after != before {
			t.Errorf("%s: %+v became %+v, %v", name, before, after, err)
		}
		if a.Alt != "a fox" || a.Type != after.Type || a.Width != after.Width || a.Size != after.Size || a.Kind != after.Kind || a.Duration != after.Duration {
			t.Errorf("%s: it is said to be %+v", name, a)
		}
		again, _ := fit(t, file, timeline.Limits{})
		if filepath.Base(again.Path) != a.SHA256 || again.SHA256 != a.SHA256 {
			t.Errorf("%s: the same file became another one", name)
		}
		if same, bytes2 := fit(t, b, timeline.Limits{}); same.SHA256 != a.SHA256 {
			t.Errorf("%s: what was ready changed from %d to %d bytes", name, len(b), len(bytes2))
		}
	}
}

func TestFitKeepsPixelsAndProfileOfAJPEG(t *testing.T) {
	plain := asJPEG(t, quarters(40, 30))
	_, b := fit(t, withEXIF(plain, 1, binary.BigEndian), timeline.Limits{})
	p := profile(70000)
	want := slices.Concat(plain[:2], segment(0xe2, "ICC_PROFILE\x00\x01\x02"+string(p[:60000])), segment(0xe2, "ICC_PROFILE\x00\x02\x02"+string(p[60000:])), plain[2:])
	if !bytes.Equal(b, want) {
		t.Errorf("it has %d bytes and not the %d that stay", len(b), len(want))
	}
}

func TestFitKeepsFramesAndDataOfTheRest(t *testing.T) {
	_, b := fit(t, asGIF(t, 3, 8, 9), timeline.Limits{})
	g, err := gif.DecodeAll(bytes.NewReader(b))
	if err != nil || len(g.Image) != 3 || g.LoopCount != 0 || !bytes.Contains(b, []byte("NETSCAPE2.0")) {
		t.Errorf("the animation is %+v, %v", g, err)
	}
	_, b = fit(t, riff(riffChunk("VP8X", append([]byte{0x1c, 0, 0, 0}, make([]byte, 6)...)), tinyWebP(t), riffChunk("XMP ", []byte(canary))), timeline.Limits{})
	if flags := b[20]; flags != 0x10 {
		t.Errorf("a WebP announces %#x, and has transparency only", flags)
	}
	before := asMP4("isom")
	_, b = fit(t, before, timeline.Limits{})
	if len(b) != len(before) || !bytes.Contains(b, append(append([]byte("picture-"), make([]byte, len(canary))...), "-picture"...)) {
		t.Error("the picture's data moved or changed")
	}
	if n := bytes.Count(b, []byte("trak")); n != 1 {
		t.Errorf("%d tracks are left", n)
	}
}

func TestFitTurnsPicturesUpright(t *testing.T) {
	// What the four corners of "rgwb" (clockwise from the top left, as stored) are once upright.
	upright := []string{"", "rgwb", "grbw", "wbrg", "bwgr", "rbwg", "brgw", "wgrb", "gwbr"}
	for o := uint16(1); o <= 8; o++ {
		for _, order := range []interface {
			binary.ByteOrder
			binary.AppendByteOrder
		}{binary.BigEndian, binary.LittleEndian} {
			a, b := fit(t, withEXIF(asJPEG(t, quarters(64, 32)), o, order), timeline.Limits{})
			img, err := jpeg.Decode(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			w, h := 64, 32
			if o > 4 {
				w, h = h, w
			}
			if got := corners(img); got != upright[o] || img.Bounds() != image.Rect(0, 0, w, h) || a.Width != w || a.Height != h {
				t.Errorf("orientation %d: %s in %v, said to be %d × %d; want %s", o, got, img.Bounds(), a.Width, a.Height, upright[o])
			}
			if bytes.Contains(b, []byte(canary)) || !bytes.Contains(b, profile(70000)[:60000]) {
				t.Errorf("orientation %d: the place is there or the profile is not", o)
			}
		}
	}
	a, b := fit(t, withChunks(asPNG(t, quarters(64, 32)), pngChunk("eXIf", string(exif(6, binary.BigEndian)))), timeline.Limits{})
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil || corners(img) != upright[6] || a.Type != "image/png" {
		t.Errorf("a PNG is not upright: %v", err)
	}
}

func TestFitMakesPicturesSmaller(t *testing.T) {
	half := noise(300, 200)
	draw.Draw(half, image.Rect(0, 0, 150, 200), image.NewUniform(color.NRGBA{}), image.Point{}, draw.Src)
	for name, c := range map[string]struct {
		file   []byte
		limits timeline.Limits
		mime   string
	}{
		"pixels":             {asJPEG(t, quarters(400, 300)), timeline.Limits{ImagePixels: 10_000}, "image/jpeg"},
		"bytes":              {asJPEG(t, noise(400, 300)), timeline.Limits{ImageBytes: 20_000}, "image/jpeg"},
		"a screenshot":       {asPNG(t, quarters(400, 300)), timeline.Limits{ImagePixels: 10_000, ImageBytes: 20_000}, "image/png"},
		"a photo as png":     {asPNG(t, noise(400, 300)), timeline.Limits{ImageBytes: 50_000}, "image/jpeg"},
		"a clear part":       {asPNG(t, half), timeline.Limits{ImagePixels: 10_000}, "image/png"},
		"too large to clear": {asPNG(t, half), timeline.Limits{ImageBytes: 50_000}, "image/jpeg"},
		"a still gif":        {asGIF(t, 1, 300, 200), timeline.Limits{ImagePixels: 10_000}, "image/png"},
		"a large one":        {asJPEG(t, image.NewGray(image.Rect(0, 0, 3000, 2500))), timeline.Limits{ImagePixels: 5_500_000}, "image/jpeg"},
		"a much larger one":  {asJPEG(t, image.NewGray(image.Rect(0, 0, 4300, 3000))), timeline.Limits{ImagePixels: 3_090_000}, "image/jpeg"},
	} {
		a, b := fit(t, c.file, c.limits)
		config, _, err := image.DecodeConfig(bytes.NewReader(b))
		if err != nil || config.Width != a.Width || config.Height != a.Height {
			t.Errorf("%s: %d × %d is said to be %d × %d, %v", name, config.Width, config.Height, a.Width, a.Height, err)
		}
		pixels := int64(a.Width) * int64(a.Height)
		if l := c.limits; l.ImagePixels > 0 && (pixels > l.ImagePixels || pixels < l.ImagePixels*9/10) || l.ImageBytes > 0 && a.Size > l.ImageBytes {
			t.Errorf("%s: %d × %d in %d bytes", name, a.Width, a.Height, a.Size)
		}
		before, err := media.Inspect(write(t, c.file))
		if ratio := float64(before.Width) / float64(before.Height) * float64(a.Height) / float64(a.Width); err != nil || math.Abs(ratio-1) > 0.02 {
			t.Errorf("%s: its shape changed by %v", name, ratio)
		}
		if a.Type != c.mime {
			t.Errorf("%s: it became %s", name, a.Type)
		}
	}
	_, b := fit(t, asPNG(t, half), timeline.Limits{ImagePixels: 10_000})
	if img, err := png.Decode(bytes.NewReader(b)); err != nil || !transparent(img, 5, 5) {
		t.Errorf("what was clear is not: %v", err)
	}
	_, b = fit(t, asPNG(t, half), timeline.Limits{ImageBytes: 50_000})
	if img, err := jpeg.Decode(bytes.NewReader(b)); err != nil || color.GrayModel.Convert(img.At(5, 5)) != (color.Gray{Y: 255}) {
		t.Errorf("what was clear is not white: %v", err)
	}
}

func transparent(img image.Image, x, y int) bool {
	_, _, _, a := img.At(x, y).RGBA()
	return a == 0
}

func TestFitKeepsTheProfileWhateverTheFormat(t *testing.T) {
	jpg := withEXIF(asJPEG(t, quarters(400, 300)), 1, binary.BigEndian)
	_, small := fit(t, jpg, timeline.Limits{ImagePixels: 10_000})
	_, turned := fit(t, withEXIF(asJPEG(t, quarters(400, 300)), 3, binary.BigEndian), timeline.Limits{})
	for _, b := range [][]byte{small, turned} {
		if !bytes.Contains(b, profile(70000)[:60000]) {
			t.Error("the profile is lost")
		}
	}
	grey := slices.Clone(jpg)
	copy(grey[bytes.Index(grey, []byte("RGB ")):], "GRAY")
	if _, b := fit(t, grey, timeline.Limits{ImagePixels: 10_000}); bytes.Contains(b, []byte("ICC_PROFILE")) {
		t.Error("a profile for greys stays with colours")
	}
}

func TestFitRefusesWhatCannotFit(t *testing.T) {
	bad := asJPEG(t, quarters(400, 300))
	bad = append(bad[:len(bad)-200], 0xff, 0xd9)
	for name, c := range map[string]struct {
		file   []byte
		limits timeline.Limits
	}{
		"an animation":    {asGIF(t, 3, 80, 90), timeline.Limits{ImageBytes: 100}},
		"a large canvas":  {asGIF(t, 3, 80, 90), timeline.Limits{ImagePixels: 100}},
		"a video":         {asMP4("isom"), timeline.Limits{VideoBytes: 100}},
		"a tiny limit":    {asJPEG(t, noise(400, 300)), timeline.Limits{ImageBytes: 100}},
		"a document":      {[]byte("%PDF-1.7"), timeline.Limits{}},
		"a damaged video": {asMP4("isom")[:200], timeline.Limits{}},
		"damaged data":    {bad[:len(bad)/2], timeline.Limits{ImagePixels: 100}},
	} {
		dir := t.TempDir()
		src := timeline.Attachment{Path: write(t, c.file), Name: "heron.jpg"}
		_, err := media.Fit(t.Context(), src, c.limits, dir)
		if timeline.CodeOf(err) != timeline.CodeRefused || !strings.HasPrefix(err.Error(), "heron.jpg: ") || strings.Contains(err.Error(), src.Path) {
			t.Errorf("%s: %v", name, err)
		}
		nothingIn(t, name, dir)
	}
}

func nothingIn(t *testing.T, name, dir string) {
	t.Helper()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%s left %v, %v", name, left, err)
	}
}

func TestFitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, file := range map[string][]byte{"a picture": asJPEG(t, noise(400, 300)), "a video": asMP4("isom")} {
		dir := t.TempDir()
		_, err := media.Fit(ctx, timeline.Attachment{Path: write(t, file)}, timeline.Limits{ImagePixels: 100}, dir)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		nothingIn(t, name, dir)
	}
}

func FuzzFit(f *testing.F) {
	for _, b := range [][]byte{
		withEXIF(asJPEG(f, quarters(8, 8)), 6, binary.LittleEndian), asGIF(f, 2, 4, 4), asMP4("qt  "), asWebM(), riff(tinyWebP(f)),
		withChunks(asPNG(f, quarters(8, 8)), pngChunk("eXIf", string(exif(8, binary.BigEndian)))),
	} {
		f.Add(b)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(dir, "in")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := media.Inspect(path)
		if err == nil && (found.Width < 0 || int64(found.Width)*int64(found.Height) > 1<<32 || found.Duration < 0) {
			t.Fatalf("%+v", found)
		}
		if int64(found.Width)*int64(found.Height) > 1<<20 {
			return // to be quick
		}
		a, err := media.Fit(t.Context(), timeline.Attachment{Path: path}, timeline.Limits{}, dir)
		if err != nil {
			if c := timeline.CodeOf(err); c != timeline.CodeRefused && c != timeline.CodeUsage {
				t.Fatal(err)
			}
			return
		}
		if _, err := media.Inspect(a.Path); err != nil {
			t.Fatalf("what was made ready cannot be read: %v", err)
		}
		if err := os.Remove(a.Path); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkFit12Megapixels(b *testing.B) {
	photo := image.NewRGBA(image.Rect(0, 0, 4000, 3000))
	draw.ApproxBiLinear.Scale(photo, photo.Bounds(), noise(400, 300), image.Rect(0, 0, 400, 300), draw.Src, nil)
	src := timeline.Attachment{Path: write(b, asJPEG(b, photo))}
	dir := b.TempDir()
	for name, l := range map[string]timeline.Limits{"stripped": {}, "2 MB": {ImageBytes: 2_000_000}, "2 megapixels": {ImagePixels: 2_000_000}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := media.Fit(b.Context(), src, l, dir); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
