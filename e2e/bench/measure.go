package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// endWithin bounds one command that is measured.
const endWithin = 2 * time.Minute

// command is a program to be measured.
type command struct {
	argv  []string // argv[0] is a path
	env   []string // all of it; nil is the bench's own
	codes []int    // exit codes that are right; nil is 0
}

// usage is what one run of a command took, with all processes that it waited for.
type usage struct {
	wall, cpu time.Duration
	rss       int64 // bytes, of the largest of its processes
	stdout    string
}

// measure runs a command once.
func (b *bench) measure(ctx context.Context, c command) (usage, error) {
	ctx, cancel := context.WithTimeout(ctx, endWithin)
	defer cancel()
	told, tell, err := os.Pipe()
	if err != nil {
		return usage{}, fmt.Errorf("a pipe to the launcher: %w", err)
	}
	defer told.Close() //nolint:errcheck // it was only read
	cmd := exec.CommandContext(ctx, b.launcher, c.argv...)
	cmd.Env, cmd.ExtraFiles = c.env, []*os.File{tell}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // its own group
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	ran := cmd.Run()
	_ = tell.Close() // the launcher has had its own
	name := strings.Join(append([]string{baseName(c.argv[0])}, c.argv[1:]...), " ")
	code := cmd.ProcessState.ExitCode()
	if ctx.Err() != nil || (ran != nil && code < 0) {
		return usage{}, fmt.Errorf("%s: %w (%w): %s", name, ran, context.Cause(ctx), stderr.String())
	}
	var u usage
	var wall, cpu int64
	if _, err := fmt.Fscan(told, &wall, &cpu, &u.rss, &code); err != nil {
		return usage{}, fmt.Errorf("%s: the launcher tells nothing: %w: %s", name, err, stderr.String())
	}
	if code != 0 && !slices.Contains(c.codes, code) {
		return usage{}, fmt.Errorf("%s: exit code %d: %s%s", name, code, stderr.String(), stdout.String())
	}
	u.wall, u.cpu, u.stdout = time.Duration(wall), time.Duration(cpu), stdout.String()
	return u, nil
}

// series is what the runs of a command took.
type series []usage

func (s series) wall() sample {
	return s.each(func(u usage) float64 { return milliseconds(u.wall) })
}

func (s series) cpu() sample {
	return s.each(func(u usage) float64 { return milliseconds(u.cpu) })
}

func (s series) rss() sample {
	return s.each(func(u usage) float64 { return mebibytes(u.rss) })
}

func (s series) each(of func(usage) float64) sample {
	values := make(sample, len(s))
	for i, u := range s {
		values[i] = of(u)
	}
	return values
}

// contest measures commands in turn, so that what else the machine does falls on all
// of them alike. The first round warms up and does not count. before, which may be
// nil, is called ahead of each run.
func (b *bench) contest(ctx context.Context, rounds int, before func(i int) error, commands ...command) ([]series, error) {
	all := make([]series, len(commands))
	for round := range rounds + 1 {
		for i, c := range commands {
			if before != nil {
				if err := before(i); err != nil {
					return nil, err
				}
			}
			u, err := b.measure(ctx, c)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				all[i] = append(all[i], u)
			}
		}
	}
	return all, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func mebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
