package media

import (
	"bytes"
	"encoding/binary"
)

// The markers of a JPEG that matter here (ITU-T T.81, table B.1).
const (
	jpegTEM   = 0x01
	jpegRST0  = 0xd0
	jpegRST7  = 0xd7
	jpegSOI   = 0xd8
	jpegEOI   = 0xd9
	jpegSOS   = 0xda
	jpegAPP0  = 0xe0
	jpegAPP1  = 0xe1
	jpegAPP2  = 0xe2
	jpegAPP14 = 0xee
	jpegAPP15 = 0xef
	jpegCOM   = 0xfe
)

const (
	iccSignature = "ICC_PROFILE\x00" // with two bytes behind it: number and count
	iccHead      = len(iccSignature) + 2
	iccMost      = 1<<16 - 3 - iccHead // bytes of a profile in one segment
)

// parseJPEG walks over the segments. It keeps those that decoding needs, the JFIF
// head and the colour profile; it ends where the picture does, for a phone may put
// a second one or a video behind it.
func parseJPEG(b []byte) (picture, error) {
	p := picture{frames: 1}
	if len(b) < 2 {
		return p, errCutOff
	}
	out := append(make([]byte, 0, len(b)), b[:2]...)
	for at := 2; ; {
		marker, next, err := jpegMarker(b, at)
		if err != nil {
			return p, err
		}
		switch {
		case marker == jpegEOI:
			p.clean = append(out, 0xff, jpegEOI)
			return p, nil
		case marker == jpegTEM, marker >= jpegRST0 && marker <= jpegRST7:
			at = next
			continue
		case marker == 0, marker == jpegSOI:
			return p, errBroken
		}
		if next+2 > len(b) {
			return p, errCutOff
		}
		end := next + int(binary.BigEndian.Uint16(b[next:]))
		if end < next+2 {
			return p, errBroken
		}
		if end > len(b) {
			return p, errCutOff
		}
		if p.jpegSegment(marker, b[next+2:end]) {
			out = append(append(out, 0xff, marker), b[next:end]...)
		}
		if at = end; marker == jpegSOS {
			if at = jpegScanEnd(b, end); at < 0 {
				return p, errCutOff
			}
			out = append(out, b[end:at]...)
		}
	}
}

// jpegMarker reads the marker at a place, and tells what follows where.
func jpegMarker(b []byte, at int) (marker byte, next int, err error) {
	if at < len(b) && b[at] != 0xff {
		return 0, 0, errBroken
	}
	for at < len(b) && b[at] == 0xff {
		at++
	}
	if at >= len(b) {
		return 0, 0, errCutOff
	}
	return b[at], at + 1, nil
}

// jpegScanEnd finds the marker that ends the coded data; -1 when there is none.
func jpegScanEnd(b []byte, at int) int {
	for {
		i := bytes.IndexByte(b[at:], 0xff)
		if i < 0 || at+i+1 >= len(b) {
			return -1
		}
		at += i
		switch next := b[at+1]; {
		case next == 0, next >= jpegRST0 && next <= jpegRST7:
			at += 2
		case next == 0xff:
			at++
		default:
			return at
		}
	}
}

// jpegSegment learns from a segment, and tells whether it stays.
func (p *picture) jpegSegment(marker byte, body []byte) bool {
	switch {
	case marker == jpegAPP0:
		return bytes.HasPrefix(body, []byte("JFIF\x00"))
	case marker == jpegAPP1:
		if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && p.orientation == 0 {
			p.orientation = tiffOrientation(tiff)
		}
		return false
	case marker == jpegAPP2 && len(body) >= iccHead && bytes.HasPrefix(body, []byte(iccSignature)):
		p.profile = append(p.profile, body[iccHead:]...) // in the order in which they stand, as all write them
		return true
	case marker == jpegAPP14:
		return bytes.HasPrefix(body, []byte("Adobe")) // how its colours are to be read
	}
	return (marker < jpegAPP0 || marker > jpegAPP15) && marker != jpegCOM
}

// jpegWithProfile puts a colour profile into a JPEG, behind its first marker.
func jpegWithProfile(b, profile []byte) []byte {
	count := (len(profile) + iccMost - 1) / iccMost
	if len(profile) == 0 || count > 255 {
		return b
	}
	out := append(make([]byte, 0, len(b)+len(profile)+count*(iccHead+4)), b[:2]...)
	for i := range count {
		chunk := profile[i*iccMost : min((i+1)*iccMost, len(profile))]
		out = append(out, 0xff, jpegAPP2)
		out = binary.BigEndian.AppendUint16(out, uint16(2+iccHead+len(chunk)))
		out = append(append(out, iccSignature...), byte(i+1), byte(count))
		out = append(out, chunk...)
	}
	return append(out, b[2:]...)
}

// tiffOrientation finds the orientation in the EXIF data of a picture; 0 when there
// is none. It looks at the first directory only, where it belongs (TIFF 6.0, tag
// 274).
func tiffOrientation(t []byte) int {
	const orientation, short, entry = 0x0112, 3, 12
	if len(t) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(t[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(t[4:]))
	if order.Uint16(t[2:]) != 42 || at+2 > int64(len(t)) {
		return 0
	}
	n := int64(order.Uint16(t[at:]))
	for at += 2; n > 0 && at+entry <= int64(len(t)); n, at = n-1, at+entry {
		if order.Uint16(t[at:]) == orientation && order.Uint16(t[at+2:]) == short {
			return int(order.Uint16(t[at+8:]))
		}
	}
	return 0
}
