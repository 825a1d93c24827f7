package main

import (
	"strings"

	"skein/timeline"
)

// mostQueries is how many searches are made up.
const mostQueries = 240

// query is one search, as skein asks it and as the floor does.
type query struct {
	kind   string
	search timeline.Search
	match  string // for FTS5
}

// kinds are those of queries, in the order in which they are told.
func kinds() []string {
	return []string{"a word", "two words", "a phrase", "a beginning", "a word on one network", "a word beside a picture", "posts of a person"}
}

// ask adds a search for one post of so many, made of what it says. A post of which
// none can be made leaves its turn to the next.
func (s *shelf) ask(p *timeline.Post) {
	if every := max(1, s.posts/mostQueries); len(s.times) < every*len(s.queries) || len(s.queries) >= mostQueries {
		return
	}
	words := strings.FieldsFunc(p.Content().Text.Plain().String(), notLetter)
	if len(words) < 6 {
		return
	}
	kind := kinds()[len(s.queries)%len(kinds())]
	if search, match := queryOf(kind, words, p); match != "" {
		s.queries = append(s.queries, query{kind, search, match})
	}
}

// queryOf makes a query of a kind; the match is "" when this post is not one for it.
func queryOf(kind string, words []string, p *timeline.Post) (search timeline.Search, match string) {
	const and = " AND "
	word, other := words[2], words[4]
	switch kind {
	case "a word":
		return timeline.Search{Words: []string{word}}, quoted(word)
	case "two words":
		return timeline.Search{Words: []string{word, other}}, quoted(word) + and + quoted(other)
	case "a phrase":
		phrase := words[1] + " " + word
		return timeline.Search{Phrases: []string{phrase}}, quoted(phrase)
	case "a beginning":
		begin := []rune(word)
		if len(begin) < 4 {
			return search, ""
		}
		return timeline.Search{Begins: string(begin[:3])}, quoted(string(begin[:3])) + "*"
	case "a word on one network":
		n := p.ID.Network
		return timeline.Search{Words: []string{word}, On: []timeline.Network{n}}, quoted(word) + and + quoted(factOn+string(n))
	case "a word beside a picture":
		if len(p.Content().Media) == 0 {
			return search, ""
		}
		return timeline.Search{Words: []string{word}, Has: []timeline.Having{timeline.HasMedia}}, quoted(word) + and + quoted(factMedia)
	default:
		author := p.Content().Author
		return timeline.Search{From: []string{author.Handle.String()}}, quoted(factBy(author))
	}
}

// quoted is a string in a query of FTS5.
func quoted(text string) string { return `"` + text + `"` }
