package timeline_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

// desk is where somebody reads: a cache and marks that outlive one hub.
type desk struct {
	*timeline.Memory
	*timeline.MemoryMarks
	keeps  int   // calls of Keep
	fails  error // Keep fails with it
	broken error // Reach and Page do
}

func newDesk() *desk {
	return &desk{Memory: timeline.NewMemory(), MemoryMarks: timeline.NewMemoryMarks()}
}

func (d *desk) Keep(ctx context.Context, hauls ...timeline.Haul) (timeline.Kept, error) {
	d.keeps++
	if d.fails != nil {
		return timeline.Kept{}, d.fails
	}
	return d.Memory.Keep(ctx, hauls...)
}

func (d *desk) Reach(ctx context.Context, f timeline.Feed) (timeline.Reach, error) {
	if d.broken != nil {
		return timeline.Reach{}, d.broken
	}
	return d.Memory.Reach(ctx, f)
}

func (d *desk) Page(ctx context.Context, q timeline.Query) (timeline.Stretch, error) {
	if d.broken != nil {
		return timeline.Stretch{}, d.broken
	}
	return d.Memory.Page(ctx, q)
}

// sit makes a hub at the desk, which reads nothing yet.
func (d *desk) sit(t *testing.T, backends ...timeline.Backend) *reader {
	o, accounts := options(backends...)
	o.Cache, o.Marks = d, d.MemoryMarks
	r := &reader{t: t, hub: timeline.NewHub(o, accounts...)}
	t.Cleanup(r.hub.Close)
	return r
}

// start begins to read.
func (r *reader) start() *reader {
	r.hub.Start()
	return r.sync()
}

// load takes all rows that are kept, as a screen that is opened does.
func (r *reader) load() *reader {
	r.t.Helper()
	from := timeline.Key{}
	for {
		s, err := r.hub.History(r.t.Context(), from, false, "", 7)
		if err != nil {
			r.t.Fatal(err)
		}
		r.rows.Insert(s.Posts...)
		if !s.More {
			return r
		}
		from = s.Posts[0].Key()
	}
}

func (r *reader) unread() []string {
	r.t.Helper()
	keys, err := r.hub.Unread(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for _, k := range keys {
		out = append(out, k.ID.Local)
	}
	return out
}

func (r *reader) want(rows string) {
	r.t.Helper()
	if got := r.shown(); got != rows {
		r.t.Errorf("shown: %s\nwant:  %s", got, rows)
	}
}

func TestHubTwoAtOneDesk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 20, time.Minute)
		one := d.sit(t, streaming{s}).start()
		one.hub.SetPace(timeline.PaceIdle)
		s.cut <- timeline.Errorf(timeline.CodeOffline, "asleep")
		for i := range 30 {
			s.add(post("mastodon", fmt.Sprintf("N%03d", i), -time.Duration(i)*time.Millisecond))
		}
		time.Sleep(100 * time.Millisecond)
		o, accounts := options(s)
		o.Cache, o.Marks = d, d.MemoryMarks
		found, err := timeline.Fetch(t.Context(), o, 10, accounts...) // another process meanwhile
		if err != nil || len(found.Posts) != 10 || len(found.Gaps) != 0 {
			t.Fatalf("%d posts, gaps %v, %v", len(found.Posts), found.Gaps, err)
		}
		home := timeline.HomeOf("mastodon")
		if reach, _ := d.Reach(t.Context(), home); len(reach.Holes) != 1 {
			t.Fatalf("%d holes: the page did not meet what was known", len(reach.Holes))
		}
		s.fail(nil)
		time.Sleep(5 * time.Second)
		one.sync()
		if !strings.HasPrefix(one.shown(), "N029 N028") {
			t.Errorf("shown: %s", one.shown())
		}
		for range 5 {
			if len(one.last.Gaps) == 0 {
				break
			}
			one.hub.Fill(one.last.Gaps[0].Key)
			one.sync()
		}
		one.hub.Close()
		three := d.sit(t, streaming{s}).load().start()
		for range 5 {
			if len(three.last.Gaps) == 0 {
				break
			}
			three.hub.Fill(three.last.Gaps[0].Key)
			three.sync()
		}
		if len(three.last.Gaps) != 0 || three.posts() < 40 {
			t.Errorf("%d gaps, %d posts: %s", len(three.last.Gaps), three.posts(), three.shown())
		}
		seen := map[string]bool{}
		for i := range three.rows.Len() {
			if p := three.rows.At(i).Post; p != nil {
				seen[p.ID.Local] = true
			}
		}
		for i := range 30 {
			if !seen[fmt.Sprintf("N%03d", i)] {
				t.Errorf("N%03d is missing and no row says so", i)
			}
		}
	})
}

// A hole that another process has left where this one reads everything is closed.
func TestHubMendsWhatOthersLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 20, time.Minute)
		one := d.sit(t, streaming{s}).start()
		s.cut <- timeline.Errorf(timeline.CodeOffline, "asleep")
		for i := range 8 {
			s.add(post("mastodon", fmt.Sprintf("N%03d", i), -time.Duration(i)*time.Millisecond))
		}
		time.Sleep(100 * time.Millisecond)
		o, accounts := options(s)
		o.Cache, o.Page = d, 3
		if _, err := timeline.Fetch(t.Context(), o, 3, accounts...); err != nil {
			t.Fatal(err)
		}
		if n := len(d.reach(t, s).Holes); n != 1 {
			t.Fatalf("%d holes", n)
		}
		time.Sleep(5 * time.Second)
		one.sync()
		if n := len(d.reach(t, s).Holes); n != 0 || len(one.last.Gaps) != 0 || one.posts() != 18 {
			t.Errorf("%d holes, %d gaps, %d posts", n, len(one.last.Gaps), one.posts())
		}
	})
}
