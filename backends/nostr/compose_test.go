package nostr

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

func id(n byte) string  { return strings.Repeat(string("0123456789abcdef"[n]), 64) }
func key(n byte) string { return strings.Repeat("f", 63) + string("0123456789abcdef"[n]) }

// draftOf is an essay by key(0).
func draftOf(text timeline.Text, change func(*essay)) nostr.Event {
	s := &essay{
		me: key(0), intent: timeline.Intent{Created: time.Unix(1000, 0)}, part: timeline.Part{Text: text},
		relays: []string{"wss://own.example"},
		hint:   func(id string) string { return "wss://hint" + id[:1] + ".example" },
		home:   func(k string) string { return map[string]string{key(1): "wss://home.example"}[k] },
	}
	if change != nil {
		change(s)
	}
	return s.event()
}

func note1(n byte, by byte, tags ...nostr.Tag) *nostr.Event {
	return &nostr.Event{ID: id(n), PubKey: key(by), Kind: kindNote, Tags: tags}
}

// TestReplyTags are NIP-10's cases.
func TestReplyTags(t *testing.T) {
	for name, c := range map[string]struct {
		parent *nostr.Event
		kind   int
		want   nostr.Tags
	}{
		"the root": {note1(1, 1), kindNote, nostr.Tags{
			{"e", id(1), "wss://hint1.example", "root", key(1)},
			{"p", key(1), "wss://home.example"},
		}},
		"a marked reply": {
			note1(2, 2, nostr.Tag{"e", id(1), "wss://other.example", "root", key(1)}, nostr.Tag{"p", key(1)}, nostr.Tag{"p", key(0)}, nostr.Tag{"p", key(3)}),
			kindNote,
			nostr.Tags{
				{"e", id(1), "wss://other.example", "root", key(1)},
				{"e", id(2), "wss://hint2.example", "reply", key(2)},
				{"p", key(2)},
				{"p", key(1), "wss://home.example"},
				{"p", key(3)},
			},
		},
		"a reply to a reply": {
			note1(3, 2, nostr.Tag{"e", id(1), "", "root"}, nostr.Tag{"e", id(2), "", "reply"}, nostr.Tag{"p", key(2)}),
			kindNote,
			nostr.Tags{
				{"e", id(1), "wss://hint1.example", "root"},
				{"e", id(3), "wss://hint3.example", "reply", key(2)},
				{"p", key(2)},
			},
		},
		"deprecated tags": {
			note1(3, 2, nostr.Tag{"e", id(1)}, nostr.Tag{"e", id(4)}, nostr.Tag{"e", id(2)}),
			kindNote,
			nostr.Tags{
				{"e", id(1), "wss://hint1.example", "root"},
				{"e", id(3), "wss://hint3.example", "reply", key(2)},
				{"p", key(2)},
			},
		},
		"one's own, and tags out of form": {
			note1(1, 0, nostr.Tag{"e"}, nostr.Tag{"p", "nobody"}, nostr.Tag{}, nostr.Tag{"p", key(3), "x"}, nostr.Tag{"p", key(3)}),
			kindNote,
			nostr.Tags{{"e", id(1), "wss://hint1.example", "root", key(0)}, {"p", key(3)}},
		},
		"an article": {
			&nostr.Event{ID: id(1), PubKey: key(1), Kind: kindArticle, Tags: nostr.Tags{{"d", "x"}}}, kindComment, nostr.Tags{
				{"E", id(1), "wss://hint1.example", key(1)},
				{"K", "30023"},
				{"P", key(1)},
				{"A", "30023:" + key(1) + ":x", "wss://hint1.example"},
				{"e", id(1), "wss://hint1.example", key(1)},
				{"k", "30023"},
				{"a", "30023:" + key(1) + ":x", "wss://hint1.example"},
				{"p", key(1), "wss://home.example"},
			},
		},
		"a comment": {
			&nostr.Event{ID: id(2), PubKey: key(2), Kind: kindComment, Tags: nostr.Tags{{"E", id(1)}, {"K", "30023"}, {"e", id(1)}, {"k", "30023"}}}, kindComment, nostr.Tags{
				{"E", id(1)},
				{"K", "30023"},
				{"e", id(2), "wss://hint2.example", key(2)},
				{"k", "1111"},
				{"p", key(2)},
			},
		},
	} {
		e := draftOf(rules{}.Mark("yes"), func(s *essay) { s.parent = c.parent })
		if diff := cmp.Diff(c.want, e.Tags); diff != "" || e.Kind != c.kind {
			t.Errorf("%s: kind %d (-want +got):\n%s", name, e.Kind, diff)
		}
	}
}

// TestReplyIsRead: what is written as a reply is read as one.
func TestReplyIsRead(t *testing.T) {
	parent := note1(2, 2, nostr.Tag{"e", id(1), "", "root"})
	e := draftOf(rules{}.Mark("yes"), func(s *essay) { s.parent = parent })
	above, root := thread(e.Tags)
	if above == nil || above.id != id(2) || above.author != key(2) || root.id != id(1) {
		t.Errorf("parent %+v, root %+v", above, root)
	}
	if len(e.Tags) > 2 && item(e.Tags[0], 3) != "root" {
		t.Errorf("tags %v", e.Tags)
	}
}

// TestHellthread: a conversation of very many people does not make an event that no
// relay takes.
func TestHellthread(t *testing.T) {
	parent := note1(1, 1)
	for i := range 5000 {
		sum := sha256.Sum256([]byte{byte(i), byte(i >> 8)})
		parent.Tags = append(parent.Tags, nostr.Tag{"p", hex.EncodeToString(sum[:])})
	}
	e := draftOf(nil, func(s *essay) { s.parent = parent })
	if n := len(named(e.Tags)); n != maxNotified {
		t.Errorf("%d people are named", n)
	}
}

// TestCompose has everything else that a post may carry.
func TestCompose(t *testing.T) {
	text := append(rules{}.Mark("Hi #Go #go #日本 "), rules{}.Mention("ana", key(1)), rules{}.Mention("ana", key(1)))
	quoted := note1(7, 3)
	e := draftOf(text, func(s *essay) {
		s.quoted = quoted
		s.intent.Warning, s.intent.Languages = "spoiler", []string{"en-GB", "pt", "en", "gsw", "de", "fr"}
		s.files = []upload{
			{"https://m.example/a.png", timeline.Attachment{Type: "image/png", Width: 3, Height: 2, Alt: "a goose", SHA256: id(9)}},
			{"https://m.example/b", timeline.Attachment{}},
		}
	})
	ref := (&essay{hint: func(string) string { return "wss://hint7.example" }}).nevent(quoted)
	mention := "nostr:" + npub(key(1))
	content := "Hi #Go #go #日本 " + mention + mention + "\n\nhttps://m.example/a.png\nhttps://m.example/b\n\nnostr:" + ref
	if e.Content != content || e.Kind != kindNote || e.CreatedAt != 1000 {
		t.Errorf("kind %d, %d, content\n%s\nwant\n%s", e.Kind, e.CreatedAt, e.Content, content)
	}
	want := nostr.Tags{
		{"q", id(7), "wss://hint7.example", key(3)},
		{"p", key(1), "wss://home.example"},
		{"p", key(3)},
		{"t", "go"},
		{"t", "日本"},
		{"content-warning", "spoiler"},
		{"L", "ISO-639-1"},
		{"l", "en", "ISO-639-1"},
		{"l", "pt", "ISO-639-1"},
		{"l", "de", "ISO-639-1"},
		{"imeta", "url https://m.example/a.png", "m image/png", "dim 3x2", "alt a goose", "x " + id(9)},
		{"imeta", "url https://m.example/b"},
	}
	if diff := cmp.Diff(want, e.Tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
}

// TestPollTags are NIP-88's, and are read back as the poll that was asked.
func TestPollTags(t *testing.T) {
	e := draftOf(rules{}.Mark("tea?"), func(s *essay) {
		s.part.Poll = &timeline.Ballot{Options: []string{"yes", "no"}, Multiple: true, Lasts: time.Hour}
	})
	p := (&known{now: time.Unix(2000, 0)}).poll(&e)
	if e.Kind != kindPoll || e.Content != "tea?" || value(e.Tags, "relay") != "wss://own.example" {
		t.Errorf("%v", e)
	}
	if !p.Multiple || len(p.Options) != 2 || p.Options[1].Text.String() != "no" || p.Closes.Unix() != 1000+3600 {
		t.Errorf("%+v", p)
	}
}

// TestWarnings: only media that are sensitive make a warning without words.
func TestWarnings(t *testing.T) {
	file := []upload{{URL: "https://m.example/a"}}
	for _, c := range []struct {
		i     timeline.Intent
		files []upload
		want  bool
	}{
		{timeline.Intent{Sensitive: true}, nil, false},
		{timeline.Intent{Sensitive: true}, file, true},
		{timeline.Intent{Warning: "x"}, nil, true},
		{timeline.Intent{}, file, false},
	} {
		e := draftOf(nil, func(s *essay) { s.intent, s.files = c.i, c.files })
		if _, got := warning(e.Tags); got != c.want {
			t.Errorf("%+v: warned %t", c.i, got)
		}
	}
}

// TestEventBytes holds the id to NIP-01's serialisation, written here by hand: what
// encoding/json would escape stays as it is.
func TestEventBytes(t *testing.T) {
	e := draftOf(timeline.PlainText(timeline.Clean("a < b > c & d \"e\" \\ \né 🪿")), func(s *essay) { s.intent.Warning = "<&>" })
	canonical := `[0,"` + key(0) + `",1000,1,[["content-warning","<&>"]],"a < b > c & d \"e\" \\ \né 🪿"]`
	sum := sha256.Sum256([]byte(canonical))
	if want := hex.EncodeToString(sum[:]); e.GetID() != want {
		t.Errorf("id %s, want %s\n%s", e.GetID(), want, e.Serialize())
	}
	// A boost carries what others wrote, U+2028 among it.
	inner := nostr.Event{PubKey: key(1), CreatedAt: 5, Kind: kindNote, Content: "line\u2028line <b>"}
	sum = sha256.Sum256([]byte(`[0,"` + key(1) + `",5,1,[],"line` + "\u2028" + `line <b>"]`))
	if want := hex.EncodeToString(sum[:]); inner.GetID() != want {
		t.Errorf("id %s, want %s", inner.GetID(), want)
	}
}

// TestFrozenBytes: the event that leaves is the one that was signed, through two
// rounds of a journal that writes JSON its own way.
func TestFrozenBytes(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	r := prepare(t, b, posting("a < b & c"))
	var anything any
	if err := json.Unmarshal(r.Body, &anything); err != nil {
		t.Fatal(err)
	}
	body, err := json.MarshalIndent(anything, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	before, err := thaw(r)
	if err != nil {
		t.Fatal(err)
	}
	r.Body = body
	after, err := thaw(r)
	if err != nil || string(after.message()) != string(before.message()) {
		t.Errorf("%v: %s\nwant %s", err, after.message(), before.message())
	}
	if strings.Contains(string(r.Body), "nsec") {
		t.Error("a secret is in the journal")
	}
}

// FuzzThaw: a journal that was tampered with is an error, not a crash, and nothing
// is sent that is not an event of one key.
func FuzzThaw(f *testing.F) {
	f.Add([]byte(`{"event":"{}","own":["ws://x"],"quorum":1}`))
	f.Add([]byte(`{"on":{"network":"nostr","local":"x"}}`))
	f.Add([]byte(`{"event":"[[[[","own":[""],"quorum":-1,"list":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		q, err := thaw(timeline.Request{Body: body})
		if err == nil && q.event != nil && (!q.event.CheckID() || len(q.Own) == 0) {
			t.Errorf("%s was taken", body)
		}
		if err == nil {
			standings{}.outcome(q)
		}
	})
}
