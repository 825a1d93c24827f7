package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"skein/e2e/crash/fault"
	"skein/e2e/crash/stage"
)

// runsAStage is after how many runs the servers are started anew: their answers
// grow with what was published before.
const runsAStage = 40

// theatre has what all workers share.
type theatre struct {
	dir     string
	program string
	points  []string
	stage   stage.Options
	keep    bool
	spoil   sabotage
	end     func()
}

// open builds skein, starts the real servers where they are wanted, and learns the
// failpoints.
func open(ctx context.Context, o options, counts *fault.Counts) (*theatre, error) {
	t := &theatre{keep: o.keep, spoil: o.sabotage, end: func() {}}
	var err error
	if t.dir, err = os.MkdirTemp("", "skein-crash-"); err != nil {
		return nil, fmt.Errorf("a folder for the runs: %w", err)
	}
	if t.program, err = stage.Program(ctx, t.dir); err != nil {
		return t, err
	}
	t.stage = stage.Options{Program: t.program, Counts: counts}
	if o.real {
		if err := t.real(ctx); err != nil {
			return t, err
		}
	}
	t.points, err = t.learn(ctx)
	return t, err
}

// close ends the servers, and removes everything but the homes that are to be
// kept.
func (t *theatre) close() {
	t.end()
	if t.keep {
		_ = os.Remove(t.dir) // which works where nothing is kept
		return
	}
	_ = os.RemoveAll(t.dir) // it is a temporary folder
}

// work plays seeds on stages of its own.
func (t *theatre) work(ctx context.Context, seeds <-chan int64, done func(outcome)) (err error) {
	var p *player
	defer func() {
		if p != nil {
			err = errors.Join(err, p.stage.Close())
		}
	}()
	for n := 0; ; n++ {
		seed, more := <-seeds
		if !more {
			return nil
		}
		if n%runsAStage == 0 {
			if p != nil {
				if err := p.stage.Close(); err != nil {
					return err
				}
				p = nil
			}
			s, err := stage.Open(ctx, t.stage)
			if err != nil {
				return err
			}
			p = &player{stage: s, program: t.program, dir: t.dir, points: t.points, keep: t.keep, spoil: t.spoil}
		}
		r, err := p.play(ctx, seed)
		if err != nil {
			return err
		}
		done(r)
	}
}
