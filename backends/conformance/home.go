package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
)

// maxPages bounds a walk to the end of a feed.
const maxPages = 500

func (c *suite) testHomeValid(t *testing.T) {
	b := c.home(t.Context(), t, timeline.Page{Limit: c.PageSize})
	if len(b.Posts) == 0 {
		t.Fatal("the newest page is empty")
	}
	if b.Newer == "" {
		t.Error("the newest page has no Newer cursor")
	}
	if b.Gap {
		t.Error("the newest page claims a gap")
	}
	seen := map[timeline.ID]bool{}
	for _, p := range b.Posts {
		if seen[p.ID] {
			t.Errorf("post %s is in the page twice", p.ID)
		}
		seen[p.ID] = true
	}
}

// testOlder walks to the end twice, with pages of two sizes: both walks find the
// same posts, each once. What is published meanwhile is newer than both.
func (c *suite) testOlder(t *testing.T) {
	small, large := c.walk(t, c.PageSize), c.walk(t, timeline.MaxPage)
	if len(small) <= c.PageSize {
		t.Fatalf("the home timeline has %d posts, which is no second page of %d", len(small), c.PageSize)
	}
	if d := cmp.Diff(small, large); d != "" {
		t.Errorf("pages of %d and of %d find different posts (-%d +%d):\n%s", c.PageSize, timeline.MaxPage, c.PageSize, timeline.MaxPage, d)
	}
}

// walk pages back to the end and returns the IDs, sorted.
func (c *suite) walk(t *testing.T, size int) []string {
	t.Helper()
	var ids []string
	seen := map[timeline.ID]bool{}
	cursors := map[timeline.Cursor]bool{}
	page := timeline.Page{Limit: size}
	for range maxPages {
		b := c.home(t.Context(), t, page)
		for _, p := range b.Posts {
			if seen[p.ID] {
				t.Errorf("pages of %d: post %s comes twice", size, p.ID)
				continue
			}
			seen[p.ID] = true
			ids = append(ids, p.ID.Local)
		}
		if b.Older == "" {
			slices.Sort(ids)
			return ids
		}
		if cursors[b.Older] {
			t.Fatalf("pages of %d: cursor %q comes twice", size, b.Older)
		}
		cursors[b.Older] = true
		page = timeline.Page{Before: b.Older, Limit: size}
	}
	t.Fatalf("pages of %d: no end after %d of them", size, maxPages)
	return nil
}

// testAfter publishes more than a page and reads on from where it was.
func (c *suite) testAfter(t *testing.T) {
	first := c.home(t.Context(), t, timeline.Page{Limit: c.PageSize})
	var want []timeline.ID
	for i := range c.PageSize + 2 {
		want = append(want, c.publish(t, fmt.Sprintf("after, %d", i), timeline.ID{}))
	}
	got := map[timeline.ID]int{}
	cursor := first.Newer
	c.eventually(t, func(ctx context.Context) error {
		b := c.home(ctx, t, timeline.Page{After: cursor, Limit: c.PageSize})
		if b.Gap {
			t.Error("claims a gap though nothing is missing")
		}
		if b.Newer == "" {
			t.Fatal("an answer to After has no Newer cursor")
		}
		cursor = b.Newer
		for _, p := range b.Posts {
			got[p.ID]++
		}
		for _, id := range want {
			if got[id] == 0 {
				return fmt.Errorf("post %s is not there", id)
			}
		}
		return nil
	})
	for id, n := range got {
		if n > 1 {
			t.Errorf("post %s came %d times", id, n)
		}
	}
	for _, p := range first.Posts {
		if got[p.ID] > 0 {
			t.Errorf("post %s is older than the cursor", p.ID)
		}
	}
}

// testNewerKept asks again where nothing happened.
func (c *suite) testNewerKept(t *testing.T) {
	first := c.home(t.Context(), t, timeline.Page{Limit: c.PageSize})
	b := c.home(t.Context(), t, timeline.Page{After: first.Newer, Limit: c.PageSize})
	if b.Newer == "" {
		t.Error("an empty answer to After loses the Newer cursor")
	}
	if b.Gap {
		t.Error("claims a gap though nothing happened")
	}
	for _, p := range b.Posts { // a network without order may bring older ones, but none again
		if slices.ContainsFunc(first.Posts, func(q *timeline.Post) bool { return q.ID == p.ID }) {
			t.Errorf("post %s comes again", p.ID)
		}
	}
}

// testOddCursor hands in what another version might have stored: an error or a
// page, but no panic and no foreign error.
func (c *suite) testOddCursor(t *testing.T) {
	for _, odd := range []timeline.Cursor{"\x00", "-1", "99999999999999999999999", "at://?#", `{"x":[]}`} {
		for _, p := range []timeline.Page{{Before: odd, Limit: c.PageSize}, {After: odd, Limit: c.PageSize}} {
			_, err := c.Backend.Home(t.Context(), p)
			var te *timeline.Error
			if err != nil && !errors.As(err, &te) {
				t.Errorf("Home(%+v): %v (%T) is no *timeline.Error", p, err, err)
			}
		}
	}
}

func (c *suite) testCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	done := make(chan error, 1)
	go func() {
		_, err := c.Backend.Home(ctx, timeline.Page{Limit: c.PageSize})
		done <- err
	}()
	select {
	case err := <-done:
		if err == nil {
			t.Error("Home answers a cancelled context with a page")
		}
	case <-time.After(c.Patience):
		t.Fatalf("Home does not return within %s of its context's end", c.Patience)
	}
	b := c.home(t.Context(), t, timeline.Page{Limit: c.PageSize})
	if len(b.Posts) == 0 {
		t.Error("after a cancelled request the page is empty")
	}
}
