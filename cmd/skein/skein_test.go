package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"skein/backends/sandbox"
	"skein/backends/sandbox/relay"
)

func TestMain(m *testing.M) {
	if os.Getenv("TESTSCRIPT_COMMAND") == "" && filepath.Base(os.Args[0]) == "skein" {
		os.Exit(run(os.Args[1:], standard()))
	}
	if os.Getenv(heapVar) != "" {
		os.Exit(printHeap())
	}
	programs := browsers()
	programs["skein"] = func() { os.Exit(run(os.Args[1:], standard())) }
	testscript.Main(leakChecked{m}, programs)
}

// leakChecked runs the tests and then looks for goroutines that they left.
type leakChecked struct{ m *testing.M }

func (l leakChecked) Run() int {
	code := l.m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			return 1
		}
	}
	return code
}

// TestScripts runs testdata/*.txt: the program as a person in a shell meets it,
// against one sandbox for all.
func TestScripts(t *testing.T) { runScripts(t, "testdata") }

// TestWritingScripts runs the scripts that write. They have a sandbox to themselves:
// the others count what is there.
func TestWritingScripts(t *testing.T) { runScripts(t, filepath.Join("testdata", "write")) }

// TestSignInScripts runs the scripts that sign in through a browser, which count what
// the server has granted.
func TestSignInScripts(t *testing.T) { runScripts(t, filepath.Join("testdata", "signin")) }

func runScripts(t *testing.T, dir string) {
	t.Helper()
	s, err := sandbox.Start(t.Context(), sandbox.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	home := filepath.Join(t.TempDir(), "signed-in")
	t.Cleanup(sandboxHome(t, s, home))
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"gate": turnGate, "doubt": doubt, "granted": granted(s), "expand": expand, "bunker": bunkers(s),
		},
		Setup: func(e *testscript.Env) error {
			g := newGate(t, strings.TrimPrefix(s.Mastodon.URL, "http://"))
			e.Defer(g.Shut)
			e.Values[gateKey{}] = g
			e.Values[bunkerKey{}] = new(*relay.Bunker)
			e.Setenv("GATE", "http://"+g.address)
			if err := pictures(e.WorkDir); err != nil {
				return err
			}
			e.Setenv("MASTODON", s.Mastodon.URL)
			e.Setenv("MASTODON_TOKEN", s.Mastodon.Token)
			e.Setenv("BLUESKY", s.Bluesky.URL)
			e.Setenv("BLUESKY_HANDLE", s.Bluesky.Handle)
			e.Setenv("BLUESKY_PASSWORD", s.Bluesky.AppPassword)
			e.Setenv("RELAY", s.Nostr.Relays[0])
			e.Setenv("MEDIA", s.Nostr.Media)
			e.Setenv("NSEC", s.Nostr.NSec)
			e.Setenv("SIGNED_IN", filepath.Join(home, "config", "config.toml"))
			e.Setenv("SKEIN_HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("GORACE", "atexit_sleep_ms=0") // else each of the many programs takes a second to end
			return nil
		},
	})
}

// gateKey is under which a script finds its gate to the Mastodon server.
type gateKey struct{}

// turnGate is the script command gate open|shut|hang.
func turnGate(ts *testscript.TestScript, _ bool, args []string) {
	g, ok := ts.Value(gateKey{}).(*gate)
	if !ok || len(args) != 1 {
		ts.Fatalf("gate open|shut|hang")
	}
	switch args[0] {
	case "shut":
		g.Shut()
	case "open":
		ts.Check(g.Open())
	case "hang":
		ts.Check(g.Hang())
	default:
		ts.Fatalf("gate open|shut|hang")
	}
}

// doubt is the script command after which nothing tells what became of what the
// outbox holds: no server of the sandbox leaves a post in that state.
func doubt(ts *testscript.TestScript, _ bool, _ []string) {
	db, err := sql.Open("sqlite", ts.MkAbs("home/state/outbox.db")) // the outbox's own driver
	ts.Check(err)
	_, err = db.ExecContext(context.Background(), "UPDATE delivery SET state = 'unconfirmed', settled = 1 WHERE settled = 0")
	ts.Check(errors.Join(err, db.Close()))
}

// pictures puts a picture, and one that was cut in the middle, into a folder.
func pictures(dir string) error {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 32, 24))); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "heron.png"), b.Bytes(), 0o600),
		os.WriteFile(filepath.Join(dir, "cut.png"), b.Bytes()[:40], 0o600),
	)
}

// quietApp is a program without terminal, arguments and environment.
func quietApp(now func() time.Time) *app {
	nothing := func(string) (string, bool) { return "", false }
	return &app{world: world{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}, env: nothing, now: now}}
}

// sandboxHome signs in to the sandbox once, for the scripts that only read.
func sandboxHome(t *testing.T, s *sandbox.Sandbox, home string) func() {
	t.Helper()
	a := quietApp(time.Now)
	if err := a.moveInto(home, "auto", s); err != nil {
		t.Fatal(err)
	}
	if err := a.signInto(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	return a.close
}
