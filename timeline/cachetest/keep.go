package cachetest

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"skein/timeline"
)

func testKeepReturns(_ *testing.T, s *shelf) {
	a, b := posts("a", 3), posts("b", 2)
	kept := s.keep(timeline.Haul{Feed: ana, Posts: a}, timeline.Haul{Posts: b}, timeline.Haul{Feed: bo, Posts: a[:1]})
	if want := keysOf(slices.Concat(a, b, a[:1])); !same(keysOf(kept.Posts), want) {
		s.Errorf("Keep returned %v, want the posts of all hauls in their order", keysOf(kept.Posts))
	}
	if got := s.page(timeline.Query{Feeds: []timeline.Feed{ana}}); !same(keysOf(got.Posts), keysOf(a)) || got.More {
		s.Errorf("the page holds %v", keysOf(got.Posts))
	}
}

func testKeepCombines(_ *testing.T, s *shelf) {
	first := post("x", 5)
	first.Views = []timeline.View{{Account: "ana", ServerID: "1"}}
	s.keep(timeline.Haul{Feed: ana, Posts: []*timeline.Post{first}})

	again := post("x", 90) // as one is that claims the future and is met once more
	again.Counts.Likes = 3
	again.Views = []timeline.View{{Account: "bo", ServerID: "2"}}
	later := *again
	later.Counts.Likes = 4
	kept := s.keep(timeline.Haul{Feed: bo, Posts: []*timeline.Post{again}}, timeline.Haul{Feed: bo, Posts: []*timeline.Post{&later}})
	if len(kept.Posts) != 2 {
		s.Fatalf("Keep returned %d posts", len(kept.Posts))
	}
	shown := s.page(timeline.Query{Feeds: []timeline.Feed{ana, bo}}).Posts
	if len(shown) != 1 {
		s.Fatalf("%d posts instead of one", len(shown))
	}
	for _, p := range []*timeline.Post{kept.Posts[1], shown[0]} {
		if p.Key().Compare(first.Key()) != 0 {
			s.Errorf("it moved from %v to %v", first.Key(), p.Key())
		}
		if p.Counts.Likes != 4 || p.Revision == 0 {
			s.Errorf("the newer reading was not taken: %d likes, revision %d", p.Counts.Likes, p.Revision)
		}
		if _, ok := p.View("ana"); !ok || len(p.Views) != 2 {
			s.Errorf("views %v: what each account knows is joined", p.Views)
		}
	}
	before := shown[0].Revision
	if kept = s.keep(timeline.Haul{Feed: bo, Posts: []*timeline.Post{&later}}); kept.Posts[0].Revision != before {
		s.Errorf("revision %d after nothing has changed, it was %d", kept.Posts[0].Revision, before)
	}
}

// A post comes back as it was, to the nanosecond.
func testKeepWhole(_ *testing.T, s *shelf) {
	safe := timeline.Literal
	inner := post("inner", 1)
	inner.Media = []timeline.Media{{Kind: timeline.Image, URL: safe("https://a.example/1.png"), Alt: safe("a heron"), Width: 3, Height: 4}}
	inner.Poll = &timeline.Poll{ID: "7", Options: []timeline.PollOption{{Text: safe("yes"), Votes: 2, Chosen: true}}, Closes: noon.Add(time.Hour), Votes: 2}
	inner.Card = &timeline.Card{URL: safe("https://b.example/"), Title: safe("A diary")}
	inner.Quote = &timeline.Quote{State: timeline.QuoteShown, ID: timeline.ID{Network: timeline.Mastodon, Local: "q"}, Post: post("q", 0)}
	inner.ReplyTo = &timeline.Ref{ID: timeline.ID{Network: timeline.Mastodon, Local: "parent"}, Handle: safe("@bo")}
	inner.Tags, inner.Languages, inner.Labels = []timeline.Safe{safe("ci")}, []string{"en-GB"}, []timeline.Safe{safe("spoiler")}
	inner.Warning, inner.Sensitive, inner.Counts = safe("talk"), true, timeline.Counts{Replies: 1, Boosts: 2, Quotes: 3, Likes: 4}
	inner.Views = []timeline.View{{Account: "ana", ServerID: "9", Liked: true, LikeID: "l"}}
	inner.Sorted = inner.Sorted.Add(123_456_789)
	inner.Edited = noon.Add(time.Minute)
	boost := post("boost", 2)
	boost.Text = timeline.Text{}
	boost.Boosted = inner
	boost.Views = []timeline.View{{Account: "ana", ServerID: "10"}}
	plain := post("plain", 3)
	plain.Future = true

	want := []*timeline.Post{boost, plain}
	kept := s.keep(timeline.Haul{Feed: ana, Reader: "ana", Posts: want})
	shown := s.page(timeline.Query{Feeds: []timeline.Feed{ana}})
	for _, got := range [][]*timeline.Post{kept.Posts, shown.Posts} {
		if !reflect.DeepEqual(got, want) {
			s.Errorf("got  %s\nwant %s", described(got), described(want))
		}
	}
}

func described(posts []*timeline.Post) string {
	out := ""
	for _, p := range posts {
		out += fmt.Sprintf("%+v boosts %+v\n", *p, p.Boosted)
	}
	return out
}

func testRemoved(_ *testing.T, s *shelf) {
	all := posts("a", 3)
	s.keep(timeline.Haul{Feed: ana, Posts: all}, timeline.Haul{Feed: bo, Posts: all})
	s.keep(timeline.Haul{Feed: bo, Removed: []timeline.ID{all[1].ID, {Network: timeline.Nostr, Local: "never read"}}})
	left := keysOf([]*timeline.Post{all[0], all[2]})
	if got := keysOf(s.page(timeline.Query{Feeds: []timeline.Feed{ana}}).Posts); !same(got, left) {
		s.Errorf("the other feed holds %v", got)
	}
	if got := s.unread(ana, bo); !same(got, left) {
		s.Errorf("unread: %v", got)
	}
	s.keep(timeline.Haul{Feed: ana, Posts: all[1:2]})
	if got := keysOf(s.page(timeline.Query{Feeds: []timeline.Feed{ana}}).Posts); !same(got, keysOf(all)) {
		s.Errorf("after it was read again: %v", got)
	}
}

// Several write and read at once; all of it is there in the end.
func testAtOnce(_ *testing.T, s *shelf) {
	const writers, rounds, each = 4, 10, 5
	var wg sync.WaitGroup
	for w := range writers {
		f := timeline.HomeOf(timeline.AccountID(fmt.Sprint("account", w%2)))
		wg.Go(func() {
			for r := range rounds {
				batch := posts(fmt.Sprintf("w%d-r%d-", w, r), each)
				if _, err := s.Keep(s.ctx(), timeline.Haul{Feed: f, Posts: batch, Up: &timeline.ReachUp{Newest: batch[each-1].Key(), Newer: "n"}}); err != nil {
					s.Errorf("Keep: %v", err)
				}
				if err := s.MarkRead(s.ctx(), batch[0].Key()); err != nil {
					s.Errorf("MarkRead: %v", err)
				}
				if _, err := s.Page(s.ctx(), timeline.Query{Feeds: []timeline.Feed{f}, Limit: 20}); err != nil {
					s.Errorf("Page: %v", err)
				}
			}
		})
	}
	wg.Wait()
	both := []timeline.Feed{timeline.HomeOf("account0"), timeline.HomeOf("account1")}
	if n := len(s.page(timeline.Query{Feeds: both, Limit: 1000}).Posts); n != writers*rounds*each {
		s.Errorf("%d posts of %d", n, writers*rounds*each)
	}
	if n := len(s.unread(both...)); n != writers*rounds*(each-1) {
		s.Errorf("%d unread of %d", n, writers*rounds*(each-1))
	}
}
