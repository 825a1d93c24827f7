package timeline

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold appends s to dst as it is compared: without case, accents and the difference
// between looks of one letter ("ﬁ", "ｆｉ"), each run of white space one space. It is
// what a reader would call the same words.
func fold(dst []byte, s string) []byte {
	composed := false
	for i := 0; i < len(s); {
		if c := s[i]; c > ' ' && c < 0x7f {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r >= firstJamo && r <= lastJamo && !composed { // a syllable that came in parts
			s, i, composed = norm.NFC.String(s[i:]), 0, true
			continue
		}
		if r > 0x7f {
			if parts := norm.NFKD.PropertiesString(s[i:]).Decomposition(); len(parts) > 0 {
				dst = foldRunes(dst, parts)
				i += n
				continue
			}
		}
		dst = foldRune(dst, r)
		i += n
	}
	return dst
}

// The letters of Hangul that syllables are made of.
const (
	firstJamo = 0x1100
	lastJamo  = 0x11ff
)

// foldRunes appends what a rune was taken apart to.
func foldRunes(dst, parts []byte) []byte {
	for len(parts) > 0 {
		r, n := utf8.DecodeRune(parts)
		dst = foldRune(dst, r)
		parts = parts[n:]
	}
	return dst
}

// foldRune appends one rune of a text that was taken apart.
func foldRune(dst []byte, r rune) []byte {
	switch {
	case 'A' <= r && r <= 'Z':
		return append(dst, byte(r)+'a'-'A')
	case ' ' < r && r < utf8.RuneSelf:
		return append(dst, byte(r))
	case unicode.IsSpace(r):
		if n := len(dst); n > 0 && dst[n-1] == ' ' {
			return dst
		}
		return append(dst, ' ')
	case accent(r):
		return dst
	}
	switch r = unicode.ToLower(r); r {
	case 'ς':
		r = 'σ'
	case 'ı':
		r = 'i'
	case 'ł':
		r = 'l'
	case 'ø':
		r = 'o'
	case 'đ':
		r = 'd'
	case 'ß':
		return append(dst, "ss"...)
	case 'æ':
		return append(dst, "ae"...)
	case 'œ':
		return append(dst, "oe"...)
	case '’', 'ʼ':
		r = '\''
	}
	return utf8.AppendRune(dst, r)
}

// accent tells whether r only adds to a letter what some write and others do not: the
// accents of Latin, Greek and Cyrillic, the points of Hebrew, the vowels of Arabic.
// In other scripts marks are what tells words apart.
func accent(r rune) bool {
	return r >= 0x300 && r <= 0x36f || r >= 0x591 && r <= 0x5c7 && unicode.Is(unicode.Mn, r) ||
		r >= 0x64b && r <= 0x65f || r == 0x670
}

// inWord tells whether r is a part of words.
func inWord(r rune) bool { return r == '_' || unicode.In(r, unicode.L, unicode.M, unicode.N) }

// spaced tells whether r is of a script that sets its words apart, by spaces and with
// nothing tied to them.
func spaced(r rune) bool {
	return r < 0x0e00 || !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan) && !prolonged(r)
}

// prolonged tells whether r is one of the marks of Japanese that belong to no script.
func prolonged(r rune) bool { return r == 'ー' || r == '々' || r >= 0x3099 && r <= 0x309a }
