package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"time"

	"skein/config/account"
	"skein/timeline"
	"skein/ui"
)

const (
	pipeMost  = 256 << 10       // bytes of output that are shown
	pipeGrace = 2 * time.Second // for what a command has started and left behind
)

// pipe runs a command line in the person's shell with a post on its standard input, as
// show --json prints it. The command has no terminal: the screen is skein's.
func (a *app) pipe(records []account.Record) ui.Pipe {
	names := namesOf(records)
	return func(ctx context.Context, p *timeline.Post, command string) (timeline.Safe, error) {
		in, err := json.Marshal(asJSON(p, names))
		if err != nil {
			return timeline.Safe{}, fmt.Errorf("as JSON: %w", err)
		}
		shell, flag := a.getenv("SHELL"), "-c"
		switch {
		case runtime.GOOS == "windows":
			shell, flag = "cmd", "/C"
		case shell == "":
			shell = "/bin/sh"
		}
		out := &beginning{most: pipeMost}
		cmd := exec.CommandContext(ctx, shell, flag, command) //nolint:gosec // the person's own command, which is what it is for
		cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(append(in, '\n')), out, out
		cmd.WaitDelay = pipeGrace
		apart(cmd)
		err = cmd.Run()
		return timeline.Clean(out.String()), ended(err)
	}
}

// ended says how a command ended; nil for well.
func ended(err error) error {
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return nil // what it left behind runs on
	case errors.As(err, &exit) && exit.Exited():
		return timeline.Errorf(timeline.CodeRefused, "exit %d", exit.ExitCode())
	case errors.As(err, &exit):
		return timeline.Errorf(timeline.CodeRefused, "ended by a signal")
	}
	return timeline.Errorf(timeline.CodeUnsupported, "it cannot be run: %w", err)
}

// beginning keeps the first bytes of what is written, and takes the rest.
type beginning struct {
	kept bytes.Buffer
	most int
	cut  bool
}

func (b *beginning) Write(p []byte) (int, error) {
	if room := b.most - b.kept.Len(); room < len(p) {
		if !b.cut && room > 0 {
			b.kept.Write(p[:room])
		}
		b.cut = true
		return len(p), nil
	}
	return b.kept.Write(p)
}

// String says where something is missing.
func (b *beginning) String() string {
	if b.cut {
		return b.kept.String() + "\n… and more, which is not shown"
	}
	return b.kept.String()
}
