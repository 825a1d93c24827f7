package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
)

const (
	pngHead    = 8       // bytes of the signature
	pngIHDR    = 25      // bytes of the first chunk
	maxProfile = 4 << 20 // bytes of a colour profile, unpacked
)

// parsePNG walks over the chunks. It keeps those that say how the picture looks,
// an animation's too.
func parsePNG(b []byte) (picture, error) {
	var p picture
	out := append(make([]byte, 0, len(b)), b[:min(pngHead, len(b))]...)
	for at := pngHead; ; {
		if at+12 > len(b) {
			return p, errCutOff
		}
		n := int64(binary.BigEndian.Uint32(b[at:]))
		if n > int64(len(b)-at-12) {
			return p, errCutOff
		}
		body, end := b[at+8:at+8+int(n)], at+12+int(n)
		kind := string(b[at+4 : at+8])
		switch kind {
		case "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "cICP", "mDCV", "cLLI", "acTL", "fcTL", "fdAT":
			out = append(out, b[at:end]...)
		}
		switch kind {
		case "IEND":
			p.clean, p.frames = out, max(p.frames, 1)
			return p, nil
		case "eXIf":
			p.orientation = tiffOrientation(body)
		case "iCCP":
			p.profile = unpackProfile(body)
		case "fcTL":
			p.frames++
		}
		at = end
	}
}

// unpackProfile reads an iCCP chunk: a name, a zero byte, the method, and the
// profile; nil when it cannot be read.
func unpackProfile(body []byte) []byte {
	i := bytes.IndexByte(body, 0)
	if i < 0 || i+2 > len(body) || body[i+1] != 0 {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(body[i+2:]))
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(r, maxProfile+1))
	if err != nil || len(profile) > maxProfile {
		return nil
	}
	return profile
}

// pngWithProfile puts a colour profile into a PNG, behind its head.
func pngWithProfile(b, profile []byte) ([]byte, error) {
	if len(profile) == 0 {
		return b, nil
	}
	chunk := bytes.NewBufferString("iCCPicc\x00\x00")
	w := zlib.NewWriter(chunk)
	if _, err := w.Write(profile); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, len(b)+chunk.Len()+8), b[:pngHead+pngIHDR]...)
	out = binary.BigEndian.AppendUint32(out, uint32(chunk.Len()-4))
	out = append(out, chunk.Bytes()...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk.Bytes()))
	return append(out, b[pngHead+pngIHDR:]...), nil
}
