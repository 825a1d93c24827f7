package e2e

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"testing"
	"time"
)

// askEvery is the pause between two looks at something that tells of no events
// by itself: a screen, a server that is still starting.
const askEvery = 20 * time.Millisecond

// Eventually asks until the answer is nil and returns how long that took. When
// the time runs out the test fails with the last answer.
func Eventually(t testing.TB, within time.Duration, what string, ask func(context.Context) error) time.Duration {
	t.Helper()
	took, err := until(t.Context(), within, ask)
	if err != nil {
		t.Fatalf("%s: not within %s: %v", what, within, err)
	}
	return took
}

// until is Eventually without a test: it returns the last answer instead.
func until(ctx context.Context, within time.Duration, ask func(context.Context) error) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	started := time.Now()
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	var last error
	for {
		err := ask(ctx)
		if err == nil {
			return time.Since(started), nil
		}
		// An ask cut off by the deadline says nothing; the one before it may.
		if last == nil || ctx.Err() == nil {
			last = err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return time.Since(started), last
		}
	}
}

// EventuallyGone waits until there is no such process any more.
func EventuallyGone(t testing.TB, pid int) {
	t.Helper()
	Eventually(t, stopWithin, fmt.Sprintf("process %d has ended", pid), func(context.Context) error {
		// A process that has ended and was not waited for has no command line.
		cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if errors.Is(err, fs.ErrNotExist) || err == nil && len(cmdline) == 0 {
			return nil
		}
		return fmt.Errorf("it still runs: %s", cmdline)
	})
}

// FreePort returns a loopback port that nothing listens on at this moment.
func FreePort(t testing.TB) int {
	t.Helper()
	var listening net.ListenConfig
	l, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("look for a free port: %v", err)
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil || !ok {
		t.Fatalf("release a free port (%v): %v", l.Addr(), err)
	}
	return addr.Port
}

// loopback is the address of a port on this machine.
func loopback(port int) string {
	return fmt.Sprintf("127.0.0.1:%d", port)
}
