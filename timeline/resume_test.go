package timeline_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

func TestHubGoesOnWhereItWasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 40, time.Minute)
		first := d.sit(t, streaming{s}).start()
		first.hub.Older()
		first.sync()
		had := first.shown()
		first.hub.Close()

		for i := range 3 {
			s.add(post("mastodon", fmt.Sprintf("N%d", i), -time.Duration(i+1)*time.Millisecond))
		}
		time.Sleep(time.Second)
		asked := s.requests()
		r := d.sit(t, streaming{s}).load()
		r.want(had) // before any packet
		if s.requests() != asked {
			t.Error("a hub asks before Start")
		}
		r.start()
		r.want("N2 N1 N0 " + had)
		if page := s.asked[asked]; page.After == "" || s.requests() != asked+1 {
			t.Errorf("it asked %+v, %d requests", page, s.requests()-asked)
		}
		if r.last.Loading || !r.last.Settled {
			t.Errorf("loading %v, settled %v", r.last.Loading, r.last.Settled)
		}
		for range 5 {
			r.hub.Older()
			r.sync()
		}
		if r.posts() != 43 || !r.last.End {
			t.Errorf("%d of 43 posts, end %v", r.posts(), r.last.End)
		}
		if last := s.asked[s.requests()-1]; last.Before == "" {
			t.Errorf("older posts were asked for with %+v", last)
		}
	})
}

// Posts that wait below what is shown are there after the start, too.
func TestHubResumesWhatWasHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk()
		busy, calm := newServer("mastodon", 100, time.Minute), newServer("bluesky", 30, 7*time.Minute)
		first := d.sit(t, busy, calm).start()
		had := first.shown()
		first.hub.Close()
		requests := calm.requests()

		r := d.sit(t, busy, calm).load()
		r.want(had)
		r.start()
		for range 3 {
			r.hub.Older()
			r.sync()
		}
		if r.posts() < 35 {
			t.Fatalf("%d posts", r.posts())
		}
		if calm.requests() != requests+1 {
			t.Errorf("what was kept of the calm account was asked for again: %d requests", calm.requests()-requests)
		}
		oldest := r.rows.At(0).Post.Key()
		var all timeline.Rows
		all.Insert(busy.posts...)
		all.Insert(calm.posts...)
		i, _ := all.Find(oldest)
		if all.Len()-i != r.posts() {
			t.Errorf("%d posts are shown down to %s of %d", r.posts(), oldest.ID.Local, all.Len()-i)
		}
	})
}

// What is written is written together with how far it reaches: after a crash
// between, it is read again.
func TestHubCrashBetweenReadingAndKeeping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 5, time.Minute)
		d.sit(t, streaming{s}).start().hub.Close()

		s.add(post("mastodon", "lost", -time.Millisecond))
		d.fails = errors.New("killed")
		r := d.sit(t, streaming{s}).load().start()
		r.want("lost M004 M003 M002 M001 M000") // it is shown all the same
		r.hub.Close()

		d.fails = nil
		again := d.sit(t, streaming{s}).load()
		again.want("M004 M003 M002 M001 M000")
		again.start()
		again.want("lost M004 M003 M002 M001 M000")
	})
}

func TestHubHoleSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 20, time.Minute)
		r := d.sit(t, streaming{s}).start()
		r.hub.Older()
		r.sync()
		r.hub.Close()
		for i := range 45 {
			s.add(post("mastodon", fmt.Sprintf("N%03d", i), -time.Duration(i)*time.Millisecond))
		}
		time.Sleep(time.Second)
		r = d.sit(t, streaming{s}).start() // the newest ten of 45
		if len(r.last.Gaps) != 1 {
			t.Fatalf("%d gaps", len(r.last.Gaps))
		}
		at := r.last.Gaps[0].Key
		r.hub.Close()

		for fills := 1; ; fills++ { // each in a life of its own
			r = d.sit(t, streaming{s}).load().start()
			if len(r.last.Gaps) == 0 {
				break
			}
			if fills == 1 && r.last.Gaps[0].Key != at {
				t.Errorf("the hole moved from %v to %v", at, r.last.Gaps[0].Key)
			}
			if fills > 6 {
				t.Fatalf("the hole does not close: %s", r.shown())
			}
			r.hub.Fill(r.last.Gaps[0].Key)
			r.sync().hub.Close()
		}
		if r.posts() != 65 {
			t.Errorf("%d of 65 posts: %s", r.posts(), r.shown())
		}
	})
}

// An outage and a failure to read older posts are of the moment.
func TestHubOutagesDoNotSurvive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 20, time.Minute)
		r := d.sit(t, streaming{s}).start()
		s.fail(timeline.Errorf(timeline.CodeServer, "500"))
		r.hub.Older()
		r.sync()
		s.cut <- timeline.Errorf(timeline.CodeOffline, "cut")
		if r.sync(); len(r.last.Gaps) != 2 {
			t.Fatalf("%d gaps", len(r.last.Gaps))
		}
		r.hub.Close()
		s.fail(nil)
		if r = d.sit(t, streaming{s}).start(); len(r.last.Gaps) != 0 {
			t.Errorf("gaps after the start: %+v", r.last.Gaps)
		}
	})
}

// A position that the backend does not understand any more is no dead end.
func TestHubPositionOfAnotherTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 20, time.Minute)
		b := homeBy{streaming{s}, func(p timeline.Page) (timeline.Batch, error) {
			if p.After == "10" {
				return timeline.Batch{}, timeline.Errorf(timeline.CodeUsage, "not a position")
			}
			return s.Home(context.Background(), p)
		}}
		s.posts = s.posts[:10]
		d.sit(t, b).start().hub.Close()
		for i := range 12 {
			s.add(post("mastodon", fmt.Sprintf("N%02d", i), -time.Duration(i)*time.Millisecond))
		}
		time.Sleep(time.Second)
		r := d.sit(t, b).load().start()
		if r.state(0) != timeline.Live || len(r.last.Gaps) != 1 || r.posts() != 20 {
			t.Errorf("%s, %d gaps, %d posts", r.state(0), len(r.last.Gaps), r.posts())
		}
		r.hub.Fill(r.last.Gaps[0].Key)
		if r.sync(); r.posts() != 22 || len(r.last.Gaps) != 0 {
			t.Errorf("%d posts of 22, %d gaps", r.posts(), len(r.last.Gaps))
		}
	})
}

// With no network at all everything that was read is there.
func TestHubOnATrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk()
		busy, calm := newServer("mastodon", 100, time.Minute), newServer("bluesky", 30, 7*time.Minute)
		r := d.sit(t, busy, calm).start()
		had := r.shown()
		r.hub.Close()
		for _, s := range []*server{busy, calm} {
			s.fail(timeline.Errorf(timeline.CodeOffline, "no route"))
		}
		r = d.sit(t, busy, calm).load()
		r.want(had)
		r.start()
		r.want("- - " + had) // since when they are away
		r.hub.Older()
		r.sync()
		if r.posts() != 20 { // nobody holds back what the other has left
			t.Errorf("%d of 20 posts: %s", r.posts(), r.shown())
		}
		if r.last.Loading {
			t.Error("it waits for who does not answer")
		}
	})
}

// Much that is kept below comes a stretch at a time, and none of it is passed over.
func TestHubHandsOverAStretchAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, busy, calm := newDesk(), newServer("mastodon", 100, time.Minute), newServer("bluesky", 500, 7*time.Minute)
		d.fetch(t, 450, calm)
		d.fetch(t, 1, busy)
		busy.fail(timeline.Errorf(timeline.CodeOffline, "away"))
		r := d.sit(t, busy, calm).load().start()
		if r.posts() != 11 {
			t.Fatalf("%d posts down to where both were read", r.posts())
		}
		for want := 211; want <= 411; want += 200 {
			r.hub.Older()
			if r.sync(); r.posts() != want || r.last.End {
				t.Errorf("%d posts instead of %d, end %v", r.posts(), want, r.last.End)
			}
		}
		r.hub.Older()
		if r.sync(); r.posts() != 460 {
			t.Errorf("%d of 460 posts", r.posts())
		}
	})
}

// An account that is new beside others hides nothing of them, and a row says where
// it has not been read.
func TestHubNewAccountBesideOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, old := newDesk(), newServer("bluesky", 10, 11*time.Minute)
		d.sit(t, streaming{old}).start().hub.Close()
		busy := newServer("mastodon", 50, time.Minute)
		r := d.sit(t, streaming{old}, streaming{busy}).load()
		if r.posts() != 10 {
			t.Fatalf("%d posts: an account that was never read holds back the others", r.posts())
		}
		r.start()
		if len(r.last.Gaps) != 1 || r.posts() != 20 {
			t.Fatalf("%d gaps, %d posts", len(r.last.Gaps), r.posts())
		}
		row := r.last.Gaps[0]
		if i, _ := r.rows.Find(row.Key); row.Account != "mastodon" || r.rows.At(i+1).Post.ID.Local != "M040" {
			t.Errorf("the row of %s stands below %s", row.Account, r.rows.At(i+1).Post.ID.Local)
		}
		r.hub.Fill(row.Key)
		if r.sync(); r.posts() != 30 || len(r.last.Gaps) != 1 {
			t.Fatalf("%d posts, %d gaps after reading on", r.posts(), len(r.last.Gaps))
		}
		r.hub.Close()

		r = d.sit(t, streaming{old}, streaming{busy}).load().start() // it is known after a restart
		if len(r.last.Gaps) != 1 || r.posts() != 30 {
			t.Fatalf("%d gaps, %d posts after a restart", len(r.last.Gaps), r.posts())
		}
		for range 3 {
			r.hub.Fill(r.last.Gaps[len(r.last.Gaps)-1].Key)
			if r.sync(); len(r.last.Gaps) == 0 {
				break
			}
		}
		if r.posts() != 60 || len(r.last.Gaps) != 0 {
			t.Errorf("%d of 60 posts, %d gaps", r.posts(), len(r.last.Gaps))
		}
	})
}

// A reader who read on while an account was away is there again after a restart.
func TestHubReaderBelowWhatAllHaveRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk()
		busy, calm := newServer("mastodon", 100, time.Minute), newServer("bluesky", 30, 7*time.Minute)
		d.sit(t, busy, calm).start().hub.Close()
		busy.fail(timeline.Errorf(timeline.CodeOffline, "away"))
		r := d.sit(t, busy, calm).load().start()
		r.hub.Older()
		r.sync()
		left := r.rows.At(2).Post.Key() // among what the calm account alone has
		r.hub.Close()

		busy.fail(nil)
		r = d.sit(t, busy, calm)
		below, err := r.hub.History(t.Context(), timeline.Key{Time: left.Time}, false, "", 10)
		if err != nil || len(below.Posts) != 2 {
			t.Fatalf("%d posts below, %v", len(below.Posts), err)
		}
		r.load().start()
		if _, ok := r.rows.Post(left.ID); !ok {
			t.Error("the reader's post is not there")
		}
		if len(r.last.Gaps) != 1 || r.last.Gaps[0].Account != "mastodon" {
			t.Errorf("gaps %+v: a row says what was not read", r.last.Gaps)
		}
	})
}

// An account that was new is read like the others once it has come as far down.
func TestHubNewAccountCatchesUpWithOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, old, busy := newDesk(), newServer("bluesky", 30, 11*time.Minute), newServer("mastodon", 300, time.Minute)
		d.sit(t, streaming{old}).start().hub.Close()
		r := d.sit(t, streaming{old}, streaming{busy}).load().start()
		for fills := 0; len(r.last.Gaps) > 0; fills++ {
			if fills > 12 {
				t.Fatalf("the row does not go: %s", r.shown())
			}
			r.hub.Fill(r.last.Gaps[0].Key)
			r.sync()
		}
		if r.posts() != 10+110 {
			t.Errorf("%d posts: those of both down to where the older account was read", r.posts())
		}
		if holes := d.reach(t, busy).Holes; len(holes) != 0 {
			t.Errorf("holes %+v", holes)
		}
	})
}

// A screen asks for older posts as long as it stands near the end. Where nobody can
// be asked it is told so once, not over and over.
func TestHubOlderWhereNobodyAnswersIsNoLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 40, time.Minute)
		first := d.sit(t, s).start()
		first.hub.Close()
		s.fail(timeline.Errorf(timeline.CodeOffline, "away"))
		r := d.sit(t, s).load().start()
		n := 0
		for ; n < 10; n++ {
			r.hub.Older()
			if told := r.told; r.sync().told == told {
				break
			}
		}
		if n > 2 {
			t.Fatal("each question brings an answer that leads to the next")
		}
		s.fail(nil)
		r.hub.Refresh()
		r.sync()
		had := r.posts()
		r.hub.Older()
		if r.sync(); r.posts() <= had {
			t.Errorf("%d posts after the account is back, as before", r.posts())
		}
	})
}

// Where the reader was is below what any account was read to, as a row of an account
// is that was signed out since. The others still are read on by themselves.
func TestHubPlaceThatNobodyReaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 40, time.Minute)
		d.sit(t, s).start().hub.Close()
		r := d.sit(t, s)
		if _, err := r.hub.History(t.Context(), s.posts[0].Key(), true, "", 10); err != nil {
			t.Fatal(err)
		}
		r.load().start()
		had := r.posts()
		r.hub.Older()
		if r.sync(); r.posts() <= had || len(r.last.Gaps) != 0 {
			t.Errorf("%d posts, then %d; gaps %v", had, r.posts(), r.last.Gaps)
		}
	})
}
