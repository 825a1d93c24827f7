package main

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// An interrupt from the keyboard reaches everybody at the terminal: while the person
// writes in their editor it is the editor's alone.
func TestInterruptInTheEditorEndsNothing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no interrupt can be sent to a process there")
	}
	a := quietApp(time.Now)
	a.paths.State = t.TempDir()
	a.env = func(name string) (string, bool) {
		// The editor goes on for a moment, as every editor does that takes the interrupt.
		return "kill -INT " + strconv.Itoa(os.Getpid()) + "; sleep 0.3; printf written >", name == "EDITOR"
	}
	ctx, stop := a.untilInterrupted(context.Background())
	defer stop()
	text, err := a.editText(ctx, "before")
	if err != nil || text != "written" || ctx.Err() != nil {
		t.Errorf("%q, %v, %v", text, err, ctx.Err())
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Error("an interrupt after it did nothing")
	}
	if left, err := os.ReadDir(a.paths.State); err != nil || len(left) != 0 {
		t.Errorf("the editor's file is left: %v, %v", left, err)
	}
}
