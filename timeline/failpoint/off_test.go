//go:build !failpoints

package failpoint_test

import (
	"testing"
	"time"

	"skein/timeline/failpoint"
)

// The released program must not listen to the environment.
func TestOffDoesNothing(t *testing.T) {
	t.Setenv("SKEIN_FAILPOINT", "a.b:1")
	t.Setenv("SKEIN_TIMESCALE", "50")
	failpoint.Hit("a.b")
	if d := failpoint.Scale(time.Minute); d != time.Minute {
		t.Errorf("a minute became %s", d)
	}
}
