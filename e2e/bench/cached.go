package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// mostCached is the goal of reading what is kept, in milliseconds.
const mostCached = 40

func cachedStudy() study {
	return study{
		name: "kept", title: "Reading what is kept",
		method: "`skein timeline -n 40 --cached` with the large cache, as a process of its own; and the same command on the three networks, with that cache behind it.\n" +
			"The floor is the sqlite3 program that reads 40 rows of the same file, newest first, and prints how long they are.",
		run: func(ctx context.Context, b *bench) ([]figure, error) {
			s, err := b.full(ctx)
			if err != nil {
				return nil, err
			}
			env := s.home.Environment()
			commands := []command{
				{argv: []string{b.skein, "timeline", "-n", postsRead, "--cached"}, env: env},
				{argv: []string{b.skein, "timeline", "-n", postsRead}, env: env},
			}
			const floor = "sqlite3"
			absent := "not installed here"
			if path, err := exec.LookPath(floor); err == nil {
				absent = ""
				read := "SELECT length(body) FROM post ORDER BY place DESC LIMIT " + postsRead
				commands = append(commands, command{argv: []string{path, "-readonly", filepath.Join(s.dir, "cache.db"), read}})
			}
			found, err := b.contest(ctx, b.rounds(20), nil, commands...)
			if err != nil {
				return nil, err
			}
			other := series{}
			if absent == "" {
				other = found[2]
			}
			of := fmt.Sprintf(", %s kept", number(float64(s.posts)))
			return []figure{
				{
					what: "`--cached`" + of + ", wall", unit: "ms", skein: found[0].wall(), beside: floor, other: other.wall(), absent: absent,
					goal: atMost(mostCached, fmt.Sprintf("≤ %d ms", mostCached)),
				},
				{what: "`--cached`" + of + ", CPU", unit: "ms", skein: found[0].cpu(), beside: floor, other: other.cpu(), absent: absent},
				{what: "`--cached`" + of + ", resident", unit: "MiB", skein: found[0].rss(), beside: floor, other: other.rss(), absent: absent},
				{what: "three networks" + of + ", wall", unit: "ms", skein: found[1].wall()},
				{what: "three networks" + of + ", CPU", unit: "ms", skein: found[1].cpu()},
			}, nil
		},
	}
}
