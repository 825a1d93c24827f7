package media

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
)

// box is a part of an MP4 or QuickTime file (ISO 14496-12, 4.2).
type box struct {
	kind             string
	start, body, end int64
}

// boxReader walks over boxes. Only their heads and a few small ones are read.
type boxReader struct {
	r    io.ReaderAt
	left int // boxes that may still be looked at
	film film

	data    []box   // where pictures and sound are
	samples []blank // what goes of it
	most    int64   // bytes that may still go, so that no table can name the same ones over and over
}

// track is what one trak box told.
type track struct {
	handler                      string
	width, height                int
	sizes, runs, chunks, chunk64 box // the tables that say where its samples are
}

func parseMP4(r io.ReaderAt, size int64) (film, error) {
	p := boxReader{r: r, left: maxBoxes, most: size}
	found := false
	err := p.each(0, size, func(b box) error {
		switch b.kind {
		case "moov":
			found = true
			return p.movie(b)
		case "mdat":
			p.data = append(p.data, b)
		case "udta", "meta", "uuid":
			p.blankBox(b)
		}
		return nil
	})
	if err != nil {
		return film{}, err
	}
	if !found {
		return film{}, errCutOff // the index is often the last part
	}
	for _, s := range p.samples {
		if !slices.ContainsFunc(p.data, func(d box) bool { return s.at >= d.body && s.end <= d.end }) {
			return film{}, errBroken
		}
	}
	p.film.blanks = append(p.film.blanks, p.samples...)
	return p.film, nil
}

// each calls visit for the boxes from one place to another.
func (p *boxReader) each(from, to int64, visit func(box) error) error {
	for at := from; at < to; {
		if p.left--; p.left < 0 {
			return errTooManyParts
		}
		b, err := p.head(at, to)
		if err != nil {
			return err
		}
		if err := visit(b); err != nil {
			return err
		}
		at = b.end
	}
	return nil
}

// head reads the head of the box at a place; no box ends after to.
func (p *boxReader) head(at, to int64) (box, error) {
	if to-at < 8 {
		if b, err := readAt(p.r, at, to-at); err == nil && allZero(b) {
			return box{start: at, body: to, end: to}, nil // QuickTime ends lists with zeros
		}
		return box{}, errBroken
	}
	h, err := readAt(p.r, at, 8)
	if err != nil {
		return box{}, err
	}
	b := box{kind: string(h[4:]), start: at, body: at + 8}
	switch n := int64(binary.BigEndian.Uint32(h)); n {
	case 0:
		b.end = to
	case 1:
		if h, err = readAt(p.r, at+8, 8); err != nil {
			return box{}, err
		}
		b.body = at + 16
		if n := binary.BigEndian.Uint64(h); n < 16 || n > uint64(to-at) {
			return box{}, errCutOff
		}
		b.end = at + int64(binary.BigEndian.Uint64(h))
	default:
		b.end = at + n
		if n < 8 {
			return box{}, errBroken
		}
	}
	if b.end > to {
		return box{}, errCutOff
	}
	return b, nil
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// movie reads a moov box.
func (p *boxReader) movie(moov box) error {
	return p.each(moov.body, moov.end, func(b box) error {
		switch b.kind {
		case "mvhd":
			return p.movieHead(b)
		case "udta", "meta", "uuid":
			p.blankBox(b)
		case "trak":
			return p.track(b)
		}
		return nil
	})
}

// movieHead reads how long the movie is.
func (p *boxReader) movieHead(b box) error {
	h, err := readAt(p.r, b.body, min(b.end-b.body, 32))
	if err != nil {
		return err
	}
	switch {
	case len(h) >= 32 && h[0] == 1:
		p.film.duration = seconds(float64(binary.BigEndian.Uint64(h[24:])), float64(binary.BigEndian.Uint32(h[20:])))
	case len(h) >= 20 && h[0] == 0:
		p.film.duration = seconds(float64(binary.BigEndian.Uint32(h[16:])), float64(binary.BigEndian.Uint32(h[12:])))
	}
	return nil
}

// track reads a trak box. One that is neither picture nor sound, such as the
// positions that a camera wrote along, goes with all its samples.
func (p *boxReader) track(trak box) error {
	var t track
	if err := p.trackParts(trak, &t); err != nil {
		return err
	}
	switch t.handler {
	case "vide":
		if p.film.width == 0 {
			p.film.width, p.film.height = t.width, t.height
		}
	case "soun":
	default:
		if err := p.blankSamples(t); err != nil {
			return err
		}
		p.blankBox(trak)
	}
	return nil
}

func (p *boxReader) trackParts(parent box, t *track) error {
	return p.each(parent.body, parent.end, func(b box) error {
		switch b.kind {
		case "mdia", "minf", "stbl":
			return p.trackParts(b, t)
		case "udta", "meta", "uuid":
			p.blankBox(b)
		case "tkhd":
			return p.trackHead(b, t)
		case "hdlr":
			if parent.kind != "mdia" {
				return nil // minf has one too in QuickTime, for the data
			}
			h, err := readAt(p.r, b.body, min(b.end-b.body, 12))
			if err == nil && len(h) == 12 {
				t.handler = string(h[8:])
			}
			return err
		case "stsz", "stz2":
			t.sizes = b
		case "stsc":
			t.runs = b
		case "stco":
			t.chunks = b
		case "co64":
			t.chunk64 = b
		}
		return nil
	})
}

// trackHead reads the size of a picture, and whether it is turned by 90°.
func (p *boxReader) trackHead(b box, t *track) error {
	h, err := readAt(p.r, b.body, min(b.end-b.body, 96))
	if err != nil {
		return err
	}
	at := 40 // the matrix; 12 bytes more with 64-bit times
	if len(h) > 0 && h[0] == 1 {
		at = 52
	}
	if len(h) < at+44 {
		return nil
	}
	t.width, t.height = int(binary.BigEndian.Uint16(h[at+36:])), int(binary.BigEndian.Uint16(h[at+40:]))
	if allZero(h[at:at+4]) && !allZero(h[at+4:at+8]) {
		t.width, t.height = t.height, t.width
	}
	return nil
}

// blankBox makes a box one that is free, of the same length.
func (p *boxReader) blankBox(b box) {
	p.film.blanks = append(p.film.blanks, blank{at: b.start + 4, end: b.start + 8, head: []byte("free")}, blank{at: b.body, end: b.end})
}

// blankSamples makes zeros of the samples of a track, wherever they are.
func (p *boxReader) blankSamples(t track) error {
	sizes, err := p.table(t.sizes, 12)
	if err != nil {
		return err
	}
	runs, err := p.table(t.runs, 8)
	if err != nil {
		return err
	}
	width, chunkBox := 4, t.chunks
	if t.chunk64.kind != "" {
		width, chunkBox = 8, t.chunk64
	}
	chunks, err := p.table(chunkBox, 8)
	if err != nil {
		return err
	}
	switch {
	case t.sizes.kind == "stz2" && len(chunks) > 0:
		return errors.New("the video has a track that cannot be removed: save it again without")
	case len(chunks)/width > maxBoxes:
		return errTooManyParts
	}
	p.samples = append(p.samples, sampleRanges(sizes, runs, chunks, width, &p.most)...)
	return nil
}

// maxTable is the most bytes of a table that are read; an hour of 30 samples a
// second has less than half a megabyte.
const maxTable = 16 << 20

// table reads a table whose rows begin after a head of so many bytes; nil when
// there is none.
func (p *boxReader) table(b box, head int64) ([]byte, error) {
	n := b.end - b.body
	switch {
	case b.kind == "" || n < head:
		return nil, nil
	case n > maxTable:
		return nil, errTooManyParts
	}
	return readAt(p.r, b.body, n)
}

// sampleRanges tells where the samples of a track are (ISO 14496-12, 8.7): sizes is
// the body of its stsz, runs that of stsc, chunks that of stco or co64 with numbers
// of width bytes. left is how many bytes they may have in all, and gets less.
func sampleRanges(sizes, runs, chunks []byte, width int, left *int64) []blank {
	if len(sizes) < 12 || len(runs) < 20 || len(chunks) < 8 {
		return nil
	}
	same := int64(binary.BigEndian.Uint32(sizes[4:]))
	sizes, runs, chunks = sizes[12:], runs[8:], chunks[8:]
	var out []blank
	for i := int64(1); len(chunks) >= width; i, chunks = i+1, chunks[width:] {
		for len(runs) >= 24 && int64(binary.BigEndian.Uint32(runs[12:])) <= i {
			runs = runs[12:] // each row is for the chunks from its first on
		}
		at := int64(binary.BigEndian.Uint32(chunks))
		if width == 8 {
			at = int64(binary.BigEndian.Uint64(chunks) &^ (1 << 63))
		}
		n, length := int64(binary.BigEndian.Uint32(runs[4:])), int64(0)
		if same > 0 {
			length = min(n, *left/same+1) * same // n × same may be more than there is
		}
		for ; same == 0 && n > 0 && len(sizes) >= 4; n, sizes = n-1, sizes[4:] {
			length += int64(binary.BigEndian.Uint32(sizes))
		}
		length = min(length, *left, math.MaxInt64-at)
		*left -= length
		if length > 0 {
			out = append(out, blank{at: at, end: at + length})
		}
	}
	return out
}
