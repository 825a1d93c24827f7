package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"skein/e2e"
	"skein/timeline"
	"skein/timeline/specimen"
	"skein/timeline/store"
)

// How posts are given to the cache.
const (
	postsAtOnce = 1000
	postsAPage  = 40
	pages       = 50 // given by the page, the last ones
)

// shelf is a home whose cache is full, and how that went.
type shelf struct {
	home    *e2e.Home
	dir     string // of cache.db
	posts   int
	rate    sample // posts a second, of each postsAtOnce
	page    sample // milliseconds for each page
	times   []time.Time
	queries []query
	script  string // a file of SQL that keeps the same in a plain database
	base    base   // that database; the zero base until floorBase is called
}

// full is the shelf, filled when it is first asked for: with posts of the accounts
// that the sandbox knows, so that the timeline shows them.
func (b *bench) full(ctx context.Context) (*shelf, error) {
	if b.shelf != nil {
		return b.shelf, nil
	}
	home, err := b.member(ctx)
	if err != nil {
		return nil, err
	}
	var known []account
	if err := b.stand.Do(func() { known = accounts(b, home) }); err != nil {
		return nil, err
	}
	maker := specimen.Maker{Seed: 1, Count: b.posts, Newest: time.Now().Add(-time.Hour).Truncate(time.Second), Step: 5 * time.Second}
	for _, a := range known {
		maker.Accounts = append(maker.Accounts, timeline.Account{ID: timeline.AccountID(a.ID), Network: timeline.Network(a.Network)})
	}
	s := &shelf{home: home, dir: filepath.Join(home.Dir, "cache"), posts: b.posts, script: filepath.Join(b.dir, "floor.sql")}
	if err := s.fill(ctx, maker, b.tell); err != nil {
		return nil, fmt.Errorf("fill a cache: %w", err)
	}
	b.shelf = s
	return s, nil
}

// fill keeps the posts, and writes down the same for the floor.
func (s *shelf) fill(ctx context.Context, maker specimen.Maker, tell func(string, ...any)) (err error) {
	cache, err := store.OpenCache(ctx, store.CacheOptions{Dir: s.dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cache.Close()) }()
	file, err := os.Create(s.script)
	if err != nil {
		return fmt.Errorf("a script for the floor: %w", err)
	}
	defer file.Close() //nolint:errcheck // what is written is flushed below
	script := bufio.NewWriterSize(file, 1<<20)
	writeSchema(script)
	var batch []*timeline.Post
	size := postsAtOnce
	for p := range maker.Posts() {
		batch = append(batch, p)
		s.times = append(s.times, p.Sorted)
		s.ask(p)
		if len(s.times) > maker.Count-pages*postsAPage {
			size = postsAPage
		}
		if len(batch) < size {
			continue
		}
		writeBatch(script, len(s.times)-len(batch), batch)
		if err := s.keep(ctx, cache, batch); err != nil {
			return err
		}
		batch = batch[:0]
		if len(s.times)%100_000 == 0 {
			tell("cache: %d posts", len(s.times))
		}
	}
	if err := script.Flush(); err != nil {
		return fmt.Errorf("a script for the floor: %w", err)
	}
	return s.keep(ctx, cache, batch)
}

// keep keeps posts of all accounts in one transaction, as read to their end.
func (s *shelf) keep(ctx context.Context, cache *store.Cache, batch []*timeline.Post) error {
	if len(batch) == 0 {
		return nil
	}
	newest := batch[len(batch)-1].Key()
	hauls := map[timeline.Feed]*timeline.Haul{}
	var order []timeline.Feed
	for _, p := range batch {
		feed := specimen.Feed(p)
		h := hauls[feed]
		if h == nil {
			h = &timeline.Haul{
				Feed: feed, Reader: feed.Account, ReadTo: newest,
				Down: &timeline.ReachDown{Oldest: timeline.Key{Time: s.times[0]}, Done: true},
			}
			hauls[feed], order = h, append(order, feed)
		}
		h.Posts = append(h.Posts, p)
		h.Up = &timeline.ReachUp{Newest: p.Key()}
	}
	var all []timeline.Haul
	for _, feed := range order {
		all = append(all, *hauls[feed])
	}
	began := time.Now()
	if _, err := cache.Keep(ctx, all...); err != nil {
		return err
	}
	took := time.Since(began)
	if len(batch) == postsAtOnce {
		s.rate = append(s.rate, float64(len(batch))/took.Seconds())
	} else {
		s.page = append(s.page, milliseconds(took))
	}
	return nil
}

// bytes is what the cache takes on disk, its journal included.
func (s *shelf) bytes() (int64, error) { return sizeOf(filepath.Join(s.dir, "cache.db*")) }

// sizeOf is the size of the files that a pattern matches.
func sizeOf(pattern string) (int64, error) {
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		return 0, fmt.Errorf("size of %s: %w", pattern, errors.Join(err, os.ErrNotExist))
	}
	var total int64
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return 0, fmt.Errorf("size of a database: %w", err)
		}
		total += info.Size()
	}
	return total, nil
}
