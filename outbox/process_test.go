package outbox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"skein/outbox"
	"skein/timeline"
)

// The environment of the test's own children.
const (
	roleVar = "SKEIN_OUTBOX_TEST_ROLE"
	dirVar  = "SKEIN_OUTBOX_TEST_DIR"
)

// wall is a network that processes share: a line of a file for each post. It does
// not know keys, so that whatever is sent twice is there twice.
type wall struct {
	*network
	path string
	hang chan struct{} // Send tells that it has published, and never returns
}

func newWall(dir string) *wall {
	return &wall{network: newNetwork("a"), path: filepath.Join(dir, "wall")}
}

func (w *wall) Send(_ context.Context, r timeline.Request) timeline.Outcome {
	var p posted
	if err := json.Unmarshal(r.Body, &p); err != nil {
		return timeline.Outcome{Verdict: timeline.Rejected, Err: timeline.AsError(err)}
	}
	f, err := os.OpenFile(w.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return timeline.Outcome{Verdict: timeline.Absent, Err: timeline.AsError(err)}
	}
	_, err = fmt.Fprintf(f, "%s %s\n", p.Key, p.Text)
	if err = errors.Join(err, f.Close()); err != nil {
		return timeline.Outcome{Verdict: timeline.Uncertain, Err: timeline.AsError(err)}
	}
	if w.hang != nil {
		close(w.hang)
		select {}
	}
	return w.there(p)
}

func (w *wall) Settle(_ context.Context, r timeline.Request) timeline.Outcome {
	var p posted
	b, err := os.ReadFile(w.path)
	if err = errors.Join(err, json.Unmarshal(r.Body, &p)); err != nil {
		return timeline.Outcome{Verdict: timeline.Uncertain, Err: timeline.AsError(err)}
	}
	if strings.Contains(string(b), p.Key+" ") {
		return w.there(p)
	}
	return timeline.Outcome{Verdict: timeline.Absent, Err: fault(timeline.CodeServer, "not there")}
}

// texts are what stands on the wall, and how often.
func (w *wall) texts(t *testing.T) map[string]int {
	t.Helper()
	b, err := os.ReadFile(w.path)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		_, text, _ := strings.Cut(line, " ")
		found[text]++
	}
	return found
}

func (w *wall) outbox(ctx context.Context, dir string) (*outbox.Outbox, error) {
	return outbox.Open(ctx, outbox.Options{
		Dir: dir, Accounts: []timeline.Account{w.account},
		Open: func(context.Context, timeline.AccountID) (timeline.Backend, error) { return w, nil },
	})
}

// child is a process of its own, in the role that its parent gave it.
func child(role string) int {
	dir := os.Getenv(dirVar)
	w := newWall(dir)
	ctx := context.Background()
	o, err := w.outbox(ctx, dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if role == "hang" {
		w.hang = make(chan struct{})
		go func() {
			<-w.hang
			fmt.Println("published")
		}()
	}
	op, err := o.Add(ctx, planOf(outbox.Draft{Text: "by " + role}, w.network), outbox.Added{Key: role})
	if err == nil {
		_, err = o.Drain(ctx, op.ID)
	}
	if err = errors.Join(err, o.Close()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func start(t *testing.T, role, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"="+role, dirVar+"="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestTakesOverFromAKilledProcess(t *testing.T) {
	dir := t.TempDir()
	cmd := start(t, "hang", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "published\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}
	w := newWall(dir)
	o, err := w.outbox(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	// While it lives nobody else touches what it is at.
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	ds, err := o.Drain(ctx)
	if err != nil || len(ds) != 1 || ds[0].State != timeline.Sending {
		t.Fatalf("%v, %v", states(ds), err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if ds := drain(t, o); len(ds) != 1 || ds[0].State != timeline.Sent || ds[0].Tries != 1 {
		t.Errorf("%+v", ds)
	}
	if n := w.texts(t)["by hang"]; n != 1 {
		t.Errorf("published %d times", n)
	}
	left, err := os.ReadDir(filepath.Join(dir, "owners"))
	if err != nil || len(left) != 2 {
		t.Errorf("%d signs of life, %v", len(left), err)
	}
	next, err := w.outbox(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "owners")); err != nil || len(left) != 1 {
		t.Errorf("the dead one's was not swept: %d, %v", len(left), err)
	}
}

func TestManyProcessesSendAtOnce(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			if err := start(t, fmt.Sprint("process ", i), dir).Run(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for text, n := range newWall(dir).texts(t) {
		if n != 1 {
			t.Errorf("%q is there %d times", text, n)
		}
	}
}

func TestManyOutboxesSendEachOnce(t *testing.T) {
	outboxes, each := 8, 63
	if raced {
		each = 12
	}
	dir := t.TempDir()
	w := newWall(dir)
	var wg sync.WaitGroup
	for i := range outboxes {
		wg.Go(func() {
			o, err := w.outbox(t.Context(), dir)
			if err != nil {
				t.Error(err)
				return
			}
			for j := range each {
				if _, err := o.Add(t.Context(), planOf(outbox.Draft{Text: fmt.Sprintf("%d of %d", j, i)}, w.network), outbox.Added{}); err != nil {
					t.Error(err)
				}
			}
			if _, err := o.Drain(t.Context()); err != nil {
				t.Error(err)
			}
			if err := o.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	texts := w.texts(t)
	if len(texts) != outboxes*each {
		t.Errorf("%d of %d posts", len(texts), outboxes*each)
	}
	for text, n := range texts {
		if n != 1 {
			t.Errorf("%q is there %d times", text, n)
		}
	}
	o, err := w.outbox(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	var check string
	if err := o.Query("PRAGMA integrity_check", &check); err != nil || check != "ok" {
		t.Errorf("%s, %v", check, err)
	}
}
