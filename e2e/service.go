package e2e

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// guard runs a server, stops it when stdin closes (which the kernel does when
// the test process dies, however it dies), and removes the server's folder.
const guard = `
signal=$1 dir=$2
shift 2
exec 3<&0
"$@" </dev/null 3<&- &
pid=$!
{ cat >/dev/null; kill -"$signal" "$pid"; } <&3 2>/dev/null &
wait "$pid"
rm -rf "$dir"
`

// stopWithin is how long a server may take to end before it is killed.
const stopWithin = 10 * time.Second

// service is a server program that lives no longer than its test.
type service struct {
	name  string
	log   string
	cmd   *exec.Cmd
	stdin io.Closer
	ended chan struct{}
}

// serviceOptions says how to run a server.
type serviceOptions struct {
	name   string
	dir    string              // its data; removed at the end
	stop   string              // the signal that ends it, without SIG
	as     *syscall.Credential // nil for the current user
	argv   []string
	within time.Duration
	ready  func(context.Context) error // nil once it answers
}

// startService starts a server, waits until it is ready and stops it when the
// test ends.
func startService(t testing.TB, options serviceOptions) *service {
	t.Helper()
	logFile := createFile(t, filepath.Join(t.TempDir(), options.name+".log"))
	defer logFile.Close() //nolint:errcheck // the server has its own handle by then

	argv := append([]string{"-c", guard, "guard", options.stop, options.dir}, options.argv...)
	// Not the test's context: a server has to outlive it, until its clean-up.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "sh", argv...)
	cmd.Dir = options.dir
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: options.as, Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatalf("start %s: %v", options.name, err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", options.name, err)
	}
	s := &service{name: options.name, log: logFile.Name(), cmd: cmd, stdin: stdin, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		_ = cmd.Wait() // a server that was told to stop may end as it likes
	}()
	t.Cleanup(s.Stop)
	s.await(t, options.within, options.ready)
	return s
}

// await returns when ready says nil, and fails the test with the server's log
// when it ends or when the time runs out.
func (s *service) await(t testing.TB, within time.Duration, ready func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		select {
		case <-s.ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	if _, err := until(ctx, within, ready); err != nil {
		t.Fatalf("%s does not answer: %v\nits log:\n%s", s.name, err, tail(s.log))
	}
}

// Stop ends the server and returns once it is gone. A second Stop does nothing.
func (s *service) Stop() {
	_ = s.stdin.Close() // closed twice is closed
	select {
	case <-s.ended:
	case <-time.After(stopWithin):
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) // its own group, see Setpgid
		<-s.ended
	}
}

// tail returns the end of a log file, or why it cannot be read.
func tail(path string) string {
	const most = 4000
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Sprintf("(unreadable: %v)", err)
	}
	return string(content[max(0, len(content)-most):])
}
