package account

import (
	"context"
	"errors"
	"testing"
)

// A Talk asks again, unless nobody was asked or the answer was preset.
func TestTalk(t *testing.T) {
	wrong := errors.New("wrong")
	question := Question{Name: "server"}
	dropped := 0
	for _, c := range []struct {
		name   string
		preset Preset
		asks   bool
		ends   bool
	}{
		{"asked", nil, true, false},
		{"not asked", nil, false, true},
		{"preset", Preset{"server": "x"}, true, true},
	} {
		dropped = 0
		k := Talk{Preset: c.preset, Failed: func() { dropped++ }}
		took := func(context.Context, Answer) (Step, error) { return k.Unserved("server", wrong) }
		k.Begin(func(ctx context.Context, a Answer) (Step, error) {
			if c.asks {
				return k.Ask(question, took)
			}
			return took(ctx, a)
		})
		step, err := k.Next(t.Context(), Answer{})
		if c.asks {
			if step != Step(question) || err != nil || k.Asked() != Step(question) {
				t.Fatalf("%s: %v, %v", c.name, step, err)
			}
			step, err = k.Next(t.Context(), Answer{Text: "y"})
		}
		if !errors.Is(err, wrong) || (step == nil) != c.ends || (dropped == 1) != c.ends {
			t.Errorf("%s: %v, %v, dropped %d times", c.name, step, err, dropped)
		}
		if _, err := k.Next(t.Context(), Answer{}); errors.Is(err, errOver) != c.ends {
			t.Errorf("%s: afterwards %v", c.name, err)
		}
	}
	var k Talk
	k.Begin(func(context.Context, Answer) (Step, error) { return k.Done(Finished{Record: Record{Name: "n"}}) })
	step, err := k.Next(t.Context(), Answer{})
	if f, ok := step.(Finished); err != nil || !ok || f.Record.Name != "n" {
		t.Errorf("%v, %v", step, err)
	}
	if _, err := k.Next(t.Context(), Answer{}); !errors.Is(err, errOver) {
		t.Errorf("after the end: %v", err)
	}
}
