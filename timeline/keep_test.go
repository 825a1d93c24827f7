package timeline_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

// A cache that fails is told of once; reading goes on, and when it is well again
// everything is in it.
func TestHubForgetfulCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 30, time.Minute)
		d.fails = errors.New("the disk is full")
		r := d.sit(t, streaming{s}).start()
		if got := r.last.Forgetful.String(); got != "the disk is full" {
			t.Errorf("told: %q", got)
		}
		r.hub.Older()
		r.sync()
		s.stream <- timeline.Event{Post: post("mastodon", "live", -time.Millisecond)}
		r.sync()
		had := r.shown()
		if r.posts() != 21 || !strings.HasPrefix(had, "live") {
			t.Fatalf("shown: %s", had)
		}
		if s, err := r.hub.History(t.Context(), timeline.Key{}, false, "", 50); err != nil || len(s.Posts) != 21 {
			t.Errorf("%d posts of history, %v", len(s.Posts), err)
		}
		r.hub.Seen(s.posts[29].Key())
		time.Sleep(2 * time.Second)
		before := d.keeps
		for i := range 20 {
			s.stream <- timeline.Event{Post: post("mastodon", fmt.Sprint("more", i), -time.Second)}
			r.sync()
		}
		if d.keeps > before+1 {
			t.Errorf("%d attempts within a moment", d.keeps-before)
		}
		d.fails = nil
		time.Sleep(time.Minute) // it is tried again although nothing arrives
		if r.sync(); !r.last.Forgetful.Empty() {
			t.Errorf("still told: %q", r.last.Forgetful)
		}
		r.hub.Close()
		again := d.sit(t, streaming{s}).load()
		if again.posts() != 41 {
			t.Errorf("%d of 41 posts are kept", again.posts())
		}
		for _, l := range again.unread() {
			if l == "M029" {
				t.Error("what was seen meanwhile is unread")
			}
		}
	})
}

// What finds no room while the cache fails is shown and read again after the next
// start: how far the feed was read does not move beyond it.
func TestHubForgetsNothingSilently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 5, time.Minute)
		d.sit(t, streaming{s}).start().hub.Close()
		d.fails = errors.New("the disk is full")
		r := d.sit(t, streaming{s}).load().start()
		const many = 20_500
		for i := range many {
			p := post("mastodon", fmt.Sprintf("N%05d", i), -time.Duration(i)*time.Microsecond)
			s.add(p)
			s.stream <- timeline.Event{Post: p, Cursor: timeline.Cursor(fmt.Sprint(len(s.posts)))}
			if i%500 == 0 {
				r.sync()
			}
		}
		r.sync()
		if r.posts() != many+5 {
			t.Errorf("%d posts are shown", r.posts())
		}
		d.fails = nil
		time.Sleep(time.Minute)
		s.stream <- timeline.Event{Post: post("mastodon", "last", -time.Second), Cursor: "20506"}
		r.sync().hub.Close()
		reach, err := d.Memory.Reach(t.Context(), timeline.HomeOf("mastodon"))
		if err != nil {
			t.Fatal(err)
		}
		var at int
		if _, err := fmt.Sscan(string(reach.Newer), &at); err != nil || at > 20_005 {
			t.Errorf("reading goes on at %s, %v: what was dropped is skipped", reach.Newer, err)
		}
		if at < 19_000 {
			t.Errorf("reading goes on at %d: less was kept than there is room for", at)
		}
	})
}

// A cache that cannot be read at the start does not make the hub skip anything.
func TestHubUnreadableCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 30, time.Minute)
		d.sit(t, streaming{s}).start().hub.Close()
		kept, _ := d.Memory.Reach(t.Context(), timeline.HomeOf("mastodon"))
		for i := range 20 {
			s.add(post("mastodon", fmt.Sprintf("N%02d", i), -time.Duration(i)*time.Millisecond))
		}
		time.Sleep(time.Second)
		d.broken = errors.New("malformed")
		r := d.sit(t, streaming{s}).start()
		if r.posts() != 10 || r.last.Forgetful.Empty() {
			t.Errorf("%d posts, told %q", r.posts(), r.last.Forgetful)
		}
		d.broken = nil
		r.hub.Close()
		if now, _ := d.Memory.Reach(t.Context(), timeline.HomeOf("mastodon")); now.Newest != kept.Newest || now.Newer != kept.Newer {
			t.Errorf("the reach moved to %+v over what was not read", now)
		}
		if all, _ := d.Memory.Page(t.Context(), timeline.Query{Feeds: []timeline.Feed{timeline.HomeOf("mastodon")}}); len(all.Posts) != 20 {
			t.Errorf("%d of 20 posts are kept", len(all.Posts))
		}
	})
}

// A cache that was lost in the middle of reading is begun anew at the next start,
// and does not pass for all that was read.
func TestHubCacheLostMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 60, time.Minute)
		r := d.sit(t, streaming{s}).start()
		d.Memory = timeline.NewMemory()
		s.stream <- timeline.Event{Post: post("mastodon", "live", 0), Cursor: "60"}
		r.sync()
		r.hub.Older()
		r.sync().hub.Close()
		r = d.sit(t, streaming{s}).load().start()
		for range 7 {
			r.hub.Older()
			r.sync()
		}
		if r.posts() < 60 {
			t.Errorf("%d posts: %s", r.posts(), r.shown())
		}
	})
}

// A post that claims the future stays where it was first seen, over a restart and
// the loss of the cache.
func TestHubPostFromTheFutureKeepsItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("nostr", 3, time.Minute)
		r := d.sit(t, streaming{s}).start()
		claims := post("nostr", "tomorrow", -24*time.Hour)
		s.add(claims)
		s.stream <- timeline.Event{Post: claims, Cursor: "4"}
		r.sync()
		r.want("tomorrow N002 N001 N000")
		r.hub.Close()
		time.Sleep(time.Hour)
		s.add(post("nostr", "next", -time.Hour))
		r = d.sit(t, streaming{s}).load().start()
		r.want("next tomorrow N002 N001 N000")
		r.hub.Close()
		d.Memory = timeline.NewMemory() // on a page alone it would go to the foot
		d.sit(t, streaming{s}).start().want("next tomorrow N002 N001 N000")
	})
}

// A thousand posts a second come in few transactions, and one post's updates take
// the room of one.
func TestHubStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("nostr", 0, 0)
		r := d.sit(t, streaming{s}).start()
		before := d.keeps
		for i := range 1000 {
			p := post("nostr", fmt.Sprintf("S%03d", i/2), -time.Duration(i/2)*time.Millisecond)
			p.Counts.Likes = i
			s.stream <- timeline.Event{Post: p}
		}
		r.sync()
		if n := d.keeps - before; n != 1 {
			t.Errorf("%d transactions", n)
		}
		if len(r.last.Posts) != 500 || len(r.last.Unread) != 500 {
			t.Errorf("%d posts, %d unread", len(r.last.Posts), len(r.last.Unread))
		}
		if p := r.last.Posts[7]; p.Counts.Likes != 15 {
			t.Errorf("%d likes: the last update counts", p.Counts.Likes)
		}
	})
}

// A post that is there again after it was removed is not taken away.
func TestHubPostThatComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 2, time.Minute)
		r := d.sit(t, streaming{s}).start()
		id := s.posts[0].ID
		s.stream <- timeline.Event{Deleted: &id}
		s.stream <- timeline.Event{Post: s.posts[0]}
		r.sync()
		r.want("M001 M000")
		s.stream <- timeline.Event{Deleted: &id}
		r.sync()
		r.want("M001")
		r.hub.Retract(s.posts[1].ID)
		again := *s.posts[1]
		again.Views = []timeline.View{{Account: "mastodon"}}
		r.hub.Publish(&again) // as an edit is that replaces it
		r.sync()
		r.want("M001")
		short := post("mastodon", "short", 0)
		s.stream <- timeline.Event{Post: short}
		s.stream <- timeline.Event{Deleted: &short.ID}
		if r.sync(); len(r.last.Posts) != 0 || len(r.last.Removed) != 1 {
			t.Errorf("posts %v, removed %v", locals(r.last.Posts), r.last.Removed)
		}
		r.hub.Close()
		d.sit(t, streaming{s}).load().want("M001")
	})
}

// What is known last counts, in whatever order a stream and pages bring it.
func TestHubLatestReadingCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 2, time.Minute)
		r := d.sit(t, streaming{s}).start()
		liked := func(n int) *timeline.Post {
			p := *post("mastodon", "x", 0)
			p.Counts.Likes = n
			return &p
		}
		s.stream <- timeline.Event{Post: liked(1)}
		synctest.Wait()
		s.add(liked(2))
		r.hub.Refresh()
		synctest.Wait()
		s.stream <- timeline.Event{Post: liked(3)}
		r.sync()
		if p, ok := r.rows.Post(liked(0).ID); !ok || p.Counts.Likes != 3 {
			t.Errorf("%+v", p)
		}
		s.stream <- timeline.Event{Post: post("mastodon", "y", 0)}
		s.stream <- timeline.Event{Deleted: &timeline.ID{Network: "mastodon", Local: "y"}}
		s.stream <- timeline.Event{Post: post("mastodon", "y", 0)}
		r.sync()
		r.want("y x M001 M000")
		r.hub.Close()
		d.sit(t, streaming{s}).load().want("y x M001 M000")
	})
}

// What nobody has asked Next for is kept when the hub is closed.
func TestHubCloseKeepsWhatHasArrived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := newDesk(), newServer("mastodon", 3, time.Minute)
		r := d.sit(t, streaming{s}).start()
		p := post("mastodon", "late", -time.Millisecond)
		s.stream <- timeline.Event{Post: p}
		synctest.Wait()
		r.hub.Close()
		d.sit(t, streaming{s}).load().want("late M002 M001 M000")
	})
}

func TestHistoryIsOfOneNetworkAndBothWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, a, b := newDesk(), newServer("mastodon", 5, time.Minute), newServer("bluesky", 5, 61*time.Second)
		r := d.sit(t, a, b).start()
		for _, c := range []struct {
			from  timeline.Key
			newer bool
			only  timeline.Network
			limit int
			want  string
			more  bool
		}{
			{timeline.Key{}, false, "", 3, "M003 B004 M004", true},
			{timeline.Key{}, true, "", 3, "B000 M000 B001", true},
			{a.posts[2].Key(), false, "bluesky", 9, "B000 B001 B002", true},
			{a.posts[2].Key(), true, "mastodon", 9, "M003 M004", false},
		} {
			s, err := r.hub.History(t.Context(), c.from, c.newer, c.only, c.limit)
			if got := strings.Join(locals(s.Posts), " "); err != nil || got != c.want || s.More != (c.more && len(s.Posts) == c.limit) {
				t.Errorf("%+v: %s, more %v, %v", c, got, s.More, err)
			}
		}
	})
}

func BenchmarkNext(b *testing.B) {
	s := newServer("mastodon", 0, 0)
	o, accounts := options(streaming{s})
	h := timeline.NewHub(o, accounts...)
	defer h.Close()
	h.Start()
	for {
		if c, err := h.Next(b.Context()); err != nil || c.Settled {
			break
		}
	}
	n := 0
	for b.Loop() {
		b.StopTimer()
		for range 1000 {
			s.stream <- timeline.Event{Post: post("mastodon", fmt.Sprint(n), -time.Duration(n)*time.Millisecond)}
			n++
		}
		b.StartTimer()
		for got := 0; got < 1000; {
			c, err := h.Next(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			got += len(c.Posts)
		}
	}
}

func BenchmarkResume(b *testing.B) {
	d := newDesk()
	var posts []*timeline.Post
	for i := range 100_000 {
		posts = append(posts, post("mastodon", fmt.Sprint(i), time.Duration(i)*time.Minute))
	}
	s := newServer("mastodon", 0, 0)
	o, accounts := options(s)
	o.Cache, o.Marks = d, d.MemoryMarks
	home := timeline.HomeOf(accounts[0].ID)
	if _, err := d.Keep(b.Context(), timeline.Haul{
		Feed: home, Posts: posts, Up: &timeline.ReachUp{Newest: posts[0].Key(), Newer: "0"},
		Down: &timeline.ReachDown{Oldest: posts[len(posts)-1].Key(), Older: "1"},
	}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		h := timeline.NewHub(o, accounts...)
		found, err := h.History(b.Context(), posts[50_000].Key(), false, "", 200)
		if err != nil || len(found.Posts) != 200 {
			b.Fatal(len(found.Posts), err)
		}
		h.Close()
	}
}
