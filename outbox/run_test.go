package outbox_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"skein/outbox"
	"skein/timeline"
)

// ledger is a Sink that keeps what it is told.
type ledger struct {
	mu    sync.Mutex
	told  []timeline.Delivery
	posts []string
	gone  []string
}

func (l *ledger) Delivered(ds ...timeline.Delivery) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = append(l.told, ds...)
}

func (l *ledger) Publish(p *timeline.Post) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.posts = append(l.posts, p.ID.Local)
}

func (l *ledger) Retract(id timeline.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = append(l.gone, id.Local)
}

// states are the states of one operation's first delivery, as they were told.
func (l *ledger) states(op string) []timeline.DeliveryState {
	l.mu.Lock()
	defer l.mu.Unlock()
	var s []timeline.DeliveryState
	for _, d := range l.told {
		if d.Operation == op {
			s = append(s, d.State)
		}
	}
	return s
}

// listener is a Sink that shows no posts.
type listener struct{ ledger *ledger }

func (l listener) Delivered(ds ...timeline.Delivery) { l.ledger.Delivered(ds...) }

func TestNothingIsReadBackForWhoShowsNoPosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		var sink ledger
		o := openWith(t, outbox.Options{Dir: t.TempDir(), Sink: listener{&sink}}, n)
		stop := run(t, o)
		defer stop()
		op := add(t, o, "hello", n)
		synctest.Wait()
		equal(t, "told", sink.states(op.ID), []timeline.DeliveryState{"queued", "preparing", "sending", "sent"})
		if n.reads != 0 {
			t.Errorf("%d posts were read back, and nobody sees them", n.reads)
		}
	})
}

func TestRunTellsWhatIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.account.Name = "the name in the config"
		var sink ledger
		o := openWith(t, outbox.Options{Dir: t.TempDir(), Sink: &sink}, n)
		stop := run(t, o)
		defer stop()
		synctest.Wait()
		op := add(t, o, "hello", n)
		synctest.Wait()
		equal(t, "told", sink.states(op.ID), []timeline.DeliveryState{"queued", "preparing", "sending", "sent"})
		equal(t, "shown", sink.posts, []string{"post-" + n.posts[0].Key})
		if d := sink.told[3]; d.Account.Name != "the name in the config" || d.Summary.String() != "hello" || len(d.Receipt.Posts) != 1 {
			t.Errorf("%+v", d)
		}
		on := timeline.Subject{ID: timeline.ID{Network: "a", Local: "42"}}
		for _, kind := range []timeline.Kind{timeline.DoLike, timeline.DoDelete} {
			if _, err := o.Act(t.Context(), outbox.Added{}, outbox.Action{Account: "a", Intent: timeline.Intent{Kind: kind, On: on}}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		equal(t, "shown again", sink.posts[1:], []string{"42"})
		equal(t, "taken away", sink.gone, []string{"42"})
	})
}

func TestRunHearsOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		dir := t.TempDir()
		var sink ledger
		screen := openWith(t, outbox.Options{Dir: dir, Sink: &sink}, n)
		stop := run(t, screen)
		defer stop()
		script := openAt(t, dir, n)
		op := add(t, script, "by a script", n)
		drain(t, script, op.ID)
		time.Sleep(300 * time.Millisecond)
		if s := sink.states(op.ID); len(s) == 0 || s[len(s)-1] != timeline.Sent {
			t.Errorf("told %v", s)
		}
		// What the script leaves is sent by whoever runs.
		left := add(t, script, "left behind", n)
		time.Sleep(time.Minute)
		if len(n.published()) != 1 {
			t.Error("it was sent by another while its own process lives")
		}
		if err := script.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
		if s := sink.states(left.ID); len(s) == 0 || s[len(s)-1] != timeline.Sent {
			t.Errorf("told %v", s)
		}
	})
}

func TestRunTakesOverFromTheDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		dir := t.TempDir()
		o, other := openAt(t, dir, n), openAt(t, dir, n)
		stop := run(t, o)
		defer stop()
		add(t, other, "hello", n)
		time.Sleep(time.Second)
		other.Die()
		time.Sleep(3 * time.Second)
		equal(t, "published", n.published(), []string{"hello"})
	})
}

func TestRunWakesExactly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		o := openAt(t, t.TempDir(), n)
		stop := run(t, o)
		defer stop()
		at := time.Now().Add(90*time.Minute + 123*time.Millisecond)
		if _, err := o.Add(t.Context(), planOf(outbox.Draft{Text: "then", At: at}, n), outbox.Added{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(at) - time.Millisecond)
		synctest.Wait()
		if len(n.published()) != 0 {
			t.Error("too early")
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		equal(t, "then", n.published(), []string{"then"})
	})
}

func TestCloseEndsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		o := openAt(t, t.TempDir(), n)
		done := make(chan error)
		go func() { done <- o.Run(t.Context()) }()
		synctest.Wait()
		if err := o.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := o.Run(t.Context()); err == nil {
			t.Error("a closed outbox runs")
		}
	})
}

// A like that comes late must not show what an unlike has changed since.
func TestNewerIsNotOvertaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		var sink ledger
		o := openWith(t, outbox.Options{Dir: t.TempDir(), Sink: &sink}, n)
		stop := run(t, o)
		defer stop()
		for range 20 {
			add(t, o, "hello", n)
		}
		time.Sleep(time.Minute)
		last := map[int64]timeline.Delivery{}
		sink.mu.Lock()
		defer sink.mu.Unlock()
		for _, d := range sink.told {
			if before, ok := last[d.ID]; ok && d.Updated.Before(before.Updated) {
				t.Errorf("%s after %s", d.State, before.State)
			}
			last[d.ID] = d
		}
		if len(last) != 20 || slices.ContainsFunc(sink.told[len(sink.told)-1:], func(d timeline.Delivery) bool { return d.State != timeline.Sent }) {
			t.Errorf("%d deliveries were told", len(last))
		}
	})
}
