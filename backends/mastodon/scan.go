package mastodon

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"skein/timeline"
)

// token is what the server will see in a stretch of text.
type token struct {
	from, to int // bytes
	kind     timeline.SpanKind
	name     string // of a mention the user, of a tag all behind the '#'
}

// scan finds addresses, mentions and hashtags in a text, in their order, as Mastodon
// does.
//
// Source: Mastodon's app/lib/extractor.rb, app/models/account.rb and tag.rb
// (MENTION_RE, HASHTAG_RE), config/initializers/twitter_regex.rb, and twitter-text
func scan(text string) []token {
	var found []token
	before := rune(0)
	for at := 0; at < len(text); {
		t := token{}
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case (r == 'h' || r == 'H') && !joinsLink(before):
			t = token{to: linkLength(text[at:]), kind: timeline.SpanLink}
		case r == '@' && !wordRune(before) && before != '=' && before != '/':
			t = mention(text[at:])
		case (r == '#' || r == '＃') && !wordRune(before) && !strings.ContainsRune("=/)", before):
			t = tag(text[at:], size)
		}
		if t.to > 0 {
			t.from, t.to = at, at+t.to
			found = append(found, t)
			before, _ = utf8.DecodeLastRuneInString(text[:t.to])
			at = t.to
			continue
		}
		before = r
		at += size
	}
	return found
}

// joinsLink tells what an address cannot follow directly.
func joinsLink(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r != 0 && strings.ContainsRune("@＠$#＃", r)
}

// wordRune is Ruby's [[:word:]].
func wordRune(r rune) bool {
	return unicode.In(r, unicode.Letter, unicode.Mark, unicode.Nd, unicode.Pc)
}

// mention reads the @user or @user@host that s begins with.
func mention(s string) token {
	user := 1 + dotted(s[1:], func(r rune) bool { return r < utf8.RuneSelf && wordRune(r) })
	if user == 1 {
		return token{}
	}
	t := token{to: user, kind: timeline.SpanMention, name: s[1:user]}
	if rest, ok := strings.CutPrefix(s[user:], "@"); ok {
		if host := dotted(rest, wordRune); host > 0 {
			t.to += 1 + host
		}
	}
	rest := s[t.to:]
	if r, _ := utf8.DecodeRuneInString(rest); r == '@' || r == '＠' || unicode.Is(unicode.Latin, r) && r > unicode.MaxASCII || strings.HasPrefix(rest, "://") {
		return token{}
	}
	return t
}

// dotted is the length of runes that in takes, with dots and hyphens between them.
func dotted(s string, in func(rune) bool) int {
	end := 0
	for i, r := range s {
		if in(r) {
			end = i + utf8.RuneLen(r)
		} else if i == 0 || r != '.' && r != '-' {
			break
		}
	}
	return end
}

// tag reads the hashtag that s begins with. It has a letter in it, or a separator
// between others: #1 is none.
func tag(s string, hash int) token {
	separator := func(r rune) bool { return strings.ContainsRune("_·・\u200c", r) }
	end, letter, split := hash, false, false
	waiting := false // separators that nothing has followed yet
	for i, r := range s[hash:] {
		switch {
		case wordRune(r):
			letter = letter || unicode.IsLetter(r)
			split = split || waiting
			end = hash + i + utf8.RuneLen(r)
			waiting = separator(r) && i > 0
		case separator(r) && i > 0:
			waiting = true
		default:
			return tagged(s[hash:end], end, letter || split)
		}
	}
	return tagged(s[hash:end], end, letter || split)
}

func tagged(name string, end int, ok bool) token {
	if name == "" || !ok {
		return token{}
	}
	return token{to: end, kind: timeline.SpanTag, name: name}
}

// linkLength is the length of the http(s) address that s begins with, 0 if it does not.
func linkLength(s string) int {
	lower := strings.ToLower(s[:min(len(s), len("https://"))])
	start := 0
	switch {
	case strings.HasPrefix(lower, "http://"):
		start = len("http://")
	case strings.HasPrefix(lower, "https://"):
		start = len("https://")
	default:
		return 0
	}
	end := start + domainLength(s[start:])
	if end == start {
		return 0
	}
	if rest, ok := strings.CutPrefix(s[end:], ":"); ok {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits > 0 {
			end += 1 + digits
		}
	}
	end += pathLength(s[end:])
	return end + queryLength(s[end:])
}

// domainLength is the length of the host that s begins with, up to its last known
// top-level domain.
func domainLength(s string) int {
	end := 0
	for i, r := range s {
		if !wordRune(r) && r != '-' && r != '.' {
			break
		}
		end = i + utf8.RuneLen(r)
	}
	for host := s[:end]; ; {
		dot := strings.LastIndexByte(host, '.')
		if dot < 0 {
			return 0
		}
		if topLevel(host[dot+1:]) && labels(host[:dot]) {
			return len(host)
		}
		host = host[:dot]
	}
}

// labels tells whether the names before the top-level domain can be some.
func labels(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || strings.Trim(label, "-_") != label {
			return false
		}
	}
	return true
}

func topLevel(s string) bool {
	if strings.HasPrefix(strings.ToLower(s), "xn--") {
		return true
	}
	ascii, err := idna.ToASCII(strings.ToLower(s))
	if err != nil || ascii == "" {
		return false
	}
	suffix, known := publicsuffix.PublicSuffix(ascii)
	return known && suffix == ascii
}

// pathLength is the length of the path that s begins with. It does not end in punctuation,
// and takes brackets in pairs, one pair within another at most.
func pathLength(s string) int {
	if !strings.HasPrefix(s, "/") {
		return 0
	}
	end := 1
	for i := 1; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == '(' {
			pair := bracketsLength(s[i:], 1)
			if pair == 0 {
				return end
			}
			i += pair
			end = i
			continue
		}
		if !pathRune(r) {
			return end
		}
		i += size
		if !strings.ContainsRune("!*\"'「」;:=,.$%[]~&|@", r) {
			end = i
		}
	}
	return end
}

func pathRune(r rune) bool { return !unicode.IsSpace(r) && !strings.ContainsRune("<>()?", r) }

// bracketsLength is the length of the pair that s begins with, with something in it.
func bracketsLength(s string, within int) int {
	for i := 1; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == ')' && i > 1:
			return i + 1
		case r == '(' && within > 0:
			inner := bracketsLength(s[i:], within-1)
			if inner == 0 {
				return 0
			}
			i += inner
			continue
		case !pathRune(r):
			return 0
		}
		i += size
	}
	return 0
}

// queryLength is the length of the query string that s begins with.
func queryLength(s string) int {
	if !strings.HasPrefix(s, "?") {
		return 0
	}
	end := 0
	for i, r := range s {
		alone := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			r >= 0xa0 && !unicode.IsSpace(r) && r != utf8.RuneError // which also stands for a byte that is no text
		switch {
		case alone, strings.ContainsRune("_&=#/-", r):
			if i > 0 {
				end = i + utf8.RuneLen(r)
			}
		case !strings.ContainsRune("!?*'();:+$%[].~,|@^", r):
			return end
		}
	}
	return end
}
