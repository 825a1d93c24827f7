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
	maxLetters      = 4  // runes of them that take room of their own, where it is no emoji
	tabWidth        = 4
	replacement     = '\uFFFD'
	zwj             = '\u200D'
	zwnj            = '\u200C'
	keycap          = '\u20E3'
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
// a tab becomes spaces, of the rest only what is graphic and visible stays: no C0,
// C1, DEL, bidi control, tag, filler or other format; invalid UTF-8 and what is not
// assigned yet become U+FFFD. At most 8 combining marks stay on a base, none
// without a base, and 32 runes in a cluster; joiners and variation selectors stay
// only where they belong to an emoji, and the non-joiner only after letters of the
// scripts that are written with it. Clean must run after entities are decoded. It
// is idempotent.
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
	line := strings.Join(strings.Fields(Clean(s).s), " ")
	return Safe{strings.TrimLeftFunc(line, func(r rune) bool { // a mark on a space that went has no base
		return r == ' ' || unicode.Is(unicode.M, r)
	})}
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
		case unassigned(r):
			b.WriteRune(replacement)
		}
	}
	return b.String()
}

// drawable tells whether a rune outside the line breaks may reach a terminal: it
// is graphic (a letter, mark, number, punctuation, symbol or space) and can be
// seen. Joiners and emoji selectors pass here; writeCluster looks at their place.
func drawable(r rune) bool {
	switch {
	case r == zwj, r == zwnj, selector(r):
		return true
	case r >= 0x1f000 && r <= 0x1faff: // new emoji come every year, and Unicode has settled their width
		return true
	}
	return unicode.IsGraphic(r) && !invisible(r)
}

// invisible tells whether r draws nothing by itself: fillers, the grapheme joiner,
// variation selectors, tags, and what is reserved for more of them.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// unassigned tells whether r is of a newer Unicode than ours, which does not know
// its width.
func unassigned(r rune) bool { return unicode.Is(unicode.Cn, r) && !invisible(r) }

// limitClusters caps what one cell may carry.
func limitClusters(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	state := -1
	for rest := s; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if r, n := utf8.DecodeRuneInString(cluster); n == len(cluster) && (n <= 1 || unicode.IsLetter(r)) {
			b.WriteString(cluster) // most clusters: nothing to cap
			continue
		}
		writeCluster(&b, cluster)
	}
	return b.String()
}

// writeCluster writes one cluster within its caps. Of too many letters the first
// and the last ones stay, and with the last how the cluster meets what follows:
// else what follows would join it, be cut off, and so on to the end of the text.
func writeCluster(b *strings.Builder, cluster string) {
	runes := []rune(cluster)
	letters := 0
	for _, r := range runes {
		if letter(r) {
			letters++
		}
	}
	seen, marks, kept := 0, 0, make([]rune, 0, len(runes))
	for i, r := range runes {
		before, after := rune(0), rune(0)
		if len(kept) > 0 {
			before = kept[len(kept)-1]
		}
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		switch {
		case len(kept) == maxClusterRunes, !inPlace(before, r, after):
			continue
		case letter(r):
			if seen++; seen > 1 && seen <= letters-maxLetters+1 {
				continue
			}
		case unicode.Is(unicode.M, r) && !selector(r):
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

// inPlace tells whether r may stand between before, which was kept, and after: a
// mark on a base, a selector, joiner or skin tone with an emoji, the non-joiner
// after a letter of a script that is written with it.
func inPlace(before, r, after rune) bool {
	switch {
	case selector(r):
		return pictographic(before) || after == keycap && strings.ContainsRune("0123456789#*", before)
	case r == zwj:
		return (pictographic(before) || selector(before) || skin(before)) && pictographic(after)
	case r == zwnj:
		return before >= 0x0600 && unicode.In(before, unicode.L, unicode.M)
	case skin(r):
		return before == 0 || pictographic(before)
	case unicode.Is(unicode.M, r):
		return before != 0
	}
	return true
}

// letter tells whether r takes room of its own in a cluster that is no emoji, as
// the parts of a Hangul syllable do.
func letter(r rune) bool {
	return !unicode.Is(unicode.M, r) && r != zwj && r != zwnj && !skin(r) && !pictographic(r)
}

// selector tells whether r chooses between an emoji's two looks.
func selector(r rune) bool { return r == 0xfe0e || r == 0xfe0f }

// skin tells whether r is one of the five skin tones.
func skin(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }

// pictographic tells whether r is an Extended_Pictographic: nothing else joins to
// another by a joiner (UAX #29, rule GB11).
func pictographic(r rune) bool {
	if r < 0xa9 {
		return false
	}
	joined := string(r) + "\u200d\u00a9"
	first, _, _, _ := uniseg.FirstGraphemeClusterInString(joined, -1)
	return len(first) == len(joined)
}
