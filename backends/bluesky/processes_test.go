package bluesky

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

// The environment of a process that TestManyProcesses and TestKilledProcess start.
const (
	childVault = "SKEIN_TEST_VAULT" // the folder
	childPDS   = "SKEIN_TEST_PDS"
	childDID   = "SKEIN_TEST_DID"
	childKill  = "SKEIN_TEST_KILL" // set: the process ends in the middle of saving
)

func vaultIn(dir string) *account.Vault {
	return account.OpenVault(filepath.Join(dir, "secrets.age"), account.NewKeys(account.KeyOptions{Mode: "file", File: filepath.Join(dir, "key"), Name: dir}))
}

// mortal is a vault in a process that is killed before it has saved.
type mortal struct{ account.Store }

func (mortal) Save(context.Context, string, account.Credentials) error {
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Kill()
	}
	select {}
}

// TestChild is one skein: it reads the timeline and ends.
func TestChild(t *testing.T) {
	dir := os.Getenv(childVault)
	if dir == "" {
		return // run by the tests below
	}
	var store account.Store = vaultIn(dir)
	if os.Getenv(childKill) != "" {
		store = mortal{store}
	}
	b := open(t, Config{
		Account: timeline.Account{ID: "acct-1", Network: timeline.Bluesky, Handle: timeline.Literal("@you.bsky.example")},
		PDS:     os.Getenv(childPDS), DID: os.Getenv(childDID), Store: store, Client: newClient(t),
	})
	if _, err := b.Home(t.Context(), timeline.Page{}); err != nil {
		t.Fatal(err)
	}
}

// child runs TestChild in a process of its own.
func child(t *testing.T, c Config, dir string, more ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childVault+"="+dir, childPDS+"="+c.PDS, childDID+"="+c.DID)
	cmd.Env = append(cmd.Env, more...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// expireInVault signs in, keeps that in a file and lets the access token run out. The
// processes' own clocks do not know.
func expireInVault(t *testing.T, begin func(testing.TB, *pds.Server) (Config, *account.Memory)) (*pds.Server, Config, string) {
	t.Helper()
	var now clock
	s := startPDS(t, smallWorld(world.Post{Key: "hello", Text: says("hello")}), pds.Options{Now: now.now, AccessTTL: 20 * time.Minute})
	c, store := begin(t, s)
	secrets, err := store.Load(t.Context(), string(c.Account.ID))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := vaultIn(dir).Save(t.Context(), string(c.Account.ID), secrets); err != nil {
		t.Fatal(err)
	}
	now.advance(30 * time.Minute)
	return s, c, dir
}

func TestManyProcesses(t *testing.T) {
	for _, way := range []struct {
		name, exchange string
		begin          func(testing.TB, *pds.Server) (Config, *account.Memory)
	}{
		{"password", refreshMethod, signIn},
		{"browser", refreshGrant, browserSignIn},
	} {
		t.Run(way.name, func(t *testing.T) {
			s, c, dir := expireInVault(t, way.begin)
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					if out, err := child(t, c, dir); err != nil {
						t.Errorf("process %d: %v\n%s", i, err, out)
					}
				})
			}
			wg.Wait()
			if n := s.Calls(way.exchange); n != 1 {
				t.Errorf("%d exchanges, want 1", n)
			}
			if n := s.Calls("app.bsky.feed.getTimeline"); n < 8 {
				t.Errorf("%d timelines were read", n)
			}
		})
	}
}

// A process is killed between the exchange and the saving: the next one says that the
// person has to sign in, once each time, and an app password does that by itself.
func TestKilledProcess(t *testing.T) {
	for _, way := range []struct {
		name, exchange string
		begin          func(testing.TB, *pds.Server) (Config, *account.Memory)
		says           string
	}{
		{"password", refreshMethod, signIn, ""},
		{"browser", refreshGrant, browserSignIn, "sign in again: skein account add bluesky --handle you.bsky.example"},
	} {
		t.Run(way.name, func(t *testing.T) {
			s, c, dir := expireInVault(t, way.begin)
			out, err := child(t, c, dir, childKill+"=1")
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.Exited() || s.Calls(way.exchange) != 1 {
				t.Fatalf("the process was not killed after its exchange: %v\n%s", err, out)
			}
			for i := range 2 {
				out, err = child(t, c, dir)
				if (err != nil) != (way.says != "") || !strings.Contains(out, way.says) {
					t.Errorf("start %d after it: %v\n%s", i, err, out)
				}
			}
			if n := s.Grants(); n != 0 {
				t.Errorf("%d sessions are left that nobody has", n)
			}
		})
	}
}
