package store_test

import (
	"slices"
	"testing"

	"skein/timeline"
	"skein/timeline/specimen"
)

func TestEveryPostThatIsKeptIsReadOnceAndInOrder(t *testing.T) {
	c := openCache(t, t.TempDir())
	const n = 700
	posts := slices.Collect(specimen.Posts(3, n))
	for i := range posts { // many in one unit of time, so that pages are cut within units
		p := *posts[i]
		p.Sorted = posts[i/20*20].Sorted
		posts[i] = &p
	}
	fill(t, c, posts, 100)
	for _, limit := range []int{1, 7, 64, 0} {
		var keys []timeline.Key
		above := timeline.Key{}
		for {
			found, err := c.Every(t.Context(), above, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range found.Posts {
				keys = append(keys, p.Key())
			}
			if !found.More {
				break
			}
			above = keys[len(keys)-1]
		}
		if !slices.IsSortedFunc(keys, timeline.Key.Compare) {
			t.Errorf("limit %d: out of order", limit)
		}
		seen := map[timeline.ID]int{}
		for _, k := range keys {
			seen[k.ID]++
		}
		for _, p := range posts {
			for _, id := range []timeline.ID{p.ID, p.Content().ID} {
				if seen[id] != 1 {
					t.Fatalf("limit %d: %s was read %d times", limit, id, seen[id])
				}
			}
		}
	}
}
