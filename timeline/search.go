package timeline

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// maxSearch is the most bytes of a search as typed.
const maxSearch = 2000

// ParseSearch reads what a person types to find posts:
//
//	rain garden          both words, whatever the case and accents
//	"open source"        words that follow each other
//	-football            posts without a word
//	from:ana             written by somebody whose handle or name has ana in it
//	on:bluesky, on:b     read on a network
//	since:2026-03-01     not before that day; also 2026-03, 2026, 7d, 12h, today, yesterday
//	until:2026-03-01     not after that day; before: and after: are the same two
//	has:media            or image, video, audio, link, poll, quote, alt
//	lang:ja              in a language, by its code
//
// A key that is none of these is searched as text, as in "note: milk". Several from,
// on and lang mean any of them; all else must hold. now and its zone say what day it
// is. It fails with CodeUsage, which says what is wrong and what there is.
func ParseSearch(s string, now time.Time) (Search, error) { return parseSearch(s, now, false) }

// ParseTyping is ParseSearch for a search that is still being typed: the last word
// may be the beginning of one, and a condition whose value is still missing or
// unfinished at the end is left out rather than an error.
func ParseTyping(s string, now time.Time) (Search, error) { return parseSearch(s, now, true) }

func parseSearch(s string, now time.Time, typing bool) (Search, error) {
	if len(s) > maxSearch {
		return Search{}, Errorf(CodeUsage, "a search of %d bytes: at most %d can be looked for", len(s), maxSearch)
	}
	p := searchParser{now: now}
	terms := searchTerms(s)
	for i, t := range terms {
		last := typing && i == len(terms)-1 && !t.closed
		err := p.term(t, last)
		if err != nil && !last {
			return Search{}, err
		}
	}
	return p.found, nil
}

// searchTerm is a piece of a search: a word or the words between quotes, perhaps with
// a minus before it, perhaps behind a key and a colon.
type searchTerm struct {
	minus  bool
	key    string
	value  string
	quoted bool
	closed bool // something stands behind it, were it only a space
}

// searchTerms cuts a search into its terms. A quote that nobody closes ends with the
// search.
func searchTerms(s string) []searchTerm {
	var terms []searchTerm
	for {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
		if s == "" {
			return terms
		}
		var t searchTerm
		t, s = nextTerm(s)
		terms = append(terms, t)
	}
}

func nextTerm(s string) (t searchTerm, rest string) {
	if after, ok := strings.CutPrefix(s, "-"); ok && after != "" && !unicode.IsSpace(rune(after[0])) {
		t.minus, s = true, after
	}
	word := s
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		word = s[:i]
	}
	if key, _, ok := strings.Cut(word, ":"); ok && isKey(key) {
		t.key, s, word = strings.ToLower(key), s[len(key)+1:], word[len(key)+1:]
	}
	if inner, ok := openQuote(s); ok {
		end := strings.IndexAny(inner, closeQuotes)
		t.quoted = true
		if end < 0 {
			t.value = inner
			return t, ""
		}
		t.value, t.closed = inner[:end], true
		_, rest, _ = strings.Cut(inner[end:], string([]rune(inner[end:])[:1]))
		return t, rest
	}
	t.value, rest = word, s[len(word):]
	t.closed = rest != ""
	return t, rest
}

// The marks that phones and word processors make of a straight quote.
const (
	openQuotes  = "\"“„”"
	closeQuotes = "\"”“"
)

func openQuote(s string) (inner string, ok bool) {
	for _, q := range openQuotes {
		if inner, ok = strings.CutPrefix(s, string(q)); ok {
			return inner, true
		}
	}
	return "", false
}

// searchKeys are the conditions.
func searchKeys() []string {
	return []string{"from", "on", "since", "after", "until", "before", "has", "lang"}
}

func isKey(s string) bool { return slices.Contains(searchKeys(), strings.ToLower(s)) }

// searchParser collects what the terms ask for.
type searchParser struct {
	now   time.Time
	found Search
}

func (p *searchParser) term(t searchTerm, last bool) error {
	value := strings.Join(strings.Fields(t.value), " ")
	switch {
	case t.key != "":
		return p.condition(t, value)
	case value == "":
	case t.minus:
		p.found.Without = append(p.found.Without, value)
	case t.quoted && strings.Contains(value, " "):
		p.found.Phrases = append(p.found.Phrases, value)
	case last && !t.quoted:
		p.found.Begins = value
	default:
		p.found.Words = append(p.found.Words, value)
	}
	return nil
}

// condition takes a term with a key.
func (p *searchParser) condition(t searchTerm, value string) error {
	if t.minus {
		return Errorf(CodeUsage, "-%s:%s: only words can be excluded", t.key, value)
	}
	if t.key == "from" {
		value = strings.TrimPrefix(value, "@")
	}
	if value == "" {
		return Errorf(CodeUsage, "%s: needs a value, as in %s", t.key, searchExample(t.key))
	}
	switch t.key {
	case "from":
		p.found.From = append(p.found.From, value)
	case "on":
		return p.on(value)
	case "since", "after":
		at, err := searchTime(t.key, value, p.now)
		if err == nil && at.begin.After(p.found.Since) {
			p.found.Since = at.begin
		}
		return err
	case "until", "before":
		at, err := searchTime(t.key, value, p.now)
		if err == nil && (p.found.Until.IsZero() || at.end.Before(p.found.Until)) {
			p.found.Until = at.end
		}
		return err
	case "has":
		h := Having(strings.ToLower(value))
		if !slices.Contains(Havings(), h) {
			return Errorf(CodeUsage, "has:%s: a post can have %s", value, joined(Havings()))
		}
		p.found.Has = append(p.found.Has, h)
	case "lang":
		if !languageCode(value) {
			return Errorf(CodeUsage, "lang:%s: a language is given by its code, as in lang:ja or lang:pt-BR", value)
		}
		p.found.Language = append(p.found.Language, value)
	}
	return nil
}

// on takes a network by its name or the beginning of one.
func (p *searchParser) on(value string) error {
	for _, n := range Networks() {
		if strings.HasPrefix(string(n), strings.ToLower(value)) {
			p.found.On = append(p.found.On, n)
			return nil
		}
	}
	return Errorf(CodeUsage, "on:%s: the networks are %s", value, joined(Networks()))
}

func searchExample(key string) string {
	switch key {
	case "from":
		return "from:ana"
	case "on":
		return "on:" + string(Networks()[0])
	case "has":
		return "has:" + string(HasMedia)
	case "lang":
		return "lang:en"
	}
	return key + ":2026-03-01"
}

func joined[T ~string](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	if n := len(words) - 1; n > 0 {
		return strings.Join(words[:n], ", ") + " and " + words[n]
	}
	return strings.Join(words, "")
}

// Havings lists what a post can have.
func Havings() []Having {
	return []Having{HasMedia, HasImage, HasVideo, HasAudio, HasLink, HasPoll, HasQuote, HasAlt}
}

// languageCode tells whether s has the form of a language tag.
func languageCode(s string) bool {
	for i, part := range strings.Split(s, "-") {
		if len(part) < 1 || len(part) > 8 || i == 0 && len(part) < 2 {
			return false
		}
		for _, r := range part {
			if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return false
			}
		}
	}
	return true
}

// searchSpan is the time that a value names.
type searchSpan struct{ begin, end time.Time }

// searchTime reads a day, a month, a year, a day's name, or an age.
func searchTime(key, value string, now time.Time) (searchSpan, error) {
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch strings.ToLower(value) {
	case "today":
		return searchSpan{day, day.AddDate(0, 0, 1)}, nil
	case "yesterday":
		return searchSpan{day.AddDate(0, 0, -1), day}, nil
	}
	if at, err := time.ParseInLocation("2006-01-02", value, now.Location()); err == nil {
		return searchSpan{at, at.AddDate(0, 0, 1)}, nil
	}
	if at, err := time.ParseInLocation("2006-01", value, now.Location()); err == nil {
		return searchSpan{at, at.AddDate(0, 1, 0)}, nil
	}
	if at, err := time.ParseInLocation("2006", value, now.Location()); err == nil {
		return searchSpan{at, at.AddDate(1, 0, 0)}, nil
	}
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return searchSpan{at, at}, nil
	}
	if at, ok := age(value, now); ok {
		return searchSpan{at, at}, nil
	}
	return searchSpan{}, Errorf(CodeUsage, "%s:%s: a time is a day as in %s:%s, a month, a year, today, yesterday, or an age as in %s:7d (h, d, w, m, y)",
		key, value, key, now.Format("2006-01-02"), key)
}

// age reads how long ago something was: a number and h, d, w, m or y.
func age(s string, now time.Time) (time.Time, bool) {
	if len(s) < 2 {
		return time.Time{}, false
	}
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 16)
	if err != nil {
		return time.Time{}, false
	}
	switch ago := -int(n); s[len(s)-1] {
	case 'h', 'H':
		return now.Add(time.Duration(ago) * time.Hour), true
	case 'd', 'D':
		return now.AddDate(0, 0, ago), true
	case 'w', 'W':
		return now.AddDate(0, 0, 7*ago), true
	case 'm', 'M':
		return now.AddDate(0, ago, 0), true
	case 'y', 'Y':
		return now.AddDate(ago, 0, 0), true
	}
	return time.Time{}, false
}
