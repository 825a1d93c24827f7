package timeline_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"skein/timeline"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func post(n timeline.Network, local string, age time.Duration) *timeline.Post {
	return &timeline.Post{
		ID: timeline.ID{Network: n, Local: local}, Created: noon.Add(-age), Sorted: noon.Add(-age),
		Author: timeline.Author{ID: "ana", Name: timeline.Literal("Ana")}, Text: timeline.PlainText(timeline.Clean(local)),
	}
}

func locals(posts []*timeline.Post) []string {
	var out []string
	for _, p := range posts {
		out = append(out, p.ID.Local)
	}
	return out
}

func inOrder(t interface{ Fatalf(string, ...any) }, rows *timeline.Rows) {
	for i := 1; i < rows.Len(); i++ {
		if rows.At(i-1).Key().Compare(rows.At(i).Key()) >= 0 {
			t.Fatalf("row %d (%v) is not older than row %d (%v)", i-1, rows.At(i-1).Key(), i, rows.At(i).Key())
		}
	}
}

func TestMergeJoinsNearlySortedSources(t *testing.T) {
	m := []*timeline.Post{post("mastodon", "m1", 1), post("mastodon", "m5", 5), post("mastodon", "m3", 3)} // m3 came late
	b := []*timeline.Post{post("bluesky", "b4", 4), post("bluesky", "b2", 2)}
	got := locals(timeline.Merge(m, b, nil))
	if want := []string{"m5", "b4", "m3", "b2", "m1"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMergeShowsAPostOfTwoAccountsOnce(t *testing.T) {
	a, b := post("nostr", "x", 1), post("nostr", "x", 1)
	a.Views = []timeline.View{{Account: "one"}}
	b.Views = []timeline.View{{Account: "two", Liked: true}}
	got := timeline.Merge([]*timeline.Post{a}, []*timeline.Post{b})
	if len(got) != 1 {
		t.Fatalf("%d posts", len(got))
	}
	if _, ok := got[0].View("one"); !ok {
		t.Error("what account one knew is lost")
	}
	if v, ok := got[0].View("two"); !ok || !v.Liked {
		t.Error("what account two knew is lost")
	}
	if len(a.Views) != 1 {
		t.Error("an argument was changed")
	}
}

func TestFloorIsTheNewestOfTheOldest(t *testing.T) {
	newer, older := post("mastodon", "a", 1).Key(), post("bluesky", "b", 9).Key()
	if got, ok := timeline.Floor(timeline.Extent{Oldest: newer}, timeline.Extent{Oldest: older}); !ok || got != newer {
		t.Errorf("got %v", got)
	}
	if got, ok := timeline.Floor(timeline.Extent{Oldest: newer, Done: true}, timeline.Extent{Oldest: older}); !ok || got != older {
		t.Errorf("a source that has ended still holds: %v", got)
	}
	if _, ok := timeline.Floor(timeline.Extent{Done: true}); ok {
		t.Error("nobody should hold")
	}
}

func TestUpdateKeepsItsPlaceAndRaisesRevision(t *testing.T) {
	var rows timeline.Rows
	p := post("mastodon", "x", time.Hour)
	rows.Insert(p, post("mastodon", "y", time.Minute))
	edited := post("mastodon", "x", 0) // the edit claims another time
	edited.Text = timeline.PlainText(timeline.Literal("edited"))
	if added := rows.Insert(edited); added != 0 {
		t.Errorf("%d rows added by an update", added)
	}
	got := rows.At(0).Post
	if got.ID.Local != "x" || got.Revision != 1 || got.Text.Plain().String() != "edited" {
		t.Errorf("got %v revision %d %q", got.ID, got.Revision, got.Text.Plain())
	}
	rows.Insert(edited)
	if again := rows.At(0).Post; again.Revision != 1 {
		t.Errorf("the same content raised the revision to %d", again.Revision)
	}
}

func TestPlaceDistrustsClocks(t *testing.T) {
	future := post("nostr", "f", -time.Hour)
	future = timeline.Place(future, noon)
	if !future.Future || !future.Sorted.Equal(noon) || !future.Created.Equal(noon.Add(time.Hour)) {
		t.Errorf("future=%v sorted=%v created=%v", future.Future, future.Sorted, future.Created)
	}
	slightly := post("nostr", "s", -time.Minute)
	slightly = timeline.Place(slightly, noon)
	if slightly.Future || slightly.Sorted.After(noon) {
		t.Error("a clock that is a minute ahead is ordinary, but no post stands after now")
	}
}

func TestRowsStayInOrderWhateverComes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows timeline.Rows
		model := map[timeline.ID]bool{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				id := timeline.ID{Network: "nostr", Local: fmt.Sprint(rapid.IntRange(0, 60).Draw(t, "gone"))}
				if rows.Remove(id) != model[id] {
					t.Fatalf("Remove(%v) disagrees", id)
				}
				delete(model, id)
			case 1:
				at := rapid.IntRange(0, 50).Draw(t, "gap")
				rows.SetGaps([]timeline.Gap{{Key: post("nostr", "gap", time.Duration(at)).Key()}})
			default:
				var batch []*timeline.Post
				for range rapid.IntRange(1, 12).Draw(t, "batch") {
					n := rapid.IntRange(0, 60).Draw(t, "id")
					p := post("nostr", fmt.Sprint(n), time.Duration(n%25)) // several share a time
					batch = append(batch, p)
					model[p.ID] = true
				}
				rows.Insert(batch...)
			}
			inOrder(t, &rows)
			posts := 0
			for i := range rows.Len() {
				if rows.At(i).Post == nil {
					continue
				}
				posts++
				if at, ok := rows.Find(rows.At(i).Key()); !ok || at != i {
					t.Fatalf("Find of row %d says %d, %v", i, at, ok)
				}
			}
			if posts != len(model) {
				t.Fatalf("%d posts in rows, %d expected", posts, len(model))
			}
		}
	})
}

// sources makes three nearly sorted sources, one post in fifty out of place.
func sources(total int) [][]*timeline.Post {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([][]*timeline.Post, 3)
	for i := range total {
		s := i % len(out)
		age := time.Duration(i) * time.Second
		if r.IntN(50) == 0 {
			age += time.Duration(r.IntN(600)) * time.Second
		}
		out[s] = append(out[s], post(timeline.Networks()[s], fmt.Sprintf("https://host.example/users/somebody/statuses/%09d", i), age))
	}
	return out
}

func perPost(b *testing.B, total int) {
	b.ReportMetric(float64(total)*float64(b.N)/b.Elapsed().Seconds(), "posts/s")
}

func BenchmarkMerge(b *testing.B) {
	const total = 100_000
	s := sources(total)
	for b.Loop() {
		timeline.Merge(s...)
	}
	perPost(b, total)
}

// BenchmarkInsertPages is how a timeline really grows: a merged page at a time,
// each older than the last.
func BenchmarkInsertPages(b *testing.B) {
	const total, page = 100_000, 120
	merged := timeline.Merge(sources(total)...)
	for b.Loop() {
		var rows timeline.Rows
		for end := len(merged); end > 0; end -= page {
			rows.Insert(merged[max(0, end-page):end]...)
		}
	}
	perPost(b, total)
}

func BenchmarkInsertLive(b *testing.B) {
	const total = 100_000
	merged := timeline.Merge(sources(total)...)
	for b.Loop() {
		var rows timeline.Rows
		for _, p := range merged {
			rows.Insert(p)
		}
	}
	perPost(b, total)
}
