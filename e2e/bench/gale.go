package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"skein/e2e"
)

// The goal of keys while posts arrive.
const mostGaleKey = 16 // ms, of 99 in 100

// The gale.
const (
	galeRate  = 1000 // posts a second
	galeFor   = 60 * time.Second
	galeShort = time.Second
)

func galeStudy() study {
	return study{
		name: "gale", title: "The full screen, while a thousand posts a second arrive",
		method: fmt.Sprintf("A gale of %d posts a second on the three networks, for %s, while j and k are pressed in turn:\n", galeRate, galeFor) +
			"from the key until the selection is drawn elsewhere. Then every post that was published is looked for in what was kept.",
		run: func(ctx context.Context, b *bench) (_ []figure, err error) {
			g, err := b.startGale(ctx)
			if err != nil {
				return nil, err
			}
			defer func() { err = errors.Join(err, g.close()) }()
			return b.inGale(ctx, g)
		},
	}
}

// gale is the program of that name under way.
type gale struct {
	town *town
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
}

// startGale builds and runs it. The caller closes it.
func (b *bench) startGale(ctx context.Context) (*gale, error) {
	program := filepath.Join(b.dir, "gale")
	if err := build(ctx, filepath.Join(b.source, "e2e"), "./bench/gale", program); err != nil {
		return nil, err
	}
	g := &gale{cmd: exec.CommandContext(ctx, program), town: &town{Sandbox: &e2e.Sandbox{}}}
	var err error
	if g.in, err = g.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("a pipe to the gale: %w", err)
	}
	out, err := g.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("a pipe from the gale: %w", err)
	}
	g.out = bufio.NewReader(out)
	if err := g.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the gale: %w", err)
	}
	var handle struct {
		Handle string `json:"handle"`
	}
	line, err := g.out.ReadBytes('\n')
	if err = errors.Join(err, json.Unmarshal(line, g.town.Sandbox), json.Unmarshal(line, &handle)); err != nil {
		return nil, errors.Join(fmt.Errorf("the gale prints %q: %w", line, err), g.close())
	}
	g.town.handle = handle.Handle
	return g, nil
}

func (g *gale) close() error {
	_ = g.in.Close() // closed twice is closed
	return g.cmd.Wait()
}

// blows has it publish; what comes of the channel is how many posts.
func (g *gale) blows(d time.Duration) <-chan int {
	published := make(chan int, 1)
	go func() {
		defer close(published)
		n := 0
		if _, err := fmt.Fprintf(g.in, "%d %s\n", galeRate, d); err == nil {
			_, _ = fmt.Fscanln(g.out, &n) // 0 tells that it failed
		}
		published <- n
	}()
	return published
}

// inGale measures keys while it blows, and counts what arrived.
func (b *bench) inGale(ctx context.Context, g *gale) ([]figure, error) {
	home, err := b.memberOf(g.town)
	if err != nil {
		return nil, err
	}
	t, err := openTerminal(ctx, home.Environment(), b.skein)
	if err != nil {
		return nil, err
	}
	defer t.close()
	if _, err := t.awaitScreen(ctx, "the first full screen", isFull); err != nil {
		return nil, err
	}
	blow := galeFor
	if b.quick {
		blow = galeShort
	}
	if err := t.watch(ctx, settleFor); err != nil {
		return nil, err
	}
	published := g.blows(blow)
	keys, err := t.turns(ctx, published)
	if err != nil {
		return nil, err
	}
	n := <-published
	arrived, took, err := b.arrivals(ctx, t, home, n)
	if err != nil {
		return nil, err
	}
	return []figure{
		{what: "key to selection, half within", unit: "ms", skein: keys},
		{what: "key to selection, 99 of 100 within", unit: "ms", skein: sample{keys.quantile(0.99)}, goal: atMost(mostGaleKey, fmt.Sprintf("≤ %d ms", mostGaleKey))},
		{what: fmt.Sprintf("posts published in %s", blow), unit: "", skein: sample{float64(n)}},
		{what: "of these kept", unit: "%", skein: sample{100 * float64(arrived) / float64(n)}, goal: atLeast(100, "all")},
		{what: "the last of them after", unit: "ms", skein: sample{milliseconds(took)}},
	}, nil
}

// turns presses j and k in turn until over can be received from.
func (t *terminal) turns(ctx context.Context, over <-chan int) (sample, error) {
	var all sample
	for i := 0; len(over) == 0; i++ {
		if err := t.watch(ctx, rand.N(betweenKeys)); err != nil { //nolint:gosec // when to press a key is no secret
			return nil, err
		}
		before := selected(t.rows())
		pressed, err := t.press([]string{"j", "k"}[i%2])
		if err != nil {
			return nil, err
		}
		drawn, err := t.awaitScreen(ctx, "the selection has moved", func(rows []string) bool { return selected(rows) != before })
		if err != nil {
			return nil, err
		}
		all = append(all, milliseconds(drawn.Sub(pressed)))
	}
	return all, nil
}

// selected is the line at which the selected post begins.
func selected(rows []string) int {
	return slices.IndexFunc(rows, func(row string) bool { return strings.HasPrefix(strings.TrimSpace(row), "▌") })
}

// arrivals counts the posts of the gale that were kept, until all are or no more come.
func (b *bench) arrivals(ctx context.Context, t *terminal, home *e2e.Home, all int) (kept int, took time.Duration, err error) {
	over := time.Now()
	for last, same := -1, 0; same < 10 && kept < all; last = kept {
		if err := t.watch(ctx, settleFor/3); err != nil {
			return 0, 0, err
		}
		err := b.stand.Do(func() {
			out := home.Run(b.stand, "export", "cache", "--since", "10m").Exits(b.stand, 0).Stdout
			kept = strings.Count(out, "Blown in by the gale")
		})
		if err != nil {
			return 0, 0, err
		}
		if took = time.Since(over); kept == last {
			same++
		} else {
			same = 0
		}
	}
	return kept, took, nil
}
