//go:build failpoints

package store_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// A process that ends right before or after a commit leaves what was committed, and
// nothing of what was not.
func TestEndsAroundCommits(t *testing.T) {
	seed := 0
	for _, point := range []string{
		"store.keep.before", "store.keep.after", "store.unread.before", "store.unread.after", "store.read.before", "store.read.after",
	} {
		for _, at := range []int{1, 2, 7} {
			t.Run(fmt.Sprint(point, ":", at), func(t *testing.T) {
				dir := t.TempDir()
				cmd := process(t.Context(), dir, seed, 400, fmt.Sprintf("SKEIN_FAILPOINT=%s:%d", point, at))
				out, err := cmd.Output()
				var exit *exec.ExitError
				if !errors.As(err, &exit) || exit.Exited() {
					t.Fatalf("it was not killed: %v, %s", err, out)
				}
				told := 0
				for rest := string(out); rest != ""; { // the last line counts
					if _, err := fmt.Sscanf(rest, "%d", &told); err != nil {
						break
					}
					rest = rest[len(fmt.Sprintln(told)):]
				}
				c := openCache(t, dir)
				held := heldBy(t, c, seed, told)
				want := at * perHaul
				if point == "store.keep.before" {
					want -= perHaul
				}
				if held != want {
					t.Errorf("%d posts are held, not %d", held, want)
				}
				sound(t, dir)
			})
			seed++
		}
	}
}

// The same of mutes.
func TestEndsAroundMuting(t *testing.T) {
	for point, lost := range map[string]int{"store.mute.before": 1, "store.mute.after": 0} {
		for _, at := range []int{1, 2, 7} {
			t.Run(fmt.Sprint(point, ":", at), func(t *testing.T) {
				dir := t.TempDir()
				cmd := exec.CommandContext(t.Context(), os.Args[0])
				cmd.Env = append(os.Environ(), muteVar+"="+dir, seedVar+"=1", countVar+"=20", fmt.Sprintf("SKEIN_FAILPOINT=%s:%d", point, at))
				out, err := cmd.Output()
				var exit *exec.ExitError
				if !errors.As(err, &exit) || exit.Exited() {
					t.Fatalf("it was not killed: %v, %s", err, out)
				}
				list, _ := muted(t, open(t, dir))
				calls := at - lost
				if want := (calls+1)/2 + min(calls/2, 1); len(list) != want {
					t.Errorf("%d mutes are kept, not %d", len(list), want)
				}
			})
		}
	}
}
