package timeline_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

// While an account was away the reader went on with the others. When it is back, the
// row of its outage is gone, and another says from where on it has not been read.
func TestHubTellsWhoIsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away, there := newServer("mastodon", 60, time.Minute), newServer("bluesky", 60, time.Minute)
		r := read(t, streaming{away}, there)
		r.sync()
		away.fail(timeline.Errorf(timeline.CodeOffline, "away"))
		away.cut <- timeline.Errorf(timeline.CodeOffline, "cut")
		r.sync()
		for range 3 {
			r.hub.Older()
			r.sync()
		}
		away.fail(nil)
		time.Sleep(10 * time.Minute)
		r.sync()
		if r.state(0) != timeline.Live || len(r.last.Gaps) != 1 {
			t.Fatalf("%s, gaps %+v", r.state(0), r.last.Gaps)
		}
		missing := r.posts()
		for range 10 {
			if len(r.last.Gaps) > 0 {
				r.hub.Fill(r.last.Gaps[0].Key)
				r.sync()
			}
		}
		if len(r.last.Gaps) != 0 || r.posts() <= missing {
			t.Errorf("%d posts, then %d; gaps %+v", missing, r.posts(), r.last.Gaps)
		}
		oldest := r.rows.At(0).Post.Key()
		for _, p := range away.posts {
			if _, shown := r.rows.Post(p.ID); !shown && oldest.Less(p.Key()) {
				t.Errorf("%s is missing", p.ID.Local)
			}
		}
	})
}

// A slow account answers when others were shown further down already.
func TestHubTellsThatASlowAccountIsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, quick := newServer("nostr", 60, time.Minute), newServer("bluesky", 10, time.Hour)
		slow.slow = 5 * time.Second
		r := read(t, slow, quick)
		r.sync()
		time.Sleep(time.Second)
		if r.sync(); r.posts() != 10 {
			t.Fatalf("%d posts of the quick one", r.posts())
		}
		time.Sleep(10 * time.Second)
		r.sync()
		if shown := r.shown(); !strings.Contains(shown, "N050 - ") {
			t.Errorf("shown: %s", shown)
		}
	})
}
