package media

import (
	"encoding/binary"
	"io"
	"math"
)

// The elements of a WebM that matter here (RFC 9559, section 5).
const (
	ebmlVoid        = 0xec
	ebmlHead        = 0x1a45dfa3
	webmSegment     = 0x18538067
	webmInfo        = 0x1549a966
	webmScale       = 0x2ad7b1
	webmDuration    = 0x4489
	webmTracks      = 0x1654ae6b
	webmTrackEntry  = 0xae
	webmVideo       = 0xe0
	webmPixelWidth  = 0xb0
	webmPixelHeight = 0xba
	webmTags        = 0x1254c367
	webmAttachments = 0x1941a469
)

// elementReader walks over the elements of a WebM.
type elementReader struct {
	r     io.ReaderAt
	left  int
	film  film
	scale float64 // nanoseconds of a tick
	ticks float64
}

// parseWebM reads the size and the length; tags and attached files go.
func parseWebM(r io.ReaderAt, size int64) (film, error) {
	p := elementReader{r: r, left: maxBoxes, scale: 1e6}
	if err := p.each(0, size); err != nil {
		return film{}, err
	}
	p.film.duration = seconds(p.ticks*p.scale, 1e9)
	return p.film, nil
}

// each looks at the elements from one place to another, and into those that hold
// what is wanted.
func (p *elementReader) each(from, to int64) error {
	for at := from; at < to; {
		if p.left--; p.left < 0 {
			return errTooManyParts
		}
		id, n, err := p.number(at, to, true)
		if err != nil {
			return err
		}
		length, m, err := p.number(at+n, to, false)
		if err != nil {
			return err
		}
		body := at + n + m
		end := body + length
		if length == 1<<(7*m)-1 { // not known: it was written live, and goes to the end
			end = to
		}
		if end > to || end < body {
			return errCutOff
		}
		if err := p.element(id, at, body, end); err != nil {
			return err
		}
		at = end
	}
	return nil
}

// number reads a number of up to eight bytes, whose first bits tell how many they
// are; with those bits when it is an id.
func (p *elementReader) number(at, to int64, id bool) (value, length int64, err error) {
	first, err := readAt(p.r, at, 1)
	if err != nil {
		return 0, 0, err
	}
	length = 1
	for mask := byte(0x80); mask != 0 && first[0]&mask == 0; mask >>= 1 {
		length++
	}
	if length > 8 || at+length > to {
		return 0, 0, errBroken
	}
	b, err := readAt(p.r, at, length)
	if err != nil {
		return 0, 0, err
	}
	if !id {
		b[0] &^= 0x80 >> (length - 1)
	}
	for _, c := range b {
		value = value<<8 | int64(c)
	}
	return value, length, nil
}

func (p *elementReader) element(id, start, body, end int64) error {
	switch id {
	case webmSegment, webmInfo, webmTracks, webmTrackEntry, webmVideo:
		return p.each(body, end)
	case webmTags, webmAttachments:
		p.film.blanks = append(p.film.blanks, blank{at: start, end: end, head: voidHead(end - start)})
	case webmScale, webmPixelWidth, webmPixelHeight, webmDuration:
		return p.value(id, body, end)
	}
	return nil
}

// value reads one number that is wanted.
func (p *elementReader) value(id, body, end int64) error {
	if end-body < 1 || end-body > 8 {
		return errBroken
	}
	b, err := readAt(p.r, body, end-body)
	if err != nil {
		return err
	}
	var wide [8]byte
	copy(wide[8-len(b):], b)
	n := binary.BigEndian.Uint64(wide[:])
	switch {
	case id == webmDuration && len(b) == 4:
		p.ticks = float64(math.Float32frombits(uint32(n)))
	case id == webmDuration:
		p.ticks = math.Float64frombits(n)
	case id == webmScale:
		p.scale = float64(n)
	case n > math.MaxUint16:
		return errBroken
	case id == webmPixelWidth && p.film.width == 0:
		p.film.width = int(n)
	case id == webmPixelHeight && p.film.height == 0:
		p.film.height = int(n)
	}
	return nil
}

// voidHead begins an empty element of n bytes in all; n is 5 at least.
func voidHead(n int64) []byte {
	if n < 9 {
		return []byte{ebmlVoid, 0x80 | byte(n-2)}
	}
	return binary.BigEndian.AppendUint64([]byte{ebmlVoid}, 1<<56|uint64(n-9))
}
