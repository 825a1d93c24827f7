package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"skein/timeline"
	"skein/timeline/specimen"
	"skein/timeline/store"
)

// The benchmarks run on as many posts as sizeVar says, 20,000 without it; their
// cache is made once in the folder that folderVar names, or for each in one of its
// own.
//
//	SKEIN_BENCH_POSTS=1000000 SKEIN_BENCH_DIR=/var/tmp/million go test -run - -bench . ./timeline/store
const (
	sizeVar   = "SKEIN_BENCH_POSTS"
	folderVar = "SKEIN_BENCH_DIR"
)

// fill keeps posts in hauls, as the hub does; the newest hundred are unread.
func fill(tb testing.TB, c *store.Cache, posts []*timeline.Post, batch int) {
	tb.Helper()
	for chunk := range slices.Chunk(posts, batch) {
		if _, err := c.Keep(tb.Context(), hauls(chunk)...); err != nil {
			tb.Fatal(err)
		}
	}
}

// hauls sorts posts into the feeds that they belong to.
func hauls(posts []*timeline.Post) (out []timeline.Haul) {
	for _, a := range specimen.Accounts() {
		h := timeline.Haul{Feed: timeline.HomeOf(a.ID), Reader: a.ID, ReadTo: timeline.Key{Time: specimen.Newest().Add(-10 * time.Minute)}}
		for _, p := range posts {
			if specimen.Feed(p) == h.Feed {
				h.Posts = append(h.Posts, p)
			}
		}
		if n := len(h.Posts); n > 0 {
			h.Up = &timeline.ReachUp{Newest: h.Posts[n-1].Key(), Newer: "newer"}
			out = append(out, h)
		}
	}
	return out
}

func feeds() (out []timeline.Feed) {
	for _, a := range specimen.Accounts() {
		out = append(out, timeline.HomeOf(a.ID))
	}
	return out
}

func benchSize(b *testing.B) int {
	b.Helper()
	if s := os.Getenv(sizeVar); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		return n
	}
	return 20_000
}

// benchDir is a folder with a cache of benchSize posts.
func benchDir(b *testing.B) string {
	b.Helper()
	dir := os.Getenv(folderVar)
	if dir == "" {
		dir = b.TempDir()
	}
	if _, err := os.Stat(filepath.Join(dir, "cache.db")); err == nil {
		return dir
	}
	c := benchCache(b, dir)
	batch := make([]*timeline.Post, 0, 1000)
	for p := range specimen.Posts(1, benchSize(b)) {
		if batch = append(batch, p); len(batch) == cap(batch) {
			fill(b, c, batch, len(batch))
			batch = batch[:0]
		}
	}
	fill(b, c, batch, 1000)
	if err := c.Close(); err != nil {
		b.Fatal(err)
	}
	return dir
}

func benchCache(b *testing.B, dir string) *store.Cache {
	b.Helper()
	c, err := store.OpenCache(b.Context(), store.CacheOptions{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	return c
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

// BenchmarkKeep is how fast an empty cache fills, and what a post takes on the disk.
func BenchmarkKeep(b *testing.B) {
	n := benchSize(b)
	posts := slices.Collect(specimen.Posts(1, n))
	for _, batch := range []int{100, 1000} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			for b.Loop() {
				dir := b.TempDir()
				c := benchCache(b, dir)
				start, busy := time.Now(), cpuTime()
				fill(b, c, posts, batch)
				b.ReportMetric(float64(n)/time.Since(start).Seconds(), "posts/s")
				b.ReportMetric(float64((cpuTime()-busy).Microseconds())/float64(n), "cpu-µs/post")
				if err := c.Close(); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(diskUse(b, dir))/float64(n), "disk-B/post")
			}
		})
	}
}

// BenchmarkKeepAgain is a page that is read once more, unchanged.
func BenchmarkKeepAgain(b *testing.B) {
	c := benchCache(b, benchDir(b))
	defer c.Close()
	found, err := c.Page(b.Context(), timeline.Query{Feeds: feeds(), Limit: 40})
	if err != nil {
		b.Fatal(err)
	}
	again := hauls(found.Posts)
	for b.Loop() {
		if _, err := c.Keep(b.Context(), again...); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen is a start: open, how far was read, the first screen, what is unread.
func BenchmarkOpen(b *testing.B) {
	dir := benchDir(b)
	for b.Loop() {
		c := benchCache(b, dir)
		for _, f := range feeds() {
			if _, err := c.Reach(b.Context(), f); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := c.Page(b.Context(), timeline.Query{Feeds: feeds(), Limit: 100}); err != nil {
			b.Fatal(err)
		}
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPage reads pages of a hundred one below the other.
func BenchmarkPage(b *testing.B) {
	c := benchCache(b, benchDir(b))
	defer c.Close()
	q := timeline.Query{Feeds: feeds(), Limit: 100}
	for b.Loop() {
		found, err := c.Page(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		if q.From = (timeline.Key{}); found.More {
			q.From = found.Posts[0].Key()
		}
	}
}

func BenchmarkUnread(b *testing.B) {
	c := benchCache(b, benchDir(b))
	defer c.Close()
	for b.Loop() {
		if _, err := c.Unread(b.Context(), feeds(), timeline.MaxUnread); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSearch is a page of forty of each kind of search.
func BenchmarkSearch(b *testing.B) {
	c := benchCache(b, benchDir(b))
	defer c.Close()
	for _, q := range []struct {
		name  string
		typed string
		rank  bool
	}{
		{"common", "the ", false},
		{"two common", "the people ", false},
		{"middling", "climate ", false},
		{"rare", "suncityword ", false},
		{"none", "xyzzy ", false},
		{"prefix", "cit", false},
		{"common prefix", "the", false},
		{"phrase", `"for the" `, false},
		{"japanese", "日本 ", false},
		{"from", "from:ana the ", false},
		{"filters", "has:image lang:ja on:bluesky ", false},
		{"rare filters", "garden has:video lang:th on:nostr ", false},
		{"without", "the -people -and ", false},
		{"since", "garden since:2026-03-10 until:2026-03-11 ", false},
		{"ranked common", "the ", true},
		{"ranked rare", "climate garden ", true},
		{"everything", "", false},
	} {
		b.Run(q.name, func(b *testing.B) {
			s, err := timeline.ParseTyping(q.typed, specimen.Newest())
			if err != nil {
				b.Fatal(err)
			}
			s.Ranked = q.rank
			var took []time.Duration
			hits := 0
			for b.Loop() {
				start := time.Now()
				found, err := c.Search(context.Background(), s)
				if err != nil {
					b.Fatal(err)
				}
				took, hits = append(took, time.Since(start)), len(found.Hits)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
			b.ReportMetric(float64(hits), "hits")
		})
	}
}

// BenchmarkPosition is what a resting reader costs.
func BenchmarkPosition(b *testing.B) {
	s, err := store.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	p := timeline.Position{At: timeline.Key{Time: noon, ID: timeline.ID{Network: timeline.Nostr, Local: "x"}}}
	for b.Loop() {
		p.Line++
		if err := s.SetPosition(b.Context(), "home", p); err != nil {
			b.Fatal(err)
		}
	}
}
