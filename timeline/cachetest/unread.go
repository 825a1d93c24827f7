package cachetest

import (
	"slices"
	"testing"

	"skein/timeline"
)

func testUnread(_ *testing.T, s *shelf) {
	p := posts("a", 6)
	kept := s.keep(timeline.Haul{Feed: ana, Posts: p[:4], ReadTo: p[1].Key()})
	if want := keysOf(p[2:4]); !same(kept.Unread, want) || !same(s.unread(ana), want) {
		s.Errorf("unread above the mark: Keep says %v, Unread %v", kept.Unread, s.unread(ana))
	}
	kept = s.keep(timeline.Haul{Feed: ana, Posts: p, ReadTo: p[4].Key()}) // the mark has moved on since
	if want := keysOf(slices.Concat(p[2:4], p[5:])); !same(kept.Unread, want) || !same(s.unread(ana), want) {
		s.Errorf("only what is new is judged by the mark: Keep says %v, Unread %v", kept.Unread, s.unread(ana))
	}
	s.keep(timeline.Haul{Posts: posts("thread", 3)})
	if n := len(s.unread(ana, bo)); n != 3 {
		s.Errorf("%d unread: a post that no feed holds is not to be read", n)
	}
	if newest, err := s.Unread(s.ctx(), []timeline.Feed{ana}, 2); err != nil || !same(newest, keysOf([]*timeline.Post{p[3], p[5]})) {
		s.Errorf("of more than the limit the newest, not %v, %v", newest, err)
	}
	if first := s.keep(timeline.Haul{Feed: fern, Posts: posts("f", 2)}); len(first.Unread) != 2 {
		s.Errorf("with no mark at all %d of 2 are unread", len(first.Unread))
	}
}

func testUnreadTwoFeeds(_ *testing.T, s *shelf) {
	p := posts("a", 3)
	s.keep(timeline.Haul{Feed: ana, Posts: p, ReadTo: p[0].Key()})
	kept := s.keep(timeline.Haul{Feed: bo, Posts: p}) // p[0] was read in the other
	if want := keysOf(p[1:]); !same(kept.Unread, want) || !same(s.unread(ana, bo), want) || !same(s.unread(bo), want) {
		s.Errorf("Keep says %v, Unread %v", kept.Unread, s.unread(ana, bo))
	}
	if err := s.MarkRead(s.ctx(), p[2].Key()); err != nil {
		s.Fatal(err)
	}
	if want := keysOf(p[1:2]); !same(s.unread(ana), want) || !same(s.unread(bo), want) {
		s.Errorf("read in one is read in both: %v, %v", s.unread(ana), s.unread(bo))
	}
}

func testMarkRead(_ *testing.T, s *shelf) {
	p := posts("a", 4)
	s.keep(timeline.Haul{Feed: ana, Posts: p})
	for range 2 {
		if err := s.MarkRead(s.ctx(), p[1].Key(), p[3].Key(), post("never kept", 9).Key()); err != nil {
			s.Fatal(err)
		}
	}
	if err := s.MarkRead(s.ctx()); err != nil {
		s.Errorf("of nothing: %v", err)
	}
	want := keysOf([]*timeline.Post{p[0], p[2]})
	if got := s.unread(ana); !same(got, want) {
		s.Errorf("unread: %v", got)
	}
	edited := *p[3]
	edited.Counts.Likes++
	if kept := s.keep(timeline.Haul{Feed: ana, Posts: []*timeline.Post{&edited}}); len(kept.Unread) != 0 {
		s.Error("a post is unread again because it was liked")
	}
}

func testMarkReadTo(_ *testing.T, s *shelf) {
	p := posts("a", 5)
	s.keep(timeline.Haul{Feed: ana, Posts: p}, timeline.Haul{Feed: bo, Posts: p[1:2]})
	read, err := s.MarkReadTo(s.ctx(), ana, p[2].Key())
	if err != nil {
		s.Fatal(err)
	}
	slices.SortFunc(read, timeline.Key.Compare)
	if want := keysOf([]*timeline.Post{p[0], p[2]}); !same(read, want) {
		s.Errorf("%v are read; the one that the other feed holds is not", read)
	}
	if got := s.unread(ana); !same(got, keysOf(p[3:])) {
		s.Errorf("unread in the feed: %v", got)
	}
	if got := s.unread(bo); !same(got, keysOf(p[1:2])) {
		s.Errorf("unread in the other: %v", got)
	}
	if read, err = s.MarkReadTo(s.ctx(), ana, p[2].Key()); err != nil || len(read) != 0 {
		s.Errorf("a second time: %v, %v", read, err)
	}
	if read, err = s.MarkReadTo(s.ctx(), bo, p[4].Key()); err != nil || !same(read, keysOf(p[1:2])) {
		s.Errorf("the last feed to hold it: %v, %v", read, err)
	}
	if read, err = s.MarkReadTo(s.ctx(), fern, p[4].Key()); err != nil || len(read) != 0 {
		s.Errorf("a feed that was never read: %v, %v", read, err)
	}
}
