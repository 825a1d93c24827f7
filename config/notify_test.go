package config

import (
	"testing"
	"time"
)

func TestNotify(t *testing.T) {
	n := Notify{Quiet: "22:00-07:30", Kinds: []string{"mention"}, Command: []string{"notify-send"}}
	if from, to := n.QuietHours(); n.check() != nil || from != 22*time.Hour || to != 7*time.Hour+30*time.Minute {
		t.Errorf("quiet from %s to %s: %v", from, to, n.check())
	}
	for _, bad := range []Notify{{Quiet: "22-7"}, {Quiet: "at night"}, {Kinds: []string{"poke"}}, {Command: []string{" "}}} {
		if bad.check() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
