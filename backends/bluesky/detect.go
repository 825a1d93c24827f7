package bluesky

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bluesky-social/indigo/atproto/syntax"
	"github.com/rivo/uniseg"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"skein/timeline"
)

// The limits of app.bsky.richtext.facet#tag.
const (
	maxTagGraphemes = 64
	maxTagBytes     = 640
)

// detect finds mentions, links and tags in what somebody typed, in reading order
// and none within another. It follows what Bluesky's own clients do (@atproto/api,
// rich-text/detection.ts) and is stricter with bare domains, which may have a
// hyphen but nothing that would make them an e-mail address. The target of a
// mention is empty: its handle has to be resolved.
func detect(text string) []piece {
	var out []piece
	for at, before := 0, ' '; at < len(text); {
		if unicode.IsSpace(before) || before == '(' {
			if p, ok := detectAt(text, at, before); ok {
				out = append(out, p)
				at = p.end
				before, _ = utf8.DecodeLastRuneInString(text[:at])
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		before, at = r, at+size
	}
	return out
}

// detectAt looks at the beginning of a word.
func detectAt(text string, at int, before rune) (piece, bool) {
	word := text[at:]
	if end := strings.IndexFunc(word, unicode.IsSpace); end >= 0 {
		word = word[:end]
	}
	var p piece
	switch {
	case word == "":
	case word[0] == '@':
		p = mentionIn(word)
	case word[0] == '$':
		p = cashtagIn(word)
	case word[0] == '#' || strings.HasPrefix(word, "＃"):
		if before != '(' {
			p = tagIn(word)
		}
	default:
		p = linkIn(word)
	}
	p.start += at
	p.end += at
	return p, p.end > p.start
}

// mentionIn reads @handle (https://atproto.com/specs/handle). What goes on with an
// underscore or another @ is a name on some other network.
func mentionIn(word string) piece {
	run := strings.IndexFunc(word[1:], func(r rune) bool { return !letterOrDigit(r) && r != '.' && r != '-' })
	rest := ""
	handle := word[1:]
	if run >= 0 {
		handle, rest = handle[:run], handle[run:]
	}
	if strings.HasPrefix(rest, "_") || strings.HasPrefix(rest, "@") {
		return piece{}
	}
	handle = strings.TrimRight(handle, ".-")
	if _, err := syntax.ParseHandle(handle); err != nil {
		return piece{}
	}
	return piece{end: 1 + len(handle), kind: timeline.SpanMention}
}

// tagIn reads #tag: at least one letter or symbol, no punctuation at the end.
func tagIn(word string) piece {
	_, sign := utf8.DecodeRuneInString(word)
	tag := word[sign:]
	if end := strings.IndexFunc(tag, unseen); end >= 0 {
		tag = tag[:end]
	}
	const emojiLook = "\ufe0f" // of a keycap: the sign belongs to an emoji
	if strings.HasPrefix(tag, emojiLook) || !strings.ContainsFunc(tag, meaningful) {
		return piece{}
	}
	tag = strings.TrimRightFunc(tag, unicode.IsPunct)
	if !fitsTag(tag) {
		return piece{}
	}
	return piece{end: sign + len(tag), kind: timeline.SpanTag, target: tag}
}

// fitsTag tells whether a facet may hold the tag.
func fitsTag(tag string) bool {
	return tag != "" && len(tag) <= maxTagBytes && uniseg.GraphemeClusterCount(tag) <= maxTagGraphemes
}

// unseen tells whether r ends a tag without being seen.
func unseen(r rune) bool {
	switch r {
	case '\u00ad', '\u2060', '\u200a', '\u200b', '\u200c', '\u200d', '\u20e2':
		return true
	}
	return false
}

// meaningful tells whether r makes a tag out of digits and punctuation.
func meaningful(r rune) bool { return !unicode.IsPunct(r) && (r < '0' || r > '9') }

// cashtagIn reads $TICKER: a letter and up to four letters or digits.
func cashtagIn(word string) piece {
	const longest = 5
	end := strings.IndexFunc(word[1:], func(r rune) bool { return !letterOrDigit(r) })
	ticker, rest := word[1:], ""
	if end >= 0 {
		ticker, rest = ticker[:end], ticker[end:]
	}
	if ticker == "" || len(ticker) > longest || ticker[0] <= '9' {
		return piece{}
	}
	if next, _ := utf8.DecodeRuneInString(rest); rest != "" && !strings.ContainsRune(".,;:!?)\"'’", next) {
		return piece{}
	}
	return piece{end: 1 + len(ticker), kind: timeline.SpanTag, target: "$" + strings.ToUpper(ticker)}
}

// linkIn reads http://…, https://… or a bare domain with what follows it.
func linkIn(word string) piece {
	address := trimLink(word)
	if !isWeb(address) {
		domain := domainIn(address)
		if domain == "" || !knownDomain(domain) {
			return piece{}
		}
		if rest := address[len(domain):]; rest != "" && !strings.ContainsRune("/?#:", rune(rest[0])) {
			return piece{}
		}
	}
	target := linkTarget(address)
	if target == "" {
		return piece{}
	}
	return piece{end: len(address), kind: timeline.SpanLink, target: target}
}

// isWeb tells whether an address begins with its scheme.
func isWeb(s string) bool {
	scheme, rest, ok := strings.Cut(s, "://")
	return ok && rest != "" && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// domainIn is the domain that a word begins with: a letter first, two labels or
// more.
func domainIn(word string) string {
	end := strings.IndexFunc(word, func(r rune) bool { return !letterOrDigit(r) && r != '.' && r != '-' })
	if end < 0 {
		end = len(word)
	}
	domain := strings.TrimRight(word[:end], ".")
	if domain == "" || domain[0] <= '9' || !strings.Contains(domain, ".") {
		return ""
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return ""
		}
	}
	return domain
}

// knownDomain tells whether a domain's end is on the public suffix list, so that
// "e.g." and "photo.jpg" are no links.
func knownDomain(domain string) bool {
	suffix, icann := publicsuffix.PublicSuffix(strings.ToLower(domain))
	return icann || strings.Contains(suffix, ".")
}

// trimLink takes away the punctuation of the sentence around a link, and a closing
// parenthesis that was not opened within it.
func trimLink(s string) string {
	for {
		short := strings.TrimRight(s, ".,;:!?…")
		if strings.HasSuffix(short, ")") && strings.Count(short, ")") > strings.Count(short, "(") {
			short = short[:len(short)-1]
		}
		if short == s {
			return s
		}
		s = short
	}
}

// linkTarget is the whole address of a link as it was typed, with its host in
// ASCII; "" when it leads nowhere.
func linkTarget(typed string) string {
	if !isWeb(typed) {
		typed = "https://" + typed
	}
	u, err := url.Parse(typed)
	if err != nil {
		return ""
	}
	if u.Host, err = idna.ToASCII(u.Host); err != nil {
		return ""
	}
	return webURL(u.String()).String()
}

func letterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}
