package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
	"skein/timeline/specimen"
)

func happened(n int, about *timeline.Post) timeline.Notice {
	out := timeline.Notice{
		Account: "one", Network: timeline.Mastodon, ID: fmt.Sprint(n), Kind: timeline.NoticeLike, Amount: int64(n), Text: timeline.CleanLine("🪿"),
		By: timeline.Author{ID: "bo@host.example", Handle: timeline.CleanLine("@bo@host.example"), Name: timeline.CleanLine("Bo"), Bot: true},
		At: time.Date(2026, 11, 1, 0, 0, n, 0, time.UTC),
	}
	if about != nil {
		out.Post, out.Subject = about, about.ID
	}
	return out
}

func kept(t *testing.T, c timeline.NoticeCache, a timeline.AccountID) []timeline.Notice {
	t.Helper()
	got, err := c.KeptNotices(t.Context(), a, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestNoticesAreKept: whole, in order, each once, of each account its own; and read,
// once they were.
func TestNoticesAreKept(t *testing.T) {
	dir := t.TempDir()
	c := openCache(t, dir)
	posts := slices.Collect(specimen.Posts(3, 2))
	other := happened(9, nil)
	other.Account = "two"
	given := []timeline.Notice{happened(1, posts[0].Content()), happened(2, posts[0].Content()), happened(3, nil), other}
	fresh, err := c.KeepNotices(t.Context(), given...)
	if err != nil || len(fresh) != 4 {
		t.Fatalf("%d are new, %v", len(fresh), err)
	}
	again := happened(2, nil) // the post was not to be had this time
	again.Subject = posts[0].Content().ID
	again.Read, again.At = true, again.At.Add(time.Hour)
	if fresh, err = c.KeepNotices(t.Context(), again, happened(4, nil)); err != nil || len(fresh) != 1 || fresh[0].ID != "4" {
		t.Fatalf("new are %v, %v", fresh, err)
	}
	got := kept(t, openCache(t, dir), "one")
	var ids []string
	for _, n := range got {
		ids = append(ids, n.ID)
		if n.Read != (n.ID == "2") {
			t.Errorf("%s: read %v", n.ID, n.Read)
		}
	}
	if fmt.Sprint(ids) != "[4 3 2 1]" {
		t.Fatalf("kept are %v", ids)
	}
	last := got[3]
	if last.Post == nil || last.Post.ID != posts[0].Content().ID {
		t.Errorf("the post of %s is %v", last.ID, last.Post)
	}
	last.Post = nil
	want := given[0]
	want.Post = nil
	if d := cmp.Diff(want, last, cmp.Comparer(func(a, b timeline.Safe) bool { return a == b })); d != "" {
		t.Error(d)
	}
	if two := kept(t, c, "two"); len(two) != 1 || two[0].ID != "9" {
		t.Errorf("of the other account: %v", two)
	}
	if some, err := c.KeptNotices(t.Context(), "one", 2); err != nil || len(some) != 2 || some[0].ID != "4" {
		t.Errorf("the newest two: %v, %v", some, err)
	}
}

func TestOldNoticesAreForgotten(t *testing.T) {
	c := openCache(t, t.TempDir())
	var all []timeline.Notice
	for n := range timeline.MaxKeptNotices + 100 {
		all = append(all, happened(n, nil))
	}
	if _, err := c.KeepNotices(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	got := kept(t, c, "one")
	if len(got) != timeline.MaxKeptNotices || got[0].ID != fmt.Sprint(timeline.MaxKeptNotices+99) {
		t.Errorf("%d are kept, the newest is %s", len(got), got[0].ID)
	}
}
