package store_test

import (
	"reflect"
	"slices"
	"testing"

	"skein/timeline"
	"skein/timeline/specimen"
	"skein/timeline/store"
)

// However many posts one Keep is given, and however often it is given them, the cache
// holds what it would if they had come one by one.
func TestPostsComeTogetherAsTheyDoAlone(t *testing.T) {
	posts := slices.Collect(specimen.Posts(7, 400))
	alone, together := openCache(t, t.TempDir()), openCache(t, t.TempDir())
	fill(t, alone, posts, 1)
	twice := slices.Concat(hauls(posts), hauls(posts[200:]))
	kept, err := together.Keep(t.Context(), twice...)
	if err != nil {
		t.Fatal(err)
	}
	if len(kept.Posts) != len(posts)+200 {
		t.Errorf("%d posts were kept, not %d", len(kept.Posts), len(posts)+200)
	}
	want, got := every(t, alone), every(t, together)
	if len(want) != len(got) {
		t.Fatalf("%d posts came together, %d one by one", len(got), len(want))
	}
	for i := range want {
		if !reflect.DeepEqual(want[i], got[i]) {
			t.Errorf("together came\n%+v, alone\n%+v", got[i], want[i])
		}
	}
	for _, q := range []timeline.Search{{Words: []string{"the"}}, {Has: []timeline.Having{timeline.HasQuote}}, {On: []timeline.Network{timeline.Nostr}}} {
		q.Limit = timeline.MaxFound
		a, err := alone.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		b, err := together.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Hits) == 0 || !reflect.DeepEqual(a, b) {
			t.Errorf("%+v finds %d posts that came together, %d that came alone", q, len(b.Hits), len(a.Hits))
		}
	}
}

func every(t *testing.T, c *store.Cache) []*timeline.Post {
	t.Helper()
	var all []*timeline.Post
	for above := (timeline.Key{}); ; above = all[len(all)-1].Key() {
		found, err := c.Every(t.Context(), above, 0)
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, found.Posts...); !found.More || len(all) == 0 {
			return all
		}
	}
}
