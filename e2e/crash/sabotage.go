package main

import (
	"context"

	"skein/e2e/crash/history"
)

// sabotage is a way to break the promise behind skein's back, to see that it is
// found.
type sabotage string

// The ways.
const (
	double sabotage = "double" // a post is published once more
	lose   sabotage = "lose"   // a post is taken away
)

// fault is what has to be found.
func (s sabotage) fault() history.Fault {
	if s == double {
		return history.Duplicate
	}
	return history.Lost
}

// meddle breaks the promise of the run's first post that was surely sent, if there
// is one.
func (s *scene) meddle(ctx context.Context) error {
	for _, d := range s.out.history.Journal {
		if d.Kind != history.KindPost || d.State != history.Sent || len(d.Posts) == 0 {
			continue
		}
		for _, p := range s.out.history.Truth.Posts {
			if p.Network == d.Network && p.ID == d.Posts[0] {
				s.out.spoilt = true
				return s.stage.Spoil(ctx, p, s.spoil == double)
			}
		}
	}
	return nil
}
