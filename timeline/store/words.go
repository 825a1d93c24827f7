package store

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"skein/timeline"
)

// document is what the full-text index is given of a post: the columns of words.
// facts are single words that say what a post is, so that conditions are met inside
// the index; nobody's search can mean them, for text is looked for in the other
// columns.
type document struct{ text, names, alt, links, facts string }

func documentOf(p *timeline.Post, author int64) document {
	text := []string{p.Text.Plain().String(), p.Warning.String()}
	var alt, links []string
	for _, m := range p.Media {
		alt = append(alt, m.Alt.String())
	}
	if p.Poll != nil {
		for _, o := range p.Poll.Options {
			text = append(text, o.Text.String())
		}
	}
	for _, l := range p.Text.Links() {
		links = append(links, addressWords(l.Target.String()))
	}
	if c := p.Card; c != nil {
		links = append(links, c.Title.String(), c.Description.String(), addressWords(c.URL.String()))
	}
	return document{
		text:  spread(join(text)),
		names: spread(p.Author.Name.String() + " " + p.Author.Handle.String()),
		alt:   spread(join(alt)),
		links: spread(join(links)),
		facts: facts(p, author),
	}
}

// join joins what is not empty.
func join(parts []string) string {
	if len(parts) == 1 {
		return parts[0]
	}
	return strings.TrimSpace(strings.Join(parts, "\n"))
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

// facts are the words of a post's facts column.
func facts(p *timeline.Post, author int64) string {
	words := []string{onFact(p.ID.Network), byFact(author)}
	for _, l := range p.Languages {
		words = append(words, languageFacts(l)...)
	}
	for _, h := range having(p) {
		words = append(words, hasFact(h))
	}
	return strings.Join(words, " ")
}

func onFact(n timeline.Network) string { return "on" + plain(string(n)) }
func byFact(author int64) string       { return "by" + strconv.FormatInt(author, 10) }
func hasFact(h timeline.Having) string { return "has" + plain(string(h)) }
func languageFact(l string) string     { return "in" + plain(l) }

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
	for _, h := range havings() {
		if has[h] {
			out = append(out, h)
		}
	}
	return out
}

func havings() []timeline.Having {
	return []timeline.Having{
		timeline.HasMedia, timeline.HasImage, timeline.HasVideo, timeline.HasAudio,
		timeline.HasLink, timeline.HasPoll, timeline.HasQuote, timeline.HasAlt,
	}
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

const insertWords = "INSERT INTO words(rowid, text, names, alt, links, facts) VALUES(?, ?, ?, ?, ?, ?)"

// index makes a post one that can be found; boosts are found by what they boost.
func (s *session) index(p *timeline.Post, at place, author int64) error {
	if p.Boosted != nil {
		return nil
	}
	d := documentOf(p, author)
	_, err := s.exec(insertWords, int64(at), d.text, d.names, d.alt, d.links, d.facts)
	return err
}

// reindex brings the index up to date where a change of a post concerns it; most are
// changes of counts.
func (s *session) reindex(old, p *timeline.Post, at place, author int64) error {
	if p.Boosted != nil || documentOf(old, author) == documentOf(p, author) {
		return nil
	}
	if _, err := s.exec("DELETE FROM words WHERE rowid = ?", int64(at)); err != nil {
		return err
	}
	return s.index(p, at, author)
}
