package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"skein/e2e/crash/fault"
	"skein/e2e/crash/history"
	"skein/e2e/crash/stage"
)

// learnSeed marks the posts of learn; no run has it.
const learnSeed = 0

// learn finds the failpoints that there are: it has skein log those that it passes
// in each kind of command, with nothing wrong, and with every first answer lost.
func (t *theatre) learn(ctx context.Context) (points []string, err error) {
	s, err := stage.Open(ctx, t.stage)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Renew(ctx, stage.Servers{Mastodon: stage.HonourKey}); err != nil {
		return nil, err
	}
	home, err := s.Home(filepath.Join(t.dir, "learn"), t.program)
	if err != nil {
		return nil, err
	}
	log := filepath.Join(home.Dir, "failpoints")
	home = home.With("SKEIN_FAILPOINT_LOG=" + log)
	texts := 0
	post := func(f form) error {
		texts++
		st := &step{kind: history.KindPost, form: f, length: partsOfText, mark: history.NewMark(learnSeed, texts)}
		_, err := attempt(ctx, home, nil, st.text(), "post", "--to", "all", "--wait="+patience)
		return err
	}
	err = errors.Join(post(plain), post(thread))
	for _, n := range s.Networks {
		subject, werr := n.Write(ctx, "to be liked")
		_, lerr := attempt(ctx, home, nil, "", "like", subject.Ref)
		err = errors.Join(err, werr, lerr)
		for _, p := range n.Proxies() {
			p.Choose(loseFirst())
		}
	}
	err = errors.Join(err, post(plain), s.Lift(ctx))
	_, derr := attempt(ctx, home, nil, "", "outbox", "drain")
	if err = errors.Join(err, derr); err != nil {
		return nil, err
	}
	logged, err := os.ReadFile(log)
	if err != nil {
		return nil, fmt.Errorf("skein passes no failpoint: %w", err)
	}
	points = strings.Fields(string(logged))
	slices.Sort(points)
	return slices.Compact(points), os.RemoveAll(home.Dir)
}

// loseFirst loses the answer to the first write of each kind.
func loseFirst() fault.Chooser {
	var mu sync.Mutex
	seen := map[fault.Request]bool{}
	return func(q fault.Request) fault.Fault {
		mu.Lock()
		defer mu.Unlock()
		if !q.Write() || seen[q] {
			return fault.Fault{}
		}
		seen[q] = true
		return fault.Fault{Kind: fault.DropAnswer}
	}
}
