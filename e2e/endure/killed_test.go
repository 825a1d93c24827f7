package endure_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"skein/e2e"
)

// killedCode is how a shell tells of a program that SIGKILL has ended.
const killedCode = 128 + int(syscall.SIGKILL)

// learn finds the store's failpoints, those that a full screen and a trimming pass, and
// how often each is passed.
func learn(t *testing.T, tw *town) map[string]int {
	t.Helper()
	home := tw.home(t)
	log := file(home, "", "failpoints")
	logged := home.With("SKEIN_FAILPOINT_LOG=" + log)
	var points []string
	term := logged.Terminal(t, columns, lines)
	e2e.Eventually(t, patience, "posts are read, seen and marked", func(context.Context) error {
		b, err := os.ReadFile(log)
		points = strings.Fields(string(b))
		if err == nil && !slices.Contains(points, "store.read.after") {
			err = fmt.Errorf("passed until now: %v", slices.Compact(points))
		}
		return err
	})
	quit(t, term)
	logged.Run(t, "cache", "trim", "--older-than", "1s").Exits(t, 0)
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, p := range strings.Fields(string(b)) {
		if strings.HasPrefix(p, "store.") {
			times[p]++
		}
	}
	for _, known := range []string{"keep", "unread", "read", "trim"} {
		for _, when := range []string{".before", ".after"} {
			if times["store."+known+when] == 0 {
				t.Fatalf("store.%s%s is not among %v", known, when, times)
			}
		}
	}
	return times
}

// A skein that is killed right before or after what it writes is committed leaves a
// home that opens as if nothing had been.
func TestKilledAroundCommits(t *testing.T) {
	t.Parallel()
	tw := startTown(t, 600)
	points := learn(t, tw)
	quiet := tw.chatter(t, 25*time.Millisecond, "around commits")
	t.Run("at", func(t *testing.T) {
		for point, times := range points {
			for at := range min(2, times) {
				name := fmt.Sprint(point, ":", at+1)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					killedAt(t, tw, name)
				})
			}
		}
	})
	quiet()
}

func killedAt(t *testing.T, tw *town, point string) {
	t.Helper()
	home := tw.home(t)
	printed := rows(home.Run(t, "timeline", "-n", "60", "--json").Exits(t, 0).Posts(t))
	doomed := home.With("SKEIN_FAILPOINT=" + point)
	if strings.HasPrefix(point, "store.trim") {
		clear(printed)                                                    // it may be what is trimmed
		doomed.Run(t, "cache", "trim", "--older-than", "1s").Exits(t, -1) // by a signal
	} else {
		term := doomed.Terminal(t, columns, lines)
		if code := waitKilled(t, term); code != killedCode {
			t.Fatalf("it was not killed but ended with %d", code)
		}
	}
	recovered(t, home, printed)
	whole(t, tw, home)
}

// waitKilled scrolls until the program has ended, so that there is always something
// to be marked, and returns its exit code.
func waitKilled(t *testing.T, term *e2e.Terminal) int {
	t.Helper()
	pid := term.Pid(t)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline) && syscall.Kill(pid, 0) == nil; {
		term.SendKeys(t, "j", "j", "j")
		time.Sleep(300 * time.Millisecond) // as a person does
	}
	return term.WaitExit(t)
}

// recovered checks that a home opens, complains of nothing, is sound, and still holds
// what was printed.
func recovered(t *testing.T, home *e2e.Home, printed map[string]e2e.Post) {
	t.Helper()
	result := home.Run(t, "timeline", "--cached", "--json", "-n", "10000").Exits(t, 0)
	if strings.Contains(result.Stderr, "anew") {
		t.Errorf("damage is told: %s", result.Stderr)
	}
	missing(t, "what was printed", printed, rows(result.Posts(t)))
	sound(t, home)
}

// missing tells what is in want and not in have.
func missing(t *testing.T, what string, want, have map[string]e2e.Post) {
	t.Helper()
	n := 0
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if _, ok := have[id]; ok {
			continue
		}
		if n++; n <= 5 {
			t.Errorf("%s is missing: %s of %s, %.80q", what, id, want[id].SortTime, want[id].Text)
		}
	}
	if n > 0 {
		t.Errorf("%s: %d of %d are missing", what, n, len(want))
	}
}

// whole checks that a home reads on without a hole: what it prints is what one prints
// that has never read before.
func whole(t *testing.T, tw *town, home *e2e.Home) {
	t.Helper()
	const n = 150
	fresh := tw.home(t)
	late := time.Now().Add(-time.Second) // what comes meanwhile only one of them may see
	want := rows(fresh.Run(t, "timeline", "-n", fmt.Sprint(n), "--json").Exits(t, 0).Posts(t))
	result := home.Run(t, "timeline", "-n", "3000", "--json").Exits(t, 0)
	maps.DeleteFunc(want, func(_ string, p e2e.Post) bool { return p.SortTime.After(late) })
	missing(t, "what the servers have", want, rows(result.Posts(t)))
	missing(t, "what the servers have, and was kept,", want, kept(t, home))
}

// A home in which skein is killed at any moment, again and again, goes on, and has all
// that the servers have had since it first read.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	const homes, kills = 3, 10
	tw := startTown(t, 300)
	quiet := tw.chatter(t, 40*time.Millisecond, "at any moment")
	t.Run("in", func(t *testing.T) {
		for seed := range uint64(homes) {
			t.Run(fmt.Sprint("home", seed), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(seed, 7))
				home := tw.home(t)
				printed := rows(home.Run(t, "timeline", "-n", "40", "--json").Exits(t, 0).Posts(t))
				for n := range kills {
					if seed == 0 && n%3 == 0 { // more than one page
						tw.burst(t, 100, "at any moment")
					}
					killAt(t, home, time.Duration(r.IntN(700))*time.Millisecond, r.IntN(3) == 0)
					recovered(t, home, printed)
					if r.IntN(3) == 0 {
						maps.Copy(printed, rows(home.Run(t, "timeline", "-n", "20", "--json").Exits(t, 0).Posts(t)))
					}
				}
				wholeSince(t, tw, home)
			})
		}
	})
	quiet()
}

// killAt kills a full screen, or a command, after a time.
func killAt(t *testing.T, home *e2e.Home, after time.Duration, command bool) {
	t.Helper()
	if command {
		after /= 10
		bounded, cancel := context.WithTimeout(t.Context(), after)
		defer cancel()
		cmd := commandOf(bounded, home, "timeline", "-n", "100")
		_ = cmd.Run() // it is killed, or was faster
		return
	}
	term := home.Terminal(t, columns, lines)
	pid := term.Pid(t)
	time.Sleep(after) // the moment is the test
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	term.WaitExit(t)
}

// wholeSince checks that all that was published is kept, once the home has read on.
func wholeSince(t *testing.T, tw *town, home *e2e.Home) {
	t.Helper()
	late := time.Now().Add(-time.Second)
	fresh := tw.home(t)
	want := rows(fresh.Run(t, "timeline", "-n", "3000", "--json").Exits(t, 0).Posts(t))
	maps.DeleteFunc(want, func(_ string, p e2e.Post) bool {
		return p.SortTime.After(late) || !strings.Contains(p.Text, "at any moment")
	})
	if len(want) < 100 {
		t.Fatalf("%d posts prove little", len(want))
	}
	result := home.Run(t, "timeline", "-n", "3000", "--json").Exits(t, 0)
	missing(t, "what the servers have", want, rows(result.Posts(t)))
	missing(t, "what the servers have, and was kept,", want, kept(t, home))
}
