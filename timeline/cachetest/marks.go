package cachetest

import (
	"maps"
	"sync"
	"testing"
	"time"

	"skein/timeline"
)

// RunMarks holds Marks to their contract. Open makes empty ones, and sees to their
// end.
func RunMarks(t *testing.T, open func(t *testing.T) timeline.Marks) {
	t.Helper()
	t.Run("ReadTo", func(t *testing.T) { testReadTo(t, open(t)) })
	t.Run("Position", func(t *testing.T) { testPosition(t, open(t)) })
	t.Run("FirstSeen", func(t *testing.T) { testFirstSeen(t, open(t)) })
	t.Run("AtOnce", func(t *testing.T) { testMarksAtOnce(t, open(t)) })
}

func testReadTo(t *testing.T, m timeline.Marks) {
	p := posts("a", 4)
	want := func(f timeline.Feed, k timeline.Key) {
		t.Helper()
		if got, err := m.ReadTo(t.Context(), f); err != nil || got.Compare(k) != 0 {
			t.Errorf("read to %v, %v; want %v", got, err, k)
		}
	}
	set := func(f timeline.Feed, k timeline.Key) {
		t.Helper()
		if err := m.SetReadTo(t.Context(), f, k); err != nil {
			t.Error(err)
		}
	}
	want(ana, timeline.Key{})
	set(ana, p[2].Key())
	want(ana, p[2].Key())
	set(ana, p[1].Key())
	want(ana, p[2].Key()) // only ever forward
	set(ana, p[3].Key())
	want(ana, p[3].Key())
	same := p[3].Key() // at the same time the ID decides
	same.ID.Local += "z"
	set(ana, same)
	want(ana, same)
	set(ana, p[3].Key())
	want(ana, same)
	want(bo, timeline.Key{})
	set(timeline.Feed{Account: "ana", Name: "list:1"}, p[0].Key())
	want(ana, same)
}

func testPosition(t *testing.T, m timeline.Marks) {
	if p, ok, err := m.Position(t.Context(), "home"); ok || err != nil {
		t.Errorf("nothing was left, yet there is %+v, %v", p, err)
	}
	first := timeline.Position{At: post("a", 1).Key(), Line: 3}
	second := timeline.Position{At: post("b", 0).Key(), Line: -2, Pinned: true} // back, too
	for _, p := range []timeline.Position{first, second} {
		if err := m.SetPosition(t.Context(), "home", p); err != nil {
			t.Fatal(err)
		}
		got, ok, err := m.Position(t.Context(), "home")
		if !ok || err != nil || got != p {
			t.Errorf("got %+v, %v, %v; want %+v", got, ok, err, p)
		}
	}
	if _, ok, _ := m.Position(t.Context(), "notifications"); ok {
		t.Error("one screen's place is not another's")
	}
}

func testFirstSeen(t *testing.T, m timeline.Marks) {
	a, b := post("a", 0).ID, post("b", 0).ID
	first := map[timeline.ID]time.Time{a: noon}
	if got, err := m.FirstSeen(t.Context(), first); err != nil || !maps.EqualFunc(got, first, time.Time.Equal) {
		t.Errorf("got %v, %v", got, err)
	}
	exact := noon.Add(time.Hour + 123_456_789)
	got, err := m.FirstSeen(t.Context(), map[timeline.ID]time.Time{a: noon.Add(-time.Hour), b: exact})
	if want := map[timeline.ID]time.Time{a: noon, b: exact}; err != nil || !maps.EqualFunc(got, want, time.Time.Equal) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	for _, at := range got {
		if at.Location() != time.UTC {
			t.Errorf("%v is not in UTC, so that it would not be equal to what it was", at)
		}
	}
	if got, err = m.FirstSeen(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("of nothing: %v, %v", got, err)
	}
}

func testMarksAtOnce(t *testing.T, m timeline.Marks) {
	p := posts("a", 40)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := w; i < len(p); i += 4 {
				if err := m.SetReadTo(t.Context(), ana, p[i].Key()); err != nil {
					t.Errorf("SetReadTo: %v", err)
				}
				if err := m.SetPosition(t.Context(), "home", timeline.Position{At: p[i].Key()}); err != nil {
					t.Errorf("SetPosition: %v", err)
				}
				if _, err := m.FirstSeen(t.Context(), map[timeline.ID]time.Time{p[0].ID: p[i].Sorted}); err != nil {
					t.Errorf("FirstSeen: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if got, err := m.ReadTo(t.Context(), ana); err != nil || got.Compare(p[len(p)-1].Key()) != 0 {
		t.Errorf("read to %v, %v", got, err)
	}
}
