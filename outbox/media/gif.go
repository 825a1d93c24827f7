package media

import "bytes"

// The blocks of a GIF (GIF89a, appendix A).
const (
	gifHead      = 13 // bytes up to the colour table
	gifExtension = 0x21
	gifFrame     = 0x2c
	gifTrailer   = 0x3b
	gifComment   = 0xfe
	gifApp       = 0xff
)

// parseGIF walks over the blocks. It drops comments and all application data that
// does not say how the animation repeats or what its colours are.
func parseGIF(b []byte) (picture, error) {
	var p picture
	if len(b) < gifHead {
		return p, errCutOff
	}
	at := gifHead + gifTable(b[10])
	if at > len(b) {
		return p, errCutOff
	}
	out := append(make([]byte, 0, len(b)), b[:at]...)
	for {
		if at >= len(b) {
			return p, errCutOff
		}
		end, keep := 0, true
		switch b[at] {
		case gifTrailer:
			p.clean = append(out, gifTrailer)
			return p, nil
		case gifExtension:
			end, keep = at+2, gifKeeps(b[at:])
		case gifFrame:
			if at+10 > len(b) {
				return p, errCutOff
			}
			end = at + 10 + gifTable(b[at+9]) + 1 // and the size of a code
			p.frames++
		default:
			return p, errBroken
		}
		if end = gifDataEnd(b, end); end < 0 {
			return p, errCutOff
		}
		if keep {
			out = append(out, b[at:end]...)
		}
		at = end
	}
}

// gifTable is the size of the colour table that flags announce.
func gifTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// gifDataEnd goes over sub-blocks to the empty one; -1 when there is none.
func gifDataEnd(b []byte, at int) int {
	for at < len(b) {
		n := int(b[at])
		at += 1 + n
		if n == 0 {
			return at
		}
	}
	return -1
}

// gifKeeps tells whether an extension says how the picture looks.
func gifKeeps(b []byte) bool {
	switch {
	case len(b) < 2 || b[1] == gifComment:
		return false
	case b[1] != gifApp:
		return true
	}
	for _, name := range []string{"NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"} {
		if bytes.HasPrefix(b[2:], append([]byte{11}, name...)) {
			return true
		}
	}
	return false
}
