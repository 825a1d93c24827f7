package post

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"skein/timeline"
)

// maxHyperlink is the most bytes of an address that a terminal is handed.
const maxHyperlink = 2048

// Address is a link's target in a form that can be opened and shown.
type Address struct {
	URL  string // http or https, ASCII, percent-encoded
	Host string // where it really leads: Unicode, or punycode where scripts mix
	Odd  bool   // made to be misread: mixed scripts, or a name before an @
}

// ParseAddress reads a link's target. ok is false for what is no http or https
// address with a host.
func ParseAddress(target timeline.Safe) (a Address, ok bool) {
	u, err := url.Parse(strings.TrimSpace(target.String()))
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return Address{}, false
	}
	host := u.Hostname()
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		if !isASCII(host) {
			return Address{}, false
		}
		ascii = strings.ToLower(host) // such as an address or a name with an underscore
	}
	a.Host = ascii
	if shown, err := idna.Display.ToUnicode(ascii); err == nil && !mixed(shown) {
		a.Host = timeline.CleanLine(shown).String()
	}
	a.Odd = u.User != nil || mixed(unicodeOf(ascii))
	port := u.Port()
	u.Host = ascii
	switch {
	case port != "":
		u.Host = net.JoinHostPort(ascii, port)
	case strings.Contains(ascii, ":"):
		u.Host = "[" + ascii + "]"
	}
	a.URL = encode(u.String())
	return a, true
}

// encode percent-encodes what net/url leaves as it was written, such as the query.
func encode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c > 0x20 && c < 0x7f {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func unicodeOf(ascii string) string {
	if s, err := idna.Display.ToUnicode(ascii); err == nil {
		return s
	}
	return ascii
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// mixed tells whether a host's letters come from scripts that are not written
// together, as in a Latin word with one Cyrillic letter.
func mixed(host string) bool {
	if isASCII(host) {
		return false
	}
	var latin, asian, other bool
	var script *unicode.RangeTable
	for _, r := range host {
		switch {
		case !unicode.IsLetter(r):
		case unicode.Is(unicode.Latin, r):
			latin = true
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
			asian = true
		case script == nil:
			other, script = true, scriptOf(r)
		default:
			if scriptOf(r) != script {
				return true
			}
		}
	}
	return other && (latin || asian)
}

func scriptOf(r rune) *unicode.RangeTable {
	for _, t := range unicode.Scripts {
		if unicode.Is(t, r) {
			return t
		}
	}
	return nil
}

// says tells whether a label names the place that its link leads to: the host
// itself, or an address at that host, which networks shorten.
func says(label timeline.Safe, a Address) bool {
	host, ok := hostIn(label)
	return ok && (host == strings.TrimPrefix(a.Host, "www.") || host == strings.TrimPrefix(asciiHost(a), "www."))
}

// misleads tells whether a label is an address other than the one it leads to, or
// the host is made to be misread.
func misleads(label timeline.Safe, a Address) bool {
	_, addressed := hostIn(label)
	return a.Odd || addressed && !says(label, a)
}

func asciiHost(a Address) string {
	u, err := url.Parse(a.URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// hostIn finds the host in a label that looks like an address.
func hostIn(label timeline.Safe) (string, bool) {
	s := strings.TrimSpace(label.String())
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if i := strings.IndexAny(s, "/?#…"); i >= 0 {
		s = s[:i]
	}
	if strings.ContainsFunc(s, unicode.IsSpace) || !strings.Contains(strings.Trim(s, "."), ".") {
		return "", false
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return "", false
	}
	host, _, _ := strings.Cut(s, ":")
	return strings.TrimPrefix(strings.ToLower(host), "www."), true
}

// Link is something of a post that a browser can show.
type Link struct {
	Label   timeline.Safe
	Address Address
	// Misleads says that the label is an address other than the one it leads to,
	// or that the host is made to be misread: ask before opening.
	Misleads bool
}

// Links lists the links of a post's text, card, media and quote, each address
// once, in reading order.
func Links(p *timeline.Post) []Link {
	p = p.Content()
	var links []Link
	seen := map[string]bool{}
	add := func(label, target timeline.Safe) {
		a, ok := ParseAddress(target)
		if !ok || seen[a.URL] {
			return
		}
		seen[a.URL] = true
		links = append(links, Link{Label: label.Line(), Address: a, Misleads: misleads(label, a)})
	}
	for _, s := range p.Text.Links() {
		add(s.Text, s.Target)
	}
	for _, m := range p.Media {
		add(timeline.CleanLine(kindName(m.Kind)+" "+m.Alt.String()), m.URL)
	}
	if p.Card != nil {
		add(p.Card.Title, p.Card.URL)
	}
	if p.Quote != nil && p.Quote.Post != nil {
		add(timeline.CleanLine("the quoted post by "+name(p.Quote.Post.Author)), p.Quote.Post.URL)
	}
	return links
}
