package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"skein/e2e"
	"skein/timeline"
	"skein/timeline/store"
)

// The goals of the full screen.
const (
	mostOpening  = 80 // ms
	mostKey      = 25 // ms, of 99 in 100
	mostResident = 80 // MiB
	mostIdle     = 1  // % of a CPU
)

// How far and how long.
const (
	scrolled  = 50_000 // posts
	presses   = 500
	idleFor   = 20 * time.Second
	settleFor = 3 * time.Second
	// atOnce is how many screens down are typed before the frame is waited for, each of
	// aScreen posts or so; it is looked where the reader is after lookEvery of these.
	atOnce    = 4
	aScreen   = 5
	lookEvery = 100
	// restFor is longer than the reader has to rest for the place to be kept.
	restFor = 1500 * time.Millisecond
)

func tuiStudy() study {
	return study{
		name: "tui", title: "The full screen",
		method: fmt.Sprintf("skein on a pseudo-terminal of %d×%d that answers as a terminal does, with the servers up: from exec until posts are drawn from head to foot;\n", columns, lines) +
			"from a key (j) to the last byte drawn for it, keys falling anywhere between two frames; memory after scrolling down by screens; CPU while nothing happens.",
		run: func(ctx context.Context, b *bench) ([]figure, error) {
			s, err := b.full(ctx)
			if err != nil {
				return nil, err
			}
			page, err := b.longText()
			if err != nil {
				return nil, err
			}
			opening, err := b.openings(ctx, s, page, "servers up")
			if err != nil {
				return nil, err
			}
			use, err := b.use(ctx, s, page)
			return append(opening, use...), err
		},
	}
}

func offlineStudy() study {
	return study{
		name: "offline", title: "The full screen, on a train",
		method: "The same start, after the servers were stopped: nothing listens where they were.\n" +
			"What is drawn comes from the cache; that the networks do not answer is told in the head.",
		run: func(ctx context.Context, b *bench) ([]figure, error) {
			s, err := b.full(ctx)
			if err != nil {
				return nil, err
			}
			t, err := b.servers(ctx)
			if err != nil {
				return nil, err
			}
			if err := t.Stop(); err != nil {
				return nil, fmt.Errorf("stop the sandbox: %w", err)
			}
			page, err := b.longText()
			if err != nil {
				return nil, err
			}
			return b.openings(ctx, s, page, "servers down")
		},
	}
}

// openings measures the start, beside that of less.
func (b *bench) openings(ctx context.Context, s *shelf, page, how string) ([]figure, error) {
	skein, err := b.opening(ctx, b.rounds(20), isFull, s.home.Environment(), b.skein)
	if err != nil {
		return nil, err
	}
	f := figure{
		what: "exec to full screen, " + how, unit: "ms", skein: skein, beside: "less", absent: "not installed here",
		goal: atMost(mostOpening, fmt.Sprintf("≤ %d ms", mostOpening)),
	}
	if less, err := exec.LookPath("less"); err == nil {
		if f.other, err = b.opening(ctx, b.rounds(20), isDrawn, s.home.Environment(), less, page); err != nil {
			return nil, err
		}
	}
	return []figure{f}, nil
}

// isDrawn tells whether there is something on every line.
func isDrawn(rows []string) bool { return !slices.Contains(rows, "") }

// longText is a file for less, with enough lines for every press of a key.
func (b *bench) longText() (string, error) {
	var text strings.Builder
	for i := range 2 * presses {
		fmt.Fprintf(&text, "%4d %s\n", i, strings.Repeat("a line of a file ", 5))
	}
	path := filepath.Join(b.dir, "long.txt")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		return "", fmt.Errorf("a text for less: %w", err)
	}
	return path, nil
}

// use measures keys, scrolling and idling in one run of skein.
func (b *bench) use(ctx context.Context, s *shelf, page string) (_ []figure, err error) {
	t, err := openTerminal(ctx, s.home.Environment(), b.skein)
	if err != nil {
		return nil, err
	}
	defer t.close()
	if _, err := t.awaitScreen(ctx, "the first full screen", isFull); err != nil {
		return nil, err
	}
	m, err := memoryOf(t.pid())
	if err != nil {
		return nil, err
	}
	first := figure{what: "resident at the first full screen", unit: "MiB", skein: sample{mebibytes(m.now)}}
	settle, span, far := settleFor, idleFor, min(scrolled, s.posts/4)
	if b.quick {
		settle, span = time.Second, time.Second
	}
	if err := t.watch(ctx, settle); err != nil {
		return nil, err
	}
	idle, err := t.idle(ctx, span)
	if err != nil {
		return nil, err
	}
	keys, err := t.keys(ctx, b.presses(), "j")
	if err != nil {
		return nil, err
	}
	figures, err := b.keyFigures(ctx, s.home, keys, page)
	if err != nil {
		return nil, err
	}
	reached, err := t.scroll(ctx, s, far)
	if err != nil {
		return nil, err
	}
	m, err = memoryOf(t.pid())
	after := fmt.Sprintf("resident after scrolling %s posts", number(float64(reached)))
	return append(
		figures,
		first,
		figure{
			what: after, unit: "MiB", skein: sample{mebibytes(m.now)},
			goal: atMost(mostResident, fmt.Sprintf("≤ %d MiB", mostResident)),
		},
		figure{what: after + ", at most ever", unit: "MiB", skein: sample{mebibytes(m.most)}},
		figure{
			what: fmt.Sprintf("CPU while idle, over %s", span), unit: "%", skein: idle,
			goal: atMost(mostIdle, fmt.Sprintf("≤ %d %%", mostIdle)),
		},
	), err
}

// presses is how many keys are measured.
func (b *bench) presses() int {
	if b.quick {
		return 10
	}
	return presses
}

// keyFigures are those of a key, beside other programs on the same terminal.
func (b *bench) keyFigures(ctx context.Context, home *e2e.Home, keys sample, page string) ([]figure, error) {
	env := home.Environment()
	var figures []figure
	for _, floor := range []struct {
		name, key string
		argv      []string
		ready     func([]string) bool
	}{
		{"less", "j", []string{"less", page}, isDrawn},
		{"cat", "j", []string{"cat"}, nil},
	} {
		f := figure{what: "key to frame, half within", unit: "ms", skein: keys, beside: floor.name, absent: "not installed here"}
		slow := figure{
			what: "key to frame, 99 of 100 within", unit: "ms", skein: sample{keys.quantile(0.99)}, beside: floor.name, absent: f.absent,
			goal: atMost(mostKey, fmt.Sprintf("≤ %d ms", mostKey)),
		}
		if path, err := exec.LookPath(floor.argv[0]); err == nil {
			floor.argv[0] = path
			if f.other, err = b.typing(ctx, b.presses(), floor.key, floor.ready, env, floor.argv...); err != nil {
				return nil, err
			}
			slow.other = sample{f.other.quantile(0.99)}
		}
		figures = append(figures, f, slow)
	}
	return figures, nil
}

// scroll goes down by screens until the reader is at least so many posts below the
// newest, and returns how many.
func (t *terminal) scroll(ctx context.Context, s *shelf, posts int) (int, error) {
	marks, err := store.Open(ctx, filepath.Join(s.home.Dir, "state"))
	if err != nil {
		return 0, err
	}
	defer marks.Close() //nolint:errcheck // it was only read
	step := max(1, min(lookEvery, posts/(atOnce*aScreen)))
	for last := -1; ; {
		for range step {
			if _, err := t.press(strings.Repeat(" ", atOnce)); err != nil {
				return 0, err
			}
			if _, err := t.awaitQuiet(ctx, frameWithin, quietAfter/2); err != nil {
				return 0, err
			}
		}
		if err := t.watch(ctx, restFor); err != nil {
			return 0, err
		}
		reached, err := s.above(ctx, marks)
		switch {
		case err != nil:
			return 0, err
		case reached >= posts:
			return reached, nil
		case reached <= last:
			return reached, errors.Join(fmt.Errorf("scrolling stops %d posts below the newest:\n%s", reached, strings.Join(t.rows(), "\n")))
		}
		last = reached
	}
}

// above is how many of the shelf's posts are above the place where the reader is, as
// skein has kept it.
func (s *shelf) above(ctx context.Context, marks timeline.Marks) (int, error) {
	at, known, err := marks.Position(ctx, "home")
	if err != nil || !known {
		return 0, errors.Join(errors.New("skein has not kept the reader's place"), err)
	}
	i, _ := slices.BinarySearchFunc(s.times, at.At.Time, time.Time.Compare)
	return len(s.times) - i, nil
}
