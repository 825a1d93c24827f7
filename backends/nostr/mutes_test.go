package nostr

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip04"

	sandbox "skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

// muting is an intent to mute somebody, or to take that back.
func muting(key string, undo bool) timeline.Intent {
	return intent(timeline.Intent{Kind: timeline.DoMute, Person: key, Undo: undo})
}

// concealed encrypts items to b's own key.
func concealed(t testing.TB, b *Backend, old bool, items ...string) string {
	t.Helper()
	h := hidden{old: old}
	for _, i := range items {
		h.items = append(h.items, json.RawMessage(i))
	}
	content, err := b.seal(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// revealed is what an own list hides.
func revealed(t testing.TB, b *Backend, list nostr.Event) []string {
	t.Helper()
	h, err := b.hidden(t.Context(), &list)
	if err != nil {
		t.Fatal(err)
	}
	var items []string
	for _, i := range h.items {
		items = append(items, string(i))
	}
	return items
}

// TestMute writes where everybody can read it while the list hides nobody, and keeps
// what it hides.
func TestMute(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	secret := concealed(t, b, false, `["word","spoiler"]`, `{"odd":1}`)
	s.Put(listed(t, b, kindMutes, time.Hour, secret, nostr.Tag{"t", "cats"}))
	do(t, b, muting(key(1), false))
	got := stored(s, b.cfg.PubKey, kindMutes)[0]
	if got.Content != secret || len(got.Tags) != 2 || value(got.Tags, "p") != key(1) {
		t.Errorf("muted: %v", got)
	}
	before := s.Stats().Events.Load()
	do(t, again(t, b), muting(key(1), false))
	do(t, again(t, b), muting(key(2), true))
	if s.Stats().Events.Load() != before {
		t.Error("an event went out where nothing was to be done")
	}
	do(t, again(t, b), muting(key(1), true))
	got = stored(s, b.cfg.PubKey, kindMutes)[0]
	if got.Content != secret || len(got.Tags) != 1 || value(got.Tags, "t") != "cats" {
		t.Errorf("not muted any more: %v", got)
	}
}

// TestMuteInSecret: where a list keeps people in its hidden part a mute is put there
// and taken off there, in the encryption that was found, and unknown items stay.
func TestMuteInSecret(t *testing.T) {
	for name, old := range map[string]bool{"NIP-44": false, "NIP-04": true} {
		t.Run(name, func(t *testing.T) {
			s := empty(t, sandbox.Options{})[0]
			b := me(t, []string{s.URL()})
			items := []string{`["p","` + key(1) + `"]`, `["word","spoiler"]`, `{"odd":1}`, `[]`}
			s.Put(listed(t, b, kindMutes, time.Hour, concealed(t, b, old, items...), nostr.Tag{"p", key(9)}))
			do(t, b, muting(key(2), false))
			got := stored(s, b.cfg.PubKey, kindMutes)[0]
			want := append(slices.Clone(items), `["p","`+key(2)+`"]`)
			if !slices.Equal(revealed(t, again(t, b), got), want) || len(got.Tags) != 1 || strings.Contains(got.Content, ivMark) != old {
				t.Errorf("hidden: %v, tags: %v", revealed(t, b, got), got.Tags)
			}
			do(t, again(t, b), muting(key(1), true))
			got = stored(s, b.cfg.PubKey, kindMutes)[0]
			if !slices.Equal(revealed(t, again(t, b), got), want[1:]) || len(got.Tags) != 1 {
				t.Errorf("hidden: %v, tags: %v", revealed(t, b, got), got.Tags)
			}
		})
	}
}

// TestUnmuteUnread: what cannot be read is not thrown away, and nobody is said to be
// off a list who may be on its hidden part.
func TestUnmuteUnread(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	s.Put(listed(t, b, kindMutes, time.Hour, "garbage", nostr.Tag{"p", key(1)}))
	if _, err := b.Prepare(t.Context(), muting(key(2), true), &notes{}); timeline.CodeOf(err) != timeline.CodeMalformed {
		t.Errorf("somebody who may be hidden: %v", err)
	}
	o := do(t, b, muting(key(1), true))
	got := stored(s, b.cfg.PubKey, kindMutes)[0]
	if got.Content != "garbage" || len(got.Tags) != 0 || o.Receipt.Note.Empty() {
		t.Errorf("%v, note %q", got, o.Receipt.Note)
	}
}

// TestHiddenIsHostile: what stands in the place of a hidden part crashes nothing.
func TestHiddenIsHostile(t *testing.T) {
	b := me(t, []string{nowhere(t)})
	creds, err := b.cfg.Store.Load(t.Context(), "acct")
	if err != nil {
		t.Fatal(err)
	}
	shared, err := nip04.ComputeSharedSecret(b.cfg.PubKey, creds[account.PrivateKey].Reveal())
	if err != nil {
		t.Fatal(err)
	}
	deep, err := nip04.Encrypt(strings.Repeat("[", 1000)+strings.Repeat("]", 1000), shared)
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{
		"?iv=", "AAAA?iv=AAAA", "AAAAAAAAAAAAAAAAAAAAAA==?iv=AAAA", "AAAA?iv=AAAAAAAAAAAAAAAAAAAAAA==", "?iv=AAAAAAAAAAAAAAAAAAAAAA==?iv=",
		"AAAAAAAAAAAAAAAAAAAAAA==?iv=AAAAAAAAAAAAAAAAAAAAAA==", "A", strings.Repeat("A", 132), "#" + strings.Repeat("A", 200), deep,
	} {
		list := nostr.Event{ID: id(1), PubKey: b.cfg.PubKey, Kind: kindMutes, Content: content}
		if _, err := b.hidden(t.Context(), &list); timeline.CodeOf(err) != timeline.CodeMalformed {
			t.Errorf("%.40q: %v", content, err)
		}
	}
}

// TestHomeWithoutMuted: those who are muted, in the open or in secret, are gone from
// home, and so are boosts of what they write, from the newest page, from older ones,
// from what is new and from the stream.
func TestHomeWithoutMuted(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	s, b := servers[0], unhurried(reader(t, servers))
	fern, stray := s.PubKey("fern"), s.PubKey("stray")
	first, err := b.Home(t.Context(), timeline.Page{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	var streamed []*timeline.Post
	events := make(chan timeline.Event, 1024)
	ended := runStream(t, b, first.Newer, func(e timeline.Event) { events <- e })
	until(t, events, ended, "the relay", up(1))
	other := again(t, b)
	s.Put(listed(t, other, kindMutes, 0, concealed(t, other, false, `["p","`+fern+`"]`), nostr.Tag{"p", stray}))
	for _, p := range []world.Post{
		{Key: "silent", Network: world.Nostr, By: "fern", Text: []world.Part{{Text: "not to be heard"}}},
		{Key: "echo", Network: world.Nostr, By: "ada", BoostOf: "stray"},
		{Key: "loud", Network: world.Nostr, By: "moss", Text: []world.Part{{Text: "to be heard"}}},
	} {
		if err := s.Publish(p); err != nil {
			t.Fatal(err)
		}
	}
	until(t, events, ended, "who is not muted", func(e timeline.Event) bool {
		if e.Post != nil {
			streamed = append(streamed, e.Post)
		}
		return post(s.EventID("loud"))(e)
	})
	quiet(t, streamed, fern, stray)
	news, err := b.Home(t.Context(), timeline.Page{After: first.Newer, Limit: 7})
	if err != nil {
		t.Fatal(err)
	}
	quiet(t, news.Posts, fern, stray)
	for _, fresh := range []*Backend{b, unhurried(again(t, b))} {
		var all []*timeline.Post
		page := timeline.Page{Limit: 7}
		for {
			batch, err := fresh.Home(t.Context(), page)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, batch.Posts...)
			if page.Before = batch.Older; page.Before == "" {
				break
			}
		}
		quiet(t, all, fern, stray)
		if !slices.ContainsFunc(all, func(p *timeline.Post) bool { return p.ID.Local == s.EventID("loud") }) {
			t.Error("who is not muted is gone, too")
		}
	}
}

// quiet checks that none of posts is by somebody who is muted.
func quiet(t *testing.T, posts []*timeline.Post, muted ...string) {
	t.Helper()
	for _, p := range posts {
		if slices.Contains(muted, p.Author.ID) || slices.Contains(muted, p.Content().Author.ID) {
			t.Errorf("%s is there: %s", p.Content().Author.Name, p.Text.Plain())
		}
	}
}
