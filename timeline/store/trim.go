package store

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"skein/timeline"
	"skein/timeline/failpoint"
)

// trimBatch is how many posts one transaction of Trim forgets, so that other
// processes write between them.
const trimBatch = 500

// TrimOptions say what Trim forgets, the oldest first, until both bounds are kept.
type TrimOptions struct {
	OlderThan time.Duration // posts from longer ago; 0: none
	MaxBytes  int64         // what the file may take; 0: no bound
	// Progress is told after each step which part of the work is done, from 0 to 1.
	Progress func(part float64)
}

// Trimmed is what Trim has done.
type Trimmed struct {
	Posts int   // forgotten
	Freed int64 // bytes by which the file has shrunk
}

// Trim forgets old posts. Where they came from can be read on below what is left: the
// reach of a feed follows. A post that a newer one boosts stays as long as that does.
func (c *Cache) Trim(ctx context.Context, o TrimOptions) (done Trimmed, err error) {
	if o.Progress == nil {
		o.Progress = func(float64) {}
	}
	began, err := c.used(ctx)
	if err != nil {
		return done, err
	}
	t := trimmer{cache: c, options: o, began: began, used: began, from: math.MinInt64, cut: math.MinInt64 + 1}
	if o.OlderThan > 0 {
		t.cut = placeOf(settle(c.opts.Now().Add(-o.OlderThan)))
	}
	for more := true; more; {
		if err = ctx.Err(); err != nil {
			break
		}
		if more, err = t.step(ctx); err != nil {
			break
		}
	}
	if err == nil && t.posts > 0 {
		err = t.finish(ctx)
	}
	left, sizing := c.used(context.WithoutCancel(ctx))
	if err == nil {
		err = sizing
	}
	return Trimmed{Posts: t.posts, Freed: max(0, began-left)}, err
}

// used is how many bytes the file takes without what is free in it.
func (c *Cache) used(ctx context.Context) (n int64, err error) {
	err = c.view(ctx, func(s *session) error {
		n, err = s.used()
		return err
	})
	return n, err
}

func (s *session) used() (n int64, err error) {
	_, err = s.one(`SELECT (page_count - freelist_count) * page_size
FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()`, nil, &n)
	return n, err
}

// trimmer is a Trim at work.
type trimmer struct {
	cache   *Cache
	options TrimOptions
	cut     place // posts below it are too old
	from    place // all before it has been looked at
	first   place // the oldest post there was
	began   int64 // bytes
	used    int64
	posts   int
}

// over tells whether the file is over its bound.
func (t *trimmer) over() bool { return t.options.MaxBytes > 0 && t.used > t.options.MaxBytes }

// step forgets the next posts, and gives their room back.
func (t *trimmer) step(ctx context.Context) (more bool, err error) {
	err = t.cache.update(ctx, func(s *session) error {
		more, err = t.batch(s)
		failpoint.Hit("store.trim.before")
		return err
	})
	if err != nil || !more {
		return false, err
	}
	failpoint.Hit("store.trim.after")
	if err := t.cache.maintain(ctx, "PRAGMA incremental_vacuum(4000)"); err != nil {
		return false, err
	}
	if t.used, err = t.cache.used(ctx); err != nil {
		return false, err
	}
	t.options.Progress(t.part())
	return true, nil
}

// part is which part of the work is done, as far as that can be told.
func (t *trimmer) part() float64 {
	part := 1.0
	if t.cut > t.first {
		part = float64(t.from-t.first) / float64(t.cut-t.first)
	}
	if t.over() {
		part = min(part, float64(t.began-t.used)/float64(t.began-t.options.MaxBytes))
	}
	return max(0, min(part, 1))
}

// batch forgets the oldest posts that were not looked at yet.
func (t *trimmer) batch(s *session) (more bool, err error) {
	high := t.cut - 1
	if t.over() {
		high = math.MaxInt64
	}
	if t.from > high {
		return false, nil
	}
	places, err := s.numbers("SELECT place FROM post WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?", int64(t.from), int64(high), trimBatch)
	if err != nil || len(places) == 0 {
		return false, err
	}
	if t.posts == 0 {
		t.first = place(places[0])
	}
	t.from = place(places[len(places)-1]) + 1
	feeds, err := s.feedsOf(t.from)
	if err != nil {
		return false, err
	}
	for _, at := range places {
		n, err := s.forget(place(at), t.from)
		if err != nil {
			return false, err
		}
		t.posts += n
	}
	for _, f := range feeds {
		if err := s.raise(f, t.from); err != nil {
			return false, err
		}
	}
	// The index drops what it was told of forgotten posts when it merges its parts.
	_, err = s.exec("INSERT INTO words(words, rank) VALUES('merge', 300)")
	return true, err
}

// forget drops a post unless a newer one than cut boosts it; with a boost goes what
// only it has held.
func (s *session) forget(at, cut place) (n int, err error) {
	var inner sql.NullInt64
	var held bool
	ok, err := s.one("SELECT inner, EXISTS(SELECT 1 FROM post AS boost WHERE boost.inner = post.place AND boost.place >= ?) FROM post WHERE place = ?",
		[]any{int64(cut), int64(at)}, &inner, &held)
	if err != nil || !ok || held {
		return 0, err
	}
	if err := s.drop(at); err != nil {
		return 0, err
	}
	if !inner.Valid || place(inner.Int64) >= cut {
		return 1, nil
	}
	n, err = s.forgetInner(place(inner.Int64))
	return n + 1, err
}

func (s *session) forgetInner(at place) (int, error) {
	var alone bool
	_, err := s.one("SELECT EXISTS(SELECT 1 FROM post WHERE place = ?1) AND NOT EXISTS(SELECT 1 FROM post WHERE inner = ?1)", []any{int64(at)}, &alone)
	if err != nil || !alone {
		return 0, err
	}
	return 1, s.drop(at)
}

// feedsOf are the feeds that have members below cut.
func (s *session) feedsOf(cut place) (feeds []timeline.Feed, err error) {
	err = s.each(`SELECT DISTINCT account, name FROM stream
WHERE EXISTS(SELECT 1 FROM member WHERE member.stream = stream.n AND member.place < ?)`, []any{int64(cut)},
		func(scan func(...any) error) error {
			var f timeline.Feed
			if err := scan(&f.Account, &f.Name); err != nil {
				return err
			}
			feeds = append(feeds, f)
			return nil
		})
	return feeds, err
}

// raise makes a feed's reach end at cut, where its posts end now: at the bookmark
// next above, from which older posts can be read again; where there is none, nothing
// older can be.
func (s *session) raise(f timeline.Feed, cut place) error {
	r, err := s.reach(f)
	if err != nil || placeOf(settle(r.Oldest.Time)) >= cut {
		return err
	}
	var body []byte
	found, err := s.one("SELECT body FROM bookmark WHERE account = ? AND name = ? AND place >= ? ORDER BY place LIMIT 1",
		[]any{string(f.Account), f.Name, int64(cut)}, &body)
	if err != nil {
		return err
	}
	if found {
		u := unpacker{b: body}
		r.Oldest, r.Older, r.Done = u.key(), timeline.Cursor(u.text()), false
		if u.err != nil {
			return u.err
		}
	} else {
		r.Oldest, r.Older, r.Done = timeline.Key{Time: cut.next().begin()}, "", true
	}
	if r.Newest.Less(r.Oldest) {
		r.Oldest = r.Newest
	}
	r.Holes = slices.DeleteFunc(r.Holes, func(h timeline.Hole) bool { return placeOf(settle(h.Key.Time)) < cut })
	if _, err := s.exec("DELETE FROM bookmark WHERE account = ? AND name = ? AND place < ?", string(f.Account), f.Name, int64(cut)); err != nil {
		return err
	}
	return s.setReach(f, r)
}

// finish forgets the people of whom nothing is left, and makes the file smaller.
func (t *trimmer) finish(ctx context.Context) error {
	err := t.cache.update(ctx, func(s *session) error {
		if err := s.meet(); err != nil {
			return err
		}
		n, err := s.exec(`DELETE FROM person WHERE n NOT IN (SELECT person FROM profile)
	AND NOT EXISTS(SELECT 1 FROM lead WHERE kind = 1 AND key = n) AND NOT EXISTS(SELECT 1 FROM fresh WHERE kind = 1 AND key = n)`)
		if err != nil || n == 0 {
			return err
		}
		s.renamed = true
		s.cache.people.Purge()
		return s.part()
	})
	if err != nil {
		return err
	}
	if err := t.cache.maintain(ctx, "PRAGMA incremental_vacuum"); err != nil {
		return err
	}
	t.options.Progress(1)
	return t.cache.maintain(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
}

// maintain runs a statement of which the result does not matter, outside a
// transaction.
func (c *Cache) maintain(ctx context.Context, pragma string) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.with(ctx, func(f *file) error { return f.maintain(ctx, pragma) })
}
