package timeline_test

import (
	"fmt"
	"testing"
	"time"

	"skein/timeline"
	"skein/timeline/store"
)

// The hub and the real files, in three lives: nothing is read twice, nothing lost.
func TestHubOnDisk(t *testing.T) {
	dir := t.TempDir()
	busy, calm := newServer("mastodon", 40, time.Minute), newServer("bluesky", 20, 10*time.Minute)
	for life := range 3 {
		fresh := post("mastodon", fmt.Sprint("life", life), -time.Duration(life)*time.Second)
		busy.add(fresh)
		found := live(t, dir, streaming{busy}, streaming{calm})
		if newest := found[len(found)-1]; newest.ID != fresh.ID {
			t.Errorf("life %d: the newest is %s", life, newest.ID.Local)
		}
		for i := 1; i < len(found); i++ {
			if !found[i-1].Key().Less(found[i].Key()) {
				t.Fatalf("life %d: %s stands below %s", life, found[i].ID.Local, found[i-1].ID.Local)
			}
		}
	}
	if first := busy.asked[0]; first.After != "" {
		t.Errorf("the first life asked for %+v", first)
	}
	for _, page := range busy.asked[1:] {
		if page.After == "" {
			t.Errorf("another life asked for %+v", page)
		}
	}
}

// live reads from when the files are opened until they are closed, and returns what
// was kept by then.
func live(t *testing.T, dir string, backends ...timeline.Backend) []*timeline.Post {
	t.Helper()
	cache, err := store.OpenCache(t.Context(), store.CacheOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer cache.Close()
	marks, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer marks.Close()
	o, accounts := options(backends...)
	o.Cache, o.Marks = cache, marks
	h := timeline.NewHub(o, accounts...)
	defer h.Close()
	h.Start()
	for {
		c, err := h.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if c.Settled && !c.Loading {
			break
		}
	}
	s, err := h.History(t.Context(), timeline.Key{}, false, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	return s.Posts
}
