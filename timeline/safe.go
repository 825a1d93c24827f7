package timeline

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

const (
	maxMarks        = 8  // combining marks kept on one base
	maxClusterRunes = 32 // runes kept in one grapheme cluster
	tabWidth        = 4
	replacement     = '\uFFFD'
	zwj             = '\u200D'
	zwnj            = '\u200C'
)

// Safe is text that can be drawn in a terminal: it holds no control character
// but LF, no bidi control, no tag character, no invalid UTF-8, and no cluster
// that stacks marks without end. Its field is unexported, so a Safe can be made
// only by Clean, CleanLine and Literal; a conversion cannot forge one.
//
// The zero value is the empty text. Safes are comparable.
type Safe struct{ s string }

// literal is unexported so that only an untyped constant converts to it.
type literal string

// Literal makes a Safe of a constant in skein's own source. Other packages can
// pass nothing but an untyped constant, which is no remote byte by definition.
func Literal(s literal) Safe { return Safe{string(s)} }

// Clean makes remote text safe, keeping its line breaks: CR LF and CR become LF,
// a tab becomes spaces, other C0, C1 and DEL are dropped, as are bidi controls,
// tag characters and U+FEFF; invalid UTF-8 becomes U+FFFD. At most 8 combining
// marks stay on a base and 32 runes in a cluster; joiners and variation selectors
// stay only inside emoji clusters, and the non-joiner only after letters of the
// scripts that are written with it. Clean must run after entities are decoded.
// It is idempotent.
func Clean(s string) Safe {
	if plainASCII(s) {
		return Safe{s}
	}
	s = allowRunes(s)
	for { // dropping a rune can join clusters that were apart; each pass only shortens
		next := limitClusters(s)
		if len(next) == len(s) {
			return Safe{next}
		}
		s = next
	}
}

// CleanLine is Clean for what is drawn on one line (names, handles, addresses,
// messages of servers): every run of white space becomes one space, and the ends
// are trimmed.
func CleanLine(s string) Safe {
	return Safe{strings.Join(strings.Fields(Clean(s).s), " ")}
}

// String returns the text.
func (t Safe) String() string { return t.s }

// Empty tells whether there is no text.
func (t Safe) Empty() bool { return t.s == "" }

// Line is the text on one line, as CleanLine makes it.
func (t Safe) Line() Safe { return CleanLine(t.s) }

// MarshalJSON writes the text as a JSON string.
func (t Safe) MarshalJSON() ([]byte, error) { return json.Marshal(t.s) }

// UnmarshalJSON reads a JSON string and cleans it, so that a file is no way
// around Clean.
func (t *Safe) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*t = Clean(s)
	return nil
}

// plainASCII tells whether s is printable ASCII and LF only: the common case,
// which needs no copy.
func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 0x20 && c != '\n') || c >= 0x7f {
			return false
		}
	}
	return true
}

// allowRunes keeps the runes that may be drawn, one by one.
func allowRunes(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r == utf8.RuneError && n <= 1:
			b.WriteRune(replacement)
		case r == '\n':
			b.WriteByte('\n')
		case r == '\r':
			if i < len(s) && s[i] == '\n' {
				continue // CR LF: the LF follows
			}
			b.WriteByte('\n')
		case r == '\t':
			b.WriteString(strings.Repeat(" ", tabWidth))
		case r == '\u2028' || r == '\u2029':
			b.WriteByte('\n')
		case drawable(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// drawable tells whether a rune outside the line breaks may reach a terminal.
func drawable(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f: // C0, DEL, C1
		return false
	case r == 0x061c, r == 0x200e, r == 0x200f, // bidi marks
		r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // embeddings, isolates
		return false
	case r == 0xfeff, r == 0x00ad, r == 0x200b, r == 0x2060: // BOM, soft hyphen, zero-width space, word joiner
		return false
	case r >= 0x2061 && r <= 0x2064, r >= 0x206a && r <= 0x206f, r >= 0xfff9 && r <= 0xfffb: // invisible operators, annotations
		return false
	case r >= 0xe0000 && r <= 0xe0fff: // tags, supplementary variation selectors
		return false
	case unicode.Is(unicode.Co, r), r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe: // private use, noncharacters
		return false
	}
	return true
}

// limitClusters caps what one cell may carry.
func limitClusters(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	state := -1
	for rest := s; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if len(cluster) <= 1 {
			b.WriteString(cluster)
			continue
		}
		writeCluster(&b, cluster)
	}
	return b.String()
}

// writeCluster writes one cluster within its caps. A joiner or selector whose
// neighbours are no emoji is dropped; so is one that is left at an end.
func writeCluster(b *strings.Builder, cluster string) {
	runes := []rune(cluster)
	emoji := false
	for _, r := range runes {
		emoji = emoji || pictographic(r)
	}
	marks, kept := 0, make([]rune, 0, len(runes))
	for i, r := range runes {
		switch {
		case len(kept) == maxClusterRunes:
			continue
		case r == 0xfe0e || r == 0xfe0f:
			if !emoji && !keycap(runes) {
				continue
			}
		case r == zwj:
			if !emoji || i == 0 || i == len(runes)-1 {
				continue
			}
		case r == zwnj:
			if i == 0 || runes[i-1] < 0x0600 || !unicode.In(runes[i-1], unicode.L, unicode.M) {
				continue
			}
		case unicode.Is(unicode.M, r):
			if marks++; marks > maxMarks {
				continue
			}
		}
		kept = append(kept, r)
	}
	for len(kept) > 0 && kept[len(kept)-1] == zwj {
		kept = kept[:len(kept)-1]
	}
	b.WriteString(string(kept))
}

// keycap tells whether a cluster is a keycap sequence such as "1️⃣".
func keycap(runes []rune) bool { return runes[len(runes)-1] == 0x20e3 }

// pictographic tells whether r begins or extends an emoji.
func pictographic(r rune) bool {
	return r >= 0x1f000 && r <= 0x1faff || r >= 0x2190 && r <= 0x2bff || r == 0x00a9 || r == 0x00ae ||
		r == 0x203c || r == 0x2049 || r == 0x2122 || r == 0x2139 || r == 0x3030 || r == 0x303d || r == 0x3297 || r == 0x3299
}
