package e2e_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"
	"github.com/nbd-wtf/go-nostr/nip44"

	"skein/e2e"
	"skein/timeline"
)

// kindMutes and kindSaved are NIP-51's.
const (
	kindMutes = 10000
	kindSaved = 10003
)

// listed has the writer's other client put a list on one relay, dated that long ago.
func (w *nostrWriter) listed(t *testing.T, n, kind int, ago time.Duration, content string, tags ...nostr.Tag) nostr.Event {
	t.Helper()
	event, err := w.me.Sign(nostr.Event{Kind: kind, Content: content, Tags: tags, CreatedAt: nostr.Timestamp(time.Now().Add(-ago).Unix())})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.relays[n].Publish(t.Context(), event); err != nil {
		t.Fatalf("publish kind %d: %v", kind, err)
	}
	return event
}

// concealed encrypts to a person's own key (NIP-44).
func concealed(t *testing.T, who *e2e.NostrPerson, plain string) string {
	t.Helper()
	_, private, err := nip19.Decode(who.Nsec)
	if err != nil {
		t.Fatal(err)
	}
	key, err := nip44.GenerateConversationKey(who.Pubkey, private.(string)) //nolint:errcheck // nip19 says so of an nsec
	if err != nil {
		t.Fatal("the key of a test is none")
	}
	text, err := nip44.Encrypt(plain, key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// list walks a list with small pages, and names its entries.
func (w *nostrWriter) list(t *testing.T, l timeline.List) []string {
	t.Helper()
	var all []string
	page := timeline.Page{Limit: 2}
	for {
		got, err := w.backend.List(t.Context(), l, page)
		if err != nil {
			t.Fatalf("list %s: %v", l, err)
		}
		for _, p := range got.People {
			all = append(all, p.ID)
		}
		for _, p := range got.Posts {
			all = append(all, p.ID.Local)
		}
		for _, s := range got.Unread {
			all = append(all, "unread: "+s.String())
		}
		if page.Before = got.Older; page.Before == "" {
			return all
		}
	}
}

// TestListsNostrAreKept: of three relays one has an old version of each list, one the
// newest, one is dead. What is done with skein is added to the newest, and nothing that
// other clients keep there is lost, neither what is hidden nor what skein knows nothing of.
func TestListsNostrAreKept(t *testing.T) {
	w := newNostrWriter(t)
	fern, moss, reed := e2e.NewNostrPerson(t), e2e.NewNostrPerson(t), e2e.NewNostrPerson(t)
	fern.Lists(t, w.relays[0])
	post := fern.Posts(t, w.relays[0], "worth keeping")
	secret := concealed(t, w.me, `[["word","spoiler"],["unknown",{"to":"skein"}]]`)
	on := timeline.Subject{ID: timeline.ID{Network: timeline.Nostr, Local: post.ID}}
	for _, c := range []struct {
		list  timeline.List
		kind  int
		do    timeline.Intent
		entry string
		want  []string
	}{
		{timeline.ListFollows, nostr.KindFollowList, timeline.Intent{Kind: timeline.DoFollow, Person: fern.Pubkey}, fern.Pubkey, nil},
		{timeline.ListMutes, kindMutes, timeline.Intent{Kind: timeline.DoMute, Person: fern.Pubkey}, fern.Pubkey, []string{"unread: word spoiler"}},
		{timeline.ListBookmarks, kindSaved, timeline.Intent{Kind: timeline.DoBookmark, On: on}, post.ID, []string{"unread: word spoiler"}},
	} {
		t.Run(string(c.list), func(t *testing.T) {
			name, want := "p", []string{moss.Pubkey, reed.Pubkey}
			if c.kind == kindSaved {
				name, want = "r", []string{"unread: link " + moss.Pubkey, "unread: link " + reed.Pubkey}
			}
			w.listed(t, 0, c.kind, time.Hour, "", nostr.Tag{name, reed.Pubkey})
			newest := w.listed(t, 1, c.kind, time.Minute, secret, nostr.Tag{"odd"}, nostr.Tag{name, moss.Pubkey, "", "<&>"}, nostr.Tag{name, reed.Pubkey})
			w.does(t, c.do)
			for n := range 2 {
				got := w.holds(t, n, nostr.Filter{Kinds: []int{c.kind}})
				if len(got) != 1 || got[0].Content != secret || len(got[0].Tags) != len(newest.Tags)+1 ||
					!slices.EqualFunc(got[0].Tags[:len(newest.Tags)], newest.Tags, slices.Equal) || got[0].Tags[len(newest.Tags)][1] != c.entry {
					t.Errorf("relay %d holds %v", n, got)
				}
			}
			got, all := w.list(t, c.list), append(append(want, c.entry), c.want...)
			slices.Sort(got)
			slices.Sort(all)
			if !slices.Equal(got, all) {
				t.Errorf("it reads as %q, want %q", got, all)
			}
			c.do.Undo = true
			w.does(t, c.do)
			if slices.Contains(w.list(t, c.list), c.entry) {
				t.Error("it is still there")
			}
		})
	}
}

// TestArchiveNostr: everything that the account has signed, from the relays that are
// there, each once; the one that is not is told. Its posts and likes read the same.
func TestArchiveNostr(t *testing.T) {
	w := newNostrWriter(t)
	w.relays[2].Start(t) // a first list is not written while a relay may hold one
	var posts []string
	for _, text := range []string{"one", "<two> & \u2028", "three 🪿"} {
		posts = append(posts, w.does(t, w.text(text)).ID.Local)
	}
	on := timeline.Subject{ID: timeline.ID{Network: timeline.Nostr, Local: posts[0]}}
	w.does(t, timeline.Intent{Kind: timeline.DoLike, On: on})
	w.does(t, timeline.Intent{Kind: timeline.DoFollow, Person: e2e.NewNostrPerson(t).Pubkey})
	w.listed(t, 1, nostr.KindTextNote, time.Hour, "at the second relay only")
	w.relays[2].Stop()

	var out bytes.Buffer
	ending, err := w.backend.Archive(t.Context(), &out, nil)
	if ending != "jsonl" || err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(w.relays[2].URL, "ws://")) {
		t.Errorf("ending %q, %v", ending, err)
	}
	got, want := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(out.String()) {
		var e nostr.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if ok, err := e.CheckSignature(); !ok || err != nil || !e.CheckID() || got[e.ID] {
			t.Errorf("forged, or there twice: %s", line)
		}
		got[e.ID] = true
	}
	for n := range 2 {
		for _, e := range w.holds(t, n, nostr.Filter{}) {
			want[e.ID] = true
		}
	}
	if len(want) < 6 || len(got) != len(want) {
		t.Errorf("%d events, the relays hold %d", len(got), len(want))
	}
	for id := range want {
		if !got[id] {
			t.Errorf("%s is missing", id)
		}
	}
	if liked := w.list(t, timeline.ListLikes); len(liked) == 0 || liked[0] != posts[0] {
		t.Errorf("likes: %q", liked)
	}
	all := w.list(t, timeline.ListPosts)
	if len(all) != 5 || !strings.HasPrefix(all[4], "unread: ") { // the dead relay
		t.Errorf("posts: %q", all)
	}
}

// TestHomeNostrWithoutMuted: who is muted is gone from home, and back when that is
// taken back.
func TestHomeNostrWithoutMuted(t *testing.T) {
	w := newNostrWriter(t)
	w.relays[2].Start(t)
	fern, moss := e2e.NewNostrPerson(t), e2e.NewNostrPerson(t)
	fern.Lists(t, w.relays[0])
	moss.Lists(t, w.relays[0])
	w.me.Follows(t, w.relays[0], fern, moss)
	loud, quiet := fern.Posts(t, w.relays[0], "to be heard"), moss.Posts(t, w.relays[0], "not to be heard")
	home := func() (ids []string) {
		t.Helper()
		batch, err := w.backend.Home(t.Context(), timeline.Page{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range batch.Posts {
			ids = append(ids, p.ID.Local)
		}
		return ids
	}
	if got := home(); !slices.Contains(got, loud.ID) || !slices.Contains(got, quiet.ID) {
		t.Fatalf("before: %q", got)
	}
	w.does(t, timeline.Intent{Kind: timeline.DoMute, Person: moss.Pubkey})
	if got := home(); !slices.Contains(got, loud.ID) || slices.Contains(got, quiet.ID) {
		t.Errorf("muted: %q", got)
	}
	w.does(t, timeline.Intent{Kind: timeline.DoMute, Person: moss.Pubkey, Undo: true})
	if got := home(); !slices.Contains(got, quiet.ID) {
		t.Errorf("not muted any more: %q", got)
	}
}
