package timeline_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

func TestFetchWaitsForEveryAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fast, slow := newServer("mastodon", 100, time.Minute), newServer("bluesky", 100, time.Minute)
		slow.slow = 3 * time.Second
		o, accounts := options(fast, slow)
		got, err := timeline.Fetch(t.Context(), o, 35, accounts...)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Posts) != 35 {
			t.Fatalf("%d posts", len(got.Posts))
		}
		for i, p := range got.Posts { // both post at the same moments
			if want := noon.Add(-time.Duration(i/2+1) * time.Minute); !p.Sorted.Equal(want) {
				t.Fatalf("post %d is of %v, want %v: a hole", i, p.Sorted, want)
			}
		}
	})
}

func TestFetchTellsWhoFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, bad := newServer("mastodon", 5, time.Minute), newServer("bluesky", 5, time.Minute)
		bad.fail(timeline.Errorf(timeline.CodeAuth, "no"))
		o, accounts := options(good, bad)
		got, err := timeline.Fetch(t.Context(), o, 20, accounts...)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Posts) != 5 || got.Health[0].State != timeline.Live || got.Health[1].State != timeline.SignIn {
			t.Errorf("%d posts, %v", len(got.Posts), got.Health)
		}
		if bad.requests() != 1 {
			t.Errorf("%d requests: a one-shot reading does not retry", bad.requests())
		}
	})
}

func TestFetchObeysItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 5, time.Minute)
		s.slow = time.Hour
		o, accounts := options(s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := timeline.Fetch(ctx, o, 20, accounts...); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func (d *desk) fetch(t *testing.T, n int, backends ...timeline.Backend) timeline.Fetched {
	t.Helper()
	o, accounts := options(backends...)
	o.Cache, o.Marks = d, d.MemoryMarks
	found, err := timeline.Fetch(t.Context(), o, n, accounts...)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (d *desk) reach(t *testing.T, s *server) timeline.Reach {
	t.Helper()
	r, err := d.Memory.Reach(t.Context(), timeline.HomeOf(s.account.ID))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The newest page is read afresh each time; where it meets what was kept, that
// serves for the rest.
func TestFetchMeetsWhatWasKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 60, time.Minute)
		d.fetch(t, 35, s)
		for i := range 5 {
			s.add(post("mastodon", fmt.Sprint("N", i), -time.Duration(i)*time.Millisecond))
		}
		time.Sleep(time.Second)
		gone := s.posts[58]
		s.posts = append(s.posts[:58:58], s.posts[59:]...) // deleted, and nobody said so
		edited := *s.posts[58]
		edited.Counts.Likes = 7
		s.posts[58] = &edited
		asked := s.requests()
		found := d.fetch(t, 40, s)
		if n := s.requests() - asked; n != 1 || s.asked[asked] != (timeline.Page{Limit: 10}) {
			t.Errorf("%d requests, the first for %+v", n, s.asked[asked])
		}
		if len(found.Posts) != 40 || len(found.Gaps) != 0 || found.Posts[0].ID.Local != "N4" {
			t.Fatalf("%d posts, %d gaps", len(found.Posts), len(found.Gaps))
		}
		if p := found.Posts[5]; p.ID != edited.ID || p.Counts.Likes != 7 {
			t.Errorf("the sixth is %s with %d likes", p.ID.Local, p.Counts.Likes)
		}
		if found.Posts[6].ID != gone.ID {
			t.Error("a post is not taken for deleted because a page lacks it")
		}
		if r := d.reach(t, s); len(r.Holes) != 0 || r.Newest != found.Posts[0].Key() || r.Newer != "64" {
			t.Errorf("it reaches %+v", r)
		}
	})
}

// Where the newest page does not meet what was kept, a hole is between; who asks for
// more reads through it, and on below.
func TestFetchLeavesATruthfulHole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 30, time.Minute)
		d.fetch(t, 15, s) // twenty are read
		for i := range 25 {
			s.add(post("mastodon", fmt.Sprintf("N%02d", i), -time.Duration(i)*time.Millisecond))
		}
		time.Sleep(time.Second)
		if found := d.fetch(t, 10, s); len(found.Gaps) != 0 || len(found.Posts) != 10 {
			t.Errorf("%d posts, gaps %v: none of them is asked for", len(found.Posts), found.Gaps)
		}
		r := d.reach(t, s)
		if len(r.Holes) != 1 || r.Holes[0].Lower != s.posts[29].Key() || r.Newer != "55" || r.Oldest != s.posts[10].Key() {
			t.Fatalf("it reaches %+v", r)
		}

		o, accounts := options(s)
		o.Cache = d
		kept, err := timeline.FetchKept(t.Context(), o, 15, accounts...)
		if err != nil || len(kept.Posts) != 15 || len(kept.Gaps) != 1 || kept.Posts[0].ID.Local != "N24" {
			t.Errorf("%d posts, %d gaps, %v", len(kept.Posts), len(kept.Gaps), err)
		}
		if kept, err = timeline.FetchKept(t.Context(), o, 5, accounts...); err != nil || len(kept.Posts) != 5 || len(kept.Gaps) != 0 {
			t.Errorf("%d posts, %d gaps, %v", len(kept.Posts), len(kept.Gaps), err)
		}

		found := d.fetch(t, 50, s)
		if len(found.Posts) != 50 || len(found.Gaps) != 0 {
			t.Errorf("%d posts, gaps %v", len(found.Posts), found.Gaps)
		}
		for i, p := range found.Posts {
			if want := s.posts[54-i]; p.ID != want.ID {
				t.Fatalf("post %d is %s, want %s", i, p.ID.Local, want.ID.Local)
			}
		}
		if r = d.reach(t, s); len(r.Holes) != 0 || r.Oldest.Compare(s.posts[5].Key()) > 0 {
			t.Errorf("it reaches %+v", r)
		}
	})
}

// Where one account was not read as far as the other, what is kept says so.
func TestFetchKeptTellsHowFarItReaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, busy, calm := newDesk(), newServer("mastodon", 30, time.Minute), newServer("bluesky", 8, time.Hour)
		d.fetch(t, 3, busy, calm)
		o, accounts := options(busy, calm)
		o.Cache = d
		if busy.requests()+calm.requests() != 2 {
			t.Errorf("asked %v and %v", busy.asked, calm.asked)
		}
		for n, gaps := range map[int]int{5: 0, 10: 0, 12: 1, 40: 1} {
			kept, err := timeline.FetchKept(t.Context(), o, n, accounts...)
			if err != nil || len(kept.Posts) != min(n, 18) || len(kept.Gaps) != gaps {
				t.Errorf("of %d: %d posts, gaps %v, %v", n, len(kept.Posts), kept.Gaps, err)
			}
		}
	})
}

func TestFetchShowsNothingKeptOfWhoDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, good, bad := newDesk(), newServer("mastodon", 5, time.Minute), newServer("bluesky", 5, time.Minute)
		d.fetch(t, 10, good, bad)
		bad.fail(timeline.Errorf(timeline.CodeOffline, "no route"))
		found := d.fetch(t, 10, good, bad)
		if len(found.Posts) != 5 || found.Health[1].State != timeline.Down {
			t.Errorf("%d posts, %v", len(found.Posts), found.Health)
		}
	})
}

func TestFetchWithoutItsCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 20, time.Minute)
		d.fails, d.broken = errors.New("the disk is full"), errors.New("malformed")
		found := d.fetch(t, 15, s)
		if len(found.Posts) != 15 || found.Forgetful.Empty() {
			t.Errorf("%d posts, told %q", len(found.Posts), found.Forgetful)
		}
		o, accounts := options(s)
		o.Cache = d
		if _, err := timeline.FetchKept(t.Context(), o, 5, accounts...); err == nil {
			t.Error("what was kept cannot be read, and nobody says so")
		}
	})
}

// The disk is slow to open: the networks are asked meanwhile.
func TestFetchAsksBeforeTheCacheIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 20, time.Minute)
		s.slow = time.Second
		o, accounts := options(s)
		o.Cache = slowToOpen{d}
		began := time.Now()
		found, err := timeline.Fetch(t.Context(), o, 10, accounts...)
		if took := time.Since(began); err != nil || len(found.Posts) != 10 || took != time.Second {
			t.Errorf("%d posts after %v, %v", len(found.Posts), took, err)
		}
	})
}

// An account that answers while another's posts are being written is not left out.
func TestFetchOnASlowDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, fast, late := newDesk(), newServer("mastodon", 50, time.Minute), newServer("bluesky", 50, time.Minute)
		late.slow = 500 * time.Millisecond
		o, accounts := options(fast, late)
		o.Cache = slowToWrite{d}
		found, err := timeline.Fetch(t.Context(), o, 10, accounts...)
		if err != nil || len(found.Posts) != 10 || fast.requests()+late.requests() != 2 {
			t.Fatalf("%d posts, %d and %d requests, %v", len(found.Posts), fast.requests(), late.requests(), err)
		}
		for i, p := range found.Posts {
			if want := noon.Add(-time.Duration(i/2+1) * time.Minute); !p.Sorted.Equal(want) {
				t.Fatalf("post %d is of %v, want %v", i, p.Sorted, want)
			}
		}
	})
}

type slowToWrite struct{ *desk }

func (s slowToWrite) Keep(ctx context.Context, hauls ...timeline.Haul) (timeline.Kept, error) {
	time.Sleep(time.Second)
	return s.desk.Keep(ctx, hauls...)
}

type slowToOpen struct{ *desk }

func (s slowToOpen) Reach(ctx context.Context, f timeline.Feed) (timeline.Reach, error) {
	time.Sleep(time.Second)
	return s.desk.Reach(ctx, f)
}

// A page that reaches over a hole closes it.
func TestFetchClosesTheHolesItCovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 30, time.Minute)
		d.fetch(t, 10, s)
		for i := range 15 {
			s.add(post("mastodon", fmt.Sprintf("N%02d", i), -time.Duration(i)*time.Millisecond))
		}
		time.Sleep(time.Second)
		d.fetch(t, 10, s)
		o, accounts := options(s)
		o.Cache, o.Page = d, 20
		found, err := timeline.Fetch(t.Context(), o, 20, accounts...)
		if err != nil || len(found.Posts) != 20 || len(found.Gaps) != 0 || s.requests() != 3 {
			t.Errorf("%d posts, gaps %v, %d requests, %v", len(found.Posts), found.Gaps, s.requests(), err)
		}
		if holes := d.reach(t, s).Holes; len(holes) != 0 {
			t.Errorf("holes %+v", holes)
		}
	})
}

// On a network whose moments are seconds, what comes in the second of the newest known
// post may stand below that post. A hole down to there is read through it.
func TestFetchReadsTheWholeMomentOfWhatItKnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("nostr", 3, time.Minute)
		s.add(post("nostr", "m", 0))
		o, accounts := options(s)
		o.Cache, o.Marks = d, d.MemoryMarks
		if _, err := timeline.Fetch(t.Context(), o, 3, accounts...); err != nil {
			t.Fatal(err)
		}
		last := len(s.posts) - 1
		s.posts = slices.Insert(s.posts, last, post("nostr", "a", 0), post("nostr", "b", 0))
		for i := range 3*o.Page - 1 { // a page ends with the post that was known
			s.add(post("nostr", fmt.Sprintf("n%03d", i), -time.Duration(i+1)*time.Second))
		}
		found, err := timeline.Fetch(t.Context(), o, 3*o.Page+3, accounts...)
		if err != nil {
			t.Fatal(err)
		}
		got := locals(found.Posts)
		if want := []string{"n000", "m", "b", "a", "N002"}; !slices.Equal(got[len(got)-len(want):], want) {
			t.Errorf("it ends with %v instead of %v", got[len(got)-len(want):], want)
		}
	})
}
