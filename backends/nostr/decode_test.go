package nostr

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/btcsuite/btcd/btcutil/bech32"
	"github.com/google/go-cmp/cmp"
	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/timeline"
)

func testKnown() *known {
	return &known{now: time.Unix(1_700_000_100, 0), account: "acct", me: strings.Repeat("9", 64)}
}

// checkText: nothing but text reaches the domain.
func checkText(t *testing.T, p *timeline.Post) {
	t.Helper()
	safes := []timeline.Safe{p.Warning, p.Note, p.URL, p.Author.Name, p.Author.Handle}
	for _, s := range p.Text {
		safes = append(safes, s.Text, s.Target)
		if s.Text.Empty() || (s.Kind == timeline.SpanPlain) != s.Target.Empty() {
			t.Errorf("span %+v", s)
		}
	}
	for _, s := range safes {
		for _, r := range s.String() {
			if unicode.IsControl(r) && r != '\n' {
				t.Errorf("%q holds %U", s, r)
			}
		}
	}
}

// show writes spans as kind letters and texts, for comparing.
func show(text timeline.Text) []string {
	letters := map[timeline.SpanKind]string{
		timeline.SpanPlain: "", timeline.SpanLink: "L ", timeline.SpanMention: "@ ", timeline.SpanTag: "# ", timeline.SpanEmoji: ": ", timeline.SpanPost: "P ",
	}
	var out []string
	for _, s := range text {
		line := letters[s.Kind] + s.Text.String()
		if s.Kind != timeline.SpanPlain && s.Target != s.Text {
			line += " > " + s.Target.String()
		}
		out = append(out, line)
	}
	return out
}

func TestContent(t *testing.T) {
	const pub = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e"
	id := strings.Repeat("ab", 32)
	nevent, err := nip19.EncodeEvent(id, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	naddr, err := nip19.EncodeEntity(pub, kindArticle, "my-essay", nil)
	if err != nil {
		t.Fatal(err)
	}
	who := "nostr:" + npub(pub)
	tags := nostr.Tags{{"p", pub}, {"e", id}, {"emoji", "tea", "https://a.example/tea.png"}, {"emoji", "bad", "javascript:1"}, {"emoji"}}
	for content, want := range map[string][]string{
		"plain":                              {"plain"},
		"":                                   nil,
		"see https://a.example/x.":           {"see ", "L https://a.example/x", "."},
		"(https://a.example/x_(y))":          {"(", "L https://a.example/x_(y)", ")"},
		"xhttps://a.example":                 {"xhttps://a.example"},
		"https:// https://user:pw@a.example": {"https:// https://user:pw@a.example"},
		"javascript:alert(1)":                {"javascript:alert(1)"},
		"hi " + who + "!":                    {"hi ", "@ @Fern > " + pub, "!"},
		"hi #[0] and #[1] #[9] #[x]":         {"hi ", "@ @Fern > " + pub, " and ", "P ↗ note abababab > " + id, " #[9] #[x]"},
		"re: nostr:" + nevent:                {"re: ", "P ↗ note abababab > " + id},
		"read nostr:" + naddr:                {"read ", "L 📄 my-essay > " + addressURL(address{kindArticle, pub, "my-essay"}).String()},
		"nostr:npub1broken nostr:":           {"nostr:npub1broken nostr:"},
		"#Birds #日本語 #1 a#b https://a.example#c": {"# #Birds > Birds", " ", "# #日本語 > 日本語", " #1 a#b ", "L https://a.example#c"},
		":tea: :bad: :no: 12:30:45":              {": :tea: > https://a.example/tea.png", " :bad: :no: 12:30:45"},
		"a\x1b[31mb\u202e":                       {"a[31mb"},
	} {
		name := func(k string) (string, bool) { return "Fern", k == pub }
		if d := cmp.Diff(want, show(parseContent(content, tags, name, nil))); d != "" {
			t.Errorf("%q (-want +got):\n%s", content, d)
		}
	}
}

// TestContentIsLinear decodes texts that were made to be slow.
func TestContentIsLinear(t *testing.T) {
	for name, piece := range map[string]string{
		"one file again and again": "é https://a.example/x.png\n", "brackets": "https://a.example/" + strings.Repeat(")", 2000) + " ",
		"tags": "#é", "references": "nostr:" + strings.Repeat("q", 1400) + " ", "codes": ":é", "spaces": "https://a.example/x.png" + strings.Repeat(" ", 900),
	} {
		e := sample(t, nostr.Tags{{"emoji", "x", "https://a.example/e.png"}}, strings.Repeat(piece, maxContent/len(piece)))
		start := time.Now()
		testKnown().post(e)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: %s", name, took)
		}
	}
}

// TestFilesLeaveTheText: a file at the end of a line is shown as an attachment, one
// in a sentence stays a link besides.
func TestFilesLeaveTheText(t *testing.T) {
	const a, b = "https://a.example/a.png", "https://a.example/b.mp4"
	for content, want := range map[string]string{
		"one\n\n" + a + "\n\ntwo": "one\n\ntwo", a + " " + b: "", "see " + a + " there": "see " + a + " there", a + "\ntext": "text",
		"x " + a + " " + b + "\ny": "x\ny",
	} {
		p := testKnown().post(sample(t, nil, content))
		if got := p.Text.Plain().String(); got != want {
			t.Errorf("%q reads %q, want %q", content, got, want)
		}
		if len(p.Media) != strings.Count(content, "https://") {
			t.Errorf("%q has %d media", content, len(p.Media))
		}
	}
}

func TestDecodeNote(t *testing.T) {
	root, parent := strings.Repeat("1", 64), strings.Repeat("2", 64)
	e := sample(t, nostr.Tags{
		{"e", root, "wss://r.example", "root"},
		{"e", parent, "", "reply", strings.Repeat("3", 64)},
		{"e", strings.Repeat("4", 64), "", "mention"},
		{"content-warning", "spiders\x1b"},
		{"t", "Birds"},
		{"l", "en", "ISO-639-1"},
		{"imeta", "url https://a.example/p", "m image/webp", "dim 30x20", "alt a heron", "blurhash LKO2"},
	}, "look #birds\nhttps://a.example/p\nhttps://a.example/q.mp4")
	p := testKnown().post(e)
	checkText(t, p)
	if got := p.Text.Plain().String(); got != "look #birds" {
		t.Errorf("the text is %q", got)
	}
	if len(p.Media) != 2 || p.Media[0].Alt.String() != "a heron" || p.Media[0].Width != 30 || p.Media[1].Kind != timeline.Video {
		t.Errorf("the media are %+v", p.Media)
	}
	if !p.Hidden() || p.Warning.String() != "spiders" {
		t.Errorf("the warning is %q, hidden: %t", p.Warning, p.Hidden())
	}
	if p.ReplyTo.ID.Local != parent || p.Root.ID.Local != root || p.ReplyTo.Handle.Empty() {
		t.Errorf("it replies to %+v in %+v", p.ReplyTo, p.Root)
	}
	if len(p.Tags) != 1 || len(p.Languages) != 1 || p.Languages[0] != "en" {
		t.Errorf("tags %v, languages %v", p.Tags, p.Languages)
	}
}

func TestThreadTags(t *testing.T) {
	a, b, c := strings.Repeat("a", 64), strings.Repeat("b", 64), strings.Repeat("c", 64)
	for name, tc := range map[string]struct {
		tags         nostr.Tags
		parent, root string
	}{
		"none":               {nostr.Tags{{"p", a}, {"e"}, {}, {"e", "short"}}, "", ""},
		"only the root":      {nostr.Tags{{"e", a, "", "root"}}, a, a},
		"root and reply":     {nostr.Tags{{"e", b, "", "reply"}, {"e", a, "", "root"}}, b, a},
		"positional":         {nostr.Tags{{"e", a}, {"e", b}, {"e", c}}, c, a},
		"positional, single": {nostr.Tags{{"e", a}}, a, a},
		"a mention":          {nostr.Tags{{"e", a, "", "mention"}}, "", ""},
	} {
		parent, root := thread(tc.tags)
		got := [2]string{}
		if parent != nil {
			got[0] = parent.id
		}
		if root != nil {
			got[1] = root.id
		}
		if got != [2]string{tc.parent, tc.root} {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPollCountsEachVoterOnce(t *testing.T) {
	e := sample(t, nostr.Tags{{"option", "a", "Yes"}, {"option", "b", "No"}, {"option", "a", "again"}, {"option"}, {"endsAt", "1700000050"}}, "?")
	e.Kind = kindPoll
	vote := func(by string, at nostr.Timestamp, options ...string) *nostr.Event {
		v := &nostr.Event{ID: by + options[0], PubKey: by, CreatedAt: at, Kind: kindVote}
		for _, o := range options {
			v.Tags = append(v.Tags, nostr.Tag{"response", o})
		}
		return v
	}
	k := testKnown()
	votes := tally{}
	for _, v := range []*nostr.Event{
		vote("x", 1_700_000_001, "a"), vote("x", 1_700_000_002, "b"), vote("y", 1_700_000_001, "a", "b"),
		vote("late", 1_700_000_099, "a"), vote("y", 1_700_000_099, "b"), vote(k.me, 1_700_000_003, "a", "a"), vote("z", 1_700_000_003, "no such"),
	} {
		votes.count(v)
	}
	k.polls = map[string]tally{e.ID: votes}
	p := k.post(e).Poll
	if len(p.Options) != 2 || p.Options[0].Votes != 2 || p.Options[1].Votes != 1 || p.Voters != 3 || !p.Closed {
		t.Errorf("the poll is %+v", p)
	}
	if !p.Voted || !p.Options[0].Chosen || p.Options[1].Chosen {
		t.Errorf("the own vote is not shown: %+v", p)
	}
}

func TestPointerNeverPanics(t *testing.T) {
	// An naddr whose kind has one byte: nip19.Decode panics on it.
	short := encodeTLV(t, "naddr", []byte{0, 1, 'd', 2, 32}, make([]byte, 32), []byte{3, 1, 1})
	if p, err := parsePointer(short); err == nil {
		t.Errorf("%s reads as %+v", short, p)
	}
	long := encodeTLV(t, "nprofile", []byte{0, 32}, make([]byte, 32), []byte{1, 255, 'w'})
	if p, err := parsePointer(long); err != nil || p.person == "" {
		t.Errorf("%s reads as %+v (%v)", long, p, err)
	}
}

func TestRelayURL(t *testing.T) {
	for in, want := range map[string]string{
		"wss://Relay.Example/": "wss://relay.example", "wss://relay.example:443/x/": "wss://relay.example/x", "ws://127.0.0.1:7000": "ws://127.0.0.1:7000",
		"ws://relay.example": "", "https://relay.example": "", "wss://u:p@relay.example": "", "wss://": "", "wss://a.example\x1b[0m": "", "relay.example": "",
		"wss://a.example/" + strings.Repeat("x", 300): "", "ws://abc.onion": "ws://abc.onion",
	} {
		if got, ok := relayURL(in); ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q, %t", in, got, ok)
		}
	}
}

func FuzzContent(f *testing.F) {
	for _, s := range []string{"hi #[0] https://a.example/x.png #tag :e:", "nostr:npub1", "\x1b]0;x\x07", strings.Repeat("#", 50), "https://[::1]/(", "👩‍👩‍👧 :e::e:"} {
		f.Add(s, "e", "https://a.example/e.png")
	}
	f.Fuzz(func(t *testing.T, content, a, b string) {
		e := &nostr.Event{
			ID: strings.Repeat("1", 64), PubKey: strings.Repeat("2", 64), Kind: kindNote, Content: content,
			Tags: nostr.Tags{{"emoji", a, b}, {"imeta", "url " + b, a}, {"p", a}, {"e", b, a, a}, {"q", a, b}, {"content-warning", a}, {a, b}, {a}, {}},
		}
		decodable(t, e)
	})
}

func BenchmarkDecodeEvent(b *testing.B) {
	e := sample(b, nostr.Tags{{"t", "birds"}, {"p", strings.Repeat("2", 64)}}, "Forty #birds over the marsh, see https://a.example/p.jpg and "+strings.Repeat("words ", 40))
	k := testKnown()
	b.Run("verify and decode", func(b *testing.B) {
		for b.Loop() {
			if ok, err := e.CheckSignature(); !e.CheckID() || !ok || err != nil {
				b.Fatal("a good event is refused")
			}
			k.post(e)
		}
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			k.post(e)
		}
	})
}

// encodeTLV writes a bech32 reference of raw entries.
func encodeTLV(t *testing.T, prefix string, parts ...[]byte) string {
	t.Helper()
	var data []byte
	for _, p := range parts {
		data = append(data, p...)
	}
	bits, err := bech32.ConvertBits(data, 8, 5, true)
	if err != nil {
		t.Fatal(err)
	}
	s, err := bech32.Encode(prefix, bits)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
