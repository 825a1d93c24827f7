package outbox_test

import (
	"regexp"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"skein/outbox"
	"skein/timeline"
)

// rules are a network that counts graphemes, with the warning, and mentions people
// as @name or @name@host.
type rules struct {
	takes   map[timeline.Kind]string
	review  []timeline.Remark
	counted *int // bytes measured
}

var spansOf = regexp.MustCompile(`https?://\S+|@[\w.-]*\w\p{M}*(?:@[\w.-]*\w\p{M}*)?|#\w+\p{M}*`)

func (r rules) Takes(k timeline.Kind, _ bool) timeline.Safe { return timeline.CleanLine(r.takes[k]) }

func (rules) Mark(text string) timeline.Text {
	var t timeline.Text
	add := func(k timeline.SpanKind, s string) {
		if s != "" {
			span := timeline.Span{Kind: k, Text: timeline.Clean(s)}
			if k == timeline.SpanLink {
				span.Target = span.Text
			}
			t = append(t, span)
		}
	}
	at := 0
	for _, m := range spansOf.FindAllStringIndex(text, -1) {
		add(timeline.SpanPlain, text[at:m[0]])
		switch text[m[0]] {
		case '@':
			add(timeline.SpanMention, text[m[0]:m[1]])
		case '#':
			add(timeline.SpanTag, text[m[0]:m[1]])
		default:
			add(timeline.SpanLink, text[m[0]:m[1]])
		}
		at = m[1]
	}
	add(timeline.SpanPlain, text[at:])
	return t
}

func (rules) Mention(handle, id string) timeline.Span {
	return timeline.Span{Kind: timeline.SpanMention, Text: timeline.CleanLine("@" + strings.TrimPrefix(handle, "@")), Target: timeline.CleanLine(id)}
}

func (r rules) Count(t timeline.Text, warning string) timeline.Size {
	s := t.Plain().String()
	if r.counted != nil {
		*r.counted += len(s)
	}
	return timeline.Size{Characters: uniseg.GraphemeClusterCount(s) + uniseg.GraphemeClusterCount(warning), Bytes: len(s)}
}

func (r rules) Review(timeline.Intent, timeline.Limits) []timeline.Remark { return r.review }

// masto and sky are two targets with other limits.
func masto() outbox.Target {
	return outbox.Target{
		Account: timeline.Account{
			ID: "m1", Network: timeline.Mastodon, Name: "work",
			Handle: timeline.Literal("@me@masto.example"), Server: timeline.Literal("masto.example"),
		},
		Limits: timeline.Limits{
			Characters: 500, Unit: "characters", Media: 4, Alt: 20, PollOptions: 4, PollOption: 10,
			PollMin: 5 * time.Minute, PollMax: 7 * 24 * time.Hour,
			Types: []string{"image/jpeg", "video/mp4", "image/gif"}, VideoBytes: 1000, ImageBytes: 500,
			Schedule: true, Address: true,
		},
		Rules: rules{},
	}
}

func sky() outbox.Target {
	return outbox.Target{
		Account: timeline.Account{
			ID: "b1", Network: timeline.Bluesky, Name: "sky",
			Handle: timeline.Literal("@me.sky.example"), Server: timeline.Literal("pds.example"),
		},
		Limits: timeline.Limits{Characters: 300, Bytes: 3000, Unit: "graphemes", Media: 4, Types: []string{"image/*"}, Atomic: true},
		Rules:  rules{takes: map[timeline.Kind]string{timeline.DoEdit: "posts cannot be changed here"}},
	}
}

// book is an address book.
type book []timeline.Person

func (b book) Find(name string) (timeline.Person, bool) {
	for _, p := range b {
		if strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return timeline.Person{}, false
}

var friends = book{
	{Name: "Ana", Handles: []timeline.Handle{{Network: timeline.Mastodon, Handle: "@ana@masto.example", ID: "ana"}}},
	{Name: "ana-maria", Handles: []timeline.Handle{
		{Network: timeline.Mastodon, Handle: "@am@other.example"}, {Network: timeline.Bluesky, Handle: "@am.sky.example", ID: "did:plc:am"},
	}},
	{Name: "Łukasz"},
}

// says returns the messages of one severity.
func says(t outbox.TargetPlan, s timeline.Severity) []string {
	var out []string
	for _, r := range t.Remarks {
		if r.Severity == s {
			out = append(out, r.Message.String())
		}
	}
	return out
}
