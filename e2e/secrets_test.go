package e2e_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"skein/e2e"
)

// askingHome is a home whose key is where a person's would be.
func askingHome(t *testing.T) *e2e.Home {
	t.Helper()
	home := e2e.NewHome(t)
	home.Configure(t, strings.Replace(e2e.LoopbackConfig, e2e.KeyInFile, "", 1))
	return home
}

// onABus runs a shell script in a desktop session of its own, with a Secret Service
// that has the home's own keyring; skein is $SKEIN. It returns what was printed, both
// to stdout and to stderr.
func onABus(t *testing.T, home *e2e.Home, script string) string {
	t.Helper()
	runtime := filepath.Join(home.Dir, "run")
	if err := os.MkdirAll(runtime, 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "dbus-run-session", "--", "sh", "-c", script)
	cmd.Env = append(home.Environment(), "XDG_RUNTIME_DIR="+runtime, "XDG_DATA_HOME="+filepath.Join(home.Dir, "data"), "SKEIN="+home.Binary())
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// Scripts that begin a session with the keyring open, or locked.
const (
	withKeyring   = `printf 'keyring password' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; `
	lockedKeyring = `gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1; `
)

// signedIn is a home with an account on a sandbox of its own, whose secrets were first
// kept within a session.
func signedIn(t *testing.T, home *e2e.Home, session string) (said string) {
	t.Helper()
	sandbox := e2e.NewHome(t).Serve(t)
	return onABus(t, home, session+`printf %s '`+sandbox.Tokens["mastodon"]+`' | "$SKEIN" account add mastodon `+sandbox.Mastodon+` --token-stdin`)
}

// The key of the secrets is in a real keyring, leaves it for a file and comes back.
func TestKeyInASecretService(t *testing.T) {
	e2e.Require(t, e2e.ToolKeyring)
	home := askingHome(t)
	if said := signedIn(t, home, withKeyring); !strings.Contains(said, `is here as "mastodon"`) {
		t.Fatalf("signed in: %s", said)
	}
	said := onABus(t, home, withKeyring+`"$SKEIN" account key; "$SKEIN" timeline -n 3 --json; "$SKEIN" account key --move-to file`)
	for _, want := range []string{"their key: system keyring", `"type":"post"`, "their key: key file "} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said: %s", want, said)
		}
	}
	home.Run(t, "timeline", "-n", "3").Exits(t, 0) // without any session
	key := filepath.Join(home.Dir, "state", "secrets.key")
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info, err)
	}
	said = onABus(t, home, withKeyring+`"$SKEIN" account key --move-to keyring; "$SKEIN" doctor | grep secrets`)
	if !strings.Contains(said, "their key: system keyring") || !strings.Contains(said, "ok    secrets") {
		t.Errorf("moved back: %s", said)
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("the key file is still there")
	}
}

// A keyring that is locked, or gone, is told in one line that says what to do; nothing
// is made anew over what it holds.
func TestKeyringThatDoesNotOpen(t *testing.T) {
	e2e.Require(t, e2e.ToolKeyring)
	home := askingHome(t)
	signedIn(t, home, withKeyring)
	before, err := os.ReadFile(filepath.Join(home.Dir, "config", "secrets.age"))
	if err != nil {
		t.Fatal(err)
	}
	for name, said := range map[string]string{
		"locked": onABus(t, home, lockedKeyring+`"$SKEIN" timeline -n 3; echo "exit $?"`),
		"gone":   home.Run(t, "timeline", "-n", "3").String(),
	} {
		if !strings.Contains(said, "unlock the keyring") || strings.Contains(said, "goroutine") {
			t.Errorf("%s: %s", name, said)
		}
	}
	after, err := os.ReadFile(filepath.Join(home.Dir, "config", "secrets.age"))
	if err != nil || string(after) != string(before) {
		t.Errorf("the secrets have changed, %v", err)
	}
	if said := onABus(t, home, withKeyring+`"$SKEIN" timeline -n 3 --json`); !strings.Contains(said, `"type":"post"`) {
		t.Errorf("unlocked again: %s", said)
	}
}

// Without a keyring a person at a terminal chooses a passphrase, and is asked for it
// where the secrets are needed, even when standard input is something else.
func TestPassphraseInATerminal(t *testing.T) {
	sandbox := e2e.NewHome(t).Serve(t)
	home := askingHome(t)
	token := filepath.Join(home.Dir, "token")
	if err := os.WriteFile(token, []byte(sandbox.Tokens["mastodon"]), 0o600); err != nil {
		t.Fatal(err)
	}
	term := e2e.NewTerminal(t, 100, 30, home.Environment(), "sh", "-c",
		home.Binary()+" account add mastodon "+sandbox.Mastodon+" --token-stdin <"+token)
	term.WaitFor(t, "There is no keyring here")
	term.SendKeys(t, "open sesame", "Enter")
	term.WaitFor(t, "Once more:")
	term.SendKeys(t, "open barley", "Enter")
	term.WaitFor(t, "two different ones")
	for range 2 {
		term.SendKeys(t, "open sesame", "Enter")
	}
	term.WaitFor(t, `is here as "mastodon"`)
	if screen := string(term.Capture(t)); strings.Contains(screen, "sesame") {
		t.Errorf("the passphrase is shown: %s", screen)
	}
	if failed := home.Run(t, "timeline", "-n", "3"); failed.Code == 0 || !strings.Contains(failed.Stderr, "secrets.passphrase_command") {
		t.Errorf("without a terminal: %s", failed)
	}
	screen := home.Terminal(t, 100, 30)
	screen.WaitFor(t, "Passphrase of your secrets")
	screen.SendKeys(t, "open barley", "Enter")
	screen.WaitFor(t, "That is not the passphrase")
	screen.SendKeys(t, "open sesame", "Enter")
	screen.WaitUntil(t, "the timeline", func(s e2e.Screen) bool { return strings.Contains(s.Networks(), "M") })
}
