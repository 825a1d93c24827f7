package nostr

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	maxContent = 100_000 // bytes of an event's text that are read; relays cap it at 64 KiB
	maxURL     = 2048    // bytes of an address
	maxTag     = 100     // bytes of a hashtag
	maxCode    = 50      // bytes of an emoji's shortcode
)

// markup turns an event's content into spans. It holds the event's tags and what
// is known of the people in it.
type markup struct {
	tags  nostr.Tags
	emoji map[string]string                  // NIP-30: shortcode → address of the image
	name  func(pubkey string) (string, bool) // a person's display name, where known
	files *attachments                       // nil where links to files stay links

	text  timeline.Text
	plain []byte
}

// token is a run of content that means something. length counts its bytes in the
// content; 0 is none.
type token struct {
	span   timeline.Span
	length int
}

// parseContent makes the spans of NIP-21, NIP-27 and NIP-30 content, web addresses
// and hashtags. Links to files go to files, unless that is nil. Each byte is read a
// bounded number of times.
func parseContent(content string, tags nostr.Tags, name func(string) (string, bool), files *attachments) timeline.Text {
	m := &markup{tags: tags, name: name, emoji: emojis(tags), files: files}
	last := ' '
	for i := 0; i < len(content); {
		t := m.token(content[i:], last)
		if t.length == 0 {
			r, n := utf8.DecodeRuneInString(content[i:])
			m.plain = append(m.plain, content[i:i+n]...)
			last = r
			i += n
			continue
		}
		i += t.length
		if t.span.Kind == timeline.SpanLink && files.take(t.span.Target, content[i:]) {
			m.plain = bytes.TrimRight(m.plain, " \n") // the line is gone with its file
			last = ' '
			continue
		}
		m.flush()
		m.text = append(m.text, t.span)
		last, _ = utf8.DecodeLastRuneInString(content[:i])
	}
	m.flush()
	return m.text
}

// flush ends the run of plain text.
func (m *markup) flush() {
	if s := timeline.Clean(string(m.plain)); !s.Empty() {
		m.text = append(m.text, timeline.Span{Text: s})
	}
	m.plain = m.plain[:0]
}

// token looks for one at the start of s; last is the rune before it.
func (m *markup) token(s string, last rune) token {
	switch s[0] {
	case 'h', 'H':
		if !wordRune(last) {
			return webToken(s)
		}
	case 'n', 'N':
		if !wordRune(last) {
			return m.reference(s)
		}
	case '#':
		if t := m.legacy(s); t.length > 0 {
			return t
		}
		if !wordRune(last) && last != '#' && last != '&' && last != '/' {
			return hashtag(s)
		}
	case ':':
		return m.emojiToken(s)
	}
	return token{}
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// webToken reads an http(s) address. Trailing punctuation and an unbalanced
// bracket are not part of it.
func webToken(s string) token {
	head := strings.ToLower(s[:min(len(s), len("https://"))])
	if !strings.HasPrefix(head, "https://") && !strings.HasPrefix(head, "http://") {
		return token{}
	}
	end := strings.IndexFunc(s[:min(len(s), maxURL+1)], func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '<' || r == '>' || r == '"' || r == '`' || r == utf8.RuneError
	})
	if end < 0 {
		end = min(len(s), maxURL+1)
	}
	raw := trimAddress(s[:end])
	u, ok := webAddress(raw)
	if !ok {
		return token{}
	}
	return token{timeline.Span{Kind: timeline.SpanLink, Text: u, Target: u}, len(raw)}
}

// trimAddress cuts what belongs to the sentence around an address.
func trimAddress(s string) string {
	var count [256]int
	for i := range len(s) {
		count[s[i]]++
	}
	open := [256]byte{')': '(', ']': '[', '}': '{'}
	for s != "" {
		c := s[len(s)-1]
		unbalanced := open[c] != 0 && count[c] > count[open[c]]
		if !unbalanced && strings.IndexByte(`.,;:!?'"*`, c) < 0 {
			break
		}
		count[c]--
		s = s[:len(s)-1]
	}
	return s
}

// webAddress checks that s is an http(s) address that can be shown as it is.
func webAddress(s string) (timeline.Safe, bool) {
	if len(s) > maxURL {
		return timeline.Safe{}, false
	}
	clean := timeline.CleanLine(s)
	u, err := url.Parse(s)
	if err != nil || clean.String() != s || u.Hostname() == "" || u.User != nil {
		return timeline.Safe{}, false
	}
	scheme := strings.ToLower(u.Scheme)
	return clean, (scheme == "https" || scheme == "http") && !strings.ContainsRune(s, ' ')
}

// reference reads NIP-21's nostr:… as NIP-27 puts it into text.
func (m *markup) reference(s string) token {
	const scheme = "nostr:"
	if len(s) < len(scheme) || !strings.EqualFold(s[:len(scheme)], scheme) {
		return token{}
	}
	end := len(scheme)
	for end < len(s) && end <= maxReference && (s[end] >= 'a' && s[end] <= 'z' || s[end] >= '0' && s[end] <= '9') {
		end++
	}
	p, err := parsePointer(s[len(scheme):end])
	if err != nil {
		return token{}
	}
	return token{m.pointerSpan(p), end}
}

// pointerSpan shows what a reference names. An article's address is no ID that a
// post has, so it leads to the web.
func (m *markup) pointerSpan(p pointer) timeline.Span {
	switch {
	case p.person != "":
		return m.mention(p.person)
	case p.event != "":
		return postSpan(p.event)
	}
	text := timeline.CleanLine("📄 " + p.address.d)
	return timeline.Span{Kind: timeline.SpanLink, Text: text, Target: addressURL(p.address)}
}

func (m *markup) mention(pubkey string) timeline.Span {
	text := timeline.CleanLine(shortNpub(pubkey))
	if name, ok := m.name(pubkey); ok {
		if s := timeline.CleanLine("@" + name); s.String() != "@" {
			text = s
		}
	}
	return timeline.Span{Kind: timeline.SpanMention, Text: text, Target: timeline.CleanLine(pubkey)}
}

func postSpan(id string) timeline.Span {
	const shown = 8
	return timeline.Span{Kind: timeline.SpanPost, Text: timeline.CleanLine("↗ note " + id[:shown]), Target: timeline.CleanLine(id)}
}

// legacy reads the deprecated #[n], which names the tag at n.
func (m *markup) legacy(s string) token {
	const digits = 5
	end := strings.IndexByte(s[:min(len(s), digits+2)], ']')
	if end < 3 || s[1] != '[' {
		return token{}
	}
	n, err := strconv.Atoi(s[2:end])
	if err != nil || n < 0 || n >= len(m.tags) || len(m.tags[n]) < 2 || !isHex(m.tags[n][1], 64) {
		return token{}
	}
	switch m.tags[n][0] {
	case "p":
		return token{m.mention(m.tags[n][1]), end + 1}
	case "e":
		return token{postSpan(m.tags[n][1]), end + 1}
	}
	return token{}
}

// hashtag reads '#' and letters, digits, marks and '_', of which not all are digits.
func hashtag(s string) token {
	end, letters := 1, false
	for end < len(s) {
		r, n := utf8.DecodeRuneInString(s[end:])
		if !wordRune(r) && !unicode.IsMark(r) {
			break
		}
		letters = letters || unicode.IsLetter(r)
		end += n
	}
	if !letters || end > maxTag {
		return token{}
	}
	text := timeline.CleanLine(s[:end])
	tag := timeline.CleanLine(s[1:end])
	if tag.Empty() {
		return token{}
	}
	return token{timeline.Span{Kind: timeline.SpanTag, Text: text, Target: tag}, end}
}

// emojis collects NIP-30's tags.
func emojis(tags nostr.Tags) map[string]string {
	var m map[string]string
	for t := range tags.FindAll("emoji") {
		if len(t) < 3 || len(t[1]) > maxCode {
			continue
		}
		if m == nil {
			m = map[string]string{}
		}
		m[t[1]] = t[2]
	}
	return m
}

func (m *markup) emojiToken(s string) token {
	if m.emoji == nil {
		return token{}
	}
	end := strings.IndexByte(s[1:min(len(s), maxCode+2)], ':') + 1
	if end < 2 {
		return token{}
	}
	address, ok := m.emoji[s[1:end]]
	if !ok {
		return token{}
	}
	target, ok := webAddress(address)
	text := timeline.CleanLine(s[:end+1])
	if !ok || text.String() != s[:end+1] {
		return token{}
	}
	return token{timeline.Span{Kind: timeline.SpanEmoji, Text: text, Target: target}, end + 1}
}
