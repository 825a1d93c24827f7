package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"skein/timeline"
	"skein/timeline/specimen"
	"skein/timeline/store"
)

// pages keeps posts of one feed as paging down would have.
func pages(t *testing.T, c *store.Cache, f timeline.Feed, posts []*timeline.Post, size int) {
	t.Helper()
	newest := posts[len(posts)-1].Key()
	for end := len(posts); end > 0; end -= size {
		page := posts[max(0, end-size):end]
		_, err := c.Keep(t.Context(), timeline.Haul{
			Feed: f, Posts: page,
			Up:   &timeline.ReachUp{Newest: newest, Newer: "newer"},
			Down: &timeline.ReachDown{Oldest: page[0].Key(), Older: timeline.Cursor("below " + page[0].ID.Local), Done: end <= size},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTrimLeavesATruthfulReach(t *testing.T) {
	ctx := t.Context()
	c, err := store.OpenCache(ctx, store.CacheOptions{Dir: t.TempDir(), Now: func() time.Time { return noon.Add(100 * time.Minute) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	var posts []*timeline.Post
	for i := range 100 {
		posts = append(posts, said(timeline.Mastodon, "ana", i, "rain"))
	}
	old := posts[10]
	posts[80].Boosted = old
	paged, upward, untouched := timeline.HomeOf("paged"), timeline.HomeOf("upward"), timeline.HomeOf("untouched")
	pages(t, c, paged, posts, 20)
	pages(t, c, untouched, posts[60:], 20)
	up := timeline.Haul{Feed: upward, Posts: posts, Up: &timeline.ReachUp{Newest: posts[99].Key(), Newer: "n"}, Down: &timeline.ReachDown{Oldest: posts[0].Key(), Older: "o"}}
	up.Opened = []timeline.Hole{{Key: timeline.Key{Time: posts[20].Sorted.Add(-1)}}, {Key: timeline.Key{Time: posts[70].Sorted.Add(-1)}}}
	if _, err := c.Keep(ctx, up); err != nil {
		t.Fatal(err)
	}

	var parts []float64
	done, err := c.Trim(ctx, store.TrimOptions{OlderThan: 50 * time.Minute, Progress: func(p float64) { parts = append(parts, p) }})
	if err != nil || done.Posts != 49 || !slices.IsSorted(parts) || len(parts) == 0 || parts[len(parts)-1] != 1 {
		t.Errorf("%+v, %v, progress %v", done, err, parts)
	}
	found, err := c.Page(ctx, timeline.Query{Feeds: []timeline.Feed{paged}, Limit: 1000})
	if err != nil || len(found.Posts) != 51 || found.Posts[0].ID != old.ID || found.Posts[1].ID != posts[50].ID {
		t.Errorf("%d posts are left, %v", len(found.Posts), err)
	}
	for f, want := range map[timeline.Feed]timeline.Reach{
		paged:     {Newest: posts[99].Key(), Newer: "newer", Oldest: posts[60].Key(), Older: timeline.Cursor("below " + posts[60].ID.Local)},
		untouched: {Newest: posts[99].Key(), Newer: "newer", Oldest: posts[60].Key(), Older: timeline.Cursor("below " + posts[60].ID.Local), Done: true},
	} {
		r, err := c.Reach(ctx, f)
		if err != nil || r.Oldest != want.Oldest || r.Older != want.Older || r.Done != want.Done || r.Newest != want.Newest || r.Newer != want.Newer {
			t.Errorf("%s reaches %+v, not %+v, %v", f.Account, r, want, err)
		}
	}
	r, err := c.Reach(ctx, upward)
	if err != nil || !r.Done || r.Older != "" || !posts[49].Key().Less(r.Oldest) || posts[50].Key().Less(r.Oldest) || len(r.Holes) != 1 {
		t.Errorf("a feed without a way back reaches %+v, %v", r, err)
	}
	if found, err := c.Search(ctx, timeline.Search{Words: []string{"rain"}, Limit: 1000}); err != nil || len(found.Hits) != 50 {
		t.Errorf("%d are found, %v", len(found.Hits), err)
	}

	// With the boost goes what only it has held.
	done, err = c.Trim(ctx, store.TrimOptions{OlderThan: 10 * time.Minute})
	if err != nil || done.Posts != 41 {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := c.KeptPost(ctx, old.ID); timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Errorf("a post that nobody holds: %v", err)
	}
}

func TestTrimMakesTheFileSmaller(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	c := openCache(t, dir)
	const n = 6000
	fill(t, c, slices.Collect(specimen.Posts(1, n)), 500)
	before, err := c.Stat(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if before.Posts < n || before.People < 500 || len(before.Networks) != 3 || !before.Newest.Equal(specimen.Newest()) ||
		before.Index < before.File/10 || before.Index > before.File/2 {
		t.Errorf("%+v", before)
	}
	bound := before.File * 2 / 3
	done, err := c.Trim(ctx, store.TrimOptions{MaxBytes: bound})
	if err != nil {
		t.Fatal(err)
	}
	after, err := c.Stat(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if after.File > bound+bound/50 || after.File < bound/2 || before.Posts-after.Posts != done.Posts || done.Freed < before.File/4 {
		t.Errorf("%d bytes of at most %d; %+v; %d posts of %d", after.File, bound, done, after.Posts, before.Posts)
	}
	if !after.Newest.Equal(before.Newest) || !after.Oldest.After(before.Oldest) {
		t.Errorf("from %v to %v", after.Oldest, after.Newest)
	}
	if again, err := c.Trim(ctx, store.TrimOptions{MaxBytes: bound}); err != nil || again.Posts > 600 {
		t.Errorf("once more: %+v, %v", again, err)
	}
	sound(t, dir)

	if err := c.Clear(ctx); err != nil {
		t.Fatal(err)
	}
	empty, err := c.Stat(ctx)
	if err != nil || empty.Posts != 0 || empty.File > 500_000 {
		t.Errorf("cleared: %+v, %v", empty, err)
	}
}

// Another process that has the cache open writes into the new file, not the void.
func TestClearIsNoticed(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	a, b := openCache(t, dir), openCache(t, dir)
	f := timeline.HomeOf("me")
	keep := func(c *store.Cache, minute int) {
		t.Helper()
		if _, err := c.Keep(ctx, timeline.Haul{Feed: f, Posts: []*timeline.Post{said(timeline.Nostr, "cy", minute, "x")}}); err != nil {
			t.Fatal(err)
		}
	}
	keep(a, 1)
	keep(b, 2)
	if err := a.Clear(ctx); err != nil {
		t.Fatal(err)
	}
	keep(a, 3) // makes a new file, so that there is one for b to take for its own
	keep(b, 4)
	for i, c := range []*store.Cache{a, b} {
		found, err := c.Page(ctx, timeline.Query{Feeds: []timeline.Feed{f}})
		if err != nil || len(found.Posts) != 2 || found.Posts[0].Author.ID != "cy" {
			t.Errorf("process %d has %d posts, %v", i, len(found.Posts), err)
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Error(fmt.Sprint(name, " can be read by others: ", info.Mode(), err))
		}
	}
}
