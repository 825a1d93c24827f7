package specimen_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
	"skein/timeline/specimen"
)

func TestTheSameSeedGivesTheSamePosts(t *testing.T) {
	a := slices.Collect(specimen.Posts(7, 500))
	b := slices.Collect(specimen.Posts(7, 500))
	other := slices.Collect(specimen.Posts(8, 500))
	if diff := cmp.Diff(a, b, cmp.AllowUnexported(timeline.Safe{})); diff != "" {
		t.Error(diff)
	}
	if a[3].ID == other[3].ID {
		t.Error("another seed gives the same posts")
	}
}

func TestPostsLookLikeRealOnes(t *testing.T) {
	const n = 20_000
	networks, boosts, replies, media, alt, quotes := map[timeline.Network]int{}, 0, 0, 0, 0, 0
	ids, lengths, last := map[timeline.ID]bool{}, []int(nil), timeline.Key{}
	for p := range specimen.Posts(1, n) {
		if ids[p.ID] {
			t.Fatalf("%s twice", p.ID)
		}
		ids[p.ID] = true
		if p.Sorted.Before(last.Time.Add(-1e9)) { // whole seconds on one network
			t.Fatalf("%v after %v", p.Key(), last)
		}
		last = p.Key()
		if p.Boosted != nil {
			boosts++
		}
		c := p.Content()
		networks[p.ID.Network]++
		lengths = append(lengths, len([]rune(c.Text.Plain().String())))
		replies += one(c.ReplyTo != nil)
		quotes += one(c.Quote != nil)
		media += one(len(c.Media) > 0)
		alt += one(len(c.Media) > 0 && !c.Media[0].Alt.Empty())
		if len(c.Views) != 1 || specimen.Feed(p).Account == "" {
			t.Fatalf("nobody has seen %s", p.ID)
		}
	}
	if !last.Time.Equal(specimen.Newest()) {
		t.Errorf("the last one is of %v", last.Time)
	}
	slices.Sort(lengths)
	for what, got := range map[string][3]int{
		"mastodon":      {networks[timeline.Mastodon], n * 40 / 100, n * 50 / 100},
		"bluesky":       {networks[timeline.Bluesky], n * 35 / 100, n * 45 / 100},
		"nostr":         {networks[timeline.Nostr], n * 12 / 100, n * 18 / 100},
		"boosts":        {boosts, n * 27 / 100, n * 33 / 100},
		"replies":       {replies, n * 23 / 100, n * 33 / 100},
		"quotes":        {quotes, n * 2 / 100, n * 6 / 100},
		"media":         {media, n * 18 / 100, n * 26 / 100},
		"alt texts":     {alt, n * 8 / 100, n * 14 / 100},
		"median length": {lengths[n/2], 110, 170},
		"long ones":     {lengths[n*95/100], 280, 600},
	} {
		if got[0] < got[1] || got[0] > got[2] {
			t.Errorf("%s: %d is not between %d and %d", what, got[0], got[1], got[2])
		}
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestNobodyToSeeThem(t *testing.T) {
	for p := range (specimen.Maker{Count: 3}).Posts() {
		t.Errorf("made %s", p.ID)
	}
}

func BenchmarkPosts(b *testing.B) {
	n := 0
	for range specimen.Posts(1, b.N) {
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "posts/s")
}
