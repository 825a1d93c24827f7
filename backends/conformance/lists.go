package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
)

// listPage is the small page of the walks: what the suite adds is more than one.
const listPage = 2

// testLists fills each list, as far as that is in the account's hands, and walks it
// with pages of two sizes. The lists of people are walked by testMute and testBlock.
func (c *suite) testLists(t *testing.T) {
	for _, sub := range []struct {
		list timeline.List
		fill func(*testing.T) []string
	}{
		{timeline.ListPosts, c.fillPosts},
		{timeline.ListFollows, func(*testing.T) []string { return nil }},
		{timeline.ListBookmarks, func(t *testing.T) []string { t.Helper(); return c.fillMarks(t, timeline.DoBookmark) }},
		{timeline.ListLikes, func(t *testing.T) []string { t.Helper(); return c.fillMarks(t, timeline.DoLike) }},
	} {
		t.Run(string(sub.list), func(t *testing.T) {
			c.needs(t, "list "+string(sub.list))
			c.listHolds(t, sub.list, sub.fill(t)...)
		})
	}
}

// fillPosts publishes posts, a reply and a boost.
func (c *suite) fillPosts(t *testing.T) []string {
	t.Helper()
	var want []string
	hers := c.publish(t, "to be answered", timeline.ID{})
	c.author(t, hers) // it can be read now
	own := c.says(t, "one's own", timeline.ID{})
	for _, id := range []timeline.ID{own, c.says(t, "answering oneself", own), c.says(t, "answering her", hers)} {
		want = append(want, id.Local)
	}
	c.does(t, timeline.Intent{Kind: timeline.DoBoost, On: timeline.Subject{ID: hers}})
	return append(want, "boost of "+hers.Local)
}

// fillMarks marks a few of her posts.
func (c *suite) fillMarks(t *testing.T, kind timeline.Kind) []string {
	t.Helper()
	var want []string
	for n := range listPage + 1 {
		id := c.publish(t, fmt.Sprintf("%s, %d", kind, n), timeline.ID{})
		c.author(t, id)
		c.does(t, timeline.Intent{Kind: kind, On: timeline.Subject{ID: id}})
		want = append(want, id.Local)
	}
	return want
}

// listHolds waits until a list has all of want, and walks it: pages of any size find
// the same, each entry once.
func (c *suite) listHolds(t *testing.T, l timeline.List, want ...string) {
	t.Helper()
	var all []string
	c.eventually(t, func(ctx context.Context) error {
		var err error
		if all, err = c.walkList(ctx, t, l, timeline.MaxPage); err != nil {
			return err
		}
		for _, entry := range want {
			if !slices.Contains(all, entry) {
				return fmt.Errorf("the list %s lacks %s", l, entry)
			}
		}
		return nil
	})
	var small []string
	c.eventually(t, func(ctx context.Context) error {
		var err error
		small, err = c.walkList(ctx, t, l, listPage)
		return err
	})
	if d := cmp.Diff(small, all); d != "" {
		t.Errorf("pages of %d and of %d find different entries in %s (-%d +%d):\n%s", listPage, timeline.MaxPage, l, listPage, timeline.MaxPage, d)
	}
}

// walkList reads a list to its end and names its entries, sorted: people by their
// ID, posts by theirs, boosts by what they boost, and what could not be read.
func (c *suite) walkList(ctx context.Context, t *testing.T, l timeline.List, size int) ([]string, error) {
	t.Helper()
	lister, ok := timeline.As[timeline.Lister](c.Backend)
	if !ok {
		t.Fatal("this backend has no lists")
	}
	var all []string
	seen := map[string]bool{}
	cursors := map[timeline.Cursor]bool{}
	page := timeline.Page{Limit: size}
	for range maxPages {
		got, err := lister.List(ctx, l, page)
		if err != nil {
			return nil, err
		}
		for _, entry := range c.entries(t, l, got) {
			if seen[entry] {
				t.Errorf("pages of %d: %s comes twice in %s", size, entry, l)
			}
			seen[entry] = true
			all = append(all, entry)
		}
		if got.Older == "" {
			slices.Sort(all)
			return all, nil
		}
		if cursors[got.Older] {
			t.Fatalf("pages of %d: cursor %q comes twice in %s", size, got.Older, l)
		}
		cursors[got.Older] = true
		page.Before = got.Older
	}
	t.Fatalf("pages of %d: %s has no end after %d of them", size, l, maxPages)
	return nil, nil
}

// entries checks a page and names what is in it.
func (c *suite) entries(t *testing.T, l timeline.List, got timeline.Listing) []string {
	t.Helper()
	var names []string
	people := l == timeline.ListFollows || l == timeline.ListMutes || l == timeline.ListBlocks
	if people && len(got.Posts) > 0 || !people && len(got.People) > 0 {
		t.Errorf("the list %s has %d posts and %d people", l, len(got.Posts), len(got.People))
	}
	for _, p := range got.People {
		if err := c.personError(l, p); err != nil {
			t.Errorf("%s: %v", l, err)
			continue
		}
		names = append(names, p.ID)
	}
	for _, p := range got.Posts {
		checkPost(t, c.account, p)
		if p.Boosted != nil {
			names = append(names, "boost of "+p.Boosted.ID.Local)
			continue
		}
		names = append(names, p.ID.Local)
	}
	for _, s := range got.Unread {
		if s.Empty() {
			t.Errorf("%s: an entry that could not be read has no name", l)
		}
		names = append(names, "unread "+s.String())
	}
	return names
}

// personError checks a person in a list: they stand there as what they are.
func (c *suite) personError(l timeline.List, p *timeline.Profile) error {
	switch {
	case p == nil:
		return errors.New("a nil person")
	case p.ID == "" || p.Handle.Empty() || p.Name.Empty() || p.Network != c.account.Network:
		return fmt.Errorf("a person lacks an ID, a handle, a name or the network: %+v", p)
	case l == timeline.ListFollows && !p.Followed, l == timeline.ListMutes && !p.Muted, l == timeline.ListBlocks && !p.Blocked:
		return fmt.Errorf("%s is not said to be in it: followed %v, muted %v, blocked %v", p.ID, p.Followed, p.Muted, p.Blocked)
	}
	return nil
}

// testOddList asks for what is no list and for no page of one.
func (c *suite) testOddList(t *testing.T) {
	lister, ok := timeline.As[timeline.Lister](c.Backend)
	if !ok {
		t.Skip("this backend has no lists")
	}
	_, err := lister.List(t.Context(), "dances", timeline.Page{Limit: c.PageSize})
	if err := wantCode(err, timeline.CodeUnsupported); err != nil {
		t.Errorf("a list that there is not: %v", err)
	}
	for _, l := range []timeline.List{timeline.ListPosts, timeline.ListFollows, timeline.ListMutes, timeline.ListBookmarks, timeline.ListLikes} {
		for _, odd := range []timeline.Cursor{"\x00", "-1", "99999999999999999999999", "at://?#", `{"x":[]}`} {
			_, err := lister.List(t.Context(), l, timeline.Page{Before: odd, Limit: c.PageSize})
			var te *timeline.Error
			if err != nil && !errors.As(err, &te) {
				t.Errorf("List(%s) before %q: %v (%T) is no *timeline.Error", l, odd, err, err)
			}
		}
	}
}
