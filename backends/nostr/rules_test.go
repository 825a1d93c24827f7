package nostr

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/timeline"
)

const (
	anaKey  = "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d"
	postKey = "5c83da77af1dec6d7289834998ad7aafbd9e2191396d75ec3cc27f5a77226f36"
)

// flat writes a text as kind (plain, link, mention, tag, emoji, status), text and
// target of each span.
func flat(t timeline.Text) []string {
	var all []string
	for _, s := range t {
		all = append(all, string("plmtes"[s.Kind])+" "+s.Text.String()+"|"+s.Target.String())
	}
	return all
}

func TestMark(t *testing.T) {
	profile, err := nip19.EncodeProfile(anaKey, []string{"wss://relay.example"})
	if err != nil {
		t.Fatal(err)
	}
	note, err := nip19.EncodeNote(postKey)
	if err != nil {
		t.Fatal(err)
	}
	who := npub(anaKey)
	for text, want := range map[string][]string{
		"":                               nil,
		"plain\ttext":                    {"p plain    text|"},
		"see https://a.example/x).":      {"p see |", "l https://a.example/x|https://a.example/x", "p ).|"},
		"#Go and #日本 not a#b nor #1":     {"t #Go|Go", "p  and |", "t #日本|日本", "p  not a#b nor #1|"},
		"hi nostr:" + who + "!":          {"p hi |", "m nostr:" + who + "|" + anaKey, "p !|"},
		"hi " + who:                      {"p hi |", "m " + who + "|" + anaKey},
		"hi " + profile + ", ok":         {"p hi |", "m " + profile + "|" + anaKey, "p , ok|"},
		"x" + who:                        {"p x" + who + "|"},
		"nostr:" + note:                  {"s nostr:" + note + "|" + postKey},
		"ana@domain.example":             {"p ana@domain.example|"},
		"nostr:npub1nonsense":            {"p nostr:npub1nonsense|"},
		"https://a.example/é https://b.": {"l https://a.example/é|https://a.example/é", "p  |", "l https://b|https://b", "p .|"},
	} {
		got := rules{}.Mark(text)
		if diff := cmp.Diff(want, flat(got)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
		if got.Plain() != timeline.Clean(text) {
			t.Errorf("%q reads as %q", text, got.Plain())
		}
	}
}

func TestMention(t *testing.T) {
	for _, c := range []struct{ handle, id, text, target string }{
		{"ana@domain.example", anaKey, "@ana", anaKey},
		{"_@domain.example", anaKey, "@domain.example", anaKey},
		{"@ana", anaKey, "@ana", anaKey},
		{npub(anaKey), "", "@" + shortNpub(anaKey), anaKey},
		{"nostr:" + npub(anaKey), anaKey, "@" + shortNpub(anaKey), anaKey},
		{"ana@domain.example", "", "@ana@domain.example", ""},
		{"ana", "did:plc:other", "@ana", ""},
	} {
		s := rules{}.Mention(c.handle, c.id)
		if s.Kind != timeline.SpanMention || s.Text.String() != c.text || s.Target.String() != c.target {
			t.Errorf("Mention(%q, %q) = %+v", c.handle, c.id, s)
		}
	}
}

// TestCount holds the count to the bytes of the content that is published.
func TestCount(t *testing.T) {
	r := rules{}
	short := timeline.Text{{Kind: timeline.SpanLink, Text: timeline.Literal("a.example/…"), Target: timeline.Literal("https://a.example/long")}}
	for name, text := range map[string]timeline.Text{
		"bytes":        r.Mark("é 🪿 <&>"),
		"mention":      {{Text: timeline.Literal("hi ")}, r.Mention("ana@domain.example", anaKey)},
		"bare mention": r.Mark(npub(anaKey)),
		"link":         short,
		"post":         {{Kind: timeline.SpanPost, Text: timeline.Literal("↗ note"), Target: timeline.CleanLine(postKey)}},
	} {
		s := essay{part: timeline.Part{Text: text}, hint: nowhereKnown, home: nowhereKnown}
		if got, want := r.Count(text, "a warning").Bytes, len(s.event().Content); got != want {
			t.Errorf("%s: %d bytes, the content has %d", name, got, want)
		}
	}
	if got := r.Count(timeline.Text{r.Mention("ana@domain.example", "")}, "").Bytes; got != len("nostr:"+npub(anaKey)) {
		t.Errorf("a mention that is looked up later counts %d", got)
	}
}

func nowhereKnown(string) string { return "" }

func TestReview(t *testing.T) {
	picture := []timeline.Part{{Media: []timeline.Attachment{{Type: "image/png"}}}}
	for name, c := range map[string]struct {
		rules rules
		i     timeline.Intent
		want  []timeline.Severity
	}{
		"plain":            {i: timeline.Intent{Kind: timeline.DoPost, Visibility: timeline.Public, Warning: "x", Languages: []string{"en", "pt-BR"}, Replies: timeline.Everybody}},
		"followers":        {i: timeline.Intent{Kind: timeline.DoPost, Visibility: timeline.Followers}, want: []timeline.Severity{timeline.Refuse}},
		"direct":           {i: timeline.Intent{Kind: timeline.DoPost, Visibility: timeline.Direct}, want: []timeline.Severity{timeline.Refuse}},
		"unlisted":         {i: timeline.Intent{Kind: timeline.DoPost, Visibility: timeline.Unlisted}, want: []timeline.Severity{timeline.Loss}},
		"replies":          {i: timeline.Intent{Kind: timeline.DoPost, Replies: timeline.Mentioned}, want: []timeline.Severity{timeline.Refuse}},
		"quotes":           {i: timeline.Intent{Kind: timeline.DoPost, Quotes: timeline.Nobody}, want: []timeline.Severity{timeline.Refuse}},
		"later":            {i: timeline.Intent{Kind: timeline.DoPost, Publish: time.Unix(1, 0)}, want: []timeline.Severity{timeline.Refuse}},
		"language":         {i: timeline.Intent{Kind: timeline.DoPost, Languages: []string{"gsw"}}, want: []timeline.Severity{timeline.Loss}},
		"no media server":  {i: timeline.Intent{Kind: timeline.DoPost, Parts: picture}, want: []timeline.Severity{timeline.Refuse}},
		"media server":     {rules: rules{media: true}, i: timeline.Intent{Kind: timeline.DoPost, Parts: picture}},
		"sensitive media":  {rules: rules{media: true}, i: timeline.Intent{Kind: timeline.DoPost, Parts: picture, Sensitive: true}, want: []timeline.Severity{timeline.Note}},
		"edit":             {i: timeline.Intent{Kind: timeline.DoEdit}, want: []timeline.Severity{timeline.Refuse}},
		"delete":           {i: timeline.Intent{Kind: timeline.DoDelete}, want: []timeline.Severity{timeline.Note}},
		"unlike":           {i: timeline.Intent{Kind: timeline.DoLike, Undo: true}, want: []timeline.Severity{timeline.Note}},
		"vote":             {i: timeline.Intent{Kind: timeline.DoVote}},
		"taking back vote": {i: timeline.Intent{Kind: timeline.DoVote, Undo: true}, want: []timeline.Severity{timeline.Refuse}},
		"unknown":          {i: timeline.Intent{Kind: "dance"}, want: []timeline.Severity{timeline.Refuse}},
	} {
		var got []timeline.Severity
		for _, r := range c.rules.Review(c.i, timeline.Limits{}) {
			got = append(got, r.Severity)
			if r.Message.Empty() {
				t.Errorf("%s: a remark without words", name)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// FuzzMark: whatever is typed reads the same when it is marked, and what is counted
// is what is published.
func FuzzMark(f *testing.F) {
	for _, s := range []string{"", "#a https://b.example nostr:" + npub(anaKey), npub(anaKey) + "́", "#[0] :x: a\u0301 \u202e\xff", "nprofile1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := rules{}.Mark(s)
		if got.Plain() != timeline.Clean(s) {
			t.Errorf("%q reads as %q", s, got.Plain())
		}
		e := (&essay{part: timeline.Part{Text: got}, hint: nowhereKnown, home: nowhereKnown}).event()
		if n := (rules{}).Count(got, "").Bytes; n != len(e.Content) {
			t.Errorf("%q counts %d, the content has %d bytes", s, n, len(e.Content))
		}
		e.ID = e.GetID()
		e.PubKey, e.Sig = anaKey, strings.Repeat("0", 128)
		e.CreatedAt = 1
		e.ID = e.GetID()
		back, err := parseEvent([]byte(e.String()))
		if err != nil || !back.CheckID() {
			t.Errorf("%q does not survive as an event: %v", s, err)
		}
	})
}
