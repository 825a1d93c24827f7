//go:build failpoints

package failpoint_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"skein/timeline/failpoint"
)

const childVar = "SKEIN_FAILPOINT_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVar) == "" {
		os.Exit(m.Run())
	}
	failpoint.Hit("a.b")
	failpoint.Hit("other")
	if failpoint.Scale(time.Minute) != time.Second {
		os.Exit(3)
	}
	failpoint.Hit("a.b")
	os.Exit(4) // was to be killed
}

func TestKillsAtTheNthHit(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // the test itself
	cmd.Env = append(os.Environ(), childVar+"=1", "SKEIN_FAILPOINT=never:1,a.b:2", "SKEIN_TIMESCALE=60", "SKEIN_FAILPOINT_LOG="+log)
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.Exited() {
		t.Errorf("ended by itself: %v", err)
	}
	if b, err := os.ReadFile(log); err != nil || string(b) != "a.b\nother\na.b\n" {
		t.Errorf("logged %q, %v", b, err)
	}
}
