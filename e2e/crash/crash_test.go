package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The first seeds, as the command plays them by the hundred.
func TestSeeds(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	var out strings.Builder
	total, err := run(ctx, options{seeds: 25, first: 1, workers: 4}, &out)
	t.Log(out.String())
	if err != nil {
		t.Fatal(err)
	}
	if len(total.failed) > 0 {
		t.Errorf("seeds %v broke a promise", total.failed)
	}
	if total.runs != 25 || total.operations < 2*25 || len(total.kills) < 10 {
		t.Errorf("%d runs with %d operations and %d kinds of kills prove little", total.runs, total.operations, len(total.kills))
	}
}

// What breaks a promise on a server is found in a run, not only in a story made up.
func TestSabotageIsFound(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for _, kind := range []sabotage{double, lose} {
		t.Run(string(kind), func(t *testing.T) {
			var out strings.Builder
			total, err := run(ctx, options{seeds: 5, first: 1, workers: 5, sabotage: kind}, &out)
			if err != nil {
				t.Fatal(err)
			}
			if want := kind.fault(); total.spoilt == 0 || len(total.failed) != total.spoilt || total.violations[want] < total.spoilt {
				t.Errorf("%d runs were spoilt and %d faulted: %v\n%s", total.spoilt, len(total.failed), total.violations, out.String())
			}
		})
	}
}

// A script is drawn from its seed alone, and a new failpoint leaves most of it as
// it was.
func TestScriptsAreDrawnFromTheirSeed(t *testing.T) {
	points := []string{"a.before", "a.after", "b.before", "b.after"}
	changed := 0
	for seed := range int64(50) {
		one, two, other := write(seed, points), write(seed, points), write(seed, append(points, "c.before"))
		if tell, again := one.String(), two.String(); tell != again {
			t.Fatalf("seed %d is\n%s and\n%s", seed, tell, again)
		}
		if one.String() != other.String() {
			changed++
		}
	}
	if changed == 0 || changed > 45 {
		t.Errorf("a fifth failpoint changed %d scripts of 50", changed)
	}
	if write(1, points).String() == write(2, points).String() {
		t.Error("two seeds have one script")
	}
}
