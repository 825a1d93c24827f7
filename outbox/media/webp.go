package media

import "encoding/binary"

// What the flags of an extended WebP announce (its container specification, "VP8X").
const (
	webpXMP  = 1 << 2
	webpEXIF = 1 << 3
)

const (
	webpHead  = 12 // bytes: RIFF, size, WEBP
	webpChunk = 8  // bytes of a chunk's head
)

// parseWebP walks over the chunks of the RIFF container, and keeps those that say
// how the picture looks.
func parseWebP(b []byte) (picture, error) {
	p := picture{frames: 1}
	if len(b) < webpHead {
		return p, errCutOff
	}
	end := 8 + int64(binary.LittleEndian.Uint32(b[4:]))
	if end > int64(len(b)) {
		return p, errCutOff
	}
	if end < webpHead {
		return p, errBroken
	}
	b = b[:end] // what follows is no part of it
	out := append(make([]byte, 0, len(b)+1), b[:webpHead]...)
	flags, frames := -1, 0
	for at := webpHead; at+webpChunk <= len(b); {
		n := int64(binary.LittleEndian.Uint32(b[at+4:]))
		if n > int64(len(b)-at-webpChunk) {
			return p, errCutOff
		}
		next := at + webpChunk + int(n)
		body := b[at+webpChunk : next]
		kind := string(b[at : at+4])
		switch kind {
		case "VP8X":
			if n < 10 {
				return p, errBroken
			}
			flags = len(out) + webpChunk
		case "ANMF":
			frames++
		case "ICCP":
			p.profile = append([]byte(nil), body...)
		case "EXIF":
			p.orientation = webpOrientation(body)
		}
		switch kind {
		case "VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP":
			out = append(out, b[at:next]...)
			if n%2 == 1 {
				out = append(out, 0)
			}
		}
		at = next + int(n%2)
	}
	if flags >= 0 {
		out[flags] &^= webpXMP | webpEXIF
	}
	if frames > 1 {
		p.frames = frames
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	p.clean = out
	return p, nil
}

// webpOrientation reads EXIF data, before which some put what a JPEG has there.
func webpOrientation(body []byte) int {
	if len(body) > 6 && string(body[:6]) == "Exif\x00\x00" {
		body = body[6:]
	}
	return tiffOrientation(body)
}
