package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"skein/e2e/crash/history"
	"skein/e2e/crash/stage"
)

// The bounds of what comes after a run's last fault.
const (
	mostDrains = 12
	settleFor  = 10 * time.Second
	afterAll   = 350 * time.Millisecond // the slowest server has done by then what it was asked
)

// player plays scripts on one stage, one at a time.
type player struct {
	stage   *stage.Stage
	program string
	dir     string // of the homes
	points  []string
	keep    bool // leave the homes of failed runs behind
	spoil   sabotage
}

// scene is one run while it is played.
type scene struct {
	*player
	script script
	home   stage.Home

	mu       sync.Mutex
	asked    map[*step]*history.Command
	order    []*step
	subjects map[*step]stage.Subject
	posted   map[*step]map[string]string // step → network → the id of its post
	out      outcome
	started  time.Time
}

// play plays the script of a seed and checks what came of it.
func (p *player) play(ctx context.Context, seed int64) (outcome, error) {
	s := &scene{
		player: p, script: write(seed, p.points), started: time.Now(),
		asked: map[*step]*history.Command{}, subjects: map[*step]stage.Subject{}, posted: map[*step]map[string]string{},
	}
	s.out.script = s.script
	err := s.run(ctx)
	s.out.took = time.Since(s.started)
	if err != nil {
		return s.out, fmt.Errorf("seed %d: %w", seed, err)
	}
	if p.keep && len(s.out.found)+len(s.out.broken) > 0 {
		return s.out, nil
	}
	return s.out, os.RemoveAll(s.home.Dir)
}

func (s *scene) run(ctx context.Context) error {
	if err := s.stage.Renew(ctx, s.script.servers); err != nil {
		return err
	}
	var err error
	if s.home, err = s.stage.Home(filepath.Join(s.dir, fmt.Sprint(s.script.seed)), s.program); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.storm(ctx); err != nil {
		return err
	}
	if err := s.calm(ctx); err != nil {
		return err
	}
	return s.check(ctx)
}

// prepare has somebody write what the steps act upon.
func (s *scene) prepare(ctx context.Context) error {
	for _, lane := range s.script.lanes {
		for _, st := range lane {
			s.order = append(s.order, st)
			s.asked[st] = &history.Command{Kind: st.kind, Mark: st.mark, Length: st.length, Networks: st.targets()}
			if st.network == "" || st.kind == history.KindDelete {
				continue
			}
			for _, n := range s.stage.Networks {
				if n.Name() != st.network {
					continue
				}
				subject, err := n.Write(ctx, fmt.Sprintf("subject %d of seed %d", len(s.order), s.script.seed))
				if err != nil {
					return err
				}
				s.subjects[st] = subject
				if st.kind == history.KindPost {
					s.asked[st].Parent = subject.ID
				} else {
					s.asked[st].On = subject.ID
				}
			}
		}
	}
	return nil
}

// storm is the part of the run in which everything fails.
func (s *scene) storm(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	weather, stop := context.WithCancel(ctx)
	defer stop()
	var around, lanes sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	failed := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		errs = append(errs, err)
	}
	for _, n := range s.stage.Networks {
		w := s.script.weather[n.Name()]
		for i, proxy := range n.Proxies() {
			proxy.Choose(w.chooser(i))
		}
		around.Go(func() { failed(w.blow(weather, n.Proxies())) })
	}
	if s.script.company != nobody {
		around.Go(func() { failed(s.company(weather)) })
	}
	for _, lane := range s.script.lanes {
		lanes.Go(func() {
			for _, st := range lane {
				failed(s.perform(ctx, st))
			}
		})
	}
	lanes.Wait()
	stop()
	around.Wait()
	return errors.Join(errs...)
}

// calm lifts every fault and sends what is left, as the next start of skein would.
func (s *scene) calm(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := s.stage.Lift(ctx); err != nil {
		return err
	}
	for range mostDrains {
		e, err := s.skein(ctx, nil, "", "outbox", "drain", "--wait", "10s")
		if err != nil {
			return err
		}
		if s.out.history.Journal, err = s.journal(ctx); err != nil {
			return fmt.Errorf("after a drain that ended with %d: %w: %s", e.code, err, e.stderr)
		}
		if len(history.Open(s.out.history.Journal)) == 0 {
			break
		}
	}
	sleep(ctx, afterAll)
	return s.stage.Lift(ctx)
}

// journal is what the outbox has.
func (s *scene) journal(ctx context.Context) ([]history.Delivery, error) {
	e, err := s.skein(ctx, nil, "", "outbox", "list", "--all", "--json", "-n", "10000")
	if err != nil {
		return nil, err
	}
	if e.code != exitSent {
		return nil, fmt.Errorf("skein outbox list ended with %d: %s", e.code, e.stderr)
	}
	return deliveries(e.stdout)
}

// check compares the three stories.
func (s *scene) check(ctx context.Context) error {
	h := &s.out.history
	for _, st := range s.order {
		if s.asked[st].Kind != "" {
			h.Asked = append(h.Asked, *s.asked[st])
		}
	}
	h.Doubtful = map[string]bool{stage.Mastodon: s.script.servers.Mastodon.Doubtful()}
	var err error
	if h.Truth, err = s.stage.Read(ctx, s.script.seed); err != nil {
		return err
	}
	if s.spoil != "" {
		if err := s.meddle(ctx); err != nil {
			return err
		}
		if h.Truth, err = s.stage.Read(ctx, s.script.seed); err != nil {
			return err
		}
	}
	s.out.found = history.Check(*h)
	return nil
}

// skein runs a command and counts it.
func (s *scene) skein(ctx context.Context, k *kill, stdin string, args ...string) (ended, error) {
	e, err := attempt(ctx, s.home, k, stdin, args...)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out.commands++
	how := fmt.Sprintf("exit %d", e.code)
	if e.hung {
		s.out.broken = append(s.out.broken, fmt.Sprintf("skein %q does not end within %s: %s", args, mustEnd, e.stderr))
	}
	if e.killed {
		s.out.kills = append(s.out.kills, e.point)
		how = "killed at " + e.point
	}
	s.out.log = append(s.out.log, fmt.Sprintf("%6d ms  skein %q: %s\n%s%s",
		time.Since(s.started).Milliseconds(), args, how, e.stdout, e.stderr))
	return e, err
}
