package outbox_test

import (
	"testing"
	"testing/synctest"

	"skein/timeline"
)

func TestSendsToEachTargetOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newNetwork("a"), newNetwork("b")
		o := openAt(t, t.TempDir(), a, b)
		op := add(t, o, "hello", a, b)
		ds := drain(t, o, op.ID)
		equal(t, "states", states(ds), []timeline.DeliveryState{timeline.Sent, timeline.Sent})
		equal(t, "a", a.published(), []string{"hello"})
		equal(t, "b", b.published(), []string{"hello"})
		if again := drain(t, o); len(again) != 0 {
			t.Errorf("%v is left", states(again))
		}
	})
}
