//go:build unix

package outbox_test

import (
	"bufio"
	"context"
	"syscall"
	"testing"
	"time"

	"skein/timeline"
)

// A process that is stopped for a while is not dead: it would go on sending.
func TestAStoppedProcessKeepsWhatIsItsOwn(t *testing.T) {
	dir := t.TempDir()
	cmd := start(t, "hang", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	}()
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "published\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	w := newWall(dir)
	o, err := w.outbox(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	// Longer than it takes to look after the dead.
	ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
	defer cancel()
	if ds, err := o.Drain(ctx); err != nil || len(ds) != 1 || ds[0].State != timeline.Sending {
		t.Errorf("%v, %v", states(ds), err)
	}
	if n := w.texts(t)["by hang"]; n != 1 {
		t.Errorf("published %d times", n)
	}
}
