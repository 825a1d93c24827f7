package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// Process is a skein that may still run.
type Process struct {
	cmd            *exec.Cmd
	stdout, stderr output
	started        time.Time
	command        string
	ctx            context.Context // ends it
	cancel         context.CancelFunc
}

// output is a stream that can be read while it is written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Start starts skein with an empty stdin. The caller waits for it.
func (h *Home) Start(t testing.TB, args ...string) *Process {
	t.Helper()
	return h.StartInput(t, "", args...)
}

// StartInput starts skein with the given stdin. It is killed when it takes too
// long, and with the test.
func (h *Home) StartInput(t testing.TB, stdin string, args ...string) *Process {
	t.Helper()
	p := &Process{command: "skein " + strings.Join(args, " "), started: time.Now()}
	p.ctx, p.cancel = context.WithTimeout(t.Context(), runWithin)
	t.Cleanup(p.cancel)
	p.cmd = exec.CommandContext(p.ctx, h.binary, args...)
	p.cmd.Env = h.Environment()
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = strings.NewReader(stdin), &p.stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("%s: %v", p.command, err)
	}
	return p
}

// Stdout is what it has printed until now.
func (p *Process) Stdout() string { return p.stdout.String() }

// Interrupt is Ctrl-C.
func (p *Process) Interrupt(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatalf("interrupt %s: %v", p.command, err)
	}
}

// Wait waits for the end and returns what came of it, whatever the exit code. A
// stack trace fails the test at once.
func (p *Process) Wait(t testing.TB) Result {
	t.Helper()
	err := p.cmd.Wait()
	result := Result{
		Stdout: p.stdout.String(), Stderr: p.stderr.String(), Code: p.cmd.ProcessState.ExitCode(),
		Took: time.Since(p.started), command: p.command,
	}
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || p.ctx.Err() != nil) {
		t.Fatalf("%s: %v (%v)\n%s", p.command, err, p.ctx.Err(), result)
	}
	p.cancel()
	if stackTrace.MatchString(result.Stdout + result.Stderr) {
		t.Fatalf("%s shows a stack trace:\n%s", p.command, result)
	}
	return result
}
