package cachetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"skein/timeline"
)

func only(f ...timeline.Feed) timeline.Query { return timeline.Query{Feeds: f} }

func (s *shelf) wantPage(what string, q timeline.Query, want []*timeline.Post, more bool) {
	s.Helper()
	got := s.page(q)
	if !same(keysOf(got.Posts), keysOf(want)) || got.More != more {
		s.Errorf("%s: %v, more %v\nwant %v, more %v", what, keysOf(got.Posts), got.More, keysOf(want), more)
	}
}

func testPageDown(_ *testing.T, s *shelf) {
	p := posts("a", 250)
	s.keep(timeline.Haul{Feed: ana, Posts: p[:120]}, timeline.Haul{Feed: ana, Posts: p[120:]})
	s.wantPage("without a limit", only(ana), p[150:], true)
	q := only(ana)
	q.Limit = 7
	s.wantPage("the newest", q, p[243:], true)
	q.From = p[10].Key()
	s.wantPage("below one", q, p[3:10], true)
	q.From = p[7].Key()
	s.wantPage("the last", q, p[:7], false)
	q.From = p[0].Key()
	s.wantPage("below the last", q, nil, false)
	q.From = timeline.Key{Time: p[10].Sorted.Add(time.Second)} // a place at which no post stands
	s.wantPage("below a place", q, p[4:11], true)
	q.From, q.Limit = timeline.Key{}, 1000
	s.wantPage("all", q, p, false)
}

func testPageUp(_ *testing.T, s *shelf) {
	p := posts("a", 30)
	s.keep(timeline.Haul{Feed: ana, Posts: p})
	q := only(ana)
	q.Newer, q.Limit = true, 7
	s.wantPage("the oldest", q, p[:7], true)
	q.From = p[10].Key()
	s.wantPage("above one", q, p[11:18], true)
	q.From = p[22].Key()
	s.wantPage("the last", q, p[23:], false)
	q.From = p[29].Key()
	s.wantPage("above the last", q, nil, false)
	q.From = timeline.Key{Time: p[10].Sorted.Add(-time.Second)}
	s.wantPage("above a place", q, p[10:17], true)
}

func testPageFloor(_ *testing.T, s *shelf) {
	p := posts("a", 20)
	s.keep(timeline.Haul{Feed: ana, Posts: p})
	q := only(ana)
	q.Floor, q.Limit = p[5].Key(), 10
	s.wantPage("above the floor", q, p[10:], true)
	q.From = p[10].Key()
	s.wantPage("down to the floor", q, p[5:10], false)
	q.Limit = 5
	s.wantPage("down to the floor and no further", q, p[5:10], false)
	q.From = p[3].Key()
	s.wantPage("below it", q, nil, false)
	q.From, q.Newer = timeline.Key{}, true
	s.wantPage("up from it", q, p[5:10], true)
}

func testPageFeeds(_ *testing.T, s *shelf) {
	a, b, n := posts("a", 6), posts("b", 6), posts("n", 6)
	for _, p := range n {
		p.ID.Network = timeline.Nostr
		p.Sorted = p.Sorted.Add(time.Second)
	}
	s.keep(timeline.Haul{Feed: ana, Posts: a}, timeline.Haul{Feed: bo, Posts: b}, timeline.Haul{Feed: fern, Posts: n},
		timeline.Haul{Feed: bo, Posts: a[:2]}, timeline.Haul{Posts: posts("thread", 6)})
	s.wantPage("one feed", only(ana), a, false)
	s.wantPage("a post of two feeds once", only(ana, bo), timeline.Merge(a, b), false)
	s.wantPage("another name, another feed", only(timeline.Feed{Account: "ana", Name: "list:1"}), nil, false)
	s.wantPage("no feed", only(), nil, false)
	q := only(ana, bo, fern)
	q.Network = timeline.Nostr
	s.wantPage("one network", q, n, false)
	q.Limit = 4
	s.wantPage("a limit is of what is returned", q, n[2:], true)
	q.Newer, q.From = true, a[2].Key()
	s.wantPage("upwards", q, n[2:], false)
}

// Pages of any size join without a repeat or a hole, although posts share their
// millisecond, or all of their time.
func testPagesJoin(_ *testing.T, s *shelf) {
	var all []*timeline.Post
	for i := range 60 {
		p := post(fmt.Sprintf("t%02d", 59-i), i/20) // twenty a minute, at the same time
		switch i % 3 {
		case 1:
			p.Sorted = p.Sorted.Add(time.Duration(i) * time.Microsecond)
		case 2:
			p.ID.Network = timeline.Nostr
		}
		all = append(all, p)
	}
	s.keep(timeline.Haul{Feed: ana, Posts: all})
	slices.SortFunc(all, func(a, b *timeline.Post) int { return a.Key().Compare(b.Key()) })
	for _, limit := range []int{1, 2, 7, 19, 20, 21, 59, 60} {
		q := only(ana)
		q.Limit = limit
		var down, up []*timeline.Post
		for more := true; more && len(down) <= len(all); {
			got := s.page(q)
			if more = got.More; len(got.Posts) == 0 {
				break
			}
			down, q.From = append(slices.Clone(got.Posts), down...), got.Posts[0].Key()
		}
		q.From, q.Newer = timeline.Key{}, true
		for more := true; more && len(up) <= len(all); {
			got := s.page(q)
			if more = got.More; len(got.Posts) == 0 {
				break
			}
			up = append(up, got.Posts...)
			q.From = up[len(up)-1].Key()
		}
		if !same(keysOf(down), keysOf(all)) {
			s.Errorf("pages of %d downwards give %d posts of %d", limit, len(down), len(all))
		}
		if !same(keysOf(up), keysOf(all)) {
			s.Errorf("pages of %d upwards give %d posts of %d", limit, len(up), len(all))
		}
		for _, p := range all { // from any place within a millisecond
			below := s.page(timeline.Query{Feeds: []timeline.Feed{ana}, From: p.Key(), Limit: 1}).Posts
			if n := len(below); n > 0 && !below[n-1].Key().Less(p.Key()) {
				s.Fatalf("%v is not below %v", below[n-1].Key(), p.Key())
			}
		}
	}
}

func testNothing(_ *testing.T, s *shelf) {
	if kept := s.keep(); len(kept.Posts)+len(kept.Unread) != 0 {
		s.Errorf("no haul: %+v", kept)
	}
	s.keep(timeline.Haul{}, timeline.Haul{Feed: ana})
	s.wantPage("an empty cache", only(ana), nil, false)
	s.wantPage("an empty cache, upwards", timeline.Query{Feeds: []timeline.Feed{ana}, Newer: true}, nil, false)
	if keys := s.unread(ana); len(keys) != 0 {
		s.Errorf("unread: %v", keys)
	}
}
