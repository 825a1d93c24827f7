package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
)

// The goals of a start.
const (
	mostStart = 20 // ms
	mostHeap  = 12 // MiB
)

func startStudy() study {
	return study{
		name: "start", title: "Starting",
		method: "`skein version` as a process of its own, from start to end. Memory is the largest resident set that the kernel saw.\n" +
			"The heap is that of the same program, built with a main that prints runtime.MemStats.HeapInuse at its end.",
		run: func(ctx context.Context, b *bench) ([]figure, error) {
			home, err := b.home()
			if err != nil {
				return nil, err
			}
			found, err := b.contest(ctx, b.rounds(30), nil,
				command{argv: []string{b.skein, "version"}, env: home.Environment()}, command{argv: []string{b.launcher}})
			if err != nil {
				return nil, err
			}
			heap, err := b.heap(ctx, home.Environment())
			const empty = "a Go program that does nothing"
			return []figure{
				{
					what: "`skein version`, wall", unit: "ms", skein: found[0].wall(), beside: empty, other: found[1].wall(),
					goal: atMost(mostStart, fmt.Sprintf("≤ %d ms", mostStart)),
				},
				{what: "`skein version`, CPU", unit: "ms", skein: found[0].cpu(), beside: empty, other: found[1].cpu()},
				{what: "`skein version`, resident", unit: "MiB", skein: found[0].rss(), beside: empty, other: found[1].rss()},
				{
					what: "`skein version`, heap in use", unit: "MiB", skein: heap,
					goal: atMost(mostHeap, fmt.Sprintf("≤ %d MiB", mostHeap)),
				},
			}, err
		},
	}
}

// heap is what the heap holds at the end of `skein version`.
func (b *bench) heap(ctx context.Context, env []string) (sample, error) {
	program, err := b.buildTelling(ctx)
	if err != nil {
		return nil, err
	}
	var all sample
	for range b.rounds(5) {
		cmd := exec.CommandContext(ctx, program, "version")
		var said bytes.Buffer
		cmd.Env, cmd.Stderr = env, &said
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("skein version: %w: %s", err, said.String())
		}
		var inUse, ever int64
		if _, err := fmt.Fscanf(&said, "heap %d %d", &inUse, &ever); err != nil {
			return nil, fmt.Errorf("skein version tells no heap: %w", err)
		}
		all = append(all, mebibytes(inUse))
	}
	return all, nil
}
