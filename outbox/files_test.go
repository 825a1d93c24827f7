package outbox_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"skein/outbox"
	"skein/timeline"
)

// attach plans a picture for each of the networks.
func attach(d outbox.Draft, path string, networks ...*network) outbox.Plan {
	p := planOf(d, networks...)
	for i := range p.Targets {
		p.Targets[i].Intent.Parts[0].Media = []timeline.Attachment{{Path: path, Type: "image/png", Kind: timeline.Image, Alt: "a heron"}}
	}
	return p
}

// doubled is a Fit whose result says for which server it is.
func doubled(_ context.Context, a timeline.Attachment, l timeline.Limits, dir string) (timeline.Attachment, error) {
	b, err := os.ReadFile(a.Path)
	if err != nil {
		return a, err
	}
	b = append(b, []byte(l.Unit)...)
	sum := sha256.Sum256(b)
	a.SHA256 = hex.EncodeToString(sum[:])
	a.Path, a.Size = filepath.Join(dir, a.SHA256), int64(len(b))
	return a, os.WriteFile(a.Path, b, 0o600)
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestFilesBelongToTheOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newNetwork("a"), newNetwork("b")
		a.limits.Unit, b.limits.Unit = "for a", "for b"
		down := true
		b.prepare = func(int, timeline.Intent) error {
			if down {
				return fault(timeline.CodeOffline, "down")
			}
			return nil
		}
		dir, own := t.TempDir(), filepath.Join(t.TempDir(), "heron.png")
		if err := os.WriteFile(own, []byte("heron"), 0o600); err != nil {
			t.Fatal(err)
		}
		o := openWith(t, outbox.Options{Dir: dir, Fit: doubled}, a, b)
		op, err := o.Add(t.Context(), attach(outbox.Draft{Text: "look"}, own, a, b), outbox.Added{})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(files(t, dir)); n != 1 {
			t.Errorf("%d copies of one file", n)
		}
		if err := os.Remove(own); err != nil { // the person tidies up
			t.Fatal(err)
		}
		equal(t, "states", states(drain(t, o, op.ID)), []timeline.DeliveryState{"sent", "queued"})
		got := a.intents[0].Parts[0].Media[0]
		if got.Name != "heron.png" || got.Size != int64(len("heronfor a")) || got.Alt != "a heron" || filepath.Dir(got.Path) != filepath.Join(dir, "files") {
			t.Errorf("%+v", got)
		}
		if n := len(files(t, dir)); n != 2 { // the original and what is for b
			t.Errorf("%d files are kept for b", n)
		}
		o.Die()
		down = false
		o = openWith(t, outbox.Options{Dir: dir, Fit: func(context.Context, timeline.Attachment, timeline.Limits, string) (timeline.Attachment, error) {
			return timeline.Attachment{}, fault(timeline.CodeInternal, "it was made ready before")
		}}, a, b)
		equal(t, "states", states(drain(t, o)), []timeline.DeliveryState{"sent", "sent"})
		if left := files(t, dir); len(left) != 0 {
			t.Errorf("%v is left", left)
		}
	})
}

func TestFilesOfRefusedOnesAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
			if i == 1 {
				return timeline.Outcome{Verdict: timeline.Rejected, Err: fault(timeline.CodeRefused, "no")}
			}
			return arrive()
		}
		dir, own := t.TempDir(), filepath.Join(t.TempDir(), "heron.png")
		if err := os.WriteFile(own, []byte("heron"), 0o600); err != nil {
			t.Fatal(err)
		}
		o := openWith(t, outbox.Options{Dir: dir, Fit: doubled}, n)
		op, err := o.Add(t.Context(), attach(outbox.Draft{Text: "look"}, own, n), outbox.Added{})
		if err != nil {
			t.Fatal(err)
		}
		cancelled, err := o.Add(t.Context(), attach(outbox.Draft{Text: "look"}, own, n), outbox.Added{Hold: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		drain(t, o, op.ID)
		if _, err := o.Cancel(t.Context(), cancelled.ID); err != nil {
			t.Fatal(err)
		}
		if n := len(files(t, dir)); n == 0 {
			t.Error("the refused one's file is gone")
		}
		if _, err := o.Retry(t.Context(), op.ID); err != nil {
			t.Fatal(err)
		}
		equal(t, "again", states(drain(t, o, op.ID)), []timeline.DeliveryState{"sent"})
		if left := files(t, dir); len(left) != 0 {
			t.Errorf("%v is left", left)
		}
		if _, err := o.Retry(t.Context(), cancelled.ID); timeline.CodeOf(err) != timeline.CodeUsage {
			t.Errorf("a cancelled one whose file is gone: %v", err)
		}
	})
}

func TestRunRemovesWhatNobodyAdded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		dir := t.TempDir()
		o := openAt(t, dir, n)
		folder := filepath.Join(dir, "files")
		for name, age := range map[string]time.Duration{"orphan": 0, "old.half": 2 * time.Hour, "new.half": 0} {
			path := filepath.Join(folder, name)
			at := time.Now().Add(-age)
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, at, at); err != nil {
				t.Fatal(err)
			}
		}
		stop := run(t, o)
		synctest.Wait()
		stop()
		if left := files(t, dir); !slices.Equal(left, []string{"new.half"}) {
			t.Errorf("left: %v", left)
		}
	})
}

func TestAddWithoutItsFileAddsNothing(t *testing.T) {
	n := newNetwork("a")
	o := openAt(t, t.TempDir(), n)
	_, err := o.Add(t.Context(), attach(outbox.Draft{Text: "look"}, "/nowhere/heron.png", n), outbox.Added{})
	if timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("%v", err)
	}
	if ds, err := o.Deliveries(t.Context(), outbox.Filter{}); err != nil || len(ds) != 0 {
		t.Errorf("%v, %v", ds, err)
	}
}
