package outbox_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"skein/outbox"
	"skein/timeline"
)

// TestDeathAtEveryPoint ends the process at each point that a run passes, once
// before and once after each commit, and lets the next one go on.
func TestDeathAtEveryPoint(t *testing.T) {
	seen := map[string]int{}
	for at := 1; ; at++ {
		point := ""
		synctest.Test(t, func(t *testing.T) { point = dieAt(t, at) })
		if point == "" {
			break // the run ended before
		}
		seen[point]++
	}
	for _, point := range []string{
		"add.before", "add.after", "claim.before", "claim.after", "note.before", "note.after", "prepare.before", "prepare.after",
		"sending.before", "sending.after", "send.before", "send.after", "outcome.before", "outcome.after", "settle.before", "settle.after",
	} {
		if seen["outbox."+point] == 0 {
			t.Errorf("the run did not pass %s; it passed %v", point, seen)
		}
	}
}

// dieAt ends the process at its nth point, and returns the point's name.
func dieAt(t *testing.T, nth int) (point string) {
	n := newNetwork("a")
	n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
		out := arrive()
		if i == 2 { // one answer is lost
			return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeOffline, "lost")}
		}
		return out
	}
	dir := t.TempDir()
	o := openAt(t, dir, n)
	died := make(chan struct{})
	var mu sync.Mutex
	var passed int
	dead := errors.New("died")
	o.Trap(func(p string) error {
		mu.Lock()
		defer mu.Unlock()
		if passed++; passed == nth {
			point = p
			close(died)
		}
		if passed >= nth {
			return dead
		}
		return nil
	})
	op, err := o.Add(t.Context(), planOf(outbox.Draft{Text: "one|two"}, n), outbox.Added{Key: "k"})
	promised := err == nil
	done := make(chan struct{})
	go func() {
		defer close(done)
		if promised {
			_, _ = o.Drain(t.Context(), op.ID)
		}
	}()
	select {
	case <-died:
	case <-done:
	}
	o.Die()
	<-done

	next := openAt(t, dir, n)
	again, err := next.Add(t.Context(), planOf(outbox.Draft{Text: "one|two"}, n), outbox.Added{Key: "k"})
	if err != nil {
		t.Fatalf("%s: %v", point, err)
	}
	if promised && again.ID != op.ID {
		t.Errorf("%s: the promised operation is lost", point)
	}
	equal(t, point, states(drain(t, next, again.ID)), []timeline.DeliveryState{"sent", "sent"})
	equal(t, point, n.published(), []string{"one", "two"})
	n.check(t)
	return point
}
