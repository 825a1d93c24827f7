package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
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
		method: "store.Cache.Search for what posts that are kept say, of seven kinds, and `skein search` for a word, as a process of its own:\n" +
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
			figures, err := b.searches(ctx, s, base)
			if err != nil {
				return nil, err
			}
			command, err := b.searchCommand(ctx, s, base)
			return append(figures, command...), err
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
	skein := make(sample, 0, len(s.queries))
	for round := range 2 { // the first warms up
		for _, q := range s.queries {
			q.search.Limit = foundAtOnce
			began := time.Now()
			found, err := cache.Search(ctx, q.search)
			if err != nil {
				return nil, fmt.Errorf("search for %s: %w", q.kind, err)
			}
			if len(found.Hits) == 0 { // it is made of a post that was kept
				return nil, fmt.Errorf("search for %s: %+v finds nothing", q.kind, q.search)
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
	slow := f.slow("95 of 100 searches within", skein, floor)
	slow.goal = atMost(mostSearch, fmt.Sprintf("≤ %d ms", mostSearch))
	return append([]figure{middle, slow}, f.kinds(s.queries, skein, floor)...), nil
}

// searchCommand measures the search for one word from exec to end.
func (b *bench) searchCommand(ctx context.Context, s *shelf, f base) ([]figure, error) {
	i := slices.IndexFunc(s.queries, func(q query) bool { return q.kind == "a word" })
	if i < 0 {
		return nil, errors.New("no post says enough to be searched for")
	}
	q := s.queries[i]
	commands := []command{{argv: []string{b.skein, "search", "--", q.search.Words[0]}, env: s.home.Environment()}}
	if f.absent == "" {
		commands = append(commands, command{argv: []string{f.program, "-readonly", f.path, selection(q)}})
	}
	found, err := b.contest(ctx, b.rounds(20), nil, commands...)
	if err != nil {
		return nil, err
	}
	command := figure{what: "`skein search` for a word, wall", unit: "ms", skein: found[0].wall(), beside: f.name, absent: f.absent}
	if f.absent == "" {
		command.other = found[1].wall()
	}
	return []figure{command}, nil
}

// selection is what the floor's database is asked.
func selection(q query) string {
	return fmt.Sprintf("SELECT post.* FROM words JOIN post ON post.place = words.rowid WHERE words MATCH %s ORDER BY words.rowid DESC LIMIT %d;",
		literal(q.match), foundAtOnce)
}

// slow is the time within which 95 of 100 searches are answered.
func (f base) slow(what string, skein, floor sample) figure {
	slow := figure{what: what, unit: "ms", skein: sample{skein.quantile(0.95)}, beside: f.name, absent: f.absent}
	if f.absent == "" {
		slow.other = sample{floor.quantile(0.95)}
	}
	return slow
}

// kinds tells the same of each kind of search by itself.
func (f base) kinds(queries []query, skein, floor sample) []figure {
	var figures []figure
	for _, kind := range kinds() {
		var ours, theirs sample
		for i, q := range queries {
			if q.kind != kind {
				continue
			}
			ours = append(ours, skein[i])
			if f.absent == "" {
				theirs = append(theirs, floor[i])
			}
		}
		if len(ours) > 0 {
			figures = append(figures, f.slow(fmt.Sprintf("95 of 100: %s (%d)", kind, len(ours)), ours, theirs))
		}
	}
	return figures
}

// searches asks the floor's database twice the same and returns what CPU time each
// query of the second round took, in milliseconds: of the time that passes, sqlite3
// tells no more than whole ones.
func (f base) searches(ctx context.Context, queries []query) (sample, error) {
	var script, out, stderr bytes.Buffer
	script.WriteString(".output /dev/null\n.timer on\n")
	for range 2 {
		for _, q := range queries {
			script.WriteString(selection(q) + "\n")
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
