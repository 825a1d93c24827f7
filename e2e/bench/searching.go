package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"skein/timeline/store"
)

// The goals of searching.
const (
	mostSearch  = 50 // ms, of 95 in 100
	foundAtOnce = 40 // posts
)

func searchStudy() study {
	return study{
		name: "search", title: "Searching",
		method: "store.Cache.Search for words, pairs of words, phrases, beginnings, and words on one network or beside a picture, drawn from the posts kept:\n" +
			"40 posts newest first, all of them decoded, the second time the same is asked. The floor is the CPU time of the sqlite3 program on its own table and index.",
		run: func(ctx context.Context, b *bench) ([]figure, error) {
			s, err := b.full(ctx)
			if err != nil {
				return nil, err
			}
			base, err := b.floorBase(ctx, s)
			if err != nil {
				return nil, err
			}
			return b.searches(ctx, s, base)
		},
	}
}

// searches measures the shelf's queries.
func (b *bench) searches(ctx context.Context, s *shelf, f base) (_ []figure, err error) {
	cache, err := store.OpenCache(ctx, store.CacheOptions{Dir: s.dir})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, cache.Close()) }()
	var skein sample
	for round := range 2 { // the first warms up
		for _, q := range s.queries {
			q.search.Limit = foundAtOnce
			began := time.Now()
			if _, err := cache.Search(ctx, q.search); err != nil {
				return nil, fmt.Errorf("search for %s: %w", q.what, err)
			}
			if round > 0 {
				skein = append(skein, milliseconds(time.Since(began)))
			}
		}
	}
	var floor sample
	if f.absent == "" {
		if floor, err = f.searches(ctx, s.queries); err != nil {
			return nil, err
		}
	}
	middle := figure{what: fmt.Sprintf("%d searches, half of them within", len(s.queries)), unit: "ms", skein: skein, beside: f.name, other: floor, absent: f.absent}
	slow := figure{
		what: "95 of 100 searches within", unit: "ms", skein: sample{skein.quantile(0.95)}, beside: f.name, absent: f.absent,
		goal: atMost(mostSearch, fmt.Sprintf("≤ %d ms", mostSearch)),
	}
	if f.absent == "" {
		slow.other = sample{floor.quantile(0.95)}
	}
	return []figure{middle, slow}, nil
}

// searches asks the floor's database twice the same and returns what CPU time each
// query of the second round took, in milliseconds: of the time that passes, sqlite3
// tells no more than whole ones.
func (f base) searches(ctx context.Context, queries []query) (sample, error) {
	var script, out, stderr bytes.Buffer
	script.WriteString(".output /dev/null\n.timer on\n")
	for range 2 {
		for _, q := range queries {
			fmt.Fprintf(&script, "SELECT post.* FROM words JOIN post ON post.place = words.rowid WHERE words MATCH %s ORDER BY words.rowid DESC LIMIT %d;\n",
				literal(q.match), foundAtOnce)
		}
	}
	cmd := exec.CommandContext(ctx, f.program, "-batch", f.path)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &script, &out, &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		return nil, fmt.Errorf("search with sqlite3: %w: %s", errors.Join(err), stderr.String())
	}
	var all sample
	for line := range strings.Lines(out.String()) {
		var wall, user, system float64
		if _, err := fmt.Sscanf(line, "Run Time: real %f user %f sys %f", &wall, &user, &system); err == nil {
			all = append(all, (user+system)*1000)
		}
	}
	if len(all) != 2*len(queries) {
		return nil, fmt.Errorf("sqlite3 told the times of %d queries of %d: %s", len(all), 2*len(queries), out.String())
	}
	return all[len(queries):], nil
}
