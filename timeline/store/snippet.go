package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"skein/timeline"
)

// The size of a snippet.
const (
	snippetRunes = 160
	leadRunes    = 40 // of them before the first match
)

// marker finds in posts what a search matched.
type marker struct {
	phrases [][]string // the folded words of each
	prefix  []string   // of which the last need only begin so
}

func newMarker(q timeline.Search) marker {
	var m marker
	for _, list := range [][]string{q.Words, q.Phrases} {
		for _, s := range list {
			if w := folded(tokens(s)); len(w) > 0 {
				m.phrases = append(m.phrases, w)
			}
		}
	}
	if begins(q.Begins) {
		m.prefix = folded(tokens(q.Begins))
	}
	return m
}

// hit tells why a post was found. Of a text that waits behind a warning it shows the
// warning.
func (m marker) hit(p *timeline.Post) timeline.Hit {
	for _, text := range searched(p) {
		line := text.Line()
		if marks := m.find(line.String()); len(marks) > 0 {
			snippet := around(line.String(), marks[0])
			return timeline.Hit{Post: p, Snippet: snippet, Marks: m.find(snippet.String())}
		}
	}
	text := searched(p)[0].Line()
	snippet := around(text.String(), [2]int{})
	return timeline.Hit{Post: p, Snippet: snippet}
}

// searched are the texts of a post that the index holds, the one that is read first
// first.
func searched(p *timeline.Post) []timeline.Safe {
	if p.Hidden() {
		return []timeline.Safe{p.Warning}
	}
	texts := []timeline.Safe{p.Text.Plain(), p.Warning}
	if p.Poll != nil {
		for _, o := range p.Poll.Options {
			texts = append(texts, o.Text)
		}
	}
	for _, m := range p.Media {
		texts = append(texts, m.Alt)
	}
	if p.Card != nil {
		texts = append(texts, p.Card.Title, p.Card.Description, p.Card.URL)
	}
	for _, l := range p.Text.Links() {
		texts = append(texts, l.Target)
	}
	return append(texts, p.Author.Name, p.Author.Handle)
}

// token is a word of a text, as the index cuts it.
type token struct {
	from, to int // bytes
	text     string
}

// tokens cuts a text as the tokenizer unicode61 does: letters and numbers, with the
// marks on them; of scripts without spaces each character is one.
func tokens(s string) []token {
	var out []token
	from := -1
	end := func(at int) {
		if from >= 0 {
			out = append(out, token{from, at, s[from:at]})
			from = -1
		}
	}
	for i, r := range s {
		switch {
		case unspaced(r) && wordRune(r):
			end(i)
			n := utf8.RuneLen(r)
			out = append(out, token{i, i + n, s[i : i+n]})
		case wordRune(r):
			if from < 0 {
				from = i
			}
		case unicode.Is(unicode.Mn, r) && from >= 0 && r < 0x370: // a Latin accent stays on its letter
		default:
			end(i)
		}
	}
	end(len(s))
	return out
}

func folded(ts []token) []string {
	var out []string
	for _, t := range ts {
		out = append(out, fold(t.text))
	}
	return out
}

// fold is a word without case and accents.
func fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s)))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// find returns where a text matches, in order and without overlaps.
func (m marker) find(s string) [][2]int {
	if len(m.phrases) == 0 && len(m.prefix) == 0 {
		return nil
	}
	ts := tokens(s)
	words := folded(ts)
	var marks [][2]int
	for i := 0; i < len(words); {
		n := m.at(words[i:])
		if n == 0 {
			i++
			continue
		}
		marks = append(marks, [2]int{ts[i].from, ts[i+n-1].to})
		i += n
	}
	return marks
}

// in tells whether a text matches.
func (m marker) in(s string) bool {
	words := folded(tokens(s))
	for i := range words {
		if m.at(words[i:]) > 0 {
			return true
		}
	}
	return false
}

// at returns how many words at the beginning of words match.
func (m marker) at(words []string) int {
	longest := 0
	for _, p := range m.phrases {
		if len(p) > longest && len(p) <= len(words) && equal(p, words) {
			longest = len(p)
		}
	}
	if n := len(m.prefix); n > longest && n <= len(words) && equal(m.prefix[:n-1], words) && strings.HasPrefix(words[n-1], m.prefix[n-1]) {
		longest = n
	}
	return longest
}

func equal(p, words []string) bool {
	for i := range p {
		if p[i] != words[i] {
			return false
		}
	}
	return true
}

// around cuts a line to the size of a snippet, at spaces where there are any, so
// that the mark is in it.
func around(line string, mark [2]int) timeline.Safe {
	if utf8.RuneCountInString(line) <= snippetRunes {
		return timeline.CleanLine(line)
	}
	from := back(line, mark[0], leadRunes)
	if i := strings.IndexByte(line[from:mark[0]], ' '); from > 0 && i >= 0 {
		from += i + 1
	}
	room := snippetRunes
	prefix := ""
	if from > 0 {
		prefix, room = "…", room-1
	}
	to, runes := from, 0
	for i, r := range line[from:] {
		if runes++; runes >= room {
			break
		}
		to = from + i + utf8.RuneLen(r)
	}
	suffix := ""
	if to < len(line) {
		suffix = "…"
		if i := strings.LastIndexByte(line[from:to], ' '); i > 0 && from+i >= mark[1] {
			to = from + i
		}
	}
	return timeline.CleanLine(prefix + line[from:to] + suffix)
}

// back is the byte n runes before at, or the beginning.
func back(s string, at, n int) int {
	for range n {
		if at == 0 {
			break
		}
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	return at
}
