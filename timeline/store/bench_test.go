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

// fill keeps n posts in hauls of a page or more, as the hub does.
func fill(tb testing.TB, c *store.Cache, posts []*timeline.Post, batch int) {
	tb.Helper()
	for chunk := range slices.Chunk(posts, batch) {
		byFeed := map[timeline.Feed]*timeline.Haul{}
		var hauls []timeline.Haul
		for _, p := range chunk {
			f := specimen.Feed(p)
			if byFeed[f] == nil {
				byFeed[f] = &timeline.Haul{Feed: f, ReadTo: timeline.Key{Time: specimen.Newest()}}
			}
			byFeed[f].Posts = append(byFeed[f].Posts, p)
		}
		for _, a := range specimen.Accounts() {
			if h := byFeed[timeline.HomeOf(a.ID)]; h != nil {
				newest := h.Posts[len(h.Posts)-1].Key()
				h.Up = &timeline.ReachUp{Newest: newest, Newer: "n"}
				hauls = append(hauls, *h)
			}
		}
		if _, err := c.Keep(tb.Context(), hauls...); err != nil {
			tb.Fatal(err)
		}
	}
}

func diskUse(tb testing.TB, dir string) (total int64) {
	tb.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "cache.db*"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, n := range names {
		info, err := os.Stat(n)
		if err != nil {
			tb.Fatal(err)
		}
		total += info.Size()
	}
	return total
}

func BenchmarkKeep(b *testing.B) {
	const n = 100_000
	posts := slices.Collect(specimen.Posts(1, n))
	for _, batch := range []int{100, 1000} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			for b.Loop() {
				dir := b.TempDir()
				c, err := store.OpenCache(b.Context(), store.CacheOptions{Dir: dir})
				if err != nil {
					b.Fatal(err)
				}
				start := time.Now()
				fill(b, c, posts, batch)
				b.ReportMetric(n/time.Since(start).Seconds(), "posts/s")
				if err := c.Close(); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(diskUse(b, dir))/n, "bytes/post")
			}
		})
	}
}
