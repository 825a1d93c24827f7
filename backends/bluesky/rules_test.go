package bluesky

import (
	"strings"
	"testing"
	"time"

	"skein/timeline"
)

func TestCount(t *testing.T) {
	const family = "👨‍👩‍👧‍👧" // one grapheme of 25 bytes
	for name, c := range map[string]struct {
		text, warning string
		want          timeline.Size
		fits          bool
	}{
		"empty":               {"", "", timeline.Size{}, true},
		"plain":               {"größe", "", timeline.Size{Characters: 5, Bytes: 7}, true},
		"300 graphemes":       {strings.Repeat("é", 300), "", timeline.Size{Characters: 300, Bytes: 600}, true},
		"301 graphemes":       {strings.Repeat("x", 301), "", timeline.Size{Characters: 301, Bytes: 301}, false},
		"combining":           {strings.Repeat("e\u0301", 300), "", timeline.Size{Characters: 300, Bytes: 900}, true},
		"CJK":                 {strings.Repeat("語", 300), "", timeline.Size{Characters: 300, Bytes: 900}, true},
		"families, 3000":      {strings.Repeat(family, 120), "", timeline.Size{Characters: 120, Bytes: 3000}, true},
		"families, 3001":      {strings.Repeat(family, 120) + "x", "", timeline.Size{Characters: 121, Bytes: 3001}, false},
		"flags":               {"🇩🇪🇫🇷", "", timeline.Size{Characters: 2, Bytes: 16}, true},
		"a long link":         {"https://example.com/" + strings.Repeat("a", 400), "", timeline.Size{Characters: 27, Bytes: 27}, true},
		"a link and a point.": {"https://example.com/.", "", timeline.Size{Characters: 12, Bytes: 12}, true},
		"a warning":           {"x", "spoilers for the end", timeline.Size{Characters: 25, Bytes: 25}, true},
		"a label":             {"x", "NSFW", timeline.Size{Characters: 1, Bytes: 1}, true},
	} {
		got := rules{}.Count(rules{}.Mark(c.text), c.warning)
		if got != c.want || got.Fits(timeline.Limits{Characters: maxGraphemes, Bytes: maxBytes}) != c.fits {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestShortURL(t *testing.T) {
	for address, want := range map[string]string{
		"https://example.com":                     "example.com",
		"https://example.com/":                    "example.com",
		"http://example.com:8080/a":               "example.com:8080/a",
		"https://example.com/fifteen_chars_":      "example.com/fifteen_chars_",
		"https://example.com/sixteen_charsXX":     "example.com/sixteen_char...",
		"https://example.com/?a=b#c":              "example.com/?a=b#c",
		"https://example.com/a?query=1234567#end": "example.com/a?query=1234...",
		"https://bank.example@evil.com/a":         "https://bank.example@evil.com/a",
		"not an address":                          "not an address",
	} {
		if got := shortURL(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

// What the planner may hand over besides what Mark makes.
func TestCompose(t *testing.T) {
	lit := timeline.CleanLine
	text := timeline.Text{
		{Text: lit("see")},
		{Text: timeline.Clean(" ")},
		{Kind: timeline.SpanLink, Text: lit("the notes"), Target: lit("https://lab.example/a/long/path/to/notes")},
		{Kind: timeline.SpanMention, Text: lit("@ana@hachyderm.example"), Target: lit("ana@hachyderm.example")},
		{Kind: timeline.SpanTag, Text: lit("#birds"), Target: lit("birds")},
		{Kind: timeline.SpanTag, Text: lit("#" + strings.Repeat("x", 65)), Target: lit(strings.Repeat("x", 65))},
		{Kind: timeline.SpanLink, Text: lit("bad"), Target: lit("javascript:alert(1)")},
		{Kind: timeline.SpanEmoji, Text: lit(":fox:"), Target: lit("https://e.example/fox.png")},
	}
	w := compose(text, "food").resolved(nil)
	if want := "[food]\n\nsee the notes@ana@hachyderm.example#birds#" + strings.Repeat("x", 65) + "bad:fox:"; w.text != want {
		t.Errorf("%q", w.text)
	}
	var got []string
	for _, p := range w.pieces {
		got = append(got, w.text[p.start:p.end]+"→"+p.target)
	}
	if want := "the notes→https://lab.example/a/long/path/to/notes|#birds→birds"; strings.Join(got, "|") != want {
		t.Errorf("%v", got)
	}
}

func TestMention(t *testing.T) {
	const did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
	for _, c := range []struct {
		handle, id, text, target string
		kind                     timeline.SpanKind
	}{
		{"@ana.example", did, "@ana.example", did, timeline.SpanMention},
		{"ana.example", "", "@ana.example", "", timeline.SpanMention},
		{"", did, "@" + did, did, timeline.SpanMention},
		{"@ana@hachyderm.example", "", "@ana@hachyderm.example", "", timeline.SpanPlain},
		{"ana.example", "no did", "@ana.example", "", timeline.SpanMention},
	} {
		s := rules{}.Mention(c.handle, c.id)
		if s.Kind != c.kind || s.Text.String() != c.text || s.Target.String() != c.target {
			t.Errorf("%+v: %+v", c, s)
		}
	}
}

func TestTakes(t *testing.T) {
	for kind, c := range map[timeline.Kind][2]bool{
		timeline.DoPost: {true, false}, timeline.DoDelete: {true, false}, timeline.DoEdit: {false, false}, timeline.DoVote: {false, false},
		timeline.DoBoost: {true, true}, timeline.DoLike: {true, true}, timeline.DoBookmark: {true, true}, timeline.DoFollow: {true, true},
		"dance": {false, false},
	} {
		for i, undo := range []bool{false, true} {
			if got := (rules{}).Takes(kind, undo).Empty(); got != c[i] {
				t.Errorf("%s, undo %t: %t", kind, undo, got)
			}
		}
	}
}

func TestReview(t *testing.T) {
	image := timeline.Attachment{Type: "image/png", Kind: timeline.Image}
	video := timeline.Attachment{Type: "video/mp4", Kind: timeline.Video}
	words := timeline.PlainText(timeline.Literal("words"))
	part := func(media ...timeline.Attachment) []timeline.Part {
		return []timeline.Part{{Text: words, Media: media}}
	}
	for name, c := range map[string]struct {
		i    timeline.Intent
		want string // severities
	}{
		"plain":           {timeline.Intent{Parts: part(), Visibility: timeline.Public}, ""},
		"unlisted":        {timeline.Intent{Parts: part(), Visibility: timeline.Unlisted}, "loss"},
		"followers":       {timeline.Intent{Parts: part(), Visibility: timeline.Followers}, "refused"},
		"direct":          {timeline.Intent{Parts: part(), Visibility: timeline.Direct}, "refused"},
		"unheard of":      {timeline.Intent{Parts: part(), Visibility: "secret"}, "refused"},
		"warning in text": {timeline.Intent{Parts: part(), Warning: "food"}, "loss"},
		"label":           {timeline.Intent{Parts: part(image), Warning: "nudity"}, "loss"},
		"label, no words": {timeline.Intent{Parts: []timeline.Part{{Media: []timeline.Attachment{image}}}, Warning: "nudity"}, "note"},
		"sensitive":       {timeline.Intent{Parts: part(image), Sensitive: true}, "loss"},
		"languages":       {timeline.Intent{Parts: part(), Languages: []string{"en", "de", "fr", "ja"}}, "loss"},
		"no language":     {timeline.Intent{Parts: part(), Languages: []string{"en", "klingon!"}}, "loss"},
		"five pictures":   {timeline.Intent{Parts: part(image, image, image, image, image)}, "refused"},
		"four pictures":   {timeline.Intent{Parts: part(image, image, image, image)}, ""},
		"picture, video":  {timeline.Intent{Parts: part(image, video)}, "refused"},
		"two videos":      {timeline.Intent{Parts: part(video, video)}, "refused"},
		"webm":            {timeline.Intent{Parts: part(timeline.Attachment{Type: "video/webm"})}, "refused"},
		"audio":           {timeline.Intent{Parts: part(timeline.Attachment{Type: "audio/ogg"})}, "refused"},
		"gif":             {timeline.Intent{Parts: part(timeline.Attachment{Type: "image/gif"})}, "loss"},
		"poll":            {timeline.Intent{Parts: []timeline.Part{{Text: words, Poll: &timeline.Ballot{}}}}, "refused"},
		"replies":         {timeline.Intent{Parts: part(), Replies: timeline.MyFollowing}, ""},
		"replies, reply":  {timeline.Intent{Parts: part(), Replies: timeline.Nobody, ReplyTo: timeline.Subject{ID: timeline.ID{Network: "x"}}}, "refused"},
		"replies, whose":  {timeline.Intent{Parts: part(), Replies: "friends"}, "refused"},
		"quotes nobody":   {timeline.Intent{Parts: part(), Quotes: timeline.Nobody}, ""},
		"quotes followed": {timeline.Intent{Parts: part(), Quotes: timeline.MyFollowing}, "refused"},
		"kept there":      {timeline.Intent{Parts: part(), Publish: time.Now()}, "refused"},
		"edit":            {timeline.Intent{Kind: timeline.DoEdit}, "refused"},
		"like":            {timeline.Intent{Kind: timeline.DoLike}, ""},
	} {
		if c.i.Kind == "" {
			c.i.Kind = timeline.DoPost
		}
		var got []string
		for _, r := range (rules{}).Review(c.i, timeline.Limits{Media: maxImages}) {
			if r.Message.Empty() {
				t.Errorf("%s: a remark without words", name)
			}
			got = append(got, string(r.Severity))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// Keys follow from the intent, are valid, differ between deliveries and rise within
// a thread.
func TestStamp(t *testing.T) {
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for n := range 200 {
		i := timeline.Intent{Key: key(n), Created: at}
		s, err := stampOf(i)
		if err != nil {
			t.Fatal(err)
		}
		last := ""
		for k := range 3 {
			rkey, _ := s.part(k)
			if again, _ := s.part(k); again != rkey || seen[rkey] || rkey <= last {
				t.Fatalf("key %s after %s", rkey, last)
			}
			seen[rkey], last = true, rkey
		}
	}
	for name, i := range map[string]timeline.Intent{"no key": {Created: at}, "no time": {Key: key(1)}, "short": {Key: "abcd", Created: at}, "no hex": {Key: strings.Repeat("x", 32), Created: at}} {
		if _, err := stampOf(i); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// A warning alone leaves no empty lines behind it.
func TestWarningAlone(t *testing.T) {
	if got := compose(nil, "food").text; got != "[food]" {
		t.Errorf("%q", got)
	}
	if n := (rules{}).Count(nil, "food").Characters; n != len("[food]") {
		t.Errorf("counts %d", n)
	}
}
