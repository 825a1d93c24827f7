package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Sandbox is `skein demo --serve`: the three networks of the demo, on loopback.
type Sandbox struct {
	Config   string            `json:"config"`
	Mastodon string            `json:"mastodon"`
	Bluesky  string            `json:"bluesky"`
	Nostr    []string          `json:"nostr"`
	Tokens   map[string]string `json:"tokens"`

	stdin io.Closer
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // valid once ended is closed
}

// Serve runs the sandbox until the test ends.
func (h *Home) Serve(t testing.TB) *Sandbox {
	t.Helper()
	logPath := filepath.Join(t.TempDir(), "serve.log")
	// Not the test's context: the sandbox has to outlive it, until its clean-up.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), h.binary, "demo", "--serve")
	cmd.Env = h.Environment()
	logFile := createFile(t, logPath)
	defer logFile.Close() //nolint:errcheck // the sandbox has its own handle by then
	cmd.Stderr = logFile
	stdin, errIn := cmd.StdinPipe()
	stdout, errOut := cmd.StdoutPipe()
	if errIn != nil || errOut != nil {
		t.Fatalf("pipes of the sandbox: %v, %v", errIn, errOut)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the sandbox: %v", err)
	}
	sandbox := &Sandbox{stdin: stdin, cmd: cmd, ended: make(chan struct{})}
	first := make(chan string, 1)
	go func() {
		lines := bufio.NewReader(stdout)
		line, _ := lines.ReadString('\n') // short when it ends early, which the decoder tells
		first <- line
		_, _ = io.Copy(io.Discard, lines) // it prints no more; this waits for its end
		sandbox.err = cmd.Wait()
		close(sandbox.ended)
	}()
	t.Cleanup(func() { _ = sandbox.Stop() })

	select {
	case line := <-first:
		if err := json.Unmarshal([]byte(line), sandbox); err != nil {
			t.Fatalf("skein demo --serve printed %q: %v\nits stderr:\n%s", line, err, tail(logPath))
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("skein demo --serve prints nothing; its stderr:\n%s", tail(logPath))
	}
	return sandbox
}

// Stop closes the sandbox's stdin, which ends it, and returns how it ended.
func (s *Sandbox) Stop() error {
	_ = s.stdin.Close() // closed twice is closed
	return s.wait()
}

// Interrupt is Ctrl-C.
func (s *Sandbox) Interrupt(t testing.TB) error {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatalf("interrupt the sandbox: %v", err)
	}
	return s.wait()
}

func (s *Sandbox) wait() error {
	select {
	case <-s.ended:
	case <-time.After(stopWithin):
		_ = s.cmd.Process.Kill()
		<-s.ended
	}
	return s.err
}

// Posts publishes on the sandbox's Mastodon as another client of the same person.
func (s *Sandbox) Posts(t testing.TB, text string) {
	t.Helper()
	callJSON(t, http.MethodPost, s.Mastodon+"/api/v1/statuses", s.Tokens["mastodon"],
		map[string]string{"status": text, "visibility": "public"}, nil)
}
