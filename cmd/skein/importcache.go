package main

import (
	"context"

	"skein/timeline"
	"skein/timeline/carry"
	"skein/timeline/store"
)

// keepAtOnce is how many posts are written in one transaction.
const keepAtOnce = 500

// importingCache are posts on their way back into the cache.
type importingCache struct {
	*importing
	cache *store.Cache
	views func(timeline.Network, string) (timeline.AccountID, bool)
	sorts []sort // of the file's lines, by their numbers
	batch []*timeline.Post
	added int
}

// sort is what has to be done with a line.
type sort uint8

const (
	skipped sort = iota // not understood, or there already
	plain
	quoting
	boosting
)

// importCache brings posts of an export back into the cache. Those that are there stay
// as they are. The file is gone through several times, for it may be larger than the
// memory: to understand it, for
// posts, for posts that quote others, and for boosts.
func (m *importing) importCache(ctx context.Context) error {
	records, err := m.book.All()
	if err != nil {
		return err
	}
	cache, err := m.cache(ctx)
	if err != nil {
		return err
	}
	c := &importingCache{importing: m, cache: cache}
	c.views = func(n timeline.Network, name string) (timeline.AccountID, bool) {
		for _, r := range records {
			if r.Name == name && r.Network == string(n) {
				return timeline.AccountID(r.ID), true
			}
		}
		return "", false
	}
	fresh, there, err := c.survey(ctx)
	if err != nil {
		return err
	}
	if err := m.acceptable(len(m.lines)); err != nil {
		return err
	}
	proceed, err := m.agree(ctx, m.sum("", fresh, there))
	if err != nil {
		return err
	}
	if proceed {
		if err := c.keepAll(ctx, fresh); err != nil {
			return err
		}
	}
	return m.end()
}

// each goes through those lines of the file that are wanted; of one that is not
// understood, p is nil.
func (c *importingCache) each(ctx context.Context, wanted func(number int) bool, do func(carry.Line, *timeline.Post, error) error) error {
	if err := c.rewind(); err != nil {
		return err
	}
	for line, err := range carry.Lines(c.from) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return c.unreadable(err)
		}
		if !wanted(line.Number) {
			continue
		}
		p, bad := parsePost(line.Raw, c.views)
		if err := do(line, p, bad); err != nil {
			return err
		}
	}
	return nil
}

// survey counts what is new, and notes what is not understood.
func (c *importingCache) survey(ctx context.Context) (fresh, there int, err error) {
	progress := c.tally("reading " + c.name)
	defer progress.clear()
	all := func(int) bool { return true }
	err = c.each(ctx, all, func(line carry.Line, p *timeline.Post, bad error) error {
		c.sorts = append(c.sorts, make([]sort, line.Number+1-len(c.sorts))...)
		if p == nil {
			if len(c.lines) == carry.MaxItems {
				return timeline.Errorf(timeline.CodeTooLarge, "more than %d lines are not understood", carry.MaxItems)
			}
			c.leaveOut(line.Number, string(line.Raw), bad.Error())
			return nil
		}
		kept, err := c.kept(ctx, p.ID)
		if err != nil {
			return err
		}
		if kept != nil {
			there++
		} else {
			fresh++
		}
		c.sorts[line.Number] = sortOf(p, kept)
		progress.set(fresh+there, 0)
		return nil
	})
	return fresh, there, err
}

// sortOf is what has to be done with a post, as it is kept already or not. One that is
// may still lack what it quotes.
func sortOf(p, kept *timeline.Post) sort {
	switch {
	case p.Boosted == nil && p.Quote != nil && (kept == nil || kept.Quote != nil && kept.Quote.Post == nil):
		return quoting
	case kept != nil:
		return skipped
	case p.Boosted != nil:
		return boosting
	}
	return plain
}

// keepAll writes what is new, posts before those that have them inside.
func (c *importingCache) keepAll(ctx context.Context, fresh int) error {
	progress := c.tally("keeping")
	defer progress.clear()
	for _, pass := range []struct {
		of   sort
		take func(context.Context, *timeline.Post) error
	}{{plain, c.take}, {quoting, c.takeQuoting}, {quoting, c.takeLate}, {boosting, c.takeBoost}} {
		wanted := func(number int) bool { return number < len(c.sorts) && c.sorts[number] == pass.of }
		err := c.each(ctx, wanted, func(_ carry.Line, p *timeline.Post, bad error) error {
			if bad != nil || sortOf(p, nil) != pass.of { // it was something else before
				return timeline.Errorf(timeline.CodeUsage, "%s has changed while it was read: import it again", c.name)
			}
			progress.set(min(c.added, fresh), fresh)
			return pass.take(ctx, p)
		})
		if err == nil {
			err = c.flush(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeQuoting takes a post with what it quotes as that is kept. What is not kept has
// perhaps a line of its own, else its words alone are told: all of a post is not known
// from a quote.
func (c *importingCache) takeQuoting(ctx context.Context, p *timeline.Post) error {
	if shown := p.Quote.Post; shown != nil {
		quoted, err := c.kept(ctx, shown.ID)
		if err != nil {
			return err
		}
		if p.Quote.Post = quoted; quoted == nil {
			p.Quote.Title = shown.Text.Plain()
		}
	}
	return c.take(ctx, p)
}

// takeLate gives posts what they quote, where that has come meanwhile.
func (c *importingCache) takeLate(ctx context.Context, p *timeline.Post) error {
	if p.Quote == nil || p.Quote.Post == nil {
		return nil
	}
	before, err := c.kept(ctx, p.ID)
	if err != nil || before == nil || before.Quote == nil || before.Quote.Post != nil {
		return err
	}
	quoted, err := c.kept(ctx, p.Quote.Post.ID)
	if err != nil || quoted == nil {
		return err
	}
	now, quote := *before, *before.Quote
	quote.Post, quote.Title = quoted, timeline.Safe{}
	now.Quote = &quote
	return c.put(ctx, &now)
}

func (c *importingCache) takeBoost(ctx context.Context, p *timeline.Post) error {
	boosted, err := c.kept(ctx, p.Boosted.ID)
	if err != nil {
		return err
	}
	if boosted != nil {
		p.Boosted = boosted
	}
	return c.take(ctx, p)
}

// kept is a post as it is kept, nil where it is not.
func (c *importingCache) kept(ctx context.Context, id timeline.ID) (*timeline.Post, error) {
	p, err := c.cache.KeptPost(ctx, id)
	if timeline.CodeOf(err) == timeline.CodeNotFound {
		return nil, nil //nolint:nilnil // it is no failure that there is none
	}
	return p, err
}

// take keeps a post, unless it is there.
func (c *importingCache) take(ctx context.Context, p *timeline.Post) error {
	kept, err := c.kept(ctx, p.ID)
	if kept != nil || err != nil {
		return err
	}
	return c.put(ctx, p)
}

func (c *importingCache) put(ctx context.Context, p *timeline.Post) error {
	if c.batch = append(c.batch, p); len(c.batch) < keepAtOnce {
		return nil
	}
	return c.flush(ctx)
}

func (c *importingCache) flush(ctx context.Context) error {
	if len(c.batch) == 0 {
		return nil
	}
	_, err := c.cache.Keep(ctx, timeline.Haul{Posts: c.batch})
	c.added += len(c.batch)
	c.batch = nil
	return err
}
