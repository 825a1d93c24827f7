package outbox_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"skein/outbox"
	"skein/timeline"
)

func TestThreadIsAChain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, whole := newNetwork("a"), newNetwork("b")
		whole.limits.Atomic = true
		n.prepare = func(i int, _ timeline.Intent) error {
			if i == 2 {
				return fault(timeline.CodeServer, "in the middle")
			}
			return nil
		}
		o := openAt(t, t.TempDir(), n, whole)
		p := planOf(outbox.Draft{Text: "one|two|three"}, n, whole)
		p.Targets[0].Intent.ReplyTo = timeline.Subject{ID: timeline.ID{Network: "a", Local: "parent"}}
		op, err := o.Add(t.Context(), p, outbox.Added{})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "at first", states(op.Deliveries), []timeline.DeliveryState{"queued", "waiting", "waiting", "queued"})
		drain(t, o, op.ID)
		equal(t, "part by part", n.published(), []string{"one", "two", "three"})
		equal(t, "at once", whole.published(), []string{"onetwothree"})
		replies := []string{"parent", "post-" + n.posts[0].Key, "post-" + n.posts[1].Key}
		for i, p := range n.posts {
			if p.Reply != replies[i] {
				t.Errorf("part %d answers %s, not %s", i+1, p.Reply, replies[i])
			}
		}
		last := n.intents[len(n.intents)-1]
		if last.ReplyTo.ServerID != "s"+n.posts[1].Key || !last.Created.Equal(n.intents[0].Created.Add(2*time.Second)) {
			t.Errorf("the last part: %+v", last)
		}
		copies, err := o.Copies(t.Context(), timeline.ID{Network: "b", Local: "post-" + whole.posts[0].Key})
		if err != nil || len(copies) != 4 {
			t.Errorf("%d copies, %v", len(copies), err)
		}
	})
}

func TestThreadEndsWhereAPartIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
			if i == 2 {
				return timeline.Outcome{Verdict: timeline.Rejected, Err: fault(timeline.CodeRefused, "too rude")}
			}
			return arrive()
		}
		o := openAt(t, t.TempDir(), n)
		op := add(t, o, "one|two|three|four", n)
		ds := drain(t, o, op.ID)
		equal(t, "states", states(ds), []timeline.DeliveryState{"sent", "refused", "refused", "refused"})
		if m := ds[2].Message.String(); m != "not sent: part 2 of 4, which it follows, was refused: too rude" {
			t.Errorf("part 3 says %q", m)
		}
		// And goes on where it stopped, under a new key.
		if _, err := o.Retry(t.Context(), op.ID); err != nil {
			t.Fatal(err)
		}
		equal(t, "again", states(drain(t, o, op.ID)), []timeline.DeliveryState{"sent", "sent", "sent", "sent"})
		equal(t, "published", n.published(), []string{"one", "two", "three", "four"})
		for i := 1; i < 4; i++ {
			if n.posts[i].Reply != "post-"+n.posts[i-1].Key {
				t.Errorf("part %d answers %s", i+1, n.posts[i].Reply)
			}
		}
	})
}

func TestLinkToTheOtherTargetsPost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newNetwork("a"), newNetwork("b")
		o := openAt(t, t.TempDir(), a, b)
		p := planOf(outbox.Draft{Text: "a poll|and more"}, b, a)
		p.Targets[0].After = "a"
		p.Targets[1].Intent.Parts = p.Targets[1].Intent.Parts[:1]
		b.prepare = func(i int, _ timeline.Intent) error {
			if i == 1 {
				return fault(timeline.CodeServer, "once more")
			}
			return nil
		}
		op, err := o.Add(t.Context(), p, outbox.Added{})
		if err != nil {
			t.Fatal(err)
		}
		drain(t, o, op.ID)
		link := "https://a/" + a.posts[0].Key
		equal(t, "b", b.published(), []string{"a poll\n\n" + link, "and more"})
		span := b.intents[0].Parts[0].Text[1]
		if span.Kind != timeline.SpanLink || span.Target.String() != link {
			t.Errorf("the link is %+v", span)
		}
		if len(p.Targets[0].Intent.Parts[0].Text) != 1 {
			t.Error("the caller's plan was changed")
		}
	})
}

func TestHeldBackAndTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		o := openAt(t, t.TempDir(), n)
		start := time.Now()
		p := planOf(outbox.Draft{Text: "hello"}, n)
		op, err := o.Add(t.Context(), p, outbox.Added{Hold: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if d := op.Deliveries[0]; d.State != timeline.Queued || !d.Due.Equal(start.Add(5*time.Second)) {
			t.Errorf("%s due %v", d.State, d.Due)
		}
		ds, err := o.Cancel(t.Context(), op.ID)
		if err != nil || ds[0].State != timeline.Cancelled {
			t.Errorf("%v, %v", states(ds), err)
		}
		drain(t, o)
		if n.prepares != 0 {
			t.Error("it was taken up nevertheless")
		}
		op, err = o.Add(t.Context(), p, outbox.Added{Hold: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if d := drain(t, o, op.ID)[0]; d.State != timeline.Sent || time.Since(start) != 5*time.Second {
			t.Errorf("%s after %s", d.State, time.Since(start))
		}
		_, err = o.Cancel(t.Context(), op.ID)
		if timeline.CodeOf(err) != timeline.CodeRefused || !strings.Contains(err.Error(), "a has it already") {
			t.Errorf("a sent one is cancelled: %v", err)
		}
	})
}

func TestPlannedForLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		o := openAt(t, t.TempDir(), n)
		at := time.Now().Add(time.Hour)
		op := add(t, o, "now", n)
		later, err := o.Add(t.Context(), planOf(outbox.Draft{Text: "then|and then", At: at}, n), outbox.Added{})
		if err != nil {
			t.Fatal(err)
		}
		onServer := planOf(outbox.Draft{Text: "kept there", At: at, OnServer: true}, n)
		onServer.Targets[0].Intent.Publish = at
		if _, err := o.Add(t.Context(), onServer, outbox.Added{}); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := o.Drain(t.Context()); err != nil { // without a deadline
			t.Fatal(err)
		}
		if time.Since(start) > time.Second {
			t.Errorf("Drain waited %s", time.Since(start))
		}
		early := n.published() // in whatever order
		slices.Sort(early)
		equal(t, "at once", early, []string{"kept there", "now"})
		if d := drain(t, o, later.ID)[0]; d.State != timeline.Scheduled || !d.Due.Equal(at) {
			t.Errorf("%s due %v", d.State, d.Due)
		}
		stop := run(t, o)
		time.Sleep(time.Hour + time.Second)
		stop()
		equal(t, "then", n.published()[2:], []string{"then", "and then"})
		if c := n.intents[len(n.intents)-2].Created; !c.Equal(at) {
			t.Errorf("claims to be of %v, not %v", c, at)
		}
		_ = op
	})
}

func TestCancelledWhilePreparing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		begun, goOn := make(chan struct{}), make(chan struct{})
		n.prepare = func(int, timeline.Intent) error {
			close(begun)
			<-goOn
			return nil
		}
		dir := t.TempDir()
		o, other := openAt(t, dir, n), openAt(t, dir, n)
		op := add(t, o, "hello", n)
		stop := run(t, o)
		<-begun
		// By another process, even: nothing of it has been sent.
		ds, err := other.Cancel(t.Context(), op.ID)
		if err != nil || ds[0].State != timeline.Cancelled {
			t.Errorf("%v, %v", states(ds), err)
		}
		close(goOn)
		synctest.Wait()
		time.Sleep(time.Minute)
		stop()
		if n.sends != 0 {
			t.Error("it was sent after it was cancelled")
		}
	})
}

func TestCancelLeavesWhatMayBeThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, c := newNetwork("a"), newNetwork("b"), newNetwork("c")
		a.send = func(_ int, arrive func() timeline.Outcome) timeline.Outcome {
			arrive()
			return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeOffline, "lost")}
		}
		a.settle = func(int, func() timeline.Outcome) timeline.Outcome {
			return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeOffline, "lost")}
		}
		b.prepare = func(int, timeline.Intent) error { return fault(timeline.CodeOffline, "down") }
		c.send = func(int, func() timeline.Outcome) timeline.Outcome {
			return timeline.Outcome{
				Verdict: timeline.Absent, Err: fault(timeline.CodeOffline, "one of two"),
				Receipt: timeline.Receipt{Answers: []timeline.Answer{{Server: timeline.CleanLine("r1"), Taken: true}, {Server: timeline.CleanLine("r2")}}},
			}
		}
		o := openAt(t, t.TempDir(), a, b, c)
		op := add(t, o, "hello", a, b, c)
		drain(t, o, op.ID)
		ds, err := o.Cancel(t.Context(), op.ID)
		if want := "not cancelled: a may have it already, some servers of c have it already"; err == nil || err.Error() != want {
			t.Errorf("told as %v", err)
		}
		equal(t, "states", states(ds), []timeline.DeliveryState{"unknown", "cancelled", "ready"})
	})
}
