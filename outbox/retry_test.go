package outbox_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"skein/outbox"
	"skein/timeline"
)

// run is Run until the function that it returns is called.
func run(t testing.TB, o *outbox.Outbox) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestRetryOfARefusedOneIsANewRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
			if i == 1 {
				return timeline.Outcome{Verdict: timeline.Rejected, Err: fault(timeline.CodeRefused, "no")}
			}
			return arrive()
		}
		o := openAt(t, t.TempDir(), n)
		op := add(t, o, "hello", n)
		drain(t, o, op.ID)
		first := n.intents[0].Key
		if _, err := o.Retry(t.Context(), op.ID, "another account"); err != nil {
			t.Fatal(err)
		}
		if d := drain(t, o, op.ID)[0]; d.State != timeline.Refused {
			t.Errorf("another account's retry made it %s", d.State)
		}
		if _, err := o.Retry(t.Context(), op.ID); err != nil {
			t.Fatal(err)
		}
		if d := drain(t, o, op.ID)[0]; d.State != timeline.Sent || n.intents[1].Key == first {
			t.Errorf("%s; the same key: %t", d.State, n.intents[1].Key == first)
		}
	})
}

func TestRetryOfAnUnconfirmedOneSendsTheSameBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
			if i == 1 {
				return timeline.Outcome{Verdict: timeline.Hopeless, Err: fault(timeline.CodeServer, "who knows")}
			}
			return arrive()
		}
		o := openAt(t, t.TempDir(), n)
		op := add(t, o, "hello", n)
		if d := drain(t, o, op.ID)[0]; d.State != timeline.Unconfirmed {
			t.Fatalf("%s", d.State)
		}
		if d := drain(t, o, op.ID)[0]; n.sends != 1 || d.State != timeline.Unconfirmed {
			t.Error("it was sent again by skein itself")
		}
		if _, err := o.Retry(t.Context(), op.ID); err != nil {
			t.Fatal(err)
		}
		if d := drain(t, o, op.ID)[0]; d.State != timeline.Sent || n.prepares != 1 || !n.requests[1].First.IsZero() {
			t.Errorf("%s, prepared %d times, first %v", d.State, n.prepares, n.requests[1].First)
		}
	})
}

func TestRetryOfASentOneIsForTheServersThatLackIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		taken := func(one, two bool) []timeline.Answer {
			return []timeline.Answer{{Server: timeline.CleanLine("r1"), Taken: one}, {Server: timeline.CleanLine("r2"), Taken: two}}
		}
		n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
			switch i {
			case 1:
				out := arrive()
				out.Receipt.Answers = taken(true, false)
				return out
			case 2: // worse than before, which takes nothing away
				return timeline.Outcome{Verdict: timeline.Rejected, Err: fault(timeline.CodeRefused, "blocked"), Receipt: timeline.Receipt{Answers: taken(false, false)}}
			}
			return timeline.Outcome{Verdict: timeline.Published, Receipt: timeline.Receipt{Answers: taken(true, true)}}
		}
		o := openAt(t, t.TempDir(), n)
		op := add(t, o, "hello", n)
		if d := drain(t, o, op.ID)[0]; d.State != timeline.Sent {
			t.Fatal(d.State)
		}
		for i := 2; i <= 3; i++ {
			ds, err := o.Retry(t.Context(), op.ID)
			if err != nil || ds[0].State != timeline.Ready {
				t.Fatal(states(ds), err)
			}
			d := drain(t, o, op.ID)[0]
			equal(t, "answers", d.Receipt.Answers, taken(true, i == 3))
			if d.State != timeline.Sent || len(d.Receipt.Posts) != 1 || n.sends != i {
				t.Errorf("%s at %v after %d sends", d.State, d.Receipt.Posts, n.sends)
			}
			if known := n.requests[i-1].Known; len(known.Answers) != 2 {
				t.Errorf("the adapter was told %+v", known)
			}
		}
		if ds, err := o.Retry(t.Context(), op.ID); err != nil || ds[0].State != timeline.Sent {
			t.Errorf("what all have is sent again: %v, %v", states(ds), err)
		}
	})
}

func TestRetryMakesHaste(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		down := true
		n.prepare = func(int, timeline.Intent) error {
			if down {
				return fault(timeline.CodeServer, "down")
			}
			return nil
		}
		o := openAt(t, t.TempDir(), n)
		stop := run(t, o)
		defer stop()
		op := add(t, o, "hello", n)
		synctest.Wait()
		down = false
		if _, err := o.Retry(t.Context(), op.ID); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		equal(t, "at once", n.published(), []string{"hello"})
	})
}

func TestKeyMakesARepeatedAddTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		dir := t.TempDir()
		o, other := openAt(t, dir, n), openAt(t, dir, n)
		key := outbox.Added{Key: "nightly 2024-06-01"}
		p := planOf(outbox.Draft{Text: "hello"}, n)
		type added struct {
			op  outbox.Operation
			err error
		}
		results := make(chan added)
		for _, b := range []*outbox.Outbox{o, other, o, other} {
			go func() {
				op, err := b.Add(t.Context(), p, key)
				results <- added{op, err}
			}()
		}
		first, fresh := "", 0
		for range 4 {
			r := <-results
			if r.err != nil {
				t.Fatal(r.err)
			}
			if first == "" {
				first = r.op.ID
			}
			if r.op.ID != first || len(r.op.Deliveries) != 1 {
				t.Errorf("operations %s and %s", first, r.op.ID)
			}
			if !r.op.Repeated {
				fresh++
			}
		}
		if fresh != 1 {
			t.Errorf("%d of 4 were new", fresh)
		}
		if _, err := o.Add(t.Context(), planOf(outbox.Draft{Text: "other"}, n), key); timeline.CodeOf(err) != timeline.CodeUsage || !errors.Is(err, outbox.ErrKeyUsed) {
			t.Errorf("another text under the same key: %v", err)
		}
		refused := p
		refused.Targets = nil // could not be planned this time
		if op, err := o.Add(t.Context(), refused, key); err != nil || !op.Repeated || op.Draft.Text != "hello" {
			t.Errorf("%+v, %v", op, err)
		}
	})
}

func TestAKeyIsFoundWithoutWhatItStandsFor(t *testing.T) {
	n := newNetwork("a")
	o := openAt(t, t.TempDir(), n)
	if op, known, err := o.Keyed(t.Context(), "k"); known || err != nil || op.ID != "" {
		t.Errorf("before: %+v, %t, %v", op, known, err)
	}
	first, err := o.Add(t.Context(), planOf(outbox.Draft{Text: "hello"}, n), outbox.Added{Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	op, known, err := o.Keyed(t.Context(), "k")
	if !known || err != nil || op.ID != first.ID || !op.Repeated || op.Draft.Text != "hello" || len(op.Deliveries) != 1 {
		t.Errorf("%+v, %t, %v", op, known, err)
	}
	add(t, o, "without one", n)
	if _, known, err := o.Keyed(t.Context(), ""); known || err != nil {
		t.Errorf("no key: %t, %v", known, err)
	}
}

// A clock that was ahead for a while does not hold back what was written then.
func TestAClockThatIsSetBackHoldsNothingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		dir := t.TempDir()
		ahead := openWith(t, outbox.Options{Dir: dir, Now: func() time.Time { return time.Now().Add(10 * time.Hour) }}, n)
		if _, err := ahead.Add(t.Context(), planOf(outbox.Draft{Text: "hello"}, n), outbox.Added{Hold: time.Second}); err != nil {
			t.Fatal(err)
		}
		if err := ahead.Close(); err != nil {
			t.Fatal(err)
		}
		equal(t, "states", states(drain(t, openAt(t, dir, n))), []timeline.DeliveryState{"sent"})
	})
}
