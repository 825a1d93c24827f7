package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
	"skein/timeline/specimen"
	"skein/timeline/store"
)

func keep(t *testing.T, c *store.Cache, posts ...*timeline.Post) timeline.Kept {
	t.Helper()
	kept, err := c.Keep(t.Context(), timeline.Haul{Feed: timeline.HomeOf("me"), Posts: posts})
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func home(t *testing.T, c *store.Cache, limit int) []*timeline.Post {
	t.Helper()
	found, err := c.Page(t.Context(), timeline.Query{Feeds: []timeline.Feed{timeline.HomeOf("me")}, Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	return found.Posts
}

// What real posts look like comes back as it was.
func TestSpecimensComeBack(t *testing.T) {
	c := openCache(t, t.TempDir())
	want := slices.Collect(specimen.Posts(3, 600))
	keep(t, c, want...)
	byID := map[timeline.ID]*timeline.Post{}
	for _, p := range want {
		byID[p.ID] = p
	}
	for _, got := range home(t, c, 1000) {
		// A post that stands inside others, too, knows of all who have seen it, and of
		// what it quotes when it stands by itself.
		if diff := cmp.Diff(byID[got.ID], got, safes(), cmp.FilterPath(func(p cmp.Path) bool {
			return p.Last().String() == ".Views" || p.Last().String() == ".Revision" || strings.HasSuffix(p.String(), "Quote.Post.Quote")
		}, cmp.Ignore())); diff != "" {
			t.Fatalf("%s: %s", got.ID, diff)
		}
		delete(byID, got.ID)
	}
	if len(byID) > 0 {
		t.Errorf("%d are lost", len(byID))
	}
}

func TestBoostsAndQuotesFollowWhatTheyShow(t *testing.T) {
	c := openCache(t, t.TempDir())
	inner := said(timeline.Mastodon, "ana", 1, "the post")
	boost, quote := said(timeline.Mastodon, "bo", 2, ""), said(timeline.Mastodon, "cy", 3, "look")
	boost.Boosted = inner
	quote.Quote = &timeline.Quote{State: timeline.QuoteShown, ID: inner.ID, Post: inner}
	keep(t, c, boost, quote)
	before := home(t, c, 10)

	liked := *inner
	liked.Counts.Likes = 5
	liked.Views = []timeline.View{{Account: "other", Liked: true}}
	if _, err := c.Keep(t.Context(), timeline.Haul{Posts: []*timeline.Post{&liked}}); err != nil {
		t.Fatal(err)
	}
	for i, p := range home(t, c, 10) {
		shown := p.Boosted
		if p.Quote != nil {
			shown = p.Quote.Post
		}
		if shown.Counts.Likes != 5 || len(shown.Views) != 2 || p.Revision <= before[i].Revision {
			t.Errorf("%s shows %d likes and %d views; revision %d after %d", p.ID.Local, shown.Counts.Likes, len(shown.Views), p.Revision, before[i].Revision)
		}
	}
	// The same page once more, with the counts of before: told as the newest reading.
	again := keep(t, c, boost, quote)
	if again.Posts[0].Boosted.Counts.Likes != 0 || again.Posts[0].Revision <= before[0].Revision+1 {
		t.Errorf("%+v", again.Posts[0].Boosted)
	}
}

// A post that is quoted by one that is quoted is told, but not opened; its own row
// keeps what it quotes.
func TestQuotesAreOpenedOnce(t *testing.T) {
	c := openCache(t, t.TempDir())
	a := said(timeline.Bluesky, "a", 1, "first")
	b := said(timeline.Bluesky, "b", 2, "second")
	b.Quote = &timeline.Quote{State: timeline.QuoteShown, ID: a.ID, Post: a}
	inside := *b // as it comes inside another post: its quote is not told, or not opened
	inside.Quote = nil
	d := said(timeline.Bluesky, "d", 3, "third")
	d.Quote = &timeline.Quote{State: timeline.QuoteShown, ID: b.ID, Post: &inside}
	told := inside
	told.Quote = &timeline.Quote{State: timeline.QuoteShown, ID: a.ID}
	e := said(timeline.Bluesky, "e", 4, "fourth")
	e.Quote = &timeline.Quote{State: timeline.QuoteShown, ID: b.ID, Post: &told}
	keep(t, c, b, d, e)
	got := home(t, c, 10)
	if q := got[0].Quote; q == nil || q.Post == nil || q.Post.ID != a.ID || got[0].Revision != 0 {
		t.Errorf("the second quotes %+v, revision %d", q, got[0].Revision)
	}
	for _, p := range got[1:] {
		if q := p.Quote.Post; q == nil || q.Quote == nil || q.Quote.ID != a.ID || q.Quote.Post != nil {
			t.Errorf("%s quotes %+v", p.ID.Local, q)
		}
	}
}

func TestGoneWithItsBoosts(t *testing.T) {
	c := openCache(t, t.TempDir())
	inner, other := said(timeline.Mastodon, "ana", 1, "the post"), said(timeline.Mastodon, "ana", 2, "another")
	boost, quote := said(timeline.Mastodon, "bo", 3, ""), said(timeline.Mastodon, "cy", 4, "look")
	boost.Boosted = inner
	quote.Quote = &timeline.Quote{State: timeline.QuoteShown, ID: inner.ID, Post: inner}
	keep(t, c, other, boost, quote)
	if _, err := c.Keep(t.Context(), timeline.Haul{Removed: []timeline.ID{inner.ID}}); err != nil {
		t.Fatal(err)
	}
	left := home(t, c, 10)
	if len(left) != 2 || left[0].ID != other.ID || left[1].Quote == nil || left[1].Quote.Post != nil {
		t.Errorf("left are %+v", left)
	}
}

func logSize(t *testing.T, dir string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, "cache.db-wal"))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestUnchangedCostsNoWrite(t *testing.T) {
	dir := t.TempDir()
	c := openCache(t, dir)
	posts := slices.Collect(specimen.Posts(4, 300))
	keep(t, c, posts...)
	keep(t, c, posts...) // what boosts brought of posts that came by themselves later
	before := home(t, c, 1000)
	size := logSize(t, dir)
	keep(t, c, posts...)
	if after := logSize(t, dir); after != size {
		t.Errorf("the log grew by %d bytes", after-size)
	}
	if diff := cmp.Diff(before, home(t, c, 1000), safes()); diff != "" {
		t.Error(diff)
	}
	liked := *posts[0].Content()
	liked.Counts.Likes += 3
	keep(t, c, &liked)
	if grown := logSize(t, dir) - size; grown == 0 || grown > 10*4120 {
		t.Errorf("a like took %d bytes of log", grown)
	}
}

// Processes that know an author from before learn what another has read since.
func TestAuthorsAreBroughtUpToDate(t *testing.T) {
	dir := t.TempDir()
	a, b := openCache(t, dir), openCache(t, dir)
	p := said(timeline.Nostr, "cy", 1, "hello")
	keep(t, a, p)
	keep(t, b, p)
	renamed := *said(timeline.Nostr, "cy", 2, "I am Cyrus now")
	renamed.Author.Name = timeline.Literal("Cyrus")
	keep(t, b, &renamed)
	third := said(timeline.Nostr, "cy", 3, "old name again, read from somewhere else")
	keep(t, a, third)
	for _, c := range []*store.Cache{a, b} {
		for _, got := range home(t, c, 10) {
			if got.Author.Name != third.Author.Name {
				t.Errorf("%s is by %q", got.ID.Local, got.Author.Name)
			}
		}
	}
	nameless := said(timeline.Mastodon, "", 4, "whose id makes no sense")
	nameless.Author.Handle = timeline.Literal("@odd:form")
	keep(t, a, nameless)
	if got := home(t, b, 1)[0]; got.Author != nameless.Author {
		t.Errorf("%+v", got.Author)
	}
}

// More posts of one moment than a unit has room for: the cache places some earlier,
// says so, and loses none.
func TestMoreThanAMomentHolds(t *testing.T) {
	c := openCache(t, t.TempDir())
	const n = 700
	var posts []*timeline.Post
	for i := range n {
		p := said(timeline.Nostr, "cy", 5, "flood")
		p.ID.Local = fmt.Sprintf("%04d", i)
		posts = append(posts, p)
	}
	kept := keep(t, c, posts...)
	seen := map[timeline.ID]timeline.Key{}
	q := timeline.Query{Feeds: []timeline.Feed{timeline.HomeOf("me")}, Limit: 90}
	for more := true; more; {
		found, err := c.Page(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range found.Posts {
			if _, twice := seen[p.ID]; twice {
				t.Errorf("%s twice", p.ID)
			}
			seen[p.ID] = p.Key()
		}
		more, q.From = found.More, found.Posts[0].Key()
	}
	for i, p := range kept.Posts {
		if k := seen[p.ID]; k != p.Key() || p.Sorted.After(posts[i].Sorted) || posts[i].Sorted.Sub(p.Sorted) > time.Second {
			t.Fatalf("%s was kept at %v, is at %v, came at %v", p.ID, p.Sorted, k.Time, posts[i].Sorted)
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d", len(seen), n)
	}
}

// Times that clocks, and people, make up.
func TestOddTimes(t *testing.T) {
	c := openCache(t, t.TempDir())
	var posts []*timeline.Post
	for i, at := range []time.Time{
		time.Unix(-1<<60, 0),
		{},
		time.Unix(-1, 999), time.Unix(0, 0), time.Date(2014, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
		time.Date(2026, 3, 14, 12, 0, 0, 1, time.FixedZone("east", 3600)), time.Now(), time.Unix(1<<60, 0),
	} {
		p := said(timeline.Nostr, fmt.Sprint("odd", i), 0, "rain")
		p.Created, p.Sorted = at, at
		posts = append(posts, p)
	}
	kept := keep(t, c, posts...)
	got := home(t, c, 100)
	if diff := cmp.Diff(kept.Posts, got, safes()); diff != "" || len(got) != len(posts) {
		t.Errorf("%d of %d: %s", len(got), len(posts), diff)
	}
	for i, p := range got[:7] {
		if p.ID != posts[i].ID || i > 1 && !p.Created.Equal(posts[i].Created) {
			t.Errorf("at %d stands %s of %v, created %v", i, p.ID, p.Sorted, p.Created)
		}
	}
	found, err := c.Search(t.Context(), timeline.Search{Words: []string{"rain"}})
	if err != nil || len(found.Hits) != len(posts) || found.Hits[0].Post.ID != got[len(got)-1].ID {
		t.Errorf("%d are found, %v", len(found.Hits), err)
	}
}
