package mastodon

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"skein/backends/sandbox/instance"
	"skein/config/account"
	"skein/timeline"
)

// unasked is a backend of which nothing was asked yet.
func unasked(t *testing.T) *Backend {
	t.Helper()
	b, err := New(Config{
		Account: timeline.Account{ID: "acc", Network: timeline.Mastodon, Handle: timeline.CleanLine("@you@home.example")},
		Server:  "https://home.example", Store: account.NewMemory(), Client: newClient(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCount is Mastodon's own table (spec/validators/status_length_validator_spec.rb)
// and what follows from its other rules.
func TestCount(t *testing.T) {
	b := unasked(t)
	for _, c := range []struct {
		name, warning, text string
		want                int
	}{
		{"nothing", "", "", 0},
		{"the warning counts", strings.Repeat("a", 520), "", 520},
		{"the text counts", "", strings.Repeat("a", 520), 520},
		{"both count", strings.Repeat("a", 250), strings.Repeat("b", 251), 501},
		{"an address is 23", "", strings.Repeat("a", 476) + " http://" + strings.Repeat("b", 30) + ".com/example", 500},
		{"a short address is 23 too", "", "http://a.de", 23},
		{"an address without protocol is none", "", "skein.org/a", 11},
		{"one that is joined to a letter is none", "", strings.Repeat("a", 10) + "http://" + strings.Repeat("b", 30) + ".com/x", 53},
		{"one of no known domain is none", "", "http://a.notatld/x", 18},
		{"its punctuation is not in it", "", "(http://skein.org/a).", 26},
		{"its brackets are", "", "http://skein.org/a_(b)", 23},
		{"a query", "", "http://skein.org/?a=b&c=d.", 24},
		{"a port", "", "https://skein.org:8443/", 23},
		{"a mention without its host", "", strings.Repeat("a", 475) + " @alice@" + strings.Repeat("b", 30) + ".com", 482},
		{"a mention of somebody here", "", "@alice hi", 9},
		{"no mention within an address", "", "https://skein.org/@alice@bo.example", 23},
		{"a mail address", "", "alice@skein.org", 15},
		{"the host of a warning counts", "@alice@skein.org", "", 16},
		{"the address of a warning counts", "http://skein.org/a/long/path/indeed", "", 35},
		{"families are one", "", "👨‍👩‍👧‍👦🏳️‍🌈", 2},
		{"marks do not count", "", "e\u0301a\u0308", 2},
		{"flags are one", "", "🇩🇪🇫🇷", 2},
	} {
		got := b.Rules().Count(timeline.PlainText(timeline.Clean(c.text)), c.warning)
		if got.Characters != c.want || got.Bytes != len(c.text)+len(c.warning) {
			t.Errorf("%s: %+v, want %d", c.name, got, c.want)
		}
	}
}

// TestCountIsTheServers asks the servers that count otherwise.
func TestCountIsTheServers(t *testing.T) {
	text := timeline.PlainText(timeline.Literal("@alice@skein.org http://skein.org/a/long/path/it/is"))
	for name, c := range map[string]struct {
		instance, program string
		want              int
	}{
		"mastodon":   {`{"configuration":{"statuses":{"characters_reserved_per_url":30}}}`, "mastodon", 6 + 1 + 30},
		"pleroma":    {`{"configuration":{"statuses":{"characters_reserved_per_url":0}}}`, "pleroma", 51},
		"gotosocial": {`{"configuration":{"statuses":{"characters_reserved_per_url":25}}}`, "gotosocial", 51},
	} {
		b := unasked(t)
		b.known, b.runs = factsV2([]byte(c.instance)), &program{Name: c.program}
		if got := b.Rules().Count(text, ""); got.Characters != c.want {
			t.Errorf("%s counts %d, want %d", name, got.Characters, c.want)
		}
	}
	label := timeline.Text{{Kind: timeline.SpanLink, Text: timeline.Literal("a"), Target: timeline.Literal("http://skein.org/abc")}}
	if got := unasked(t).Rules().Count(label, ""); got != (timeline.Size{Characters: 23, Bytes: 20}) {
		t.Errorf("a link with a label: %+v", got)
	}
}

func TestMark(t *testing.T) {
	b := unasked(t)
	for _, c := range []struct{ text, want string }{
		{"plain", "plain"},
		{"see https://skein.org/a, ok", "see [https://skein.org/a|https://skein.org/a], ok"},
		{"HTTP://Skein.ORG", "[HTTP://Skein.ORG|HTTP://Skein.ORG]"},
		{"https://skein.org/a)", "[https://skein.org/a|https://skein.org/a])"},
		{"(https://en.wikipedia.org/wiki/A_(b_(c)))", "([https://en.wikipedia.org/wiki/A_(b_(c))|https://en.wikipedia.org/wiki/A_(b_(c))])"},
		{"https://skein.org/a(b", "[https://skein.org/a|https://skein.org/a](b"},
		{"https://skein.org/?q=a#b!", "[https://skein.org/?q=a#b|https://skein.org/?q=a#b]!"},
		{"https://müller.de/ü?", "[https://müller.de/ü|https://müller.de/ü]?"},
		{"https://例え.テスト https://例え.みんな", "https://例え.テスト [https://例え.みんな|https://例え.みんな]"},
		{"https://skein.org.", "[https://skein.org|https://skein.org]."},
		{"https://user@skein.org/", "https://user@skein.org/"},
		{"ftp://skein.org", "ftp://skein.org"},
		{"@ana", "[@ana|ana@home.example]"},
		{"hi @Ana@Far.example!", "hi [@Ana@Far.example|Ana@far.example]!"},
		{"@ana.", "[@ana|ana@home.example]."},
		{"@ana@far.example.", "[@ana@far.example|ana@far.example]."},
		{"a@b.example", "a@b.example"},
		{"/@ana =@ana", "/@ana =@ana"},
		{"@ana@ @ana@@", "@ana@ @ana@@"},
		{"@ 1", "@ 1"},
		{"#tag #Über #日本", "[#tag|tag] [#Über|Über] [#日本|日本]"},
		{"＃tag", "[＃tag|tag]"},
		{"#1 #1a #2024_2 #_", "#1 [#1a|1a] [#2024_2|2024_2] #_"},
		{"#c++ #a·b #a· x", "[#c|c]++ [#a·b|a·b] [#a|a]· x"},
		{"a#b /#c )#d", "a#b /#c )#d"},
		{"https://skein.org/#frag", "[https://skein.org/#frag|https://skein.org/#frag]"},
	} {
		var got strings.Builder
		for _, s := range b.Rules().Mark(c.text) {
			if s.Kind == timeline.SpanPlain {
				got.WriteString(s.Text.String())
			} else {
				fmt.Fprintf(&got, "[%s|%s]", s.Text, s.Target)
			}
		}
		if got.String() != c.want {
			t.Errorf("%q is %q, want %q", c.text, got.String(), c.want)
		}
	}
}

func FuzzMark(f *testing.F) {
	for _, s := range []string{"@a@b.c #d https://e.org/(f(g))?h=i.", "\xff@\xff", "#́", "https://a.org/\u0301", "(((("} {
		f.Add(s)
	}
	b, err := New(Config{Server: "https://home.example", Store: account.NewMemory(), Client: newClient(f)})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := b.Rules().Mark(s)
		if text.Plain() != timeline.Clean(s) {
			t.Errorf("%q became %q", s, text.Plain())
		}
		at := 0
		for _, tok := range scan(s) {
			if tok.from < at || tok.to <= tok.from || tok.to > len(s) {
				t.Fatalf("%q has a token at %d to %d", s, tok.from, tok.to)
			}
			at = tok.to
		}
		if size := b.Rules().Count(text, ""); size.Characters < 0 || utf8.ValidString(s) && size.Bytes > 4*len(s)+4 {
			t.Errorf("%q counts %+v", s, size)
		}
	})
}

func TestMentionIsWrittenInFull(t *testing.T) {
	r := unasked(t).Rules()
	for _, c := range []struct{ handle, id, want string }{
		{"@ana@far.example", "", "@ana@far.example|ana@far.example"},
		{"@ana", "ana@far.example", "@ana@far.example|ana@far.example"},
		{"ana", "", "@ana@home.example|ana@home.example"},
		{"no body", "", "no body|"},
	} {
		s := r.Mention(c.handle, c.id)
		if got := s.Text.String() + "|" + s.Target.String(); got != c.want {
			t.Errorf("%q, %q is %q, want %q", c.handle, c.id, got, c.want)
		}
	}
}

func TestReview(t *testing.T) {
	picture, film := timeline.Attachment{Kind: timeline.Image}, timeline.Attachment{Kind: timeline.Video}
	other := timeline.Subject{ID: timeline.ID{Network: timeline.Mastodon, Local: "https://a.example/1"}}
	poll := &timeline.Ballot{Options: []string{"a", "b"}, Lasts: time.Hour}
	text := timeline.PlainText(timeline.Literal("x"))
	one := func(p timeline.Part) []timeline.Part { p.Text = text; return []timeline.Part{p} }
	for name, c := range map[string]struct {
		intent timeline.Intent
		old    bool // a server without quotes
		want   string
	}{
		"a post":                {intent: timeline.Intent{Parts: one(timeline.Part{})}},
		"all of it":             {intent: timeline.Intent{Parts: one(timeline.Part{Media: []timeline.Attachment{picture, picture}}), Warning: "w", Visibility: timeline.Direct}},
		"media and a poll":      {intent: timeline.Intent{Parts: one(timeline.Part{Media: []timeline.Attachment{picture}, Poll: poll})}, want: "refused: a post has media or a poll here, not both"},
		"a film and a picture":  {intent: timeline.Intent{Parts: one(timeline.Part{Media: []timeline.Attachment{picture, film}})}, want: "refused: a video or a sound stands alone in its post here"},
		"a film":                {intent: timeline.Intent{Parts: one(timeline.Part{Media: []timeline.Attachment{film}})}},
		"a poll alone":          {intent: timeline.Intent{Parts: []timeline.Part{{Poll: poll}}}, want: "refused: a poll needs a text here"},
		"a quote":               {intent: timeline.Intent{Parts: one(timeline.Part{}), Quote: other}},
		"a quote with a poll":   {intent: timeline.Intent{Parts: one(timeline.Part{Poll: poll}), Quote: other}, want: "refused: a quote has neither media nor a poll here"},
		"a quote there":         {intent: timeline.Intent{Parts: one(timeline.Part{}), Quote: other}, old: true, want: "refused: this server has no quotes; a link to the post in the text will do"},
		"all may reply":         {intent: timeline.Intent{Replies: timeline.Everybody}},
		"few may reply":         {intent: timeline.Intent{Replies: timeline.MyFollowing}, want: "refused: who may reply cannot be limited on Mastodon"},
		"followers may quote":   {intent: timeline.Intent{Quotes: timeline.MyFollowers}},
		"mentioned may quote":   {intent: timeline.Intent{Quotes: timeline.Mentioned}, want: "loss: Mastodon knows no such group for quotes: nobody may quote the post"},
		"nobody may quote":      {intent: timeline.Intent{Quotes: timeline.Nobody}, old: true, want: "loss: this server cannot say who may quote the post"},
		"two languages":         {intent: timeline.Intent{Languages: []string{"de", "en"}}, want: "loss: a post has one language here: de"},
		"an edit":               {intent: timeline.Intent{Kind: timeline.DoEdit, Parts: one(timeline.Part{})}},
		"an edit with pictures": {intent: timeline.Intent{Kind: timeline.DoEdit, Parts: one(timeline.Part{Media: []timeline.Attachment{picture}})}, want: "refused: an edit keeps the media and the poll that the post has; it cannot bring others"},
		"an empty vote":         {intent: timeline.Intent{Kind: timeline.DoVote}, want: "refused: nothing was chosen"},
	} {
		b := unasked(t)
		if c.old {
			b.known = factsV1([]byte(`{}`))
		}
		if c.intent.Kind == "" {
			c.intent.Kind = timeline.DoPost
		}
		var got []string
		for _, r := range b.Rules().Review(c.intent, b.Limits()) {
			got = append(got, string(r.Severity)+": "+r.Message.String())
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTakes(t *testing.T) {
	r := unasked(t).Rules()
	for kind, undo := range map[timeline.Kind]bool{
		timeline.DoPost: false, timeline.DoEdit: false, timeline.DoDelete: false, timeline.DoVote: false,
		timeline.DoBoost: true, timeline.DoLike: true, timeline.DoBookmark: true, timeline.DoFollow: true,
		timeline.DoMute: true, timeline.DoBlock: true,
	} {
		if why := r.Takes(kind, false); !why.Empty() {
			t.Errorf("%s: %s", kind, why)
		}
		if why := r.Takes(kind, true); why.Empty() != undo {
			t.Errorf("undo of %s: %q", kind, why)
		}
	}
	if r.Takes("dance", false).Empty() {
		t.Error("it dances")
	}
}

// TestLearn asks each kind of server once.
func TestLearn(t *testing.T) {
	for _, c := range []struct {
		o       instance.Options
		program program
		locks   bool
		life    time.Duration
	}{
		{instance.Options{}, program{"mastodon", "4.7.0"}, true, keyLifeMastodon},
		{instance.Options{V1Only: true, Repeats: instance.HonourLate}, program{"mastodon", "4.5.0"}, false, keyLifeMastodon},
		{instance.Options{Repeats: instance.IgnoreKey}, program{"gotosocial", "0.20.0"}, false, 0},
		{instance.Options{Repeats: instance.StoreErrors}, program{"akkoma", "3.15.0"}, false, keyLifePleroma},
	} {
		h := settle(t, town(), c.o)
		if !h.backend.Limits().Assumed {
			t.Error("the limits are known before the server was asked")
		}
		if err := h.backend.Learn(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		if err := h.backend.Learn(t.Context()); err != nil {
			t.Errorf("it asked again: %v", err)
		}
		got := *h.backend.runs
		if got != c.program || got.locks() != c.locks || got.keyLife() != c.life {
			t.Errorf("%+v locks %v, remembers for %s", got, got.locks(), got.keyLife())
		}
		l := h.backend.Limits()
		if l.Assumed || l.PollMin != 5*time.Minute || l.PollMax != 2629746*time.Second || l.ImageBytes != 16<<20 || l.ImagePixels != 33177600 ||
			l.VideoBytes != 99<<20 || len(l.Types) != 4 || !l.Schedule || !l.Address || l.Atomic {
			t.Errorf("limits: %+v", l)
		}
	}
	offline := settle(t, town(), instance.Options{})
	if err := offline.Close(); err != nil {
		t.Fatal(err)
	}
	if err := offline.backend.Learn(t.Context()); timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("a server that is not there: %v", err)
	}
}

func TestLocks(t *testing.T) {
	for version, want := range map[string]bool{
		"4.6.0": true, "4.6.1+glitch": true, "4.10.0": true, "5.0.0": true, "4.7": true,
		"4.5.9": false, "4.6.0-rc.1": false, "4.6.0-alpha.3+glitch": false, "": false, "x.y": false, "four": false,
	} {
		if got := (program{"mastodon", version}).locks(); got != want {
			t.Errorf("mastodon %q: %v", version, got)
		}
	}
	if (program{"gotosocial", "9.9.9"}).locks() {
		t.Error("another program's version says nothing")
	}
}
