package nostr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// hello is two people, one of whom looks and has written something.
func hello() *world.World {
	person := func(key string) world.Person {
		return world.Person{Key: key, Network: world.Nostr, Name: key, Handle: key}
	}
	return &world.World{
		People: []world.Person{person(world.Viewer), person("fern"), person("bo")},
		Posts: []world.Post{
			{Key: "mine", Network: world.Nostr, By: world.Viewer, Text: []world.Part{{Text: "mine"}}},
			{Key: "hers", Network: world.Nostr, By: "fern", Text: []world.Part{{Text: "hers"}}},
		},
	}
}

// TestNotices: of all that names the account, what is news for it, and nothing that a
// stranger only says so.
func TestNotices(t *testing.T) {
	s := startRelays(t, hello(), sandbox.Options{})
	me, mine, hers := s[0].PubKey(world.Viewer), s[0].EventID("mine"), s[0].EventID("hers")
	fern := s[0].PubKey("fern")
	var put []nostr.Event
	by := func(who string, kind int, content string, tags ...nostr.Tag) nostr.Event {
		e := signed(t, s[0], who, kind, tags, content)
		put = append(put, e)
		return e
	}
	p, e := nostr.Tag{"p", me}, func(id string, more ...string) nostr.Tag { return append(nostr.Tag{"e", id}, more...) }
	want := map[string]timeline.NoticeKind{
		by("fern", kindNote, "hello", p).ID:                                                        timeline.NoticeMention,
		by("fern", kindNote, "yes", e(mine, "", "root", me), p).ID:                                 timeline.NoticeReply,
		by("bo", kindNote, "no", e(hers, "", "root", fern), p, nostr.Tag{"p", fern}).ID:            timeline.NoticeMention,
		by("bo", kindNote, "this", nostr.Tag{"q", mine, "", me}, p).ID:                             timeline.NoticeQuote,
		by("bo", kindLike, "🪿", e(mine), p).ID:                                                     timeline.NoticeLike,
		by("fern", kindBoost, "", e(mine), p).ID:                                                   timeline.NoticeBoost,
		by("fern", kindComment, "so", nostr.Tag{"E", mine}, nostr.Tag{"P", me}, e(mine, ""), p).ID: timeline.NoticeReply,
	}
	by("bo", kindLike, "-", e(mine), p)                      // a dislike
	by("bo", kindLike, "+", e(hers), nostr.Tag{"p", fern})   // names somebody else
	by("bo", kindLike, "+", e(hers), p)                      // of somebody else's post
	by(world.Viewer, kindNote, "to myself", p)               // one's own
	by("bo", kindFollows, "", p)                             // published anew with every change
	by("bo", kindZap, "", p, nostr.Tag{"description", "{}"}) // no receipt
	took := by("bo", kindLike, "+", e(mine), p, nostr.Tag{"x", "taken back"})
	by("bo", kindDeletion, "", e(took.ID))
	for _, one := range put {
		s[0].Put(one)
	}
	b := reader(t, s)
	got := map[string]timeline.NoticeKind{}
	for page := (timeline.Page{Limit: 3}); ; {
		batch, err := b.Notices(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range batch.Notices {
			got[n.ID] = n.Kind
			if n.Post == nil || n.Post.ID != n.Subject || n.By.ID == me {
				t.Errorf("%s: %+v", n.Kind, n)
			}
			if n.Kind == timeline.NoticeLike && n.Text.String() != "🪿" {
				t.Errorf("the like's sign is %q", n.Text)
			}
		}
		if page.Before = batch.Older; page.Before == "" {
			break
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// TestZaps: a receipt counts where its request is whole, for the account alone, and
// names the amount of the invoice.
func TestZaps(t *testing.T) {
	w := hello()
	w.Deeds = []world.Deed{{Network: world.Nostr, By: "fern", Does: world.Zap, Of: "mine", Sats: 21, Says: "for you"}}
	s := startRelays(t, w, sandbox.Options{})
	b := reader(t, s)
	batch, err := b.Notices(t.Context(), timeline.Page{})
	if err != nil || len(batch.Notices) != 1 {
		t.Fatalf("%+v, %v", batch.Notices, err)
	}
	if n := batch.Notices[0]; n.Kind != timeline.NoticeZap || n.Amount != 21_000 || n.By.ID != s[0].PubKey("fern") || n.Text.String() != "for you" || n.Post == nil {
		t.Errorf("%+v", n)
	}
	receipt := s[0].Find(nostr.Filter{Kinds: []int{kindZap}})[0]
	for name, spoil := range map[string]func(*nostr.Event){
		"another amount": func(e *nostr.Event) { e.Tags.Find("bolt11")[1] = "lnbc9990n1pp" },
		"no invoice":     func(e *nostr.Event) { e.Tags.Find("bolt11")[1] = "" },
		"a spoilt request": func(e *nostr.Event) {
			d := e.Tags.Find("description")
			last := "0"
			if strings.HasSuffix(d[1], `0"}`) {
				last = "1"
			}
			d[1] = d[1][:len(d[1])-3] + last + `"}`
		},
		"no request": func(e *nostr.Event) { e.Tags.Find("description")[1] = `{"kind":9734}` },
	} {
		e := receipt
		e.Tags = nostr.Tags{}
		for _, tag := range receipt.Tags {
			e.Tags = append(e.Tags, append(nostr.Tag{}, tag...))
		}
		spoil(&e)
		if n, ok := b.classify(&e); ok {
			t.Errorf("%s is believed: %+v", name, n)
		}
	}
}

func TestInvoiced(t *testing.T) {
	for in, want := range map[string]int64{
		"lnbc210n1pxyz": 21_000, "LNBC1U1PXYZ": 100_000, "lnbc20m1pvj": 2_000_000_000, "lntb11pq": 100_000_000_000, "lnbc10p1q": 1,
		"": 0, "lnbc1pxyz": 0, "lnbc5p1q": 0, "lnbc1": 0, "btc210n1p": 0, "lnbc-5n1p": 0, "lnbc5nn1p": 0, "lnbc99999999999999999991p": 0, "lnbc92233720368547758071p": 0, "1": 0,
	} {
		got, ok := invoiced(in)
		if ok != (want > 0) || ok && got != want {
			t.Errorf("%q is %d, %v; want %d", in, got, ok, want)
		}
	}
}
