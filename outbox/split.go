package outbox

import (
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"skein/timeline"
)

// Split cuts a text into parts that fit, each as full as good breaks allow: between
// paragraphs, else between sentences, else between words. A word is cut only where
// it fits into no part, and then between grapheme clusters; a link, mention or tag
// never is: one that fits nowhere becomes a part of its own that does not fit, for
// the caller to refuse, and so does a rest of which not even one letter fits.
//
// fits must be true of a text when it is true of a longer one that begins with it.
// White space goes from both ends of each part, and no part is empty. With number,
// parts of more than one end in " 2/5", which is within what fits.
//
// It asks fits O(log n) times a part, of texts not much longer than a part.
func Split(t timeline.Text, fits func(timeline.Text) bool, number bool) []timeline.Text {
	return splitAll([]timeline.Text{t}, number, func(_ int, part timeline.Text) bool { return fits(part) })
}

// splitAll is Split of several texts into one thread: where one text ends a part
// ends too. fits is told which part it is asked about, from 0.
func splitAll(texts []timeline.Text, number bool, fits func(i int, part timeline.Text) bool) []timeline.Text {
	layouts := make([]*layout, 0, len(texts))
	for _, t := range texts {
		if l := newLayout(t); len(l.atoms) > 0 {
			layouts = append(layouts, l)
		}
	}
	if !number {
		parts, _ := fill(layouts, 0, fits)
		return parts
	}
	if len(layouts) == 1 {
		if whole := layouts[0].slice(layouts[0].skip(0), len(layouts[0].atoms)-1); fits(0, whole) {
			return []timeline.Text{whole}
		}
	}
	for digits := 1; ; digits++ {
		if parts, ok := fill(layouts, digits, fits); ok {
			return numbered(parts)
		}
	}
}

// numbered puts " 2/5" behind each part of more than one.
func numbered(parts []timeline.Text) []timeline.Text {
	if len(parts) < 2 {
		return parts
	}
	for i := range parts {
		parts[i] = withNumber(parts[i], i, strconv.Itoa(len(parts)))
	}
	return parts
}

// withNumber puts the number of part i, from 0, behind its text.
func withNumber(part timeline.Text, i int, of string) timeline.Text {
	return append(part[:len(part):len(part)], timeline.Span{Text: timeline.Clean(" " + strconv.Itoa(i+1) + "/" + of)})
}

// fill cuts layouts into parts that leave room for a number whose total has so many
// digits; with 0 for none. It is false once there are more parts than such a total
// can count.
func fill(layouts []*layout, digits int, fits func(int, timeline.Text) bool) ([]timeline.Text, bool) {
	var parts []timeline.Text
	most, total := 0, strings.Repeat("9", digits)
	if digits > 0 {
		most, _ = strconv.Atoi(total) // nines only
	}
	for _, l := range layouts {
		for from, guess := l.skip(0), 0; from < len(l.atoms); {
			if len(parts) == most && digits > 0 {
				return nil, false
			}
			ok := func(last int) bool {
				part := l.slice(from, last)
				if digits > 0 {
					part = withNumber(part, len(parts), total)
				}
				return fits(len(parts), part)
			}
			last := l.reach(from, guess, ok)
			guess = last - from
			last = l.choose(from, last)
			parts = append(parts, l.slice(from, last))
			from = l.skip(last + 1)
		}
	}
	return parts, true
}

// quality is how good a place is to end a part.
type quality uint8

const (
	insideWord  quality = iota // between two clusters
	softBreak                  // where a line may be broken: ideographs, a hyphen
	wordEnd                    // white space
	sentenceEnd                // or the end of a line
	paragraphEnd
)

// layout is a text with all places where it can be cut. Its atoms are grapheme
// clusters and whole spans; the last one is not white space.
type layout struct {
	spans timeline.Text
	plain string
	start []int // where each span starts in plain
	atoms []atom
}

// atom is what is never cut, by its end.
type atom struct {
	end   int // in plain
	after quality
	white bool
}

func newLayout(t timeline.Text) *layout {
	l := &layout{plain: t.Plain().String()}
	at := 0
	for _, s := range t {
		if n := len(s.Text.String()); n > 0 {
			l.spans, l.start = append(l.spans, s), append(l.start, at)
			at += n
		}
	}
	l.findAtoms()
	for n := len(l.atoms); n > 0 && l.atoms[n-1].white; n = len(l.atoms) {
		l.atoms = l.atoms[:n-1]
	}
	return l
}

// findAtoms looks for the places to cut at, in one pass over the text.
func (l *layout) findAtoms() {
	l.atoms = make([]atom, 0, len(l.plain))
	state, span, newlines := -1, 0, 0
	for rest := l.plain; rest != ""; {
		var cluster string
		var bounds int
		cluster, rest, bounds, state = uniseg.StepString(rest, state)
		end := len(l.plain) - len(rest)
		for span+1 < len(l.spans) && l.start[span+1] < end {
			span++
		}
		inSpan := l.spans[span].Kind != timeline.SpanPlain
		if inSpan && end < l.spanEnd(span) {
			newlines = 0
			continue // within a link
		}
		white := !inSpan && strings.TrimSpace(cluster) == ""
		switch {
		case !white:
			newlines = 0
		case strings.HasSuffix(cluster, "\n"):
			newlines++
		}
		l.atoms = append(l.atoms, atom{end: end, white: white, after: breakQuality(cluster, rest, bounds, white, newlines)})
	}
}

// breakQuality rates the place between cluster and rest; bounds is what uniseg says
// of it.
func breakQuality(cluster, rest string, bounds int, white bool, newlines int) quality {
	switch {
	case white && newlines > 1:
		return paragraphEnd
	case white && newlines > 0:
		return sentenceEnd
	case bounds&uniseg.MaskSentence != 0 && (white || cluster[0] >= utf8.RuneSelf): // not within "Hey!you"
		return sentenceEnd
	case white:
		return wordEnd
	case bounds&uniseg.MaskLine == uniseg.LineDontBreak:
		return insideWord
	}
	if next, _ := utf8.DecodeRuneInString(rest); unicode.IsSpace(next) {
		return wordEnd
	}
	return softBreak
}

// spanEnd is where span i ends in plain.
func (l *layout) spanEnd(i int) int { return l.start[i] + len(l.spans[i].Text.String()) }

// skip returns the first atom from i on that is not white space.
func (l *layout) skip(i int) int {
	for i < len(l.atoms) && l.atoms[i].white {
		i++
	}
	return i
}

// slice is the text of the atoms first to last, without white space at its end.
func (l *layout) slice(first, last int) timeline.Text {
	for last > first && l.atoms[last].white {
		last--
	}
	from, to := 0, l.atoms[last].end
	if first > 0 {
		from = l.atoms[first-1].end
	}
	var t timeline.Text
	for i := sort.Search(len(l.spans), func(i int) bool { return l.spanEnd(i) > from }); i < len(l.spans) && l.start[i] < to; i++ {
		s := l.spans[i]
		if a, b := max(from, l.start[i]), min(to, l.spanEnd(i)); b-a < len(s.Text.String()) {
			s.Text = timeline.Clean(l.plain[a:b]) // only plain text is ever cut
		}
		t = append(t, s)
	}
	return t
}

// reach returns the last atom up to which the text from an atom on fits: found from
// a guess of how many more atoms that are, in growing steps, and then by halves. It
// is the first one's own, or all the rest of the text, where the first does not fit.
func (l *layout) reach(first, guess int, fits func(last int) bool) int {
	end := len(l.atoms)
	lo, hi := first-1, end // lo fits, hi does not
	for at, step := first+guess, 1; lo < hi-1; step *= 2 {
		if at = min(max(at, lo+1), hi-1); fits(at) {
			if lo = at; hi < end {
				break
			}
			at += step
		} else {
			if hi = at; lo >= first {
				break
			}
			at -= step
		}
	}
	n := sort.Search(hi-lo-1, func(i int) bool { return !fits(lo + 1 + i) })
	if last := lo + n; last >= first {
		return last
	}
	if l.plainAtom(first) {
		return end - 1
	}
	return first
}

// plainAtom tells whether an atom is a letter and not a span.
func (l *layout) plainAtom(i int) bool {
	end := l.atoms[i].end
	span := sort.Search(len(l.spans), func(i int) bool { return l.spanEnd(i) >= end })
	return l.spans[span].Kind == timeline.SpanPlain
}

// choose finds the best place to end a part that may go from one atom to another. A
// better break counts only where it leaves a quarter of that or more; a word is cut
// only where there is no break at all.
func (l *layout) choose(first, last int) int {
	if last == len(l.atoms)-1 {
		return last
	}
	var from int
	if first > 0 {
		from = l.atoms[first-1].end
	}
	quarter := from + (l.atoms[last].end-from)/4
	for _, least := range []quality{paragraphEnd, sentenceEnd, wordEnd, softBreak} {
		if i := l.lastBreak(first, last, least); i >= first && l.atoms[i].end >= quarter {
			return i
		}
	}
	for _, least := range []quality{wordEnd, softBreak} {
		if i := l.lastBreak(first, last, least); i >= first {
			return i
		}
	}
	return last
}

// lastBreak returns the last atom from first to last with a break of that quality
// after it; less than first when there is none.
func (l *layout) lastBreak(first, last int, least quality) int {
	for last >= first && l.atoms[last].after < least {
		last--
	}
	return last
}
