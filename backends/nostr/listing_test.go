package nostr

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// walk reads a list to its end, and names what is in it in the order in which it came.
func walk(t *testing.T, b *Backend, l timeline.List, limit int) []string {
	t.Helper()
	var all []string
	page := timeline.Page{Limit: limit}
	for {
		got, err := b.List(t.Context(), l, page)
		if err != nil {
			t.Fatal(err)
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

// TestListPeople: the last added first, those of the hidden part too; what is no person
// is told.
func TestListPeople(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	s.Put(listed(t, b, kindFollows, time.Hour, `{"wss://r.example":{}}`, nostr.Tag{"p", key(1)}, nostr.Tag{"p"}, nostr.Tag{"p", key(2), "", "ana"}))
	hiddenPart := concealed(t, b, true, `["p","`+key(3)+`"]`, `["word","\u001b[31mred"]`)
	s.Put(listed(t, b, kindMutes, time.Hour, hiddenPart, nostr.Tag{"t", "cats"}, nostr.Tag{"title", "x"}, nostr.Tag{"p", key(1)}, nostr.Tag{"p", "short"}))
	if got, want := walk(t, b, timeline.ListFollows, 1), []string{key(2), key(1)}; !slices.Equal(got, want) {
		t.Errorf("follows: %q", got)
	}
	want := []string{key(3), "unread: word [31mred", "unread: person short", key(1), "unread: tag #cats"}
	got := walk(t, b, timeline.ListMutes, 10)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("mutes: %q", got)
	}
	if got, err := b.List(t.Context(), timeline.ListMutes, timeline.Page{}); err != nil || !got.People[0].Muted || got.People[0].ID != key(3) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestListOfAReader tells of a hidden part that needs a key which is not there.
func TestListOfAReader(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	s.Put(listed(t, b, kindMutes, time.Hour, concealed(t, b, false, `["p","`+key(3)+`"]`), nostr.Tag{"p", key(1)}))
	c := b.cfg
	c.Store = nil
	public, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = public.Close() })
	got := walk(t, public, timeline.ListMutes, 10)
	if len(got) != 2 || got[0] != key(1) || !strings.Contains(got[1], "hidden part") {
		t.Errorf("%q", got)
	}
}

// TestListWhileItChanges: a list is paged on from where it was left, whatever was added
// to it or taken off meanwhile.
func TestListWhileItChanges(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	tags := func(n ...byte) (all []nostr.Tag) {
		for _, i := range n {
			all = append(all, nostr.Tag{"p", key(i)})
		}
		return all
	}
	for name, c := range map[string]struct{ now, rest []byte }{
		"more were added":             {[]byte{1, 2, 3, 4, 5, 6}, []byte{3, 2, 1}},
		"one above was taken off":     {[]byte{1, 2, 3, 4}, []byte{3, 2, 1}},
		"the one at the page's end":   {[]byte{1, 2, 3, 5}, []byte{3, 2, 1}},
		"it is shorter than the page": {[]byte{1}, []byte{1}},
	} {
		t.Run(name, func(t *testing.T) {
			b := me(t, []string{s.URL()})
			s.Put(listed(t, b, kindFollows, time.Hour, "", tags(1, 2, 3, 4, 5)...))
			first, err := b.List(t.Context(), timeline.ListFollows, timeline.Page{Limit: 2})
			if err != nil {
				t.Fatal(err)
			}
			s.Put(listed(t, b, kindFollows, time.Minute, "", tags(c.now...)...))
			second, err := b.List(t.Context(), timeline.ListFollows, timeline.Page{Limit: 10, Before: first.Older})
			if err != nil {
				t.Fatal(err)
			}
			var got, want []string
			for _, p := range second.People {
				got = append(got, p.ID)
			}
			for _, n := range c.rest {
				want = append(want, key(n))
			}
			if !slices.Equal(got, want) || second.Older != "" {
				t.Errorf("the rest is %q, want %q", got, want)
			}
		})
	}
	if _, err := b.List(t.Context(), timeline.ListBlocks, timeline.Page{}); timeline.CodeOf(err) != timeline.CodeUnsupported {
		t.Errorf("blocks: %v", err)
	}
}

// TestListLikesAndBookmarks finds the posts at the relays of those who wrote them, in
// the order of the deeds, an article by its address; what is gone is told, what was
// taken back is not there.
func TestListLikesAndBookmarks(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{})
	b, her := me(t, urls(servers[:1])), me(t, urls(servers[1:]))
	servers[0].Put(listed(t, her, kindRelays, time.Hour, "", nostr.Tag{"r", servers[1].URL()}))
	write := func(kind int, text string, ago time.Duration, tags ...nostr.Tag) string {
		e := listed(t, her, kind, ago, text, tags...)
		servers[1].Put(e)
		return e.ID
	}
	one, two, three := write(kindNote, "one", 3*time.Hour), write(kindNote, "two", 2*time.Hour), write(kindNote, "three", time.Hour)
	essay := write(kindArticle, "long", time.Hour, nostr.Tag{"d", "essay"}, nostr.Tag{"title", "An essay"})
	like := func(id, content string, ago time.Duration) nostr.Event {
		e := listed(t, b, kindLike, ago, content, nostr.Tag{"e", id}, nostr.Tag{"p", her.cfg.PubKey})
		servers[0].Put(e)
		return e
	}
	like(three, "+", 50*time.Minute)
	like(one, "🤙", 40*time.Minute)
	like(two, "-", 30*time.Minute)
	like(id(7), "+", 20*time.Minute)
	back := like(two, "+", 10*time.Minute)
	servers[0].Put(listed(t, b, kindDeletion, 0, "", nostr.Tag{"e", back.ID}))
	if got, want := walk(t, b, timeline.ListLikes, 1), []string{"unread: " + id(7), one, three}; !slices.Equal(got, want) {
		t.Errorf("likes: %q, want %q", got, want)
	}
	servers[0].Put(listed(t, b, kindSaved, time.Hour, concealed(t, b, false, `["e","`+two+`","`+servers[1].URL()+`"]`),
		nostr.Tag{"a", fmt.Sprintf("%d:%s:essay", kindArticle, her.cfg.PubKey), servers[1].URL()}, nostr.Tag{"e", id(7)},
		nostr.Tag{"a", fmt.Sprintf("%d:%s:none", kindArticle, her.cfg.PubKey)}, nostr.Tag{"r", "https://a.example"}))
	got := walk(t, b, timeline.ListBookmarks, 10)
	want := []string{two, essay, "unread: link https://a.example", fmt.Sprintf("unread: address %d:%s:none", kindArticle, her.cfg.PubKey), "unread: " + id(7)}
	if !slices.Equal(got, want) {
		t.Errorf("bookmarks: %q, want %q", got, want)
	}
	p, err := b.Post(t.Context(), nostrID(two))
	if err != nil || !p.Views[0].Bookmarked {
		t.Errorf("a post that is bookmarked in secret: %+v, %v", p, err)
	}
	servers[1].Put(listed(t, her, kindDeletion, 0, "", nostr.Tag{"e", one}))
	if got, want := walk(t, b, timeline.ListLikes, 10), []string{three, "unread: " + id(7), "unread: " + one}; !slices.Equal(got, want) {
		t.Errorf("likes of what was deleted: %q, want %q", got, want)
	}
}

// TestListPosts has everything that the account published, from all of its relays, and
// tells of one that could not be read.
func TestListPosts(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{Limit: 3})
	down := nowhere(t)
	b := me(t, append(urls(servers), down))
	var want []string
	for i := range 12 {
		kind := []int{kindNote, kindBoost, kindComment, kindLike, kindPoll, kindArticle}[i%6]
		e := listed(t, b, kind, time.Duration(i)*time.Minute, "", nostr.Tag{"e", id(1)}, nostr.Tag{"d", fmt.Sprint(i)})
		servers[i%2].Put(e)
		if kind != kindLike {
			want = append(want, e.ID)
		}
	}
	want = append(want, "unread: ")
	got := walk(t, b, timeline.ListPosts, 4)
	if n := len(got); n == 0 || !strings.HasPrefix(got[n-1], "unread: "+hostOf(down)) {
		t.Fatalf("%q", got)
	}
	got[len(got)-1] = "unread: "
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// archived writes b's archive, and returns the ids in it.
func archived(t *testing.T, b *Backend) ([]string, string, error) {
	t.Helper()
	var out bytes.Buffer
	ending, err := b.Archive(t.Context(), &out, nil)
	var all []string
	for line := range strings.Lines(out.String()) {
		e, perr := parseEvent([]byte(strings.TrimSpace(line)))
		if perr != nil {
			t.Fatalf("%.100q: %v", line, perr)
		}
		if ok, serr := e.CheckSignature(); !ok || serr != nil || !e.CheckID() || e.PubKey != b.cfg.PubKey {
			t.Errorf("forged: %.100q, %v", line, serr)
		}
		all = append(all, e.ID)
	}
	slices.Sort(all)
	return all, ending, err
}

// TestArchive has all own events of all relays, each once: of relays that overlap, of
// one that cuts its answers, of one that the account's own list alone names, beside one
// that lies.
func TestArchive(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{Limit: 7}, sandbox.Options{}, sandbox.Options{Evil: sandbox.ForgedSignature})
	b := me(t, urls(append(servers[:2:2], servers[3])))
	list := listed(t, b, kindRelays, 0, "", nostr.Tag{"r", servers[2].URL()}, nostr.Tag{"r", "wss://read.example", "read"})
	want := []string{list.ID}
	servers[0].Put(list)
	for i := range 600 {
		e := listed(t, b, []int{1, 3, 4, 5, 7, 1984, 9735, 30023}[i%8], time.Duration(i/3)*time.Minute, fmt.Sprint("<&\u2028\x00> ", i), nostr.Tag{"d", fmt.Sprint(i)})
		if e.Kind == kindFollows {
			continue
		}
		want = append(want, e.ID)
		for n := range 3 {
			if n == i%3 || i%5 == 0 {
				servers[n].Put(e)
			}
		}
		servers[3].Put(e)
	}
	slices.Sort(want)
	got, ending, err := archived(t, b)
	for n, server := range servers {
		if told := err != nil && strings.Contains(err.Error(), hostOf(server.URL())); told != (n == 3) {
			t.Errorf("relay %d is told of: %t, %v", n, told, err)
		}
	}
	if !slices.Equal(got, want) || ending != "jsonl" {
		t.Errorf("ending %q, %d events, want %d", ending, len(got), len(want))
	}
}

// TestArchiveTellsWhatIsMissing: a relay that is down, or that falls silent, is no
// reason to keep the rest back, and is told; where nothing could be had there is no
// archive.
func TestArchiveTellsWhatIsMissing(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{Evil: sandbox.NeverEOSE})
	down := nowhere(t)
	b := me(t, append(urls(servers), down))
	b.pool.wait, b.pauses.again = 200*time.Millisecond, time.Millisecond
	e := listed(t, b, kindNote, 0, "here")
	servers[0].Put(e)
	got, ending, err := archived(t, b)
	if !slices.Equal(got, []string{e.ID}) || ending != "jsonl" || timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("%q, ending %q, %v", got, ending, err)
	}
	for _, relay := range []string{down, servers[1].URL()} {
		if err == nil || !strings.Contains(err.Error(), hostOf(relay)) {
			t.Errorf("%s is not told of: %v", relay, err)
		}
	}
	if err != nil && strings.Contains(err.Error(), hostOf(servers[0].URL())) {
		t.Errorf("a relay that was read is told of: %v", err)
	}
	b = me(t, []string{down})
	b.pauses.again = time.Millisecond
	if _, ending, err := archived(t, b); ending != "" || timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("of no relay: ending %q, %v", ending, err)
	}
}

// TestArchiveOfOneSecond: where a relay gives a part of a second alone, that is told.
func TestArchiveOfOneSecond(t *testing.T) {
	s := empty(t, sandbox.Options{Limit: 5})[0]
	b := me(t, []string{s.URL()})
	second := time.Now().Add(-time.Hour)
	for i := range 12 {
		s.Put(listedAt(t, b, kindNote, second, fmt.Sprint(i)))
	}
	s.Put(listed(t, b, kindNote, 2*time.Hour, "older"))
	got, ending, err := archived(t, b)
	if len(got) != 6 || ending != "jsonl" || err == nil {
		t.Errorf("%d events, ending %q, %v", len(got), ending, err)
	}
}
