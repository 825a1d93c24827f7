package store_test

import (
	"testing"

	"skein/timeline"
	"skein/timeline/cachetest"
	"skein/timeline/store"
)

func openCache(t testing.TB, dir string) *store.Cache {
	t.Helper()
	c, err := store.OpenCache(t.Context(), store.CacheOptions{Dir: dir, Tell: func(s timeline.Safe) { t.Errorf("told %q", s) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestCache(t *testing.T) {
	cachetest.Run(t, func(t *testing.T) timeline.Cache { return openCache(t, t.TempDir()) })
}

func TestMarks(t *testing.T) {
	cachetest.RunMarks(t, func(t *testing.T) timeline.Marks { return open(t, t.TempDir()) })
}
