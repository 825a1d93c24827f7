package feed_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"skein/timeline"
	"skein/ui/feed"
	"skein/ui/uitest"
)

// world is what is kept, a window on it, and a reading that may be under way.
type world struct {
	*uitest.Shelf
	kept   map[timeline.ID]*timeline.Post
	window feed.Window
	ask    *feed.Ask
	answer *feed.Answer
	n      int
}

func (w *world) post(minutes int) *timeline.Post {
	w.n++
	return uitest.Post(timeline.Networks()[w.n%2], fmt.Sprint("p", w.n), time.Duration(minutes)*time.Minute, "ana", "text")
}

// happens is a change that is kept and then told.
func (w *world) happens(c timeline.Changes) {
	for _, p := range c.Posts {
		w.kept[p.ID] = p
	}
	for _, id := range c.Removed {
		delete(w.kept, id)
	}
	w.Reports(c)
	_, _ = w.Next(context.Background()) // it was reported this moment
	w.window.Apply(c)
}

// begin asks; read reads what is kept at that moment; end takes it.
func (w *world) begin(a feed.Ask) { w.ask, w.answer = &a, nil }

func (w *world) read() {
	if w.ask != nil && w.answer == nil {
		a := w.ask.Read(context.Background(), w.History)
		w.answer = &a
	}
}

func (w *world) end(t *rapid.T) {
	if w.read(); w.answer != nil {
		if _, err := w.window.Take(*w.answer); err != nil {
			t.Fatal(err)
		}
		w.ask, w.answer = nil, nil
	}
}

// TestWindowMissesNothing: whatever is read, let go of, arrives or goes, in any
// order, the window holds what is kept between its first row and its last, and all of
// it on a side on which no more is said to be.
func TestWindowMissesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{kept: map[timeline.ID]*timeline.Post{}}
		var posts []*timeline.Post
		for i := range rapid.IntRange(0, 1500).Draw(t, "kept") {
			posts = append(posts, w.post(i))
		}
		for _, p := range posts {
			w.kept[p.ID] = p
		}
		w.Shelf = uitest.NewShelf(posts...)
		w.begin(w.window.Newest(""))
		w.end(t)
		only := timeline.Network("")
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				w.happens(timeline.Changes{Posts: []*timeline.Post{w.post(-w.n)}})
			case 1:
				w.happens(timeline.Changes{Posts: []*timeline.Post{w.post(rapid.IntRange(0, 2000).Draw(t, "late"))}})
			case 2:
				if len(posts) > 0 {
					w.happens(timeline.Changes{Removed: []timeline.ID{rapid.SampledFrom(posts).Draw(t, "gone").ID}})
				}
			case 3, 4, 5:
				if a, ok := w.window.More(rapid.Bool().Draw(t, "newer")); ok {
					w.begin(a)
				}
			case 6:
				only = rapid.SampledFrom([]timeline.Network{"", timeline.Bluesky}).Draw(t, "only")
				at := timeline.Key{Time: uitest.Start().Add(-time.Duration(rapid.IntRange(-50, 2000).Draw(t, "around")) * time.Minute)}
				w.begin(rapid.SampledFrom([]func() feed.Ask{
					func() feed.Ask { return w.window.Around(at, only) },
					func() feed.Ask { return w.window.Newest(only) },
					func() feed.Ask { return w.window.Oldest(only) },
				}).Draw(t, "jump")())
			case 7:
				w.read()
			case 8:
				w.end(t)
			case 9:
				if n := w.window.Len(); n > 0 {
					at := rapid.IntRange(0, n-1).Draw(t, "reader")
					key := w.window.At(at).Key()
					w.window.Trim(key)
					if _, here := w.window.Find(key); !here || w.window.Len() > 1000 {
						t.Fatalf("after trimming %d rows, the reader's among them: %v", w.window.Len(), here)
					}
				}
			}
			w.check(t)
		}
	})
}

func (w *world) check(t *rapid.T) {
	t.Helper()
	shown := map[timeline.ID]bool{}
	var first, last timeline.Key
	networks := map[timeline.Network]bool{}
	for i := range w.window.Len() {
		k := w.window.At(i).Key()
		if i > 0 && !last.Less(k) {
			t.Fatalf("row %d is out of order", i)
		}
		if i == 0 {
			first = k
		}
		last = k
		shown[k.ID], networks[k.ID.Network] = true, true
		if _, kept := w.kept[k.ID]; !kept {
			t.Fatalf("%s is gone and still shown", k.ID)
		}
	}
	if len(networks) != len(timeline.Networks())-1 { // one network alone, or nothing
		return
	}
	for id, p := range w.kept {
		k := p.Key()
		between := !k.Less(first) && !last.Less(k)
		open := k.Less(first) && !w.window.Below() || last.Less(k) && !w.window.Above()
		if (between || open) && !shown[id] {
			t.Fatalf("%s is missing: between %v, at an open end %v", id, between, open)
		}
	}
}

func TestGapsStandOnlyBetweenTheEnds(t *testing.T) {
	posts := uitest.Many(timeline.Mastodon, 1000)
	shelf := uitest.NewShelf(posts...)
	var w feed.Window
	take := func(a feed.Ask) {
		t.Helper()
		if _, err := w.Take(a.Read(t.Context(), shelf.History)); err != nil {
			t.Fatal(err)
		}
	}
	take(w.Newest(""))
	gap := func(below int) timeline.Gap {
		return timeline.Gap{Key: timeline.Key{Time: posts[below].Sorted.Add(-1), ID: timeline.ID{Local: fmt.Sprint("gap", below)}}}
	}
	w.Apply(timeline.Changes{Gaps: []timeline.Gap{gap(50), gap(250)}})
	count := func() (n int) {
		for i := range w.Len() {
			if w.At(i).Gap != nil {
				n++
			}
		}
		return n
	}
	if n := count(); n != 1 {
		t.Errorf("%d gaps stand in the newest 200 posts", n)
	}
	a, _ := w.More(false)
	take(a)
	if n := count(); n != 2 {
		t.Errorf("%d gaps stand in the newest 400 posts", n)
	}
	take(w.Oldest(""))
	if n := count(); n != 0 {
		t.Errorf("%d gaps stand in the oldest posts", n)
	}
}

func TestOneReadingAtATime(t *testing.T) {
	shelf := uitest.NewShelf(uitest.Many(timeline.Mastodon, 1000)...)
	var w feed.Window
	first := w.Newest("")
	if _, err := w.Take(first.Read(t.Context(), shelf.History)); err != nil {
		t.Fatal(err)
	}
	older, ok := w.More(false)
	if !ok {
		t.Fatal("there is nothing below 200 of 1000 posts")
	}
	if _, again := w.More(false); again {
		t.Error("a page is asked for twice")
	}
	jump := w.Oldest("")
	if current, _ := w.Take(older.Read(t.Context(), shelf.History)); current {
		t.Error("the page that nobody waits for any more was taken")
	}
	if current, err := w.Take(jump.Read(t.Context(), shelf.History)); !current || err != nil || w.Below() || !w.Above() {
		t.Errorf("taken %v, %v; more below %v, above %v", current, err, w.Below(), w.Above())
	}
	shelf.Breaks(errors.New("no disk"))
	more, _ := w.More(true)
	if current, err := w.Take(more.Read(t.Context(), shelf.History)); !current || err == nil {
		t.Errorf("taken %v, error %v", current, err)
	}
	if _, ok := w.More(true); !ok {
		t.Error("after an error the page cannot be asked for again")
	}
}

// TestPageOfAnEndThatIsGone: while a page below is read, the reader goes to the top and
// the rows at the old end are let go of. The page does not belong to the window any more.
func TestPageOfAnEndThatIsGone(t *testing.T) {
	posts := uitest.Many(timeline.Mastodon, 1500) // newest first
	shelf := uitest.NewShelf(posts[5:]...)
	var w feed.Window
	var more bool
	ask := w.Newest("")
	for range 5 {
		if _, err := w.Take(ask.Read(t.Context(), shelf.History)); err != nil {
			t.Fatal(err)
		}
		if ask, more = w.More(false); !more {
			t.Fatal("there is nothing below")
		}
	}
	page := ask.Read(t.Context(), shelf.History)
	w.Apply(timeline.Changes{Posts: posts[:5]})
	w.Trim(posts[0].Key())
	if _, err := w.Take(page); err != nil {
		t.Fatal(err)
	}
	for i := range w.Len() {
		if want := posts[w.Len()-1-i]; w.At(i).Post.ID != want.ID {
			t.Fatalf("row %d of %d is %s, not %s: a hole", i, w.Len(), w.At(i).Post.ID, want.ID)
		}
	}
	if _, more := w.More(false); !more {
		t.Error("what was let go of cannot be read again")
	}
}

func TestUnread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var u feed.Unread
		want := map[timeline.ID]timeline.Key{}
		key := func() timeline.Key {
			n := rapid.IntRange(0, 12).Draw(t, "key")
			return uitest.Post(timeline.Networks()[n%3], fmt.Sprint(n), time.Duration(n/2)*time.Minute, "ana", "").Key()
		}
		loaded := false
		read := map[timeline.ID]bool{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			k := key()
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				other := key()
				u.Add(k, other, k)
				want[k.ID], want[other.ID] = k, other
			case 1:
				u.Remove(k)
				delete(want, k.ID)
				if !loaded {
					read[k.ID] = true
				}
			case 2:
				u.Forget(k.ID)
				delete(want, k.ID)
				if !loaded {
					read[k.ID] = true
				}
			case 3:
				if loaded {
					continue
				}
				loaded = true
				u.Load([]timeline.Key{k})
				if !read[k.ID] {
					want[k.ID] = k
				}
			}
		}
		if got := u.All(""); len(got) != len(want) || !slices.IsSortedFunc(got, timeline.Key.Compare) {
			t.Fatalf("%v, want %v", got, want)
		}
		for _, n := range append(timeline.Networks(), "") {
			if u.Len(n) != len(u.All(n)) {
				t.Fatalf("%d of %q, there are %d", u.Len(n), n, len(u.All(n)))
			}
		}
		at := key()
		above := 0
		for _, k := range want {
			if at.Less(k) {
				above++
			}
		}
		if got := u.Above(at, ""); got != above {
			t.Fatalf("%d above, want %d", got, above)
		}
	})
}

func TestOfTooManyUnreadTheNewestAreKept(t *testing.T) {
	var u feed.Unread
	posts := uitest.Many(timeline.Mastodon, timeline.MaxUnread+10)
	for _, p := range posts {
		u.Add(p.Key())
	}
	if u.Len("") != timeline.MaxUnread || u.Len(timeline.Mastodon) != timeline.MaxUnread || !u.Has(posts[0].Key()) || u.Has(posts[len(posts)-1].Key()) {
		t.Errorf("%d are unread", u.Len(""))
	}
}

// TestPageWithoutEnd: a reader who is told of more, and is given none, does not ask
// for ever.
func TestPageWithoutEnd(t *testing.T) {
	posts := uitest.Many(timeline.Mastodon, 3)
	same := func(context.Context, timeline.Key, bool, timeline.Network, int) (timeline.Stretch, error) {
		return timeline.Stretch{Posts: posts, More: true}, nil
	}
	var w feed.Window
	for n, ask := 0, w.Newest(""); ; n++ {
		if _, err := w.Take(ask.Read(t.Context(), same)); err != nil {
			t.Fatal(err)
		}
		var more bool
		if ask, more = w.More(false); !more {
			break
		}
		if n > 3 {
			t.Fatal("it asks for ever")
		}
	}
}
