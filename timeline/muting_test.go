package timeline_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

// mutedDesk is a desk whose reader has muted something.
func mutedDesk(words ...string) (*desk, *timeline.MemoryMutes) {
	book := timeline.NewMemoryMutes()
	for _, w := range words {
		if _, err := book.Mute(context.Background(), muteWord(w)); err != nil {
			panic(err)
		}
	}
	return newDesk(), book
}

// sitMuted is sit with what is muted.
func (d *desk) sitMuted(t *testing.T, book timeline.MuteBook, backends ...timeline.Backend) *reader {
	o, accounts := options(backends...)
	o.Cache, o.Marks, o.Mutes = d, d.MemoryMarks, book
	r := &reader{t: t, hub: timeline.NewHub(o, accounts...)}
	t.Cleanup(r.hub.Close)
	return r
}

// again forgets the rows and reads those that are kept.
func (r *reader) again() *reader {
	r.rows = timeline.Rows{}
	return r.load()
}

func TestHubHidesWhatIsMuted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, book := mutedDesk("M004", "N001", "muted")
		s := newServer("mastodon", 5, time.Minute)
		r := d.sitMuted(t, book, streaming{s}).start()
		r.want("M003 M002 M001 M000")
		for i := range 3 {
			s.stream <- timeline.Event{Post: post("mastodon", fmt.Sprintf("N%03d", i), -time.Duration(i)*time.Second)}
		}
		r.sync()
		r.want("N002 N000 M003 M002 M001 M000")
		if got := strings.Join(r.unread(), " "); got != "M000 M001 M002 M003 N000 N002" {
			t.Errorf("unread are %s", got)
		}

		// A post that is changed to what is muted goes.
		changed := post("mastodon", "N000", 0)
		changed.Text = timeline.PlainText(timeline.Clean("now it is muted"))
		s.stream <- timeline.Event{Post: changed}
		r.sync()
		r.want("N002 M003 M002 M001 M000")
		if len(r.last.Read) != 1 || r.last.Read[0].ID.Local != "N000" {
			t.Errorf("read are %v", r.last.Read)
		}

		// All of it was kept: what is muted no more is there again, and as unread as it was.
		list, _, err := book.Muted(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		before := r.last.Mutes
		for _, m := range list {
			if err := book.Unmute(t.Context(), m.ID); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.hub.ReadMutes(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r.sync(); r.last.Mutes == before || r.last.Mutes.Len() != 0 {
			t.Errorf("%d mutes are told", r.last.Mutes.Len())
		}
		const all = "M000 M001 M002 M003 M004 N000 N001 N002"
		if got := locale(r.last.Unread); got != all { // for a screen that was open meanwhile
			t.Errorf("%s are told to be unread", got)
		}
		r.again().want("N002 N001 N000 M004 M003 M002 M001 M000")
		r.wantUnread(all)

		// What was seen meanwhile is not brought back.
		seen := r.keys()[7]
		mute, err := book.Mute(t.Context(), muteWord("N001"))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.hub.ReadMutes(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.sync()
		r.hub.Seen(seen)
		if err := book.Unmute(t.Context(), mute.ID); err != nil {
			t.Fatal(err)
		}
		if err := r.hub.ReadMutes(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r.sync(); slices.Contains(r.last.Unread, seen) {
			t.Errorf("%v was seen, and is told to be unread", seen)
		}
		r.wantUnread("M000 M001 M002 M003 M004 N000 N001")
	})
}

// What another process has muted is noticed, and so is that a mute has ended.
func TestHubNoticesMutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, book := mutedDesk()
		s := newServer("mastodon", 3, time.Minute)
		r := d.sitMuted(t, book, streaming{s}).start()
		s.stream <- timeline.Event{Post: post("mastodon", "new", -time.Second)}
		r.sync()
		if got := strings.Join(r.unread(), " "); got != "M000 M001 M002 new" {
			t.Errorf("unread are %s", got)
		}
		time.Sleep(time.Second) // the slower accounts were waited for
		told := r.sync().told
		time.Sleep(time.Minute)
		if r.sync(); r.told != told {
			t.Error("it tells of mutes that are the same")
		}
		mute := muteWord("new")
		mute.Until = noon.Add(time.Hour)
		if _, err := book.Mute(t.Context(), mute); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		if r.sync(); len(r.last.Read) != 1 || r.last.Mutes.Len() != 1 {
			t.Errorf("read are %v, %d mutes", r.last.Read, r.last.Mutes.Len())
		}
		r.again().want("M002 M001 M000")
		if got := r.unread(); slices.Contains(got, "new") {
			t.Errorf("unread are %s", got)
		}
		time.Sleep(time.Hour)
		if r.sync(); r.last.Mutes.Len() != 0 {
			t.Error("it has not ended")
		}
		r.again().want("new M002 M001 M000")
	})
}

// Where posts are hidden others are looked for, but not to the end of the world.
func TestFetchLooksPastWhatIsMuted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 2000, time.Minute)
		for i, p := range s.posts {
			if i%4 != 0 {
				p.Text = timeline.PlainText(timeline.Clean("rain"))
			}
		}
		for _, c := range []struct {
			mute          timeline.Mute
			posts, atMost int
			hidden        int // at least
		}{
			{muteWord("snow"), 30, 3, 0},
			{muteWord("rain"), 30, 13, 80},
			{timeline.Mute{Kind: timeline.MuteNetwork, Network: timeline.Mastodon}, 0, 42, 400},
		} {
			before := s.requests()
			o, accounts := options(s)
			o.Cache, o.Mutes = timeline.NewMemory(), timeline.NewMemoryMutes(c.mute)
			got, err := timeline.Fetch(t.Context(), o, 30, accounts...)
			if err != nil || len(got.Posts) != c.posts || got.Hidden < c.hidden || c.hidden == 0 && got.Hidden > 0 {
				t.Errorf("%s: %d posts, %d hidden, %v", c.mute.What(), len(got.Posts), got.Hidden, err)
			}
			if n := s.requests() - before; n > c.atMost {
				t.Errorf("%s: %d requests", c.mute.What(), n)
			}
			low := s.posts[len(s.posts)-400].Key() // of what is looked through at most
			if c.posts > 0 {
				low = got.Posts[c.posts-1].Key()
			}
			if got.Low == (timeline.Key{}) || low.Less(got.Low) {
				t.Errorf("%s: it has looked down to %v, not %v", c.mute.What(), got.Low, low)
			}
			kept, err := timeline.FetchKept(t.Context(), o, 30, accounts...)
			if err != nil || len(kept.Posts) != c.posts || kept.Hidden < c.hidden {
				t.Errorf("%s: %d posts are kept, %d hidden, %v", c.mute.What(), len(kept.Posts), kept.Hidden, err)
			}
			for i, p := range kept.Posts {
				if p.ID != got.Posts[i].ID {
					t.Fatalf("%s: post %d is %s, and kept %s", c.mute.What(), i, got.Posts[i].ID, p.ID)
				}
			}
		}
	})
}

// At the end of all there is there is nothing below, whatever is hidden.
func TestFetchToTheEndPastWhatIsMuted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, accounts := options(newServer("mastodon", 5, time.Minute))
		o.Mutes = timeline.NewMemoryMutes(muteWord("M002"))
		got, err := timeline.Fetch(t.Context(), o, 30, accounts...)
		if err != nil || len(got.Posts) != 4 || got.Hidden != 1 || got.Low != (timeline.Key{}) {
			t.Errorf("%d posts, %d hidden, down to %v, %v", len(got.Posts), got.Hidden, got.Low, err)
		}
	})
}

// Who asks for many posts gets them although most are hidden.
func TestFetchOfManyLooksFurther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 4000, time.Minute)
		for i, p := range s.posts {
			if i%4 != 0 {
				p.Text = timeline.PlainText(timeline.Clean("rain"))
			}
		}
		o, accounts := options(s)
		o.Page, o.Mutes = 100, timeline.NewMemoryMutes(muteWord("rain"))
		got, err := timeline.Fetch(t.Context(), o, 800, accounts...)
		if err != nil || len(got.Posts) != 800 {
			t.Errorf("%d posts of 800, %d hidden, %v", len(got.Posts), got.Hidden, err)
		}
	})
}

// Older reads on below what is hidden, as far as it is asked.
func TestHubOlderPastWhatIsMuted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, book := mutedDesk("rain")
		s := newServer("mastodon", 1000, time.Minute)
		for _, p := range s.posts[10:990] {
			p.Text = timeline.PlainText(timeline.Clean("rain"))
		}
		r := d.sitMuted(t, book, streaming{s}).start()
		if r.posts() != 10 {
			t.Fatalf("%d posts", r.posts())
		}
		for range 3 {
			before := s.requests()
			r.hub.Older()
			r.sync()
			if n := s.requests() - before; n > 45 {
				t.Fatalf("%d requests for one screen", n)
			}
		}
		if r.posts() != 20 || !r.last.End {
			t.Errorf("%d posts, at the end %v", r.posts(), r.last.End)
		}
		newest, err := r.hub.History(t.Context(), timeline.Key{}, false, "", 15)
		if err != nil || len(newest.Posts) < 15 {
			t.Errorf("a page has %d posts, %v", len(newest.Posts), err)
		}
	})
}

// paged is a cache that counts how often it is read.
type paged struct {
	*timeline.Memory
	pages int
}

func (p *paged) Page(ctx context.Context, q timeline.Query) (timeline.Stretch, error) {
	p.pages++
	return p.Memory.Page(ctx, q)
}

// Who asks for a few posts below many that are hidden gets those, and not each of the
// others from a question of its own.
func TestFewPostsBelowManyThatAreHidden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 2000, time.Minute)
		for _, p := range s.posts[100:1900] {
			p.Text = timeline.PlainText(timeline.Clean("rain"))
		}
		o, accounts := options(s)
		cache := &paged{Memory: timeline.NewMemory()}
		home := timeline.HomeOf(accounts[0].ID)
		down := &timeline.ReachDown{Oldest: s.posts[0].Key(), Done: true}
		up := &timeline.ReachUp{Newest: s.posts[1999].Key()}
		if _, err := cache.Keep(t.Context(), timeline.Haul{Feed: home, Posts: s.posts, Up: up, Down: down}); err != nil {
			t.Fatal(err)
		}
		o.Cache, o.Mutes = cache, timeline.NewMemoryMutes(muteWord("rain"))
		got, err := timeline.FetchKept(t.Context(), o, 103, accounts...)
		if err != nil || len(got.Posts) != 103 || got.Posts[102].ID != s.posts[97].ID {
			t.Errorf("%d posts, %v", len(got.Posts), err)
		}
		cache.pages = 0
		hub := timeline.NewHub(o, accounts...)
		defer hub.Close()
		for _, newer := range []bool{false, true} {
			var posts []*timeline.Post
			from := timeline.Key{}
			for more := true; more; {
				found, err := hub.History(t.Context(), from, newer, "", 3)
				if err != nil || len(found.Posts) == 0 || len(found.Posts) > 3 {
					t.Fatalf("%d posts, %v", len(found.Posts), err)
				}
				if posts, from = append(posts, found.Posts...), found.Posts[0].Key(); newer {
					from = found.Posts[len(found.Posts)-1].Key()
				}
				more = found.More
			}
			if n := len(timeline.Merge(posts)); n != 200 || len(posts) != 200 {
				t.Errorf("newer %v: %d posts, %d of them once", newer, len(posts), n)
			}
		}
		if cache.pages > 250 {
			t.Errorf("%d pages are read", cache.pages)
		}
	})
}

// fleeting is a cache in which a post that was unread is gone a moment later.
type fleeting struct {
	*timeline.Memory
	gone  timeline.Key
	pages int
}

func (f *fleeting) Unread(context.Context, []timeline.Feed, int) ([]timeline.Key, error) {
	return []timeline.Key{f.gone}, nil
}

func (f *fleeting) Page(ctx context.Context, q timeline.Query) (timeline.Stretch, error) {
	if f.pages++; f.pages > 100 {
		return timeline.Stretch{}, timeline.Errorf(timeline.CodeInternal, "it is asked for ever")
	}
	return f.Memory.Page(ctx, q)
}

// Another process may forget an unread post between two questions; one of the same
// second, in which Nostr counts, is found in its place.
func TestHubDoesNotLookForAPostForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, book := mutedDesk("rain")
		o, accounts := options(newServer("mastodon", 1, time.Minute))
		gone, stays := post("mastodon", "A", time.Minute), post("mastodon", "B", time.Minute)
		cache := &fleeting{Memory: timeline.NewMemory(), gone: gone.Key()}
		haul := timeline.Haul{Feed: timeline.HomeOf(accounts[0].ID), Posts: []*timeline.Post{stays}}
		if _, err := cache.Keep(t.Context(), haul); err != nil {
			t.Fatal(err)
		}
		o.Cache, o.Mutes = cache, book
		hub := timeline.NewHub(o, accounts...)
		defer hub.Close()
		if _, err := hub.Unread(t.Context()); err != nil || cache.pages > 2 {
			t.Errorf("%d pages are read, %v", cache.pages, err)
		}
	})
}
