package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"skein/e2e"
	"skein/e2e/crash/stage"
)

// relaysOfAPerson is how many real relays there are.
const relaysOfAPerson = 2

// real starts a Bluesky network and relays, and has two people join.
func (t *theatre) real(ctx context.Context) error {
	s := &stand{ctx: ctx}
	t.end = s.end
	return s.do(func() { //nolint:contextcheck // the helpers take their context from s
		network := e2e.StartBluesky(s)
		me, ana := network.Join(s, "myself"), network.Join(s, "ana")
		t.stage.Bluesky = &stage.Server{
			URL:      network.PDS,
			Person:   stage.Login{Handle: me.Handle, Password: me.AppPassword(s, "skein")},
			Somebody: stage.Login{Handle: ana.Handle, Password: ana.Password},
		}
		for range relaysOfAPerson {
			t.stage.Nostr = append(t.stage.Nostr, e2e.StartRelay(s).URL)
		}
	})
}

// stand is what the helpers of package e2e need of a test, where there is none.
type stand struct {
	testing.TB // nil: the rest of it nobody calls

	ctx      context.Context // as a test has one
	cleanups []func()
}

// failed is how a helper's failure gets back to do.
type failed string

// do runs f, and returns the failure that it ends with.
func (s *stand) do(f func()) (err error) {
	defer func() {
		switch why := recover().(type) {
		case nil:
		case failed:
			err = errors.New(string(why))
		default:
			panic(why)
		}
	}()
	f()
	return nil
}

// end cleans up, the last first.
func (s *stand) end() {
	for _, f := range slices.Backward(s.cleanups) {
		f()
	}
}

// Helper implements testing.TB, as do the following.
func (s *stand) Helper() {}

// Context lives as long as the harness.
func (s *stand) Context() context.Context { return s.ctx }

// Cleanup keeps f for end.
func (s *stand) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

// Fatal ends do.
func (s *stand) Fatal(args ...any) { panic(failed(fmt.Sprint(args...))) }

// Fatalf ends do.
func (s *stand) Fatalf(format string, args ...any) { panic(failed(fmt.Sprintf(format, args...))) }

// Skipf ends do: what was asked for cannot be had.
func (s *stand) Skipf(format string, args ...any) { s.Fatalf(format, args...) }

// TempDir makes a folder that end removes.
func (s *stand) TempDir() string {
	dir, err := os.MkdirTemp("", "skein-crash-real-")
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = os.RemoveAll(dir) }) // it is a temporary folder
	return dir
}
