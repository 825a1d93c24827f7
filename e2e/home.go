package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// runWithin bounds one command. Commands that wait for a server give up sooner.
const runWithin = 60 * time.Second

// LoopbackConfig lets skein talk to servers on this machine, which it otherwise
// refuses, and names none elsewhere.
const LoopbackConfig = `[network]
allow = ["127.0.0.1", "localhost"]
` + KeyInFile + `[nostr]
relays = []
`

// KeyInFile is the part of LoopbackConfig by which nobody is asked for a passphrase, and
// no keyring of whoever runs the tests is met.
const KeyInFile = `[secrets]
key = "file"
`

// stackTrace is how a Go program looks when it was not meant to be seen.
var stackTrace = regexp.MustCompile(`goroutine \d+|panic:|runtime error|\.go:\d+ \+0x`)

// Home is one person's skein: a private SKEIN_HOME and the binary to run in it.
type Home struct {
	Dir string

	binary string
	extra  []string // further environment, NAME=value
}

// Result is what a command left behind.
type Result struct {
	Stdout string
	Stderr string
	Code   int
	Took   time.Duration

	command string
}

// NewHome makes an empty home that may talk to loopback.
func NewHome(t testing.TB) *Home {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	home := &Home{Dir: t.TempDir(), binary: path}
	home.Configure(t, LoopbackConfig)
	return home
}

// Configure writes config.toml.
func (h *Home) Configure(t testing.TB, content string) {
	t.Helper()
	path := filepath.Join(h.Dir, "config", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatalf("config of a home: %v", err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatalf("config of a home: %v", err)
	}
}

// With returns the same home with more environment, as NAME=value.
func (h *Home) With(environment ...string) *Home {
	other := *h
	other.extra = append(append([]string{}, h.extra...), environment...)
	return &other
}

// Run runs skein with an empty stdin.
func (h *Home) Run(t testing.TB, args ...string) Result {
	t.Helper()
	return h.RunInput(t, "", args...)
}

// RunInput runs skein with the given stdin and returns what came of it, whatever
// the exit code. A stack trace fails the test at once.
func (h *Home) RunInput(t testing.TB, stdin string, args ...string) Result {
	t.Helper()
	return h.StartInput(t, stdin, args...).Wait(t)
}

// Environment is what skein runs in: the current one, without what could lead it
// to the person who runs the tests.
func (h *Home) Environment() []string {
	var env []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "SKEIN_") || strings.HasPrefix(name, "XDG_") ||
			name == "NO_COLOR" || name == "TERM" || name == "COLORTERM" || name == "DBUS_SESSION_BUS_ADDRESS" {
			continue
		}
		env = append(env, variable)
	}
	return append(append(env, "SKEIN_HOME="+h.Dir, "HOME="+h.Dir, "TERM=xterm-256color", "LC_ALL=C.UTF-8"), h.extra...)
}

// Binary is the path of the program.
func (h *Home) Binary() string { return h.binary }

// String is the whole story, for a failure's message.
func (r Result) String() string {
	const most = 6000
	cut := func(s string) string {
		if len(s) > most {
			return s[:most] + "…"
		}
		return s
	}
	return "stdout:\n" + cut(r.Stdout) + "\nstderr:\n" + cut(r.Stderr)
}

// Exits fails the test when the exit code is none of those allowed.
func (r Result) Exits(t testing.TB, allowed ...int) Result {
	t.Helper()
	for _, code := range allowed {
		if r.Code == code {
			return r
		}
	}
	t.Fatalf("%s: exit code %d instead of %v\n%s", r.command, r.Code, allowed, r)
	return r
}

// Says fails the test unless stderr is one line that matches the pattern: what
// went wrong and what to do about it, and no more.
func (r Result) Says(t testing.TB, pattern string) Result {
	t.Helper()
	said := strings.TrimSpace(r.Stderr)
	if said == "" || strings.Contains(said, "\n") {
		t.Errorf("%s: one clear line was expected on stderr\n%s", r.command, r)
	}
	if !regexp.MustCompile(pattern).MatchString(said) {
		t.Errorf("%s: stderr does not match %q\n%s", r.command, pattern, r)
	}
	return r
}
