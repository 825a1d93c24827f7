package store

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"skein/timeline"
)

// fact begins the words of the index that say what a post is, so that conditions are
// met inside it. It is a private character, which no Safe holds and which queries
// are freed of: nobody's text can pass for a fact.
const fact = "\ue000"

// document is what the full-text index is given of a post: its words and the facts.
// They share one column, which keeps the index small.
func document(p *timeline.Post, author int64) string { return described(p) + byline(author) }

// described is the part of a document that the post alone tells, byline the rest.
func described(p *timeline.Post) string { return spread(wording(p)) + facts(p) }

func byline(author int64) string { return " " + byFact(author) }

// wording is all of a post that words are looked for in: its text, alt texts and
// links, and its author's names.
func wording(p *timeline.Post) string {
	parts := []string{p.Text.Plain().String(), p.Warning.String()}
	if p.Poll != nil {
		for _, o := range p.Poll.Options {
			parts = append(parts, o.Text.String())
		}
	}
	for _, m := range p.Media {
		parts = append(parts, m.Alt.String())
	}
	for _, l := range p.Text.Links() {
		parts = append(parts, addressWords(l.Target.String()))
	}
	if c := p.Card; c != nil {
		parts = append(parts, c.Title.String(), c.Description.String(), addressWords(c.URL.String()))
	}
	parts = append(parts, p.Author.Name.String(), p.Author.Handle.String())
	return strings.Join(parts, "\n")
}

// addressWords are the words of a web address: its host, and of its path what is no
// number and no id, which nobody looks for and which would fill the index.
func addressWords(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	words := strings.FieldsFunc(u.Path, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	kept := []string{strings.TrimPrefix(u.Host, "www.")}
	for _, w := range words {
		if len(w) > 2 && !strings.ContainsFunc(w, unicode.IsDigit) {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// facts are the words that say what a post is.
func facts(p *timeline.Post) string {
	words := []string{"", onFact(p.ID.Network)}
	for _, l := range p.Languages {
		words = append(words, languageFacts(l)...)
	}
	for _, h := range having(p) {
		words = append(words, hasFact(h))
	}
	return strings.Join(words, " ")
}

func onFact(n timeline.Network) string { return fact + "on" + plain(string(n)) }
func byFact(author int64) string       { return fact + "by" + strconv.FormatInt(author, 36) }
func hasFact(h timeline.Having) string { return fact + "has" + plain(string(h)) }
func languageFact(l string) string     { return fact + "in" + plain(l) }

// languageFacts are those of a language and of what it is a kind of: "en" of "en-GB".
func languageFacts(l string) []string {
	kind, _, _ := strings.Cut(l, "-")
	if kind == l {
		return []string{languageFact(l)}
	}
	return []string{languageFact(kind), languageFact(l)}
}

// plain is s as one word of the index: lower-case ASCII letters and digits.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + ('a' - 'A')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
}

// having tells what a post has.
func having(p *timeline.Post) []timeline.Having {
	has := map[timeline.Having]bool{
		timeline.HasMedia: len(p.Media) > 0,
		timeline.HasLink:  p.Card != nil || len(p.Text.Links()) > 0,
		timeline.HasPoll:  p.Poll != nil,
		timeline.HasQuote: p.Quote != nil,
	}
	for _, m := range p.Media {
		switch m.Kind {
		case timeline.Image:
			has[timeline.HasImage] = true
		case timeline.Video, timeline.GIF:
			has[timeline.HasVideo] = true
		case timeline.Audio:
			has[timeline.HasAudio] = true
		}
		if !m.Alt.Empty() {
			has[timeline.HasAlt] = true
		}
	}
	var out []timeline.Having
	for _, h := range timeline.Havings() {
		if has[h] {
			out = append(out, h)
		}
	}
	return out
}

// spread puts spaces around each character of the scripts that are written without
// them, so that each is a word of the index, and a word of several is found as a
// phrase.
func spread(s string) string {
	if !strings.ContainsFunc(s, unspaced) {
		return s
	}
	var b strings.Builder
	b.Grow(2 * len(s))
	for _, r := range s {
		if unspaced(r) {
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unspaced tells whether r is of a script that is written without spaces.
func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// entry is what the index is still to be told of a place.
type entry struct {
	at   place
	gone bool // what it was told before
	text string
}

// index makes a post one that can be found, at the end of the transaction; boosts
// are found by what they boost.
func (s *session) index(d *sketch, at place, author int64) {
	if d.post.Boosted != nil {
		return
	}
	if d.text == "" {
		d.text = described(d.post)
	}
	s.entries = append(s.entries, entry{at: at, text: d.text + byline(author)})
}

// reindex brings the index up to date where a change of a post concerns it; most are
// changes of counts.
func (s *session) reindex(old, p *timeline.Post, at place, author int64) {
	if p.Boosted != nil {
		return
	}
	if text := document(p, author); text != document(old, author) {
		s.entries = append(s.entries, entry{at: at, gone: true, text: text})
	}
}

// flush writes the entries in the order of their places: the index collects what
// comes in ascending order in memory, and writes it out when it does not.
func (s *session) flush() error {
	slices.SortStableFunc(s.entries, func(a, b entry) int { return cmp.Compare(a.at, b.at) })
	for i, e := range s.entries {
		if i+1 < len(s.entries) && s.entries[i+1].at == e.at { // the same post twice: the last counts
			s.entries[i+1].gone = e.gone
			continue
		}
		if e.gone {
			if _, err := s.exec("DELETE FROM words WHERE rowid = ?", int64(e.at)); err != nil {
				return err
			}
		}
		if _, err := s.exec("INSERT INTO words(rowid, word) VALUES(?, ?)", int64(e.at), e.text); err != nil {
			return err
		}
	}
	s.entries = nil
	return nil
}
