package media_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"skein/outbox/media"
	"skein/timeline"
)

// canary is written wherever a file may say where it was made.
const canary = "52.5163N 13.3777E"

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fit makes b ready, and returns what it became with its bytes.
func fit(t testing.TB, b []byte, l timeline.Limits) (timeline.Attachment, []byte) {
	t.Helper()
	a, err := media.Fit(t.Context(), timeline.Attachment{Path: write(t, b), Alt: "a fox"}, l, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return a, read(t, a.Path)
}

// quarters is a picture whose four corners differ: red, green, blue, white.
func quarters(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 255, A: 255}
			switch {
			case x >= w/2 && y >= h/2:
				c = color.RGBA{R: 255, G: 255, B: 255, A: 255}
			case x >= w/2:
				c = color.RGBA{G: 255, A: 255}
			case y >= h/2:
				c = color.RGBA{B: 255, A: 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// corners names the corners of a picture clockwise from the top left.
func corners(img image.Image) string {
	b := img.Bounds()
	name := func(x, y int) byte {
		r, g, bl, _ := img.At(x, y).RGBA()
		switch high := []bool{r > 0x8000, g > 0x8000, bl > 0x8000}; {
		case slices.Equal(high, []bool{true, true, true}):
			return 'w'
		case high[0]:
			return 'r'
		case high[1]:
			return 'g'
		case high[2]:
			return 'b'
		}
		return '?'
	}
	x, y := b.Max.X-2, b.Max.Y-2
	return string([]byte{name(1, 1), name(x, 1), name(x, y), name(1, y)})
}

// noise is a picture that no encoder makes small.
func noise(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = byte(r.Uint32())
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asGIF is an animation of so many frames, with a comment and XMP.
func asGIF(t testing.TB, frames, w, h int) []byte {
	t.Helper()
	g := gif.GIF{}
	for i := range frames {
		img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, color.White})
		img.Pix[i%len(img.Pix)] = 1
		g.Image, g.Delay = append(g.Image, img), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	out := b.Bytes()[:b.Len()-1]
	out = append(append(append(out, 0x21, 0xfe, byte(len(canary))), canary...), 0)
	out = append(append(out, 0x21, 0xff, 11), "XMP DataXMP"...)
	out = append(append(append(out, byte(len(canary))), canary...), 0, 0x3b)
	return append(out, canary...)
}

// exif is a directory with an orientation and a place, in either byte order.
func exif(orientation uint16, order interface {
	binary.ByteOrder
	binary.AppendByteOrder
},
) []byte {
	mark := "MM"
	if order.String() == binary.LittleEndian.String() {
		mark = "II"
	}
	b := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x0112), 3), 1)
	b = order.AppendUint16(order.AppendUint16(b, orientation), 0)
	b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x8825), 4), 1)
	b = order.AppendUint32(order.AppendUint32(b, 38), 0)
	return append(b, canary...)
}

func segment(marker byte, body string) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2))
	return append(b, body...)
}

// profile is a colour profile of n bytes that says it is for RGB.
func profile(n int) []byte {
	p := bytes.Repeat([]byte("colour"), n/6+1)[:n]
	copy(p[16:], "RGB ")
	return p
}

// withEXIF puts all kinds of notes into a JPEG, a profile in two segments among
// them, and something behind its end.
func withEXIF(b []byte, orientation uint16, order interface {
	binary.ByteOrder
	binary.AppendByteOrder
},
) []byte {
	p := profile(70000)
	out := slices.Concat(
		b[:2],
		segment(0xe1, "Exif\x00\x00"+string(exif(orientation, order))),
		segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+canary),
		segment(0xe2, "ICC_PROFILE\x00\x01\x02"+string(p[:60000])),
		segment(0xe2, "ICC_PROFILE\x00\x02\x02"+string(p[60000:])),
		segment(0xe2, "MPF\x00"+canary),
		segment(0xed, "Photoshop 3.0\x00"+canary),
		segment(0xfe, canary),
		b[2:],
	)
	return append(out, canary...)
}

func pngChunk(kind, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// withChunks puts chunks behind the head of a PNG.
func withChunks(b []byte, chunks ...[]byte) []byte {
	return slices.Concat(b[:33], slices.Concat(chunks...), b[33:])
}

// tinyWebP is one lossless pixel, as a chunk.
func tinyWebP(t testing.TB) []byte {
	t.Helper()
	whole, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	return whole[12:]
}

func riff(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), slices.Concat(chunks...)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func riffChunk(kind string, body []byte) []byte {
	b := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body))), body...)
	if len(body)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func box(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), kind...), body...)
}

func numbers(n ...uint32) []byte {
	var b []byte
	for _, v := range n {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// asMP4 is a video of 640 × 360, turned by 90°, of 2.5 s. It says where it was made
// in five places, and in a track of positions among the picture's own data.
func asMP4(brand string) []byte {
	var ftyp []byte
	if brand != "" {
		ftyp = box("ftyp", []byte(brand), numbers(0))
	}
	mdatAt := uint32(len(ftyp) + 8)
	mdat := box("mdat", []byte("picture-"), []byte(canary), []byte("-picture"))
	matrix := numbers(0, 1<<16, 0, ^uint32(1<<16-1), 0, 0, 0, 0, 1<<30)
	tkhd := box("tkhd", numbers(0, 0, 0, 1, 0, 2500, 0, 0, 0, 0), matrix, numbers(640<<16, 360<<16))
	hdlr := func(kind string) []byte { return box("hdlr", numbers(0, 0), []byte(kind), numbers(0, 0, 0)) }
	place := box("udta", box("\xa9xyz", []byte(canary)))
	return slices.Concat(ftyp, mdat, box("moov",
		box("mvhd", numbers(0, 0, 0, 1000, 2500)),
		box("trak", tkhd, box("mdia", hdlr("vide")), place),
		box("trak", box("mdia", hdlr("meta"), box("minf", box("stbl",
			box("stsz", numbers(0, 0, 2, 10, uint32(len(canary)-10))),
			box("stsc", numbers(0, 1, 1, 2, 1)),
			box("stco", numbers(0, 1, mdatAt+8)),
		)))),
		place,
		box("meta", box("ilst", []byte(canary))),
	), box("uuid", make([]byte, 16), []byte(canary)), box("meta", []byte(canary)))
}

func element(id uint32, body ...[]byte) []byte {
	b := bytes.TrimLeft(numbers(id), "\x00")
	whole := slices.Concat(body...)
	return append(append(b, 0x10|byte(len(whole)>>24), byte(len(whole)>>16), byte(len(whole)>>8), byte(len(whole))), whole...)
}

// asWebM is a video of 320 × 200 and 1.5 s with tags.
func asWebM() []byte {
	return slices.Concat(element(0x1a45dfa3, element(0x4282, []byte("webm"))), element(0x18538067,
		element(0x1549a966, element(0x2ad7b1, numbers(1000000)), element(0x4489, []byte{0x44, 0xbb, 0x80, 0})),
		element(0x1654ae6b, element(0xae, element(0xe0, element(0xb0, []byte{1, 64}), element(0xba, []byte{200})))),
		element(0x1254c367, []byte(canary)),
		element(0x1f43b675, []byte("frames")),
	))
}

// quick fails when something that has to be refused at once is not.
func quick(t *testing.T, what string, do func()) {
	t.Helper()
	start := time.Now()
	do()
	if took := time.Since(start); took > 100*time.Millisecond {
		t.Errorf("%s took %v", what, took)
	}
}
