// Package stand takes the place of a test for commands that use the helpers of
// package e2e. It knows nothing of skein.
package stand

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
)

// Stand is what the helpers of package e2e need of a test, where there is none.
// It is for one goroutine.
type Stand struct {
	testing.TB // nil: the rest of it nobody calls

	ctx      context.Context // as a test has one
	cleanups []func()
}

// New makes a Stand whose Context is ctx. The caller calls End.
func New(ctx context.Context) *Stand { return &Stand{ctx: ctx} }

// failed is how a helper's failure gets back to Do.
type failed string

// Do runs f, and returns the failure that it ends with.
func (s *Stand) Do(f func()) (err error) {
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

// End cleans up, the last first.
func (s *Stand) End() {
	for _, f := range slices.Backward(s.cleanups) {
		f()
	}
	s.cleanups = nil
}

// Helper implements testing.TB, as do the following.
func (s *Stand) Helper() {}

// Context is the one that New was given.
func (s *Stand) Context() context.Context { return s.ctx }

// Cleanup keeps f for End.
func (s *Stand) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

// Fatal ends Do.
func (s *Stand) Fatal(args ...any) { panic(failed(fmt.Sprint(args...))) }

// Fatalf ends Do.
func (s *Stand) Fatalf(format string, args ...any) { panic(failed(fmt.Sprintf(format, args...))) }

// Skipf ends Do: what was asked for cannot be had.
func (s *Stand) Skipf(format string, args ...any) { s.Fatalf(format, args...) }

// TempDir makes a folder that End removes.
func (s *Stand) TempDir() string {
	dir, err := os.MkdirTemp("", "skein-e2e-stand-")
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = os.RemoveAll(dir) }) // it is a temporary folder
	return dir
}
