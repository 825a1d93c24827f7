package timeline

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// wordPatterns finds muted words in a folded text, all of them in one going through.
type wordPatterns struct {
	begins [1 << 16 / 64]uint64 // a bit for each two bytes that a word begins with
	words  map[[2]byte][]wordPattern
	letter []wordPattern // of one byte
	linked bool          // some word is looked for in addresses, too
}

// wordPattern is a folded word or phrase. At an end that is a letter of a spaced
// script it must not be a part of a longer word.
type wordPattern struct {
	text       []byte
	head, tail bool // that end has to be one of a word
	linked     bool
	at         int
}

// bound tells whether a word that ends in r must end there.
func bound(r rune) bool { return inWord(r) && spaced(r) }

// add takes a folded word, with the number by which it is told.
func (w *wordPatterns) add(key string, at int) {
	first, _ := utf8.DecodeRuneInString(key)
	last, _ := utf8.DecodeLastRuneInString(key)
	p := wordPattern{text: []byte(key), head: bound(first), tail: bound(last), linked: strings.Contains(key, "."), at: at}
	w.linked = w.linked || p.linked
	if len(key) == 1 {
		w.letter = append(w.letter, p)
		return
	}
	begin := [2]byte{key[0], key[1]}
	if w.words == nil {
		w.words = map[[2]byte][]wordPattern{}
	}
	w.words[begin] = append(w.words[begin], p)
	bit := uint(begin[0])<<8 | uint(begin[1])
	w.begins[bit/64] |= 1 << (bit % 64)
}

func (w *wordPatterns) empty() bool { return len(w.words)+len(w.letter) == 0 }

// find returns the number of a word that stands in text, or -1. What is from shown on
// are addresses.
func (w *wordPatterns) find(text []byte, shown int) int {
	for i := 0; i+1 < len(text); i++ {
		bit := uint(text[i])<<8 | uint(text[i+1])
		if w.begins[bit/64]&(1<<(bit%64)) == 0 {
			continue
		}
		for _, p := range w.words[[2]byte{text[i], text[i+1]}] {
			if (i < shown || p.linked) && p.stands(text, i) {
				return p.at
			}
		}
	}
	for _, p := range w.letter {
		for i, c := range text[:shown] {
			if c == p.text[0] && p.stands(text, i) {
				return p.at
			}
		}
	}
	return -1
}

// stands tells whether the word stands at a place of a folded text.
func (p *wordPattern) stands(text []byte, i int) bool {
	if !bytes.HasPrefix(text[i:], p.text) {
		return false
	}
	before, _ := utf8.DecodeLastRune(text[:i])
	after, _ := utf8.DecodeRune(text[i+len(p.text):])
	return (!p.head || !bound(before)) && (!p.tail || !bound(after))
}

// says is the mute of a word that is in one of the posts, which may be nil; -1 for
// none.
func (m *Mutes) says(posts ...*Post) int {
	if m.words.empty() {
		return -1
	}
	buffer, ok := m.scratch.Get().(*[]byte)
	if !ok {
		buffer = new([]byte)
	}
	defer m.scratch.Put(buffer)
	text := (*buffer)[:0]
	for _, p := range posts {
		if p != nil {
			text = readable(text, p)
		}
	}
	shown := len(text)
	for _, p := range posts {
		if p != nil && m.words.linked {
			text = addresses(text, p)
		}
	}
	*buffer = text
	return m.words.find(text, shown)
}

// partEnd stands between texts that no phrase spans.
const partEnd = '\n'

// readable appends all that is to be read of a post, folded.
func readable(dst []byte, p *Post) []byte {
	part := func(s Safe) {
		if !s.Empty() {
			dst = append(fold(dst, s.s), partEnd)
		}
	}
	for _, s := range p.Text { // one text, in pieces
		dst = fold(dst, s.Text.s)
	}
	dst = append(dst, partEnd)
	part(p.Warning)
	if p.Poll != nil {
		for _, o := range p.Poll.Options {
			part(o.Text)
		}
	}
	for _, a := range p.Media {
		part(a.Alt)
	}
	if c := p.Card; c != nil {
		part(c.Title)
		part(c.Description)
	}
	for _, t := range p.Tags {
		part(t)
	}
	return dst
}

// addresses appends where a post leads, folded.
func addresses(dst []byte, p *Post) []byte {
	for _, s := range p.Text {
		if s.Kind == SpanLink {
			dst = append(fold(dst, s.Target.s), partEnd)
		}
	}
	if p.Card != nil {
		dst = append(fold(dst, p.Card.URL.s), partEnd)
	}
	return dst
}
