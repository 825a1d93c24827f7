package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"skein/e2e/crash/history"
	"skein/e2e/crash/stage"
)

// timescale divides skein's waits.
const timescale = 60

// patience is how long a command waits for its deliveries, and within what time it
// has to end at all.
const (
	patience = "500ms"
	mustEnd  = 30 * time.Second
)

// exitSent is the exit code of a command that has done everything.
const exitSent = 0

// ended is how one attempt at a command went.
type ended struct {
	code   int // -1 when it was killed
	killed bool
	point  string // the failpoint that killed it, "" for none
	hung   bool   // it did not end in time
	stdout string
	stderr string
}

// receipts are the lines that it printed about deliveries.
func (e ended) receipts() []history.Delivery {
	rows, err := deliveries(e.stdout)
	if err != nil {
		return nil // cut off in the middle of a line
	}
	return rows
}

// attempt runs a command once, and kills it as k says; nil lets it end by itself.
func attempt(ctx context.Context, home stage.Home, k *kill, stdin string, args ...string) (ended, error) {
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, mustEnd)
	defer cancel()
	home = home.With("SKEIN_TIMESCALE=" + strconv.Itoa(timescale))
	if k != nil && k.point.name != "" {
		home = home.With("SKEIN_FAILPOINT=" + k.point.String())
	}
	cmd := home.Command(ctx, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGQUIT) } // Go then tells what it was at
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	if err := cmd.Start(); err != nil {
		return ended{}, fmt.Errorf("start skein: %w", err)
	}
	if k != nil && k.point.name == "" {
		timer := time.AfterFunc(k.after, func() { _ = cmd.Process.Kill() }) // it may have ended
		defer timer.Stop()
	}
	err := cmd.Wait()
	e := ended{code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	switch {
	case whole.Err() != nil: // the harness itself is to end
		return e, whole.Err()
	case ctx.Err() != nil:
		e.hung, e.killed = true, true
		return e, nil
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return e, fmt.Errorf("skein %s: %w", strings.Join(args, " "), err)
	}
	if e.killed = e.code < 0; e.killed && k != nil {
		e.point = k.point.name
	}
	return e, nil
}

// line is one line of skein's JSON about a target.
type line struct {
	Type      string   `json:"type"`
	Operation string   `json:"operation"`
	Network   string   `json:"network"`
	Kind      string   `json:"kind"`
	State     string   `json:"state"`
	ID        string   `json:"id"`  // of the post, or of the one acted upon
	IDs       []string `json:"ids"` // of the posts of a thread
	Summary   string   `json:"summary"`
}

// deliveries reads the lines of stdout that are about targets.
func deliveries(stdout string) ([]history.Delivery, error) {
	var rows []history.Delivery
	for text := range strings.Lines(stdout) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			return rows, fmt.Errorf("%q is no JSON line: %w", text, err)
		}
		if l.Type != "receipt" {
			continue
		}
		d := history.Delivery{Operation: l.Operation, Network: l.Network, Kind: l.Kind, State: l.State}
		switch {
		case d.Kind != history.KindPost:
			d.On = l.ID
		case len(l.IDs) > 0:
			d.Posts = l.IDs
		case l.ID != "":
			d.Posts = []string{l.ID}
		}
		if d.Kind == history.KindPost {
			d.Mark, _ = history.Read(l.Summary)
		}
		rows = append(rows, d)
	}
	return rows, nil
}
