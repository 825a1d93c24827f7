package media

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"skein/timeline"
)

// errCutOff says that a file ends before what it holds does.
var errCutOff = errors.New("the file is cut off")

// errBroken says that a file is not what it begins as.
var errBroken = errors.New("the file is damaged")

// picture is a picture file taken apart.
type picture struct {
	mime          string
	width, height int    // as stored
	orientation   int    // 1 to 8 as EXIF counts; 1 is upright
	frames        int    // more than one is an animation
	profile       []byte // ICC; nil for none
	// clean is the same picture without what is no picture: place, time, camera,
	// author, previews, and what follows its end.
	clean []byte
}

// readPicture reads a picture file and takes it apart.
func readPicture(f *os.File, size int64) (picture, error) {
	if size > MaxPicture {
		return picture{}, fmt.Errorf("the picture has %d bytes, and the most is %d", size, MaxPicture)
	}
	b, err := io.ReadAll(io.NewSectionReader(f, 0, size))
	if err != nil {
		return picture{}, fmt.Errorf("it cannot be read: %w", err)
	}
	return parsePicture(b)
}

// parsePicture takes a picture apart. It decodes nothing, and fails when the
// picture is not whole or has too many pixels.
func parsePicture(b []byte) (picture, error) {
	mime, err := sniff(b[:min(len(b), sniffed)])
	if err != nil {
		return picture{}, err
	}
	parse, ok := map[string]func([]byte) (picture, error){
		typeJPEG: parseJPEG, typePNG: parsePNG, typeGIF: parseGIF, typeWebP: parseWebP,
	}[mime]
	if !ok {
		return picture{}, errors.New("it is no picture")
	}
	p, err := parse(b)
	if err != nil {
		return picture{}, err
	}
	p.mime = mime
	if p.orientation < 1 || p.orientation > 8 {
		p.orientation = 1
	}
	config, err := decodeConfig(mime, b)
	if err != nil {
		return picture{}, fmt.Errorf("the picture cannot be read: %w", err)
	}
	p.width, p.height = config.Width, config.Height
	if n := pixelsOf(p.width, p.height); n == 0 || n > MaxPixels {
		return picture{}, fmt.Errorf("the picture has %d × %d pixels, and the most is %d", p.width, p.height, MaxPixels)
	}
	return p, nil
}

func decodeConfig(mime string, b []byte) (image.Config, error) {
	r := bytes.NewReader(b)
	switch mime {
	case typeJPEG:
		return jpeg.DecodeConfig(r)
	case typePNG:
		return png.DecodeConfig(r)
	case typeGIF:
		return gif.DecodeConfig(r)
	}
	return webp.DecodeConfig(r)
}

// decode decodes a picture of one frame.
func (p picture) decode() (image.Image, error) {
	r := bytes.NewReader(p.clean)
	switch p.mime {
	case typeJPEG:
		return jpeg.Decode(r)
	case typePNG:
		return png.Decode(r)
	case typeGIF:
		frame, err := gif.Decode(r)
		if err != nil {
			return nil, err
		}
		whole := image.NewRGBA(image.Rect(0, 0, p.width, p.height)) // a frame may be smaller
		draw.Draw(whole, frame.Bounds(), frame, frame.Bounds().Min, draw.Src)
		return whole, nil
	}
	return webp.Decode(r)
}

// upright is the size of the picture as it is seen.
func (p picture) upright() (w, h int) {
	if p.orientation > 4 {
		return p.height, p.width
	}
	return p.width, p.height
}

func (p picture) animated() bool { return p.frames > 1 }

func (p picture) kind() timeline.MediaKind {
	if p.animated() {
		return timeline.GIF
	}
	return timeline.Image
}
