package timeline_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

// page makes n posts, the newest one age old and a minute between them.
func page(name string, n int, age time.Duration) []*timeline.Post {
	var posts []*timeline.Post
	for i := range n {
		posts = append(posts, post("mastodon", fmt.Sprintf("%s%02d", name, i), age+time.Duration(i)*time.Minute))
	}
	return posts
}

// What was asked for while the account was away is done when it is back.
func TestHubGapAskedForDuringAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 20, time.Minute)
		r := read(t, streaming{s})
		r.sync()
		s.cut <- timeline.Errorf(timeline.CodeOffline, "cut")
		for i := range 15 {
			s.add(post("mastodon", fmt.Sprintf("N%03d", i), -time.Duration(i)*time.Millisecond))
		}
		time.Sleep(3 * time.Second)
		if r.sync(); len(r.last.Gaps) != 1 {
			t.Fatalf("%d gaps", len(r.last.Gaps))
		}
		missed := r.last.Gaps[0].Key
		s.fail(timeline.Errorf(timeline.CodeOffline, "down"))
		s.cut <- timeline.Errorf(timeline.CodeOffline, "cut again")
		r.sync()
		r.hub.Fill(missed)
		r.sync()
		s.fail(nil)
		time.Sleep(10 * time.Minute)
		r.sync()
		if len(r.last.Gaps) != 0 {
			t.Errorf("the gap is still there: %+v", r.last.Gaps)
		}
	})
}

// A stream that lost all its connections but lives leaves an outage row. To fill
// it asks for what is new and moves nothing.
func TestHubFillOfAnOutageAsksForWhatIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("nostr", 30, time.Minute)
		r := read(t, streaming{s})
		r.sync()
		s.stream <- timeline.Event{Status: &timeline.Status{Up: 0, Of: 2}}
		s.add(post("nostr", "new", 0))
		r.sync()
		r.hub.Fill(r.last.Gaps[0].Key)
		r.sync()
		if len(r.last.Gaps) != 0 || r.posts() == 0 || r.rows.At(r.rows.Len()-1).Post.ID.Local != "new" {
			t.Errorf("%d gaps: %s", len(r.last.Gaps), r.shown())
		}
		if last := s.asked[len(s.asked)-1]; last.After == "" {
			t.Errorf("asked for %+v", last)
		}
	})
}

// What arrives meanwhile is not what was asked for.
func TestHubLoadsOlderPostsAlthoughNewOnesArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 40, time.Minute)
		r := read(t, streaming{s})
		r.sync()
		s.slow = time.Second
		r.hub.Older()
		for i := range 15 {
			s.stream <- timeline.Event{Post: post("mastodon", fmt.Sprintf("N%03d", i), 0)}
		}
		if r.sync(); !r.last.Loading {
			t.Error("older posts are still awaited")
		}
		time.Sleep(2 * time.Second)
		if r.sync(); r.last.Loading || r.posts() != 35 {
			t.Errorf("loading %v, %d posts", r.last.Loading, r.posts())
		}
	})
}

// One post that claims to be from 1970 is no reason to believe that everything
// down to then was read.
func TestHubOneAncientPostEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 300, time.Minute)
		s.posts[295] = post("mastodon", "ancient", 56*365*24*time.Hour)
		calm := newServer("bluesky", 20, 24*time.Hour)
		r := read(t, s, calm)
		for r.sync(); !r.last.End; r.sync() {
			before := s.requests()
			r.hub.Older()
			synctest.Wait()
			if s.requests() > 100 || before > 100 {
				t.Fatal("no end")
			}
		}
		if r.posts() != 320 {
			t.Errorf("%d of 320 posts", r.posts())
		}
	})
}

// homeBy is a streaming server whose Home is a function.
type homeBy struct {
	streaming
	home func(timeline.Page) (timeline.Batch, error)
}

func (h homeBy) Home(_ context.Context, p timeline.Page) (timeline.Batch, error) { return h.home(p) }

// Some servers give what is new oldest first, a page at a time.
func TestHubReadsAllThatIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("nostr", 0, 0)
		at := 0
		b := homeBy{streaming{s}, func(p timeline.Page) (timeline.Batch, error) {
			if p.After == "" {
				return timeline.Batch{Posts: page("old", 3, time.Hour), Newer: "0"}, nil
			}
			n := min(10, 35-at)
			batch := timeline.Batch{Posts: page(fmt.Sprintf("new%02d-", at), n, time.Duration(-at)*time.Second)}
			at += n
			batch.Newer = timeline.Cursor(fmt.Sprint(at))
			return batch, nil
		}}
		r := read(t, b)
		r.sync()
		s.cut <- timeline.Errorf(timeline.CodeOffline, "cut")
		time.Sleep(3 * time.Second)
		if r.sync(); r.posts() != 38 {
			t.Errorf("%d of 38 posts", r.posts())
		}
	})
}

// A first page of which nothing is left is not the whole account.
func TestHubFirstPageMayBeEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := homeBy{streaming{newServer("mastodon", 0, 0)}, func(p timeline.Page) (timeline.Batch, error) {
			var n int
			if p.Before != "" {
				if _, err := fmt.Sscan(string(p.Before), &n); err != nil {
					return timeline.Batch{}, err
				}
			}
			batch := timeline.Batch{Older: timeline.Cursor(fmt.Sprint(n + 1))}
			if n >= 3 {
				batch.Posts = page(fmt.Sprintf("p%02d-", n), 10, time.Duration(n)*time.Hour)
			}
			if n == 20 {
				batch.Older = ""
			}
			return batch, nil
		}}
		r := read(t, b)
		for r.sync(); !r.last.End; r.sync() {
			r.hub.Older()
		}
		if r.posts() != 180 {
			t.Errorf("%d of 180 posts", r.posts())
		}
	})
}

func TestHubDeletedPostStaysAwayFromEveryAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy, calm := newServer("mastodon", 60, time.Minute), newServer("mastodon", 20, time.Hour)
		calm.account.ID = "second"
		for i, p := range calm.posts {
			p.ID.Local = fmt.Sprintf("C%03d", i)
		}
		r := read(t, streaming{busy}, streaming{calm})
		r.sync() // most of calm's first page is held
		gone := timeline.ID{Network: "mastodon", Local: "C015"}
		busy.stream <- timeline.Event{Deleted: &gone}
		edited := *calm.posts[14]
		edited.Counts.Likes = 7
		calm.stream <- timeline.Event{Post: &edited}
		for range 20 {
			r.hub.Older()
			r.sync()
		}
		if _, ok := r.rows.Post(gone); ok {
			t.Error("a deleted post came back from the other account")
		}
		if p, ok := r.rows.Post(edited.ID); !ok || p.Counts.Likes != 7 {
			t.Errorf("an older reading came after the update: %+v", p)
		}
	})
}

func TestFetchTellsWhereItIsIncomplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		b := homeBy{streaming{newServer("mastodon", 0, 0)}, func(timeline.Page) (timeline.Batch, error) {
			if n++; n > 1 {
				return timeline.Batch{}, timeline.Errorf(timeline.CodeServer, "500")
			}
			return timeline.Batch{Posts: page("a", 10, time.Minute), Older: "x"}, nil
		}}
		o, accounts := options(b)
		got, err := timeline.Fetch(t.Context(), o, 40, accounts...)
		if err != nil || len(got.Posts) != 10 || len(got.Gaps) != 1 {
			t.Errorf("%d posts, gaps %v, %v", len(got.Posts), got.Gaps, err)
		}
	})
}

func TestHubOpensNothingAfterClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 1, time.Minute)
		o, accounts := options(s)
		opened := 0
		inner := o.Open
		o.Open = func(ctx context.Context, id timeline.AccountID) (timeline.Backend, error) {
			if opened++; opened == 1 {
				return nil, timeline.Errorf(timeline.CodeAuth, "locked")
			}
			return inner(ctx, id)
		}
		h := timeline.NewHub(o, accounts...)
		h.Start()
		synctest.Wait()
		h.Close()
		if b, err := h.Backend(context.Background(), s.account.ID); err == nil {
			t.Errorf("opened %v, which nobody will close", b.Account())
		}
	})
}
