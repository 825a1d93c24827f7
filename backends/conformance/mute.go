package conformance

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"skein/timeline"
)

// people is how many the suite mutes and blocks at once: more than a page of a list.
const people = listPage + 1

// testMute mutes people and takes it back: their profiles and the list say so, and a
// muted person's posts are gone from home, until they are not muted any more.
func (c *suite) testMute(t *testing.T) {
	c.needs(t, "mute", "list mutes", "Profiler")
	her := c.author(t, c.publish(t, "to be muted", timeline.ID{}))
	me := c.author(t, c.says(t, "who mutes", timeline.ID{}))
	muted := append(c.others(t, people-1), her)
	c.turn(t, timeline.DoMute, false, muted...)
	c.listHolds(t, timeline.ListMutes, muted...)
	c.publish(t, "not to be heard", timeline.ID{})
	c.eventually(t, func(ctx context.Context) error {
		b, err := c.Backend.Home(ctx, timeline.Page{Limit: timeline.MaxPage})
		if err != nil {
			return err
		}
		for _, p := range b.Posts { // the account's own boosts stay
			if p.Author.ID != me && (slices.Contains(muted, p.Author.ID) || slices.Contains(muted, p.Content().Author.ID)) {
				return fmt.Errorf("post %s by %s, in home by %s, is there though muted", p.Content().ID, p.Content().Author.ID, p.Author.ID)
			}
		}
		return nil
	})
	c.turn(t, timeline.DoMute, true, muted...)
	c.listLacks(t, timeline.ListMutes, muted...)
	back := c.publish(t, "to be heard again", timeline.ID{})
	c.eventually(t, func(ctx context.Context) error {
		// A small page may hold others of the same second, where clocks tell no less.
		b, err := c.Backend.Home(ctx, timeline.Page{Limit: timeline.MaxPage})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(b.Posts, func(p *timeline.Post) bool { return p.ID == back }) {
			return nil
		}
		return fmt.Errorf("post %s by somebody who is not muted any more is not in home", back)
	})
}

// testBlock blocks people and takes it back. Where that has ended a follow, they are
// followed again: the account is left as it was.
func (c *suite) testBlock(t *testing.T) {
	c.needs(t, "block", "list blocks", "Profiler")
	blocked := c.others(t, people)
	if len(blocked) == 0 {
		t.Fatal("there is nobody in home who could be blocked: the suite needs a boost of somebody else at least")
	}
	var followed []string
	for _, who := range blocked {
		p, err := c.profile(t.Context(), t, who)
		if err != nil {
			t.Fatal(err)
		}
		if p.Followed {
			followed = append(followed, who)
		}
	}
	c.turn(t, timeline.DoBlock, false, blocked...)
	c.listHolds(t, timeline.ListBlocks, blocked...)
	c.turn(t, timeline.DoBlock, true, blocked...)
	c.listLacks(t, timeline.ListBlocks, blocked...)
	for _, who := range followed {
		p, err := c.profile(t.Context(), t, who)
		if err != nil {
			t.Fatal(err)
		}
		if !p.Followed {
			c.does(t, timeline.Intent{Kind: timeline.DoFollow, Person: who})
		}
	}
}

// turn mutes or blocks people, or takes it back, and waits until their profiles say
// so.
func (c *suite) turn(t *testing.T, kind timeline.Kind, undo bool, people ...string) {
	t.Helper()
	for _, who := range people {
		c.does(t, timeline.Intent{Kind: kind, Undo: undo, Person: who})
		c.eventually(t, func(ctx context.Context) error {
			p, err := c.profile(ctx, t, who)
			if err != nil {
				return err
			}
			is := p.Muted
			if kind == timeline.DoBlock {
				is = p.Blocked
			}
			if is == undo {
				return fmt.Errorf("%s, undo %v: the profile of %s says %v", kind, undo, who, is)
			}
			return nil
		})
	}
}

func (c *suite) profile(ctx context.Context, t *testing.T, who string) (*timeline.Profile, error) {
	t.Helper()
	profiler, ok := timeline.As[timeline.Profiler](c.Backend)
	if !ok {
		t.Fatal("this backend reads no profiles")
	}
	return profiler.Profile(ctx, who)
}

// listLacks waits until a list has none of people.
func (c *suite) listLacks(t *testing.T, l timeline.List, people ...string) {
	t.Helper()
	c.eventually(t, func(ctx context.Context) error {
		all, err := c.walkList(ctx, t, l, timeline.MaxPage)
		if err != nil {
			return err
		}
		for _, who := range people {
			if slices.Contains(all, who) {
				return fmt.Errorf("%s is still in the list %s", who, l)
			}
		}
		return nil
	})
}
