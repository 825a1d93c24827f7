package timeline_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"skein/timeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHubHoldsBackWhatMayBeJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := newServer("mastodon", 100, time.Minute) // ten posts are ten minutes
		calm := newServer("bluesky", 30, time.Hour)
		r := read(t, busy, calm)
		r.sync()
		for i := 1; i < r.rows.Len(); i++ {
			if a, b := r.rows.At(i-1).Post, r.rows.At(i).Post; a.ID.Network == b.ID.Network && a.ID.Network == "bluesky" {
				t.Errorf("%s and %s stand side by side although minutes of the busy account lie between", a.ID.Local, b.ID.Local)
			}
		}
		before := r.posts()
		r.hub.Older()
		r.sync()
		if r.posts() < before+10 {
			t.Errorf("%d posts, then %d after Older", before, r.posts())
		}
		for !r.last.End {
			r.hub.Older()
			r.sync()
		}
		if r.posts() != 130 {
			t.Errorf("%d of 130 posts at the end", r.posts())
		}
	})
}

func TestHubFailingAccountHidesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, bad := newServer("mastodon", 5, time.Minute), newServer("bluesky", 5, time.Minute)
		bad.fail(timeline.Errorf(timeline.CodeOffline, "host.example: no answer in time"))
		r := read(t, good, bad)
		r.sync()
		if r.posts() != 5 || !r.last.Settled {
			t.Fatalf("%d posts, settled %v", r.posts(), r.last.Settled)
		}
		if h := r.last.Health[1]; h.State != timeline.Down || h.Message.String() != "host.example: no answer in time" || h.Retry.IsZero() {
			t.Errorf("health %+v", h)
		}
		if len(r.last.Gaps) != 1 {
			t.Fatalf("%d gap rows", len(r.last.Gaps))
		}
		bad.fail(nil)
		time.Sleep(2 * time.Second)
		r.sync()
		if r.posts() != 10 || len(r.last.Gaps) != 0 || r.state(1) != timeline.Live {
			t.Errorf("after it came back: %d posts, %d gaps, %s", r.posts(), len(r.last.Gaps), r.state(1))
		}
	})
}

func TestHubDoesNotWaitForASlowAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, slow := newServer("mastodon", 5, time.Minute), newServer("bluesky", 5, time.Minute)
		slow.slow = 10 * time.Second
		r := read(t, good, slow)
		if r.sync(); r.posts() != 0 {
			t.Error("the first screen does not wait at all")
		}
		time.Sleep(time.Second)
		if r.sync(); r.posts() != 5 {
			t.Errorf("%d posts after a second", r.posts())
		}
		time.Sleep(10 * time.Second)
		if r.sync(); r.posts() != 10 {
			t.Errorf("%d posts when the slow one has answered", r.posts())
		}
	})
}

// A panic in one adapter is that account's failure alone.
func TestHubSurvivesAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, bad := newServer("mastodon", 5, time.Minute), newServer("bluesky", 5, time.Minute)
		broken := homeBy{streaming{bad}, func(timeline.Page) (timeline.Batch, error) { panic("index out of range") }}
		r := read(t, good, broken)
		r.sync()
		if r.posts() != 5 || r.state(1) != timeline.Down || strings.Contains(r.last.Health[1].Message.String(), "index") {
			t.Errorf("%d posts, %+v", r.posts(), r.last.Health[1])
		}
	})
}

func TestHubBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := newServer("bluesky", 5, time.Minute)
		bad.fail(errors.New("broken"))
		r := read(t, bad)
		time.Sleep(time.Hour)
		r.sync()
		if n := bad.requests(); n < 10 || n > 25 {
			t.Errorf("%d requests in an hour", n)
		}
		r.hub.Refresh()
		before := bad.requests()
		r.sync()
		if bad.requests() != before+1 {
			t.Error("a refresh does not cut the wait short")
		}
	})
}

func TestHubObeysTheServersPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 5, time.Minute)
		s.fail(&timeline.Error{Code: timeline.CodeRateLimited, Until: noon.Add(10 * time.Minute)})
		r := read(t, s)
		time.Sleep(9 * time.Minute)
		r.sync()
		if n := s.requests(); n != 1 {
			t.Errorf("%d requests within the pause", n)
		}
		s.fail(nil)
		time.Sleep(2 * time.Minute)
		if r.sync(); r.posts() != 5 {
			t.Error("it did not come back after the pause")
		}
	})
}

func TestHubSignInIsAskedForAndNotHammered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 5, time.Minute)
		s.fail(timeline.Errorf(timeline.CodeAuth, "the token is not valid"))
		r := read(t, s)
		time.Sleep(30 * time.Minute)
		r.sync()
		if r.state(0) != timeline.SignIn || s.requests() > 8 {
			t.Errorf("%s after %d requests", r.state(0), s.requests())
		}
	})
}

func TestHubLiveArrivalsUpdatesAndDeletions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 3, time.Minute)
		r := read(t, streaming{s})
		r.sync()
		fresh := post("mastodon", "new", -time.Millisecond)
		s.stream <- timeline.Event{Post: fresh}
		liked := *fresh
		liked.Counts.Likes = 1
		s.stream <- timeline.Event{Post: &liked}
		gone := timeline.ID{Network: "mastodon", Local: "M001"}
		s.stream <- timeline.Event{Deleted: &gone}
		r.sync()
		if got := r.shown(); got != "new M002 M000" {
			t.Errorf("shown: %s", got)
		}
		p, ok := r.rows.Post(fresh.ID)
		if !ok || p.Counts.Likes != 1 || p.Revision == 0 {
			t.Errorf("the update was not taken: %+v", p)
		}
		s.stream <- timeline.Event{Status: &timeline.Status{Up: 5, Of: 6, Detail: timeline.Literal("relay.example: closed")}}
		r.sync()
		if h := r.last.Health[0]; h.State != timeline.Partial || h.Up != 5 || h.Of != 6 {
			t.Errorf("health %+v", h)
		}
		s.stream <- timeline.Event{Status: &timeline.Status{Up: 0, Of: 6, Detail: timeline.Literal("no relay answers")}}
		r.sync()
		if h := r.last.Health[0]; h.State != timeline.Down || len(r.last.Gaps) != 1 {
			t.Errorf("with no connection left: health %+v, %d gaps", h, len(r.last.Gaps))
		}
		s.stream <- timeline.Event{Status: &timeline.Status{Up: 6, Of: 6}}
		r.sync()
		if h := r.last.Health[0]; h.State != timeline.Live || len(r.last.Gaps) != 0 {
			t.Errorf("when they are back: health %+v, %d gaps", h, len(r.last.Gaps))
		}
	})
}

func TestHubPostDeletedBeforeItWasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 1, time.Minute)
		r := read(t, streaming{s})
		r.sync()
		for _, l := range []string{"a", "b", "c"} {
			s.stream <- timeline.Event{Post: post("mastodon", l, 0)}
		}
		gone := timeline.ID{Network: "mastodon", Local: "b"}
		s.stream <- timeline.Event{Deleted: &gone}
		s.stream <- timeline.Event{Post: post("mastodon", "c", 0)}
		r.sync()
		if got := r.shown(); got != "c a M000" {
			t.Errorf("shown: %s", got)
		}
	})
}

// What was posted while the stream was cut is there once after it is back, or a
// gap row says so and fills.
func TestHubFillsAfterADroppedStream(t *testing.T) {
	for _, missed := range []int{0, 1, 9, 45} {
		t.Run(fmt.Sprint(missed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer("mastodon", 20, time.Minute)
				r := read(t, streaming{s})
				r.sync()
				for !r.last.End {
					r.hub.Older()
					r.sync()
				}
				s.cut <- timeline.Errorf(timeline.CodeOffline, "cut")
				for i := range missed {
					s.add(post("mastodon", fmt.Sprintf("N%03d", i), -time.Duration(i)*time.Millisecond))
				}
				time.Sleep(3 * time.Second)
				r.sync()
				for range 10 {
					if len(r.last.Gaps) == 0 {
						break
					}
					r.hub.Fill(r.last.Gaps[0].Key)
					r.sync()
				}
				if r.posts() != 20+missed || len(r.last.Gaps) != 0 {
					t.Errorf("%d posts of %d, %d gaps: %s", r.posts(), 20+missed, len(r.last.Gaps), r.shown())
				}
				if missed > 10 && s.requests() < 5 {
					t.Error("the gap was closed without asking")
				}
			})
		})
	}
}

func TestHubFailureToReadOlderIsToldAndRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 40, time.Minute)
		r := read(t, s)
		r.sync()
		s.fail(timeline.Errorf(timeline.CodeServer, "500"))
		r.hub.Older()
		r.sync()
		if len(r.last.Gaps) != 1 || r.last.Loading || r.rows.At(0).Gap == nil {
			t.Fatalf("gaps %v, loading %v", r.last.Gaps, r.last.Loading)
		}
		s.fail(nil)
		before := r.posts()
		r.hub.Fill(r.last.Gaps[0].Key)
		r.sync()
		if r.posts() <= before || len(r.last.Gaps) != 0 {
			t.Errorf("%d posts, then %d; %d gaps", before, r.posts(), len(r.last.Gaps))
		}
	})
}

func TestHubPostFromTheFutureDoesNotStandOnTop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("nostr", 3, time.Minute)
		s.add(post("nostr", "tomorrow", -24*time.Hour))
		r := read(t, streaming{s})
		r.sync()
		if got := r.shown(); got != "N002 N001 tomorrow N000" && got != "N002 N001 N000 tomorrow" {
			t.Errorf("shown: %s", got)
		}
		s.stream <- timeline.Event{Post: post("nostr", "live", -48*time.Hour)}
		r.sync()
		s.stream <- timeline.Event{Post: post("nostr", "next", -time.Millisecond)}
		time.Sleep(time.Second)
		r.sync()
		if got := r.shown(); !strings.HasPrefix(got, "next live N002") {
			t.Errorf("shown: %s", got)
		}
	})
}

func TestHubPaceReachesThroughDecorators(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 1, time.Minute)
		r := read(t, streaming{s})
		r.sync()
		r.hub.SetPace(timeline.PaceIdle)
		if s.pace != timeline.PaceIdle {
			t.Error("the backend was not told")
		}
	})
}
