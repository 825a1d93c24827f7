package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// The goals of keeping.
const (
	leastRate = 20_000 // posts/s
	mostBytes = 1.2e3  // a post
)

func cacheStudy() study {
	return study{
		name: "cache", title: "Keeping",
		method: "Made-up posts as real ones are, given to store.Cache.Keep 1,000 at a time, the last 2,000 by pages of 40, each in one transaction.\n" +
			"The floor is the sqlite3 program on a bare table of the same texts with FTS5: no people, no feeds, no pictures, no other index.",
		run: func(ctx context.Context, b *bench) ([]figure, error) {
			s, err := b.full(ctx)
			if err != nil {
				return nil, err
			}
			base, err := b.floorBase(ctx, s)
			if err != nil {
				return nil, err
			}
			size, err := s.bytes()
			if err != nil {
				return nil, err
			}
			of := fmt.Sprintf("%s posts", number(float64(s.posts)))
			figures := []figure{
				{
					what: of + ", kept a second", unit: "/s", skein: s.rate, beside: base.name, other: base.rate, absent: base.absent,
					goal: atLeast(leastRate, fmt.Sprintf("≥ %s /s", number(leastRate))),
				},
				{what: fmt.Sprintf("a page of %d kept", postsAPage), unit: "ms", skein: s.page},
				{
					what: "disk a post, index included", unit: "B", skein: sample{float64(size) / float64(s.posts)}, beside: base.name, other: base.bytes, absent: base.absent,
					goal: atMost(mostBytes, "≤ 1.2 KB"),
				},
			}
			return figures, nil
		},
	}
}

// base is the floor's database.
type base struct {
	name, program, path string
	rate, bytes         sample
	absent              string // why there is none
}

// floorBase has the sqlite3 program keep the posts, when it is first asked for.
func (b *bench) floorBase(ctx context.Context, s *shelf) (base, error) {
	if s.base.name != "" {
		return s.base, nil
	}
	f := base{name: "sqlite3, text alone", path: filepath.Join(b.dir, "floor.db")}
	if f.program, _ = exec.LookPath("sqlite3"); f.program == "" {
		f.absent, s.base = "sqlite3 is not installed here", f
		return f, nil
	}
	u, err := b.measure(ctx, command{argv: []string{f.program, "-batch", f.path, ".read " + s.script}})
	if err != nil {
		return f, err
	}
	size, err := sizeOf(f.path + "*")
	f.rate, f.bytes = sample{float64(s.posts) / u.wall.Seconds()}, sample{float64(size) / float64(s.posts)}
	s.base = f
	return f, err
}
