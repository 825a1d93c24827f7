package outbox_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"skein/outbox"
	"skein/timeline"
)

func fault(code timeline.Code, message string) *timeline.Error {
	return timeline.Errorf(code, "%s", message)
}

func TestSendsToEachTargetOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newNetwork("a"), newNetwork("b")
		o := openAt(t, t.TempDir(), a, b)
		op := add(t, o, "hello", a, b)
		ds := drain(t, o, op.ID)
		equal(t, "states", states(ds), []timeline.DeliveryState{timeline.Sent, timeline.Sent})
		equal(t, "a", a.published(), []string{"hello"})
		equal(t, "b", b.published(), []string{"hello"})
		if r := a.requests[0]; !r.First.IsZero() || r.Tries != 0 {
			t.Errorf("the first request says it was sent before: %+v", r)
		}
		if again := drain(t, o); len(again) != 0 {
			t.Errorf("%v is left", states(again))
		}
	})
}

// TestVerdicts is the way of a delivery for everything that a network may answer.
func TestVerdicts(t *testing.T) {
	type outcomes []timeline.Outcome
	offline := fault(timeline.CodeOffline, "no answer")
	say := func(v timeline.Verdict, e *timeline.Error) timeline.Outcome {
		return timeline.Outcome{Verdict: v, Err: e}
	}
	arrives, lost := timeline.Outcome{}, say(timeline.Uncertain, offline)
	// "lost" below is sent and has arrived; only its answer has not.
	for name, c := range map[string]struct {
		send, settle outcomes // one for each call; the zero one works
		arrived      bool     // although the first Send says something else
		calls        string
		want         timeline.DeliveryState
		message      string
	}{
		"accepted":                   {calls: "prepare upload send", want: timeline.Sent},
		"refused":                    {send: outcomes{say(timeline.Rejected, fault(timeline.CodeRefused, "too rude"))}, calls: "prepare upload send", want: timeline.Refused, message: "too rude"},
		"not taken, then taken":      {send: outcomes{say(timeline.Absent, fault(timeline.CodeServer, "later")), arrives}, calls: "prepare upload send send", want: timeline.Sent},
		"lost and found":             {send: outcomes{lost}, arrived: true, calls: "prepare upload send settle", want: timeline.Sent},
		"lost for good":              {send: outcomes{lost, arrives}, calls: "prepare upload send settle send", want: timeline.Sent},
		"lost, asked three times":    {send: outcomes{lost}, settle: outcomes{say(timeline.Uncertain, fault(timeline.CodeServer, "busy")), say(timeline.Uncertain, fault(timeline.CodeServer, "busy")), arrives}, arrived: true, calls: "prepare upload send settle settle settle", want: timeline.Sent},
		"cannot be found out":        {send: outcomes{lost}, settle: outcomes{say(timeline.Hopeless, fault(timeline.CodeServer, "no way to tell"))}, calls: "prepare upload send settle", want: timeline.Unconfirmed, message: "no way to tell"},
		"bytes of no use":            {send: outcomes{say(timeline.Spent, fault(timeline.CodeRefused, "used up")), arrives}, calls: "prepare upload send prepare upload send", want: timeline.Sent},
		"bytes found of no use":      {send: outcomes{lost, arrives}, settle: outcomes{say(timeline.Spent, fault(timeline.CodeRefused, "used up"))}, calls: "prepare upload send settle prepare upload send", want: timeline.Sent},
		"refused after it was asked": {send: outcomes{lost}, settle: outcomes{say(timeline.Rejected, fault(timeline.CodeRefused, "no"))}, calls: "prepare upload send settle", want: timeline.Refused, message: "no"},
		"no verdict at all":          {send: outcomes{{Verdict: "nonsense"}}, arrived: true, calls: "prepare upload send settle", want: timeline.Sent},
		"sign-in":                    {send: outcomes{say(timeline.Absent, fault(timeline.CodeAuth, "signed out"))}, calls: "prepare upload send", want: timeline.Waiting, message: "signed out"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork("a")
				n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
					if i == 1 && c.arrived {
						arrive()
					}
					if i > len(c.send) || c.send[i-1].Verdict == "" {
						return arrive()
					}
					return c.send[i-1]
				}
				n.settle = func(i int, find func() timeline.Outcome) timeline.Outcome {
					if i > len(c.settle) || c.settle[i-1].Verdict == "" {
						return find()
					}
					return c.settle[i-1]
				}
				o := openAt(t, t.TempDir(), n)
				op := add(t, o, "hello", n)
				d := drain(t, o, op.ID)[0]
				if d.State != c.want || d.Message.String() != c.message {
					t.Errorf("%s (%s), not %s (%s)", d.State, d.Message, c.want, c.message)
				}
				if got := strings.Join(n.did(), " "); got != c.calls {
					t.Errorf("called %s\n   not %s", got, c.calls)
				}
				if c.want == timeline.Sent && (len(n.published()) != 1 || len(d.Receipt.Posts) != 1) {
					t.Errorf("published %v with receipt %+v", n.published(), d.Receipt)
				}
			})
		})
	}
}

func TestRequestTellsWhatSettlingNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		lost := timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeOffline, "no answer")}
		other := make(chan struct{})
		n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
			if i == 1 {
				<-other
				return lost
			}
			return arrive()
		}
		o := openAt(t, t.TempDir(), n)
		start := time.Now()
		add(t, o, "lost", n)
		add(t, o, "another", n)
		go func() {
			time.Sleep(time.Second)
			close(other)
		}()
		drain(t, o)
		last := n.requests[len(n.requests)-2:] // settle, send again
		for i, r := range last {
			if !r.First.Truncate(time.Second).Equal(start.UTC().Truncate(time.Second)) || r.Tries != 1 {
				t.Errorf("%d: first %v, %d tries", i, r.First, r.Tries)
			}
			if len(r.Taken) != 1 || !strings.HasPrefix(r.Taken[0].Local, "post-") {
				t.Errorf("%d: the other's post is not named: %v", i, r.Taken)
			}
		}
	})
}

func TestPrepareGoesOnWhereItStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.prepare = func(i int, _ timeline.Intent) error {
			if i < 4 {
				return fault(timeline.CodeServer, "not now")
			}
			return nil
		}
		o := openAt(t, t.TempDir(), n)
		start := time.Now()
		op := add(t, o, "hello", n)
		d := drain(t, o, op.ID)[0]
		if got := strings.Join(n.did(), " "); d.State != timeline.Sent || got != "prepare upload prepare prepare prepare send" {
			t.Errorf("%s after %s", d.State, got)
		}
		// Half of 1 + 2 + 4 seconds, and a little.
		if took := time.Since(start); took < 3*time.Second || took > 5*time.Second {
			t.Errorf("tried again within %s", took)
		}
	})
}

func TestPrepareRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.prepare = func(int, timeline.Intent) error { return fault(timeline.CodeNotFound, "the post answered is gone") }
		o := openAt(t, t.TempDir(), n)
		op := add(t, o, "hello", n)
		if d := drain(t, o, op.ID)[0]; d.State != timeline.Refused || d.Code != timeline.CodeNotFound || d.Message.String() != "the post answered is gone" {
			t.Errorf("%+v", d)
		}
	})
}

func TestSettlingAsksLessAndLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		var asked []time.Duration
		start := time.Now()
		n.send = func(_ int, _ func() timeline.Outcome) timeline.Outcome {
			start = time.Now()
			return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeServer, "lost")}
		}
		n.settle = func(i int, find func() timeline.Outcome) timeline.Outcome {
			asked = append(asked, time.Since(start).Round(100*time.Millisecond))
			start = time.Now()
			if i == 12 {
				return timeline.Outcome{Verdict: timeline.Hopeless, Err: fault(timeline.CodeServer, "lost")}
			}
			return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeServer, "still lost")}
		}
		o := openAt(t, t.TempDir(), n)
		add(t, o, "hello", n)
		if _, err := o.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		// Three quarters of 0.5, 1, 2, 4… seconds with these dice.
		for i := 1; i < 9; i++ {
			if ratio := float64(asked[i]) / float64(asked[i-1]); ratio < 1.5 || ratio > 2.5 {
				t.Errorf("asked at distances %v", asked)
				break
			}
		}
		if asked[11] != 225*time.Second {
			t.Errorf("the last distance is %s", asked[11])
		}
	})
}

func TestUntilIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
			if i > 1 {
				return arrive()
			}
			e := fault(timeline.CodeRateLimited, "slow down")
			e.Until = time.Now().Add(10 * time.Minute)
			return timeline.Outcome{Verdict: timeline.Absent, Err: e}
		}
		o := openAt(t, t.TempDir(), n)
		start := time.Now()
		op := add(t, o, "hello", n)
		d := drain(t, o, op.ID)[0]
		if d.State != timeline.Ready || d.Code != timeline.CodeRateLimited || d.Due.Before(start.Add(9*time.Minute)) {
			t.Errorf("%s, %s, due in %s", d.State, d.Code, d.Due.Sub(start))
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("waited %s for what cannot go on before the deadline", took)
		}
		if d := drain(t, o, op.ID)[0]; d.State != timeline.Ready || n.sends != 1 {
			t.Errorf("a second Drain did not keep the promise: %s, %d sends", d.State, n.sends)
		}
		if _, err := o.Drain(t.Context(), op.ID); err != nil {
			t.Fatal(err)
		}
		if n.sends != 2 || time.Since(start) < 10*time.Minute {
			t.Errorf("%d sends in %s", n.sends, time.Since(start))
		}
	})
}

func TestDrainGivesUpWhoIsOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newNetwork("a"), newNetwork("b")
		down := true
		b.prepare = func(int, timeline.Intent) error {
			if down {
				return fault(timeline.CodeOffline, "no route")
			}
			return nil
		}
		o := openAt(t, t.TempDir(), a, b)
		op := add(t, o, "hello", a, b)
		start := time.Now()
		ds := drain(t, o, op.ID)
		equal(t, "states", states(ds), []timeline.DeliveryState{timeline.Sent, timeline.Queued})
		if b.prepares != 2 || time.Since(start) > 3*time.Second {
			t.Errorf("tried %d times in %s", b.prepares, time.Since(start))
		}
		down = false
		equal(t, "later", states(drain(t, o)), []timeline.DeliveryState{timeline.Sent, timeline.Sent})
		equal(t, "b", b.published(), []string{"hello"})
	})
}

func TestSignInIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.open = func() error { return fault(timeline.CodeUsage, "the password is missing") }
		dir := t.TempDir()
		o := openAt(t, dir, n)
		op := add(t, o, "hello", n)
		d := drain(t, o, op.ID)[0]
		if d.State != timeline.Waiting || d.Code != timeline.CodeAuth || !d.Due.IsZero() {
			t.Errorf("%s %s due %v", d.State, d.Code, d.Due)
		}
		n.open = nil
		o2 := openAt(t, dir, n)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- o2.Run(ctx) }()
		synctest.Wait()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		equal(t, "after a new start", n.published(), []string{"hello"})
	})
}

func TestDrainEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		slow := &slowNetwork{network: n}
		o, err := outbox.Open(t.Context(), outbox.Options{
			Dir: t.TempDir(), Accounts: []timeline.Account{n.account},
			Open: func(context.Context, timeline.AccountID) (timeline.Backend, error) { return slow, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		defer o.Close()
		op := add(t, o, "hello", n)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		ds, err := o.Drain(ctx, op.ID)
		if err != nil || ds[0].State != timeline.Unknown {
			t.Errorf("%v, %v", states(ds), err)
		}
		var owners int
		if err := o.Query("SELECT count(*) FROM delivery WHERE owner <> ''", &owners); err != nil || owners != 0 {
			t.Errorf("%d deliveries are kept from others, %v", owners, err)
		}
	})
}

// slowNetwork answers only when it is called off.
type slowNetwork struct{ *network }

func (s *slowNetwork) Send(ctx context.Context, _ timeline.Request) timeline.Outcome {
	<-ctx.Done()
	return timeline.Outcome{Verdict: timeline.Uncertain, Err: timeline.AsError(context.Cause(ctx))}
}

func TestDamagedBytesAreNotSent(t *testing.T) {
	for verdict, want := range map[timeline.Verdict]timeline.DeliveryState{
		timeline.Absent: timeline.Refused, timeline.Uncertain: timeline.Unconfirmed,
	} {
		synctest.Test(t, func(t *testing.T) {
			n := newNetwork("a")
			down := timeline.Outcome{Verdict: verdict, Err: fault(timeline.CodeOffline, "down")}
			n.send = func(int, func() timeline.Outcome) timeline.Outcome { return down }
			n.settle = func(int, func() timeline.Outcome) timeline.Outcome { return down }
			o := openAt(t, t.TempDir(), n)
			op := add(t, o, "hello", n)
			drain(t, o, op.ID)
			var none string
			if err := o.Query(`UPDATE delivery SET request = CAST('{}' AS BLOB) RETURNING ''`, &none); err != nil {
				t.Fatal(err)
			}
			before := len(n.did())
			d := drain(t, o, op.ID)[0]
			if d.State != want || len(n.did()) != before || !strings.Contains(d.Message.String(), "damaged") {
				t.Errorf("%s (%s) after %v", d.State, d.Message, n.did()[before:])
			}
		})
	}
}

func TestFirstIsZeroWhileAttemptsAreSurelyInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
			switch i {
			case 1, 3:
				return timeline.Outcome{Verdict: timeline.Absent, Err: fault(timeline.CodeServer, "later")}
			case 2:
				return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeServer, "lost")}
			}
			return arrive()
		}
		o := openAt(t, t.TempDir(), n)
		add(t, o, "hello", n)
		drain(t, o)
		var first, last []bool
		var tries []int
		for _, r := range n.requests { // send, send, settle, send, send
			first, last, tries = append(first, !r.First.IsZero()), append(last, !r.Last.IsZero()), append(tries, r.Tries)
		}
		equal(t, "may have been sent", first, []bool{false, false, true, true, true})
		equal(t, "was tried", last, []bool{false, true, true, true, true})
		equal(t, "tries", tries, []int{0, 1, 2, 2, 3})
	})
}
