package cachetest

import (
	"reflect"
	"slices"
	"testing"

	"skein/timeline"
)

// up and down make hauls that carry the reach on.
func up(newest *timeline.Post, c timeline.Cursor) timeline.Haul {
	return timeline.Haul{Feed: ana, Up: &timeline.ReachUp{Newest: newest.Key(), Newer: c}}
}

func down(oldest *timeline.Post, c timeline.Cursor, done bool) timeline.Haul {
	return timeline.Haul{Feed: ana, Down: &timeline.ReachDown{Oldest: oldest.Key(), Older: c, Done: done}}
}

func (s *shelf) wantReach(newest *timeline.Post, newer timeline.Cursor, oldest *timeline.Post, older timeline.Cursor, done bool) {
	s.Helper()
	want := timeline.Reach{Newest: newest.Key(), Newer: newer, Oldest: oldest.Key(), Older: older, Done: done}
	if r := s.reach(ana); !reflect.DeepEqual(r, want) {
		s.Errorf("the reach is  %+v\nit should be %+v", r, want)
	}
}

func testReachAdvances(_ *testing.T, s *shelf) {
	p := posts("a", 10)
	both := up(p[6], "n6")
	both.Down = down(p[4], "o4", false).Down
	s.keep(both)
	s.wantReach(p[6], "n6", p[4], "o4", false)
	s.keep(up(p[8], "n8"), down(p[2], "o2", false))
	s.wantReach(p[8], "n8", p[2], "o2", false)
	s.keep(up(p[8], "n8 later"), down(p[2], "o2 lower", false)) // pages of which nothing was left
	s.wantReach(p[8], "n8 later", p[2], "o2 lower", false)
	s.keep(up(p[9], ""), down(p[1], "", true)) // no cursor is no news of it
	s.wantReach(p[9], "n8 later", p[1], "o2 lower", true)
	if r := s.reach(bo); !reflect.DeepEqual(r, timeline.Reach{}) {
		s.Errorf("a feed that was never read reaches %+v", r)
	}
}

func testReachNeverBack(_ *testing.T, s *shelf) {
	p := posts("a", 10)
	both := up(p[8], "n8")
	both.Down = down(p[2], "o2", true).Down
	s.keep(both)
	s.keep(up(p[7], "n7"), down(p[3], "o3", false)) // of a process that knows less
	s.wantReach(p[8], "n8", p[2], "o2", true)
	s.keep(timeline.Haul{Feed: ana, Posts: p})
	s.wantReach(p[8], "n8", p[2], "o2", true)
	s.keep(down(p[5], "o5", true)) // the end does not move by being met higher up
	s.wantReach(p[8], "n8", p[2], "o2", true)
}

// After a loss, what continues the lost does not pass for all that was kept.
func testReachAfterLoss(_ *testing.T, s *shelf) {
	p := posts("a", 10)
	s.keep(up(p[8], "n8"))
	s.keep(down(p[2], "o2", false))
	if r := s.reach(ana); r.Older != "" || r.Done || r.Oldest != (timeline.Key{}) {
		s.Errorf("it reaches %+v without a beginning", r)
	}
	both := up(p[9], "n9")
	both.Down = down(p[7], "o7", false).Down
	s.keep(both)
	s.wantReach(p[9], "n9", p[7], "o7", false)
}

// An account that follows nobody has been read, too.
func testReachEmpty(_ *testing.T, s *shelf) {
	s.keep(timeline.Haul{Feed: ana, Up: &timeline.ReachUp{Newer: "n"}, Down: &timeline.ReachDown{Done: true}})
	if r := s.reach(ana); !reflect.DeepEqual(r, timeline.Reach{Newer: "n", Done: true}) {
		s.Errorf("it reaches %+v", r)
	}
}

func testHoles(_ *testing.T, s *shelf) {
	p := posts("a", 10)
	hole := func(at int, c timeline.Cursor) timeline.Hole {
		k := p[at].Key()
		k.Time, k.ID.Local = k.Time.Add(-1), "gap missed ana"
		return timeline.Hole{Key: k, Reason: timeline.Literal("posts were missed here"), Cursor: c, Lower: p[1].Key()}
	}
	want := func(holes ...timeline.Hole) {
		s.Helper()
		got := s.reach(ana).Holes
		slices.SortFunc(got, func(a, b timeline.Hole) int { return a.Key.Compare(b.Key) })
		if len(got) != len(holes) || len(holes) > 0 && !reflect.DeepEqual(got, holes) {
			s.Errorf("the holes are  %+v\nthey should be %+v", got, holes)
		}
	}
	four, eight := hole(4, "c4"), hole(8, "c8")
	s.keep(up(p[9], "n9"), timeline.Haul{Feed: ana, Opened: []timeline.Hole{eight, four}})
	want(four, eight)
	six := hole(6, "c6")
	s.keep(timeline.Haul{Feed: ana, Closed: []timeline.Key{eight.Key}, Opened: []timeline.Hole{six}})
	want(four, six)
	stays := hole(6, "c6 lower") // moved, but its row has stayed
	s.keep(timeline.Haul{Feed: ana, Closed: []timeline.Key{six.Key}, Opened: []timeline.Hole{stays}})
	want(four, stays)
	s.keep(timeline.Haul{Feed: bo, Closed: []timeline.Key{four.Key}}) // another feed's
	want(four, stays)
	s.keep(timeline.Haul{Feed: ana, Closed: []timeline.Key{four.Key, stays.Key, p[0].Key()}})
	want()
}
