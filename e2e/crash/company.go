package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"time"

	"skein/e2e/crash/terminal"
)

// companyLife is the longest that a skein lives that runs beside the commands.
const companyLife = 600 * time.Millisecond

// company keeps a skein running beside the commands until ctx ends, and kills it
// again and again.
func (s *scene) company(ctx context.Context) error {
	r := rand.New(rand.NewPCG(uint64(s.script.seed), 1)) //nolint:gosec // G404: a run has to be repeatable
	for ctx.Err() == nil {
		life, cancel := context.WithTimeout(ctx, time.Duration(r.Int64N(int64(companyLife))))
		err := s.accompany(life)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

// accompany runs one such skein until ctx ends, and then kills it.
func (s *scene) accompany(ctx context.Context) error {
	home := s.home.With("SKEIN_TIMESCALE="+strconv.Itoa(timescale), "TERM=xterm-256color")
	var cmd *exec.Cmd
	if s.script.company == daemon {
		cmd = home.Command(ctx, "outbox", "drain", "--daemon")
	} else {
		cmd = home.Command(ctx)
		free, err := terminal.Attach(cmd)
		if err != nil {
			return err
		}
		defer free()
	}
	err := cmd.Run()
	if ctx.Err() != nil { // which killed it
		s.mu.Lock()
		defer s.mu.Unlock()
		s.out.kills = append(s.out.kills, "of the "+s.script.company)
		return nil
	}
	return fmt.Errorf("the %s ended by itself: %w", s.script.company, err)
}
