package nostr

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip05"

	"skein/timeline"
)

// person is what somebody's newest kind 0 says. It is immutable.
type person struct {
	at      nostr.Timestamp // of the kind 0; 0 when there is none
	name    string
	about   string
	picture string
	banner  string
	nip05   string
	website string
	lud16   string
	bot     bool
	tags    nostr.Tags
}

// parsePerson reads a kind 0 (NIP-01, NIP-24). Whatever is not a string is as if
// it were not there; what is no JSON, or more than may be kept of everybody in a
// thread, is an empty profile.
func parsePerson(e *nostr.Event) *person {
	if weight(e) > maxRemembered {
		return &person{at: e.CreatedAt}
	}
	var fields map[string]json.RawMessage
	p := &person{at: e.CreatedAt, tags: e.Tags}
	if err := json.Unmarshal([]byte(e.Content), &fields); err != nil {
		return p
	}
	get := func(names ...string) string {
		for _, n := range names {
			var s string
			if json.Unmarshal(fields[n], &s) == nil && strings.TrimSpace(s) != "" {
				return s
			}
		}
		return ""
	}
	const longest = 20_000
	p.name = get("display_name", "displayName", "name", "username")
	p.about = get("about")
	p.about = cut(p.about, longest)
	p.picture, p.banner, p.website, p.lud16 = get("picture"), get("banner"), get("website"), get("lud16")
	if id := get("nip05"); nip05.IsValidIdentifier(id) {
		p.nip05 = strings.TrimPrefix(id, "_@")
	}
	p.bot = json.Unmarshal(fields["bot"], &p.bot) == nil && p.bot
	return p
}

const maxName = 200 // bytes of a display name

// cut shortens s to at most n bytes without splitting a rune.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// author is what a post carries of somebody. The NIP-05 name is a claim: Verified
// stays false. Without a profile the short npub stands for the name.
func author(pubkey string, p *person) timeline.Author {
	short := timeline.CleanLine(shortNpub(pubkey))
	a := timeline.Author{ID: pubkey, Handle: short, Name: short, URL: timeline.CleanLine(njump + npub(pubkey))}
	if p == nil {
		return a
	}
	if p.nip05 != "" {
		a.Handle = timeline.CleanLine(p.nip05)
	}
	a.Name = a.Handle
	if name := timeline.CleanLine(cut(p.name, maxName)); !name.Empty() {
		a.Name = name
	}
	if u, ok := webAddress(p.picture); ok {
		a.Avatar = u
	}
	a.Bot = p.bot
	return a
}

// profile is the whole of what is known of somebody.
func profile(pubkey string, p *person, name func(string) (string, bool)) *timeline.Profile {
	out := &timeline.Profile{Network: timeline.Nostr, Author: author(pubkey, p)}
	out.Fields = append(out.Fields, timeline.Field{Name: timeline.Literal("npub"), Value: timeline.PlainText(timeline.CleanLine(npub(pubkey)))})
	if p == nil {
		return out
	}
	out.Bio = trim(parseContent(p.about, p.tags, name, nil))
	if u, ok := webAddress(p.banner); ok {
		out.Banner = u
	}
	if u, ok := webAddress(p.website); ok {
		out.Fields = append(out.Fields, timeline.Field{
			Name:  timeline.Literal("Website"),
			Value: timeline.Text{{Kind: timeline.SpanLink, Text: u, Target: u}},
		})
	}
	if s := timeline.CleanLine(p.lud16); !s.Empty() && len(p.lud16) <= maxName {
		out.Fields = append(out.Fields, timeline.Field{Name: timeline.Literal("Lightning"), Value: timeline.PlainText(s)})
	}
	return out
}

// relayList is somebody's NIP-65 relays.
type relayList struct {
	read, write []string
}

// parseRelays reads a kind 10002: an r tag without a marker is for both.
func parseRelays(e *nostr.Event) relayList {
	var l relayList
	for t := range e.Tags.FindAll("r") {
		switch item(t, 2) {
		case "read":
			l.read = append(l.read, t[1])
		case "write":
			l.write = append(l.write, t[1])
		default:
			l.read, l.write = append(l.read, t[1]), append(l.write, t[1])
		}
	}
	l.read, l.write = relayURLs(l.read, perAuthor), relayURLs(l.write, perAuthor)
	return l
}

// parseFollows are the public keys of a kind 3, each once.
func parseFollows(e *nostr.Event) []string {
	var keys []string
	for t := range e.Tags.FindAll("p") {
		if isHex(t[1], 64) {
			keys = append(keys, t[1])
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// newest keeps the newest of each author's events; at the same second the lower id
// wins (NIP-01).
func newest(events []*nostr.Event) map[string]*nostr.Event {
	m := map[string]*nostr.Event{}
	for _, e := range events {
		if old := m[e.PubKey]; old == nil || byTime(e, old) < 0 {
			m[e.PubKey] = e
		}
	}
	return m
}
