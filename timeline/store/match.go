package store

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"skein/timeline"
)

// minBegins is how many letters the beginning of a word must have: shorter ones
// begin half of all words.
const minBegins = 3

// match is a full-text query in the making. Every word of it stands in quotes, so
// that nothing a person types is an operator.
type match struct {
	all  []string // each must hold
	none []string // none may
	void bool     // nothing can match
}

// matchOf makes the query of a search; people are the rows of those who may have
// written what is looked for.
func matchOf(q timeline.Search, people []int64) match {
	m := match{void: len(q.From) > 0 && len(people) == 0}
	for _, w := range slices.Concat(q.Words, q.Phrases) {
		m.word(w, "")
	}
	if begins(q.Begins) {
		m.word(q.Begins, " *")
	}
	for _, w := range q.Without {
		if hasWord(w) {
			m.none = append(m.none, quote(spread(w)))
		}
	}
	for _, h := range q.Has {
		m.all = append(m.all, quote(hasFact(h)))
	}
	m.all = append(m.all, oneOf(people, byFact)...)
	m.all = append(m.all, oneOf(q.On, onFact)...)
	m.all = append(m.all, oneOf(q.Language, languageFact)...)
	if len(m.all) == 0 && len(m.none) > 0 { // NOT needs something to take from
		m.all = oneOf(timeline.Networks(), onFact)
	}
	return m
}

// word asks for a word, for several that follow each other, or with " *" for the
// beginning of the last of them.
func (m *match) word(w, ending string) {
	if !hasWord(w) {
		m.void = true
		return
	}
	m.all = append(m.all, quote(spread(w))+ending)
}

// oneOf asks for any of some facts.
func oneOf[T any](values []T, factOf func(T) string) []string {
	var facts []string
	for _, v := range values {
		facts = append(facts, quote(factOf(v)))
	}
	if len(facts) == 0 {
		return nil
	}
	return []string{"(" + strings.Join(facts, " OR ") + ")"}
}

// String is the query as FTS5 reads it; "" where all posts match.
func (m match) String() string {
	query := strings.Join(m.all, " AND ")
	if len(m.none) > 0 {
		query = "(" + query + ") NOT (" + strings.Join(m.none, " OR ") + ")"
	}
	return query
}

// quote makes a string of the query language of s.
func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// sought is what a person typed without what could not be read, or would mean
// something to the index.
func sought(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Co, r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
}

// hasWord tells whether the index can hold anything of s: emoji and signs are no
// words.
func hasWord(s string) bool { return strings.ContainsFunc(s, wordRune) }

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// begins tells whether s is enough of a word to look for those that begin so.
func begins(s string) bool {
	return utf8.RuneCountInString(s) >= minBegins && hasWord(s) || strings.ContainsFunc(s, unspaced)
}

// cleaned is a search of which every text is sought.
func cleaned(q timeline.Search) timeline.Search {
	all := func(texts []string) []string {
		var out []string
		for _, t := range texts {
			out = append(out, sought(t))
		}
		return out
	}
	q.Words, q.Phrases, q.Without, q.From = all(q.Words), all(q.Phrases), all(q.Without), all(q.From)
	q.Begins = sought(q.Begins)
	return q
}
