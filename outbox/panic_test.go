package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"skein/outbox"
	"skein/timeline"
)

// An adapter that panics takes neither the program nor the post with it: what it was
// sending may be there, and is asked for.
func TestAPanicLosesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		script func(*network)
		calls  string
		first  timeline.DeliveryState // after the panic
	}{
		"preparing": {func(n *network) {
			n.prepare = func(i int, _ timeline.Intent) error {
				if i == 1 {
					panic("what is this")
				}
				return nil
			}
		}, "prepare upload prepare send", timeline.Queued},
		"sending": {func(n *network) {
			n.send = func(_ int, arrive func() timeline.Outcome) timeline.Outcome {
				arrive()
				panic("what is this")
			}
		}, "prepare upload send settle", timeline.Unknown},
		"settling": {func(n *network) {
			n.send = func(_ int, arrive func() timeline.Outcome) timeline.Outcome {
				arrive()
				return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeOffline, "lost")}
			}
			n.settle = func(i int, find func() timeline.Outcome) timeline.Outcome {
				if i == 1 {
					panic("what is this")
				}
				return find()
			}
		}, "prepare upload send settle settle", timeline.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork("a")
				c.script(n)
				var sink ledger
				o := openWith(t, outbox.Options{Dir: t.TempDir(), Sink: &sink}, n)
				op := add(t, o, "hello", n)
				if d := drain(t, o, op.ID)[0]; d.State != timeline.Sent {
					t.Errorf("%s: %s", d.State, d.Message)
				}
				equal(t, "published", n.published(), []string{"hello"})
				if got := strings.Join(n.did(), " "); got != c.calls {
					t.Errorf("calls: %s, not %s", got, c.calls)
				}
				var told bool
				for _, d := range sink.told {
					told = told || d.State == c.first && strings.Contains(d.Message.String(), "what is this")
				}
				if !told {
					t.Errorf("nobody was told of the panic as %s: %v", c.first, sink.states(op.ID))
				}
			})
		})
	}
}

// What is called off between the commit and the first byte was not sent, and the
// next process need not ask whether it was.
func TestCalledOffBeforeTheFirstByteIsAsItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		o := openAt(t, t.TempDir(), n)
		op := add(t, o, "hello", n)
		ctx, cancel := context.WithCancel(t.Context())
		o.Trap(func(point string) error {
			if point == "outbox.sending.after" {
				cancel()
				synctest.Wait()
			}
			return nil
		})
		ds, err := o.Drain(ctx, op.ID)
		if err != nil || ds[0].State != timeline.Ready || ds[0].Tries != 0 || ds[0].Code != "" || !ds[0].Message.Empty() {
			t.Errorf("%+v, %v", ds, err)
		}
		o.Trap(func(string) error { return nil })
		if d := drain(t, o, op.ID)[0]; d.State != timeline.Sent || n.sends != 1 || n.settles != 0 || !n.requests[0].First.IsZero() {
			t.Errorf("%s after %v", d.State, n.did())
		}
	})
}

// A commit of the bytes that fails changes nothing of the delivery.
func TestAFullDiskBeforeSendingIsNoAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		o := openAt(t, t.TempDir(), n)
		op := add(t, o, "hello", n)
		const fail = `CREATE TRIGGER full BEFORE UPDATE ON delivery WHEN new.state = 'sending' BEGIN SELECT RAISE(ABORT, 'full'); END`
		if err := o.Query(fail); !errors.Is(err, sql.ErrNoRows) {
			t.Fatal(err)
		}
		n.prepare = func(i int, _ timeline.Intent) error {
			if i == 2 {
				if err := o.Query("DROP TRIGGER full"); !errors.Is(err, sql.ErrNoRows) {
					return err
				}
			}
			return nil
		}
		if d := drain(t, o, op.ID)[0]; d.State != timeline.Sent || d.Tries != 1 || n.requests[0].Tries != 0 {
			t.Errorf("%s after %d attempts; the adapter was told of %d", d.State, d.Tries, n.requests[0].Tries)
		}
	})
}

// A timer stands still while the machine sleeps.
func TestWhatFellDueInTheMachinesSleepIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		var slept time.Duration
		o := openWith(t, outbox.Options{Dir: t.TempDir(), Now: func() time.Time {
			n.mu.Lock()
			defer n.mu.Unlock()
			return time.Now().Round(0).Add(slept)
		}}, n)
		stop := run(t, o)
		defer stop()
		p := planOf(outbox.Draft{Text: "hello", At: time.Now().Add(time.Hour)}, n)
		if _, err := o.Add(t.Context(), p, outbox.Added{}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		n.mu.Lock()
		slept = 2 * time.Hour
		n.mu.Unlock()
		time.Sleep(time.Second)
		equal(t, "after waking up", n.published(), []string{"hello"})
	})
}

// The servers that lack a post may have no use for its bytes any more. It is where
// it was.
func TestSpentBytesOfASentOneTakeNothingAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
			if i > 1 {
				return timeline.Outcome{Verdict: timeline.Spent, Err: fault(timeline.CodeRefused, "too old")}
			}
			out := arrive()
			out.Receipt.Answers = []timeline.Answer{{Server: timeline.CleanLine("r1"), Taken: true}, {Server: timeline.CleanLine("r2")}}
			return out
		}
		o := openAt(t, t.TempDir(), n)
		op := add(t, o, "hello", n)
		drain(t, o, op.ID)
		if _, err := o.Retry(t.Context(), op.ID); err != nil {
			t.Fatal(err)
		}
		if d := drain(t, o, op.ID)[0]; d.State != timeline.Sent || len(d.Receipt.Posts) != 1 || n.sends != 2 {
			t.Errorf("%s at %v after %d sends", d.State, d.Receipt.Posts, n.sends)
		}
	})
}
