package timeline_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

// closing counts how often a server's backend was closed.
type closing struct {
	streaming
	closed *atomic.Int32
}

func (c closing) Close() error { c.closed.Add(1); return nil }

// two is a hub that reads the first of two servers, and may read the second.
func two(t *testing.T, first, second timeline.Backend) *reader {
	o, accounts := options(first, second)
	r := &reader{t: t, hub: timeline.NewHub(o, accounts[0])}
	r.hub.Start()
	t.Cleanup(r.hub.Close)
	return r.sync()
}

// TestHubReadsOneMoreAccount: its posts are merged into those that are there, and it
// goes on as every other.
func TestHubReadsOneMoreAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, late := newServer("mastodon", 5, 2*time.Minute), newServer("bluesky", 25, time.Minute)
		r := two(t, here, streaming{late})
		if r.posts() != 5 || len(r.last.Health) != 1 {
			t.Fatalf("%d posts of %d accounts", r.posts(), len(r.last.Health))
		}
		if err := r.hub.Add(t.Context(), late.Account()); err != nil {
			t.Fatal(err)
		}
		r.sync()
		if r.posts() < 15 || len(r.last.Health) != 2 || r.state(1) != timeline.Live {
			t.Errorf("%d posts, %+v", r.posts(), r.last.Health)
		}
		late.stream <- timeline.Event{Post: post("bluesky", "live", -time.Second)}
		r.sync()
		if at := r.rows.At(r.rows.Len() - 1); at.Post == nil || at.Post.ID.Local != "live" {
			t.Errorf("the newest row is %+v", at)
		}
		for range 10 {
			r.hub.Older()
			r.sync()
		}
		if r.posts() != 31 || !r.last.End || len(r.last.Gaps) != 0 {
			t.Errorf("%d of 31 posts, ended is %v, gaps %v", r.posts(), r.last.End, r.last.Gaps)
		}
		if b, err := r.hub.Backend(t.Context(), late.Account().ID); err != nil || b.Account().ID != late.Account().ID {
			t.Errorf("its backend is %v, %v", b, err)
		}
	})
}

// TestHubIsAskedForOneThatItReads: it tries at once instead of when its time has come.
func TestHubIsAskedForOneThatItReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 5, time.Minute)
		s.fail(timeline.Errorf(timeline.CodeAuth, "signed out"))
		r := read(t, s).sync()
		s.fail(nil)
		before := s.requests()
		if err := r.hub.Add(t.Context(), s.Account()); err != nil {
			t.Fatal(err)
		}
		if r.sync(); s.requests() != before+1 || len(r.last.Health) != 1 || r.state(0) != timeline.Live {
			t.Errorf("%d requests, then %d; %+v", before, s.requests(), r.last.Health)
		}
	})
}

// TestHubReadsAnAccountNoMore: its backend is closed when Remove returns, and what only
// it had is in no history.
func TestHubReadsAnAccountNoMore(t *testing.T) {
	for name, at := range map[string]func(s *server){
		"while it streams":       func(*server) {},
		"while it is asked":      func(s *server) { s.slow = time.Hour },
		"while it waits to try":  func(s *server) { s.fail(timeline.Errorf(timeline.CodeOffline, "away")) },
		"while it is signed out": func(s *server) { s.fail(timeline.Errorf(timeline.CodeAuth, "signed out")) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stays, goes := newServer("mastodon", 5, time.Minute), newServer("bluesky", 5, time.Minute)
				at(goes)
				var closed atomic.Int32
				r := read(t, stays, closing{streaming{goes}, &closed})
				time.Sleep(time.Second)
				r.sync()
				r.hub.Remove(t.Context(), goes.Account().ID)
				if closed.Load() != 1 {
					t.Errorf("its backend was closed %d times", closed.Load())
				}
				r.sync()
				found, err := r.hub.History(t.Context(), timeline.Key{}, false, "", 100)
				if err != nil || len(found.Posts) != 5 {
					t.Errorf("%d posts of history, %v", len(found.Posts), err)
				}
				if len(r.last.Health) != 1 || len(r.hub.Accounts()) != 1 || len(r.last.Gaps) != 0 {
					t.Errorf("%+v, gaps %v", r.last.Health, r.last.Gaps)
				}
				if _, err := r.hub.Backend(t.Context(), goes.Account().ID); err == nil {
					t.Error("it has a backend")
				}
				asked := goes.requests()
				r.hub.Remove(t.Context(), goes.Account().ID)
				r.hub.Refresh()
				time.Sleep(time.Hour)
				if r.sync(); goes.requests() != asked || closed.Load() != 1 {
					t.Errorf("%d requests afterwards, closed %d times", goes.requests()-asked, closed.Load())
				}
			})
		})
	}
}

func TestClosedHubTakesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, late := newServer("mastodon", 1, time.Minute), newServer("bluesky", 1, time.Minute)
		r := two(t, here, late)
		r.hub.Close()
		if err := r.hub.Add(t.Context(), late.Account()); err == nil {
			t.Error("it reads on")
		}
	})
}
