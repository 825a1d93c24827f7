package conformance

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"
	"time"

	"skein/timeline"
)

// testCurate makes a list of people, puts somebody in it, takes them out and deletes
// it. The account's other lists are left as they were.
func (c *suite) testCurate(t *testing.T) {
	c.needs(t, "Curator", "Publisher")
	curator, _ := timeline.As[timeline.Curator](c.Backend)
	her := c.anybody(t)
	before := c.listTitles(t.Context(), t, curator)
	title := "conformance " + hex.EncodeToString(fmt.Append(nil, time.Now().UnixNano()%1e6))
	c.does(t, timeline.Intent{Kind: timeline.DoList, Title: title})
	var list timeline.PeopleList
	c.eventually(t, func(ctx context.Context) error {
		all, err := curator.PeopleLists(ctx, her)
		if err != nil {
			return err
		}
		if list, err = timeline.FindPeopleList(all, title); err == nil && list.Holds {
			t.Errorf("a new list holds %s", her)
		}
		return err
	})
	for _, undo := range []bool{false, true} {
		c.does(t, timeline.Intent{Kind: timeline.DoEnlist, Undo: undo, List: list.ID, Person: her})
		c.eventually(t, func(ctx context.Context) error { return c.holds(ctx, curator, list.ID, her, !undo) })
		c.does(t, timeline.Intent{Kind: timeline.DoEnlist, Undo: undo, List: list.ID, Person: her}) // once more changes nothing
	}
	c.does(t, timeline.Intent{Kind: timeline.DoList, Undo: true, List: list.ID})
	c.eventually(t, func(ctx context.Context) error {
		if after := c.listTitles(ctx, t, curator); !slices.Equal(before, after) {
			return fmt.Errorf("the lists are %q, and were %q before", after, before)
		}
		return nil
	})
}

// listTitles are the titles of the account's lists, sorted.
func (c *suite) listTitles(ctx context.Context, t *testing.T, curator timeline.Curator) []string {
	t.Helper()
	lists, err := curator.PeopleLists(ctx, "")
	if err != nil {
		t.Errorf("PeopleLists: %v", err)
	}
	titles := make([]string, 0, len(lists))
	for _, l := range lists {
		titles = append(titles, l.Title.String())
	}
	slices.Sort(titles)
	return titles
}

// holds fails unless a list holds somebody, or does not, by each way to ask.
func (c *suite) holds(ctx context.Context, curator timeline.Curator, id, who string, want bool) error {
	lists, err := curator.PeopleLists(ctx, who)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(lists, func(l timeline.PeopleList) bool { return l.ID == id })
	if at < 0 || lists[at].Holds != want {
		return fmt.Errorf("whether the lists say that %s is in this one is not %v", who, want)
	}
	in := false
	page := timeline.Page{Limit: timeline.MaxPage}
	for range maxPages {
		l, err := curator.Enlisted(ctx, id, page)
		if err != nil {
			return err
		}
		in = in || slices.ContainsFunc(l.People, func(p *timeline.Profile) bool { return p.ID == who })
		if page.Before = l.Older; l.Older == "" {
			break
		}
	}
	if in != want {
		return fmt.Errorf("whether %s is among those in the list is not %v", who, want)
	}
	return nil
}
