package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"skein/e2e"
)

// The goals of reading several networks.
const (
	mostBeyondSlowest = 15 // ms over the slowest network alone
	mostBeyondFloor   = 25 // ms of one network over its floor
	mostReadingCPU    = 60 // ms
	postsRead         = "40"
)

func timelineStudy() study {
	return study{
		name: "timeline", title: "Reading three networks",
		method: "`skein timeline -n 40` on the sandbox's servers; each network alone with `--network`. First with an empty cache, which is\n" +
			"removed before each run, then with what the runs before have kept. curl and a bare websocket fetch the same newest posts once and print nothing.",
		run: func(ctx context.Context, b *bench) ([]figure, error) {
			home, err := b.member(ctx)
			if err != nil {
				return nil, err
			}
			floors, err := b.floors(ctx)
			if err != nil {
				return nil, err
			}
			return b.readings(ctx, home, "three networks", floors)
		},
	}
}

// readings measures networks together and each alone, beside its floor: with nothing
// kept of earlier runs, and with all of it.
func (b *bench) readings(ctx context.Context, home *e2e.Home, all string, floors []floor) ([]figure, error) {
	forget := func(int) error { return os.RemoveAll(filepath.Join(home.Dir, "cache")) }
	first, err := b.reading(ctx, home, all, "nothing kept", floors, forget)
	if err != nil {
		return nil, err
	}
	again, err := b.reading(ctx, home, all, "again", floors, nil)
	return append(first, again...), err
}

// reading calls before, which may be nil, ahead of each run.
func (b *bench) reading(ctx context.Context, home *e2e.Home, all, how string, floors []floor, before func(int) error) ([]figure, error) {
	read := func(more ...string) command {
		return command{argv: append([]string{b.skein, "timeline", "-n", postsRead}, more...), env: home.Environment()}
	}
	commands := []command{read()}
	for _, f := range floors {
		commands = append(commands, read("--network", f.network))
	}
	for _, f := range floors {
		if f.absent == "" {
			commands = append(commands, f.command)
		}
	}
	found, err := b.contest(ctx, b.rounds(15), before, commands...)
	if err != nil {
		return nil, err
	}
	together, alone, bare := found[0], found[1:1+len(floors)], found[1+len(floors):]
	slowest := 0
	for i := range alone {
		if alone[i].wall().median() > alone[slowest].wall().median() {
			slowest = i
		}
	}
	figures := []figure{
		{
			what: all + ", " + how + ", wall", unit: "ms", skein: together.wall(),
			beside: "the slowest alone (" + floors[slowest].network + ")", other: alone[slowest].wall(),
			goal: atMost(alone[slowest].wall().median()+mostBeyondSlowest, fmt.Sprintf("≤ slowest + %d ms", mostBeyondSlowest)),
		},
		{
			what: all + ", " + how + ", CPU", unit: "ms", skein: together.cpu(),
			goal: atMost(mostReadingCPU, fmt.Sprintf("≤ %d ms", mostReadingCPU)),
		},
		{what: all + ", " + how + ", resident", unit: "MiB", skein: together.rss()},
	}
	for i, low := range floors {
		f := figure{what: low.network + " alone, " + how + ", wall", unit: "ms", skein: alone[i].wall(), beside: low.name, absent: low.absent}
		if f.absent == "" {
			f.other, bare = bare[0].wall(), bare[1:]
			f.goal = atMost(f.other.median()+mostBeyondFloor, fmt.Sprintf("≤ floor + %d ms", mostBeyondFloor))
		}
		figures = append(figures, f)
	}
	return figures, nil
}
