package feed_test

import (
	"context"
	"slices"
	"testing"

	"skein/timeline"
	"skein/timeline/specimen"
	"skein/timeline/store"
	"skein/ui/feed"
)

// TestWindowReadsTheStoreThrough: from one end to the other and back, and from the
// middle to both, every post that cache.db holds comes by, once and in order.
func TestWindowReadsTheStoreThrough(t *testing.T) {
	const n = 3000
	cache, err := store.OpenCache(t.Context(), store.CacheOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cache.Close(); err != nil {
			t.Error(err)
		}
	}()
	var feeds []timeline.Feed
	for _, a := range specimen.Accounts() {
		feeds = append(feeds, timeline.HomeOf(a.ID))
	}
	var hauls []timeline.Haul
	for p := range specimen.Posts(7, n) {
		hauls = append(hauls, timeline.Haul{Feed: specimen.Feed(p), Reader: p.Views[0].Account, Posts: []*timeline.Post{p}})
	}
	kept, err := cache.Keep(t.Context(), hauls...)
	if err != nil {
		t.Fatal(err)
	}
	want := kept.Posts
	slices.SortFunc(want, func(a, b *timeline.Post) int { return a.Key().Compare(b.Key()) })
	read := func(ctx context.Context, from timeline.Key, newer bool, only timeline.Network, limit int) (timeline.Stretch, error) {
		return cache.Page(ctx, timeline.Query{Feeds: feeds, From: from, Newer: newer, Network: only, Limit: limit})
	}

	for _, begin := range []func(*feed.Window) feed.Ask{
		func(w *feed.Window) feed.Ask { return w.Newest("") },
		func(w *feed.Window) feed.Ask { return w.Oldest("") },
		func(w *feed.Window) feed.Ask { return w.Around(want[n/2].Key(), "").Soon() },
	} {
		var w feed.Window
		seen := map[timeline.ID]bool{}
		take := func(a feed.Ask) {
			t.Helper()
			if _, err := w.Take(a.Read(t.Context(), read)); err != nil {
				t.Fatal(err)
			}
			first, _ := slices.BinarySearchFunc(want, w.At(0).Key(), func(p *timeline.Post, k timeline.Key) int { return p.Key().Compare(k) })
			for i := range w.Len() {
				if w.At(i).Post.ID != want[first+i].ID {
					t.Fatalf("row %d is %s, not %s", i, w.At(i).Post.ID, want[first+i].ID)
				}
				seen[w.At(i).Post.ID] = true
			}
		}
		take(begin(&w))
		for _, newer := range []bool{false, true, false} {
			for a, more := w.More(newer); more; a, more = w.More(newer) {
				take(a)
				end := w.Len() - 1
				if !newer {
					end = 0
				}
				w.Trim(w.At(end).Key())
			}
		}
		if len(seen) != len(want) {
			t.Errorf("%d of %d posts came by", len(seen), len(want))
		}
	}
}
