package conformance

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"skein/timeline"
)

// testSections publishes a post and an answer to it, and looks for them in the parts of
// the author's profile. A part that a network does not show it names as
// unsupported, with a reason.
func (c *suite) testSections(t *testing.T) {
	c.needs(t, "Sectioner", "Profiler")
	sectioner, _ := timeline.As[timeline.Sectioner](c.Backend)
	root := c.publish(t, "of a section", timeline.ID{})
	her := c.author(t, root)
	answer := c.publish(t, "an answer of a section", root)
	holds := func(s timeline.Section, want timeline.ID) {
		t.Helper()
		c.eventually(t, func(ctx context.Context) error {
			b, err := sectioner.ProfileSection(ctx, her, s, timeline.Page{Limit: timeline.MaxPage})
			if err != nil {
				return err
			}
			has := func(id timeline.ID) bool {
				return slices.ContainsFunc(b.Posts, func(p *timeline.Post) bool { return p.ID == id })
			}
			if !has(want) {
				return fmt.Errorf("%s: the post is there: %v, the answer: %v", s, has(root), has(answer))
			}
			return nil
		})
	}
	holds(timeline.SectionReplies, answer)
	holds(timeline.SectionPosts, root)
	for _, s := range []timeline.Section{timeline.SectionMedia, timeline.SectionPinned, timeline.SectionLikes, "dances"} {
		b, err := sectioner.ProfileSection(t.Context(), her, s, timeline.Page{Limit: c.PageSize})
		if err != nil {
			if err := wantCode(err, timeline.CodeUnsupported); err != nil {
				t.Errorf("%s: %v", s, err)
			}
			continue
		}
		for _, p := range b.Posts {
			checkPost(t, c.account, p)
			if s != timeline.SectionLikes && p.Author.ID != her {
				t.Errorf("%s of %s has a post by %s", s, her, p.Author.ID)
			}
			if s == timeline.SectionMedia && len(p.Media) == 0 {
				t.Errorf("%s has %s, which has no media", s, p.ID)
			}
		}
	}
}

// testCircles: the account follows the author that Publish writes as.
func (c *suite) testCircles(t *testing.T) {
	c.needs(t, "Acquainter")
	acquainter, _ := timeline.As[timeline.Acquainter](c.Backend)
	me := c.self(t)
	her := c.author(t, c.publish(t, "who is followed", timeline.ID{}))
	for _, side := range []struct {
		of, has string
		circle  timeline.Circle
	}{{me, her, timeline.CircleFollowing}, {her, me, timeline.CircleFollowers}} {
		c.peopleHold(t, side.has, func(ctx context.Context, p timeline.Page) (timeline.Listing, error) {
			return acquainter.People(ctx, side.of, side.circle, p)
		})
	}
}

// testWho likes and boosts a post, and is told so.
func (c *suite) testWho(t *testing.T) {
	c.needs(t, "Who")
	who, _ := timeline.As[timeline.Who](c.Backend)
	me := c.self(t)
	post := c.publish(t, "to be liked and boosted", timeline.ID{})
	c.author(t, post) // it can be read now
	for _, kind := range []timeline.Kind{timeline.DoLike, timeline.DoBoost} {
		c.does(t, timeline.Intent{Kind: kind, On: timeline.Subject{ID: post}})
		c.peopleHold(t, me, func(ctx context.Context, p timeline.Page) (timeline.Listing, error) {
			return who.Who(ctx, post, kind, p)
		})
	}
	_, err := who.Who(t.Context(), post, timeline.DoBookmark, timeline.Page{})
	if err := wantCode(err, timeline.CodeUnsupported); err != nil {
		t.Errorf("who bookmarked it: %v", err)
	}
}

// self is the account's own Author.ID: what it says is written once.
func (c *suite) self(t *testing.T) string {
	t.Helper()
	if c.me == "" {
		c.me = c.author(t, c.says(t, "who I am", timeline.ID{}))
	}
	return c.me
}

// peopleHold walks a list of people, in small pages, until somebody is in it.
func (c *suite) peopleHold(t *testing.T, want string, read func(context.Context, timeline.Page) (timeline.Listing, error)) {
	t.Helper()
	c.eventually(t, func(ctx context.Context) error {
		page, met := timeline.Page{Limit: listPage}, map[string]bool{}
		for range maxPages {
			got, err := read(ctx, page)
			if err != nil {
				return err
			}
			for _, p := range got.People {
				if p.ID == "" || p.Handle.Empty() || p.Network != c.account.Network {
					t.Errorf("somebody in the list is %+v", p)
				}
				met[p.ID] = true
			}
			if met[want] {
				return nil
			}
			if page.Before = got.Older; page.Before == "" {
				return fmt.Errorf("%s is not among the %d people", want, len(met))
			}
		}
		return fmt.Errorf("the list has no end after %d pages", maxPages)
	})
}

// testSearch looks for a post by a word that no other has, for its author, and for
// nothing.
func (c *suite) testSearch(t *testing.T) {
	c.needs(t, "Searcher")
	if c.Unsearched != "" {
		t.Skip("there is no search here: " + c.Unsearched)
	}
	searcher, _ := timeline.As[timeline.Searcher](c.Backend)
	word := "quinquireme" + strconv.FormatInt(time.Now().UnixNano(), 36)
	post := c.publish(t, "the word is "+word, timeline.ID{})
	c.eventually(t, func(ctx context.Context) error {
		f, err := searcher.Search(ctx, timeline.SoughtPosts, word, timeline.Page{Limit: c.PageSize})
		if err != nil {
			return err
		}
		if len(f.Posts) != 1 || f.Posts[0].ID != post || len(f.People)+len(f.Tags) > 0 {
			return fmt.Errorf("the search for %s finds %d posts", word, len(f.Posts))
		}
		checkPost(t, c.account, f.Posts[0])
		return nil
	})
	for _, s := range []timeline.Sought{timeline.SoughtPeople, timeline.SoughtTags, "dances"} {
		_, err := searcher.Search(t.Context(), s, "ana", timeline.Page{Limit: c.PageSize})
		if err != nil {
			if err := wantCode(err, timeline.CodeUnsupported); err != nil {
				t.Errorf("search for %s: %v", s, err)
			}
		}
	}
	for _, question := range []string{"", "  "} {
		_, err := searcher.Search(t.Context(), timeline.SoughtPosts, question, timeline.Page{})
		if err := wantCode(err, timeline.CodeUsage); err != nil {
			t.Errorf("a search for %q: %v", question, err)
		}
	}
}
