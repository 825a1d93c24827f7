// Package cachetest is the one suite that every timeline.Cache and timeline.Marks
// passes, whether it is kept in memory or on disk: what their contracts promise,
// turned into assertions.
//
// It knows the domain and no implementation. The subtests are independent; each
// opens a store of its own.
package cachetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"skein/timeline"
)

// noon is when the posts of the suite begin.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// The feeds of the suite: two accounts of one network and one of another.
var (
	ana  = timeline.HomeOf("ana")
	bo   = timeline.HomeOf("bo")
	fern = timeline.HomeOf("fern")
)

// Run holds a Cache to its contract. Open makes an empty one, and sees to its end.
func Run(t *testing.T, open func(t *testing.T) timeline.Cache) {
	t.Helper()
	for _, sub := range []struct {
		name string
		run  func(*testing.T, *shelf)
	}{
		{"KeepReturnsWhatItKept", testKeepReturns},
		{"KeepCombines", testKeepCombines},
		{"KeepLosesNothingOfAPost", testKeepWhole},
		{"Removed", testRemoved},
		{"ReachAdvances", testReachAdvances},
		{"ReachNeverFallsBack", testReachNeverBack},
		{"ReachAfterALoss", testReachAfterLoss},
		{"ReachOfAnEmptyFeed", testReachEmpty},
		{"Holes", testHoles},
		{"Unread", testUnread},
		{"UnreadOfTwoFeeds", testUnreadTwoFeeds},
		{"MarkRead", testMarkRead},
		{"MarkReadTo", testMarkReadTo},
		{"PageDown", testPageDown},
		{"PageUp", testPageUp},
		{"PageFloor", testPageFloor},
		{"PageOfFeedsAndNetworks", testPageFeeds},
		{"PagesJoin", testPagesJoin},
		{"NothingAtAll", testNothing},
		{"AtOnce", testAtOnce},
	} {
		t.Run(sub.name, func(t *testing.T) { sub.run(t, &shelf{T: t, Cache: open(t)}) })
	}
}

// shelf is a Cache whose failures end the test.
type shelf struct {
	*testing.T
	timeline.Cache
}

func (s *shelf) ctx() context.Context { return s.Context() }

func (s *shelf) keep(hauls ...timeline.Haul) timeline.Kept {
	s.Helper()
	kept, err := s.Keep(s.ctx(), hauls...)
	if err != nil {
		s.Fatalf("Keep: %v", err)
	}
	return kept
}

func (s *shelf) reach(f timeline.Feed) timeline.Reach {
	s.Helper()
	r, err := s.Reach(s.ctx(), f)
	if err != nil {
		s.Fatalf("Reach: %v", err)
	}
	return r
}

func (s *shelf) page(q timeline.Query) timeline.Stretch {
	s.Helper()
	found, err := s.Page(s.ctx(), q)
	if err != nil {
		s.Fatalf("Page: %v", err)
	}
	for i := 1; i < len(found.Posts); i++ {
		if !found.Posts[i-1].Key().Less(found.Posts[i].Key()) {
			s.Fatalf("Page: %v is not below %v", found.Posts[i-1].Key(), found.Posts[i].Key())
		}
	}
	return found
}

func (s *shelf) unread(feeds ...timeline.Feed) []timeline.Key {
	s.Helper()
	keys, err := s.Unread(s.ctx(), feeds, 1000)
	if err != nil {
		s.Fatalf("Unread: %v", err)
	}
	if !slices.IsSortedFunc(keys, timeline.Key.Compare) {
		s.Errorf("Unread: %v are not oldest first", keys)
	}
	return keys
}

// post makes a post of Mastodon, some minutes after noon.
func post(local string, minutes int) *timeline.Post {
	at := noon.Add(time.Duration(minutes) * time.Minute)
	return &timeline.Post{
		ID: timeline.ID{Network: timeline.Mastodon, Local: "https://a.example/" + local}, Created: at, Sorted: at,
		Author: timeline.Author{ID: "ana@a.example", Handle: timeline.Literal("@ana@a.example"), Name: timeline.Literal("Ana")},
		Text:   timeline.PlainText(timeline.Clean("post " + local)), Visibility: timeline.Public,
	}
}

// posts makes n posts, a minute between them.
func posts(name string, n int) []*timeline.Post {
	var out []*timeline.Post
	for i := range n {
		out = append(out, post(fmt.Sprintf("%s%03d", name, i), i))
	}
	return out
}

func keysOf(posts []*timeline.Post) []timeline.Key {
	keys := make([]timeline.Key, len(posts))
	for i, p := range posts {
		keys[i] = p.Key()
	}
	return keys
}

// same tells whether two lists of keys are equal; an empty one equals none.
func same(a, b []timeline.Key) bool {
	return slices.EqualFunc(a, b, func(a, b timeline.Key) bool { return a.Compare(b) == 0 })
}
