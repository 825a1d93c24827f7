package ui_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/timeline/specimen"
	"skein/timeline/store"
	"skein/ui"
)

// BenchmarkOpening is the time from an open cache of 100,000 posts to the first frame,
// where the reader was in the middle of them.
func BenchmarkOpening(b *testing.B) {
	cache, at := filled(b, 100_000)
	marks := timeline.NewMemoryMarks()
	if err := marks.SetPosition(b.Context(), "home", timeline.Position{At: at, Line: 8}); err != nil {
		b.Fatal(err)
	}
	refuse := func(context.Context, timeline.AccountID) (timeline.Backend, error) {
		return nil, errors.New("no network")
	}
	for b.Loop() {
		hub := timeline.NewHub(timeline.HubOptions{Open: refuse, Cache: cache, Marks: marks}, specimen.Accounts()...)
		m := ui.New(b.Context(), ui.Options{Hub: hub, Marks: marks, Library: cache, Now: specimen.Newest})
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		frame := m.View().Content
		b.StopTimer()
		if strings.Count(frame, "\n\n") > 10 || !strings.Contains(frame, "Home") {
			b.Fatalf("the first frame is\n%s", frame)
		}
		hub.Close()
		b.StartTimer()
	}
}

// filled is a cache of n posts and the key of one in the middle.
func filled(b *testing.B, n int) (*store.Cache, timeline.Key) {
	b.Helper()
	cache, err := store.OpenCache(b.Context(), store.CacheOptions{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := cache.Close(); err != nil {
			b.Error(err)
		}
	})
	var middle timeline.Key
	i := 0
	for chunk := range slices.Chunk(slices.Collect(specimen.Posts(1, n)), 2000) {
		byFeed := map[timeline.Feed][]*timeline.Post{}
		for _, p := range chunk {
			if i++; i == n/2 {
				middle = p.Key()
			}
			byFeed[specimen.Feed(p)] = append(byFeed[specimen.Feed(p)], p)
		}
		var hauls []timeline.Haul
		for f, posts := range byFeed {
			slices.SortFunc(posts, func(a, b *timeline.Post) int { return a.Key().Compare(b.Key()) })
			hauls = append(hauls, timeline.Haul{
				Feed: f, Reader: f.Account, Posts: posts, ReadTo: timeline.Key{Time: time.Now()},
				Up:   &timeline.ReachUp{Newest: posts[len(posts)-1].Key(), Newer: "newer"},
				Down: &timeline.ReachDown{Oldest: posts[0].Key(), Older: "older"},
			})
		}
		if _, err := cache.Keep(b.Context(), hauls...); err != nil {
			b.Fatal(err)
		}
	}
	return cache, middle
}
