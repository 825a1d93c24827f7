package outbox_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"skein/outbox"
	"skein/timeline"
)

func TestDeliveriesAreListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newNetwork("a"), newNetwork("b")
		b.prepare = func(int, timeline.Intent) error { return fault(timeline.CodeOffline, "down") }
		o := openAt(t, t.TempDir(), a, b)
		one := add(t, o, "one", a, b)
		two := add(t, o, strings.Repeat("long ", 40), b)
		drain(t, o)
		for name, c := range map[string]struct {
			f    outbox.Filter
			want []timeline.DeliveryState
		}{
			"all, newest first": {outbox.Filter{}, []timeline.DeliveryState{"queued", "queued", "sent"}},
			"open":              {outbox.Filter{Open: true}, []timeline.DeliveryState{"queued", "queued"}},
			"limited":           {outbox.Filter{Limit: 1}, []timeline.DeliveryState{"queued"}},
			"of an account":     {outbox.Filter{Account: "a"}, []timeline.DeliveryState{"sent"}},
			"of an operation":   {outbox.Filter{Operation: one.ID}, []timeline.DeliveryState{"queued", "sent"}},
		} {
			ds, err := o.Deliveries(t.Context(), c.f)
			if err != nil {
				t.Error(err)
			}
			equal(t, name, states(ds), c.want)
		}
		if n, err := o.Pending(t.Context(), "b"); err != nil || n != 2 {
			t.Errorf("%d pending, %v", n, err)
		}
		op, err := o.Operation(t.Context(), two.ID[:7])
		if err != nil || op.ID != two.ID || !strings.HasPrefix(op.Draft.Text, "long long") || !op.Created.Equal(two.Created) {
			t.Errorf("%+v, %v", op, err)
		}
		if s := op.Deliveries[0].Summary.String(); len([]rune(s)) != 80 || !strings.HasSuffix(s, "…") {
			t.Errorf("summary %q", s)
		}
		for _, id := range []string{"", "zzzz", "%", "'"} {
			if _, err := o.Operation(t.Context(), id); timeline.CodeOf(err) != timeline.CodeNotFound {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}

func TestCopiesOfADraft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newNetwork("a"), newNetwork("b")
		o := openAt(t, t.TempDir(), a, b)
		op := add(t, o, "hello", a, b)
		drain(t, o, add(t, o, "other", a).ID, op.ID)
		id := timeline.ID{Network: "b", Local: "post-" + b.posts[0].Key}
		copies, err := o.Copies(t.Context(), id)
		if err != nil || len(copies) != 2 || copies[0].Account != "a" || copies[1].ID != id || copies[1].Operation != op.ID || copies[1].URL.Empty() {
			t.Fatalf("%+v, %v", copies, err)
		}
		del, err := o.Act(t.Context(), outbox.Added{}, outbox.Action{Account: "a", Intent: timeline.Intent{Kind: timeline.DoDelete, On: timeline.Subject{ID: copies[0].ID}}})
		if err != nil {
			t.Fatal(err)
		}
		drain(t, o, del.ID)
		if copies, err = o.Copies(t.Context(), id); err != nil || len(copies) != 1 {
			t.Errorf("the deleted one is still listed: %+v, %v", copies, err)
		}
		if none, err := o.Copies(t.Context(), timeline.ID{Network: "a", Local: "somebody else's"}); err != nil || len(none) != 0 {
			t.Errorf("%+v, %v", none, err)
		}
	})
}

func TestDraftsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		o := openAt(t, dir)
		first, err := o.SaveDraft(t.Context(), "", outbox.Draft{Text: "first"})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if _, err := o.SaveDraft(t.Context(), "", outbox.Draft{Text: "second", Poll: &timeline.Ballot{Options: []string{"yes"}}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if again, err := o.SaveDraft(t.Context(), first, outbox.Draft{Text: "first, changed"}); err != nil || again != first {
			t.Errorf("%s, %v", again, err)
		}
		o.Die() // at once: a draft needs no farewell
		o = openAt(t, dir)
		drafts, err := o.Drafts(t.Context())
		if err != nil || len(drafts) != 2 || drafts[0].Draft.Text != "first, changed" || drafts[1].Draft.Poll.Options[0] != "yes" {
			t.Fatalf("%+v, %v", drafts, err)
		}
		if err := o.DropDraft(t.Context(), first); err != nil {
			t.Error(err)
		}
		if err := o.DropDraft(t.Context(), first); timeline.CodeOf(err) != timeline.CodeNotFound {
			t.Errorf("dropped twice: %v", err)
		}
		if drafts, err := o.Drafts(t.Context()); err != nil || len(drafts) != 1 {
			t.Errorf("%+v, %v", drafts, err)
		}
	})
}

func TestAnOutboxThatCannotBeOpenedSaysWhy(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(dir, "damaged")
	if err := os.MkdirAll(damaged, 0o700); err != nil {
		t.Fatal(err)
	}
	bytes := []byte(strings.Repeat("this was a database once ", 400))
	if err := os.WriteFile(filepath.Join(damaged, "outbox.db"), bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{damaged: "is damaged and was left as it is", filepath.Join(dir, "file", "sub"): "outbox.db"} {
		_, err := outbox.Open(t.Context(), outbox.Options{Dir: path, Open: opener(nil)})
		var e *timeline.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	if b, err := os.ReadFile(filepath.Join(damaged, "outbox.db")); err != nil || string(b) != string(bytes) {
		t.Errorf("the damaged journal was touched: %v", err)
	}
}

func TestAFullDiskLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		o := openAt(t, t.TempDir(), n)
		op := add(t, o, "before", n)
		var full atomic.Bool
		full.Store(true)
		o.Trap(func(point string) error {
			if full.Load() && strings.HasSuffix(point, ".before") && (strings.Contains(point, "outcome") || strings.Contains(point, "add")) {
				return timeline.Errorf(timeline.CodeInternal, "the disk is full")
			}
			return nil
		})
		if _, err := o.Add(t.Context(), planOf(outbox.Draft{Text: "not kept"}, n), outbox.Added{}); err == nil || err.Error() != "the disk is full" {
			t.Errorf("told as %v", err)
		}
		stop := run(t, o)
		time.Sleep(time.Minute)
		if ds, err := o.Deliveries(t.Context(), outbox.Filter{}); err != nil || ds[0].State != timeline.Sending {
			t.Errorf("%v, %v", states(ds), err)
		}
		full.Store(false)
		time.Sleep(2 * time.Second)
		stop()
		if now, err := o.Operation(t.Context(), op.ID); err != nil || now.Deliveries[0].State != timeline.Sent || n.sends != 1 {
			t.Errorf("%v after %d sends, %v", states(now.Deliveries), n.sends, err)
		}
	})
}

// Who is asked to end does so, although the disk stays full: the network is asked
// later what became of it.
func TestAFullDiskKeepsNobodyFromLeaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		dir := t.TempDir()
		o := openAt(t, dir, n)
		op := add(t, o, "hello", n)
		o.Trap(func(point string) error {
			if point == "outbox.outcome.before" {
				return timeline.Errorf(timeline.CodeInternal, "the disk is full")
			}
			return nil
		})
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := o.Drain(ctx, op.ID); err != nil {
			t.Error(err)
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("it took %s to end", d)
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
		d := drain(t, openAt(t, dir, n), op.ID)[0]
		if d.State != timeline.Sent || n.sends != 1 || n.settles != 1 {
			t.Errorf("%s after %v", d.State, n.did())
		}
	})
}

// A journal keeps everything: what is looked for often must not go through it all.
func TestLookingForWorkUsesIndices(t *testing.T) {
	o := openAt(t, t.TempDir())
	plan, err := o.Plan()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range plan {
		if strings.HasPrefix(step, "SCAN d") || strings.HasPrefix(step, "SCAN o") || strings.HasPrefix(step, "SCAN n") {
			t.Errorf("%s in\n%s", step, strings.Join(plan, "\n"))
		}
	}
	t.Log(strings.Join(plan, "\n"))
}
