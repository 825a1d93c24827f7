package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"time"
)

// The pauses of typing. A program that draws at most 60 times a second has nothing
// more to write about a key when it was quiet for longer than two such steps.
const (
	frameWithin = 2 * time.Second
	quietAfter  = 40 * time.Millisecond
	betweenKeys = 20 * time.Millisecond // at most, drawn for each key
)

// head is the first line of a post.
var head = regexp.MustCompile(`^ +[▌•]? *[MBN]  \S`)

// isFull tells whether a screen shows the timeline from its head to its foot.
func isFull(rows []string) bool {
	first, last := rows[0], rows[len(rows)-1]
	if !strings.Contains(first, "skein") || !strings.Contains(last, "? help") {
		return false
	}
	body := rows[2 : len(rows)-2]
	posts, drawn, low := 0, 0, 0
	for y, row := range body {
		if head.MatchString(row) {
			posts++
		}
		if row != "" {
			drawn++
			low = y
		}
	}
	return posts >= 2 && drawn*10 >= len(body)*6 && low >= len(body)-5
}

// opening measures from exec to the first full screen.
func (b *bench) opening(ctx context.Context, rounds int, full func([]string) bool, env []string, argv ...string) (sample, error) {
	var all sample
	for round := range rounds + 1 {
		t, err := openTerminal(ctx, env, argv...)
		if err != nil {
			return nil, err
		}
		at, err := t.awaitScreen(ctx, "the first full screen of "+baseName(argv[0]), full)
		t.close()
		if err != nil {
			return nil, err
		}
		if round > 0 { // the first warms up
			all = append(all, milliseconds(at.Sub(t.started)))
		}
	}
	return all, nil
}

// keys measures from each press of a key to the last byte of what it has drawn.
func (t *terminal) keys(ctx context.Context, presses int, key string) (sample, error) {
	var all sample
	for range presses {
		// A key comes at any moment between two frames.
		if err := t.watch(ctx, rand.N(betweenKeys)); err != nil { //nolint:gosec // when to press a key is no secret
			return nil, err
		}
		pressed, err := t.press(key)
		if err != nil {
			return nil, err
		}
		drawn, err := t.awaitQuiet(ctx, frameWithin, quietAfter)
		if err != nil {
			return nil, fmt.Errorf("after the key %q: %w", key, err)
		}
		if drawn.IsZero() {
			return nil, fmt.Errorf("nothing is drawn for the key %q within %s:\n%s", key, frameWithin, strings.Join(t.rows(), "\n"))
		}
		all = append(all, milliseconds(drawn.Sub(pressed)))
	}
	return all, nil
}

// watch draws what comes for a while.
func (t *terminal) watch(ctx context.Context, d time.Duration) error {
	over := time.NewTimer(d)
	defer over.Stop()
	for {
		select {
		case c, ok := <-t.chunks:
			if !ok {
				return errEnded
			}
			t.draw(c)
		case <-over.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// idle is the share of a CPU that the program uses while nobody does anything.
func (t *terminal) idle(ctx context.Context, span time.Duration) (sample, error) {
	before, err := cpuOf(t.pid())
	if err != nil {
		return nil, err
	}
	if err := t.watch(ctx, span); err != nil {
		return nil, err
	}
	after, err := cpuOf(t.pid())
	return sample{100 * (after - before).Seconds() / span.Seconds()}, err
}

// typing is what a key costs in another program on the same terminal.
func (b *bench) typing(ctx context.Context, presses int, key string, ready func([]string) bool, env []string, argv ...string) (all sample, err error) {
	t, err := openTerminal(ctx, env, argv...)
	if err != nil {
		return nil, err
	}
	defer t.close()
	if ready != nil {
		_, err = t.awaitScreen(ctx, "the first screen of "+baseName(argv[0]), ready)
	}
	all, errKeys := t.keys(ctx, presses, key)
	return all, errors.Join(err, errKeys)
}
