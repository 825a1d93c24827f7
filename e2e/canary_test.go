package e2e_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"skein/config"
	"skein/config/account"
	"skein/e2e"
)

// A whole session with failures and a crash leaves no secret anywhere but in the
// encrypted file: not in what was printed, logged, kept, reported, nor in the list of
// processes; and whatever it leaves only its owner can read.
func TestSecretsAreNowhere(t *testing.T) {
	if _, err := os.Stat("/proc/self/cmdline"); err != nil {
		t.Skip("NOT RUN: the list of processes is read from /proc")
	}
	sandbox := e2e.NewHome(t).Serve(t)
	home := e2e.NewHome(t)
	var said strings.Builder
	run := func(stdin string, codes []int, args ...string) {
		t.Helper()
		said.WriteString(home.RunInput(t, stdin, append(args, "--debug")...).Exits(t, codes...).String())
	}

	// Wrong secrets are secrets as well: mostly ones with a typing error.
	const wrong = "canary-of-a-mistyped-secret-5f1c"
	failed := []int{1, 2, 3, 4}
	run(wrong, failed, "account", "add", "mastodon", "--server", sandbox.Mastodon, "--token-stdin")
	run(wrong, failed, "account", "add", "bluesky", "--handle", "you.example", "--pds", sandbox.Bluesky, "--app-password-stdin")
	run(wrong, failed, "account", "add", "nostr", "--nsec-stdin", "--relay", sandbox.Nostr[0])
	browse(t, home, sandbox, &said)
	run(sandbox.Tokens["bluesky"], []int{0}, "account", "add", "bluesky", "--handle", blueskyHandle, "--pds", sandbox.Bluesky, "--app-password-stdin")
	run(sandbox.Tokens["nostr"], []int{0}, "account", "add", "nostr", "--nsec-stdin", "--relay", sandbox.Nostr[0])
	secrets := secretsOf(t, home)
	secrets["mistyped"], secrets["nsec"] = wrong, sandbox.Tokens["nostr"]

	run("", []int{0}, "timeline", "--json")
	run("hello", []int{0}, "post", "--to", "all", "--json")
	crash(t, home, secrets, &said)
	if err := sandbox.Stop(); err != nil {
		t.Fatal(err)
	}
	run("", failed, "timeline")
	run("nobody hears it", []int{4}, "post", "--to", "all", "--wait", "1s")
	run("", []int{0, 1, 3, 4, 5}, "doctor", "--bundle", filepath.Join(home.Dir, "report.zip"))

	search(t, "what was printed", []byte(said.String()), secrets)
	err := filepath.WalkDir(home.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil || info.Mode()&fs.ModeSymlink != 0 {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 && path != home.Dir { // that one is the test's own
			t.Errorf("%s is open to others: %v", path, info.Mode())
		}
		if entry.IsDir() {
			return nil
		}
		content, err := os.ReadFile(path)
		search(t, path, content, secrets)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	unpacked(t, filepath.Join(home.Dir, "report.zip"), secrets)
}

// blueskyHandle is the person's on the sandbox.
const blueskyHandle = "you.bsky.example"

// browse signs in to Mastodon through a browser.
func browse(t *testing.T, home *e2e.Home, sandbox *e2e.Sandbox, said *strings.Builder) {
	t.Helper()
	b := newBrowser(t)
	term := home.With("BROWSER="+b.program, "SSH_CONNECTION=", "SSH_CLIENT=", "SSH_TTY=").
		Terminal(t, 200, 30, "account", "add", "mastodon", sandbox.Mastodon, "--debug")
	allow(t, b.address(t))
	said.WriteString(string(term.WaitFor(t, `is here as "mastodon"`)))
	if code := term.WaitExit(t); code != 0 {
		t.Fatalf("exit code %d", code)
	}
}

// secretsOf is all that the vault of a home holds but what is no secret: names of
// servers and times.
func secretsOf(t *testing.T, home *e2e.Home) map[string]string {
	t.Helper()
	paths, err := config.FindPaths("", home.Dir)
	if err != nil {
		t.Fatal(err)
	}
	records, err := account.OpenBook(paths.Accounts()).All()
	if err != nil || len(records) != 3 {
		t.Fatalf("%d accounts, %v", len(records), err)
	}
	vault := account.OpenVault(paths.Secrets(), account.NewKeys(account.KeyOptions{Mode: account.ModeFile, File: paths.Key(), Name: paths.Secrets()}))
	all := map[string]string{}
	for _, r := range records {
		creds, err := vault.Load(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		for name, secret := range creds {
			switch name {
			case account.ClientID, account.Expires, account.Issuer, account.TokenEndpoint, account.RevocationEndpoint, account.Scope:
				continue
			}
			all[r.Network+" "+name] = secret.Reveal()
		}
	}
	for _, name := range []string{"mastodon " + account.Token, "mastodon " + account.ClientSecret, "bluesky " + account.AppPassword, "bluesky " + account.RefreshJWT, "nostr " + account.PrivateKey} {
		if len(all[name]) < 8 {
			t.Fatalf("the %s is no secret worth the search", name)
		}
	}
	return all
}

// crash ends a process that follows the timeline as a crash would, after a look at the
// list of processes.
func crash(t *testing.T, home *e2e.Home, secrets map[string]string, said *strings.Builder) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, home.Binary(), "timeline", "--follow", "--debug", "--json")
	cmd.Env = append(home.Environment(), "GOTRACEBACK=all")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 1)
	if _, err := io.ReadFull(out, first); err != nil { // it has signed in and reads
		t.Fatalf("it prints nothing: %v; %s", err, errs.String())
	}
	for _, file := range []string{"cmdline", "environ"} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", cmd.Process.Pid, file))
		if err != nil || len(b) == 0 {
			t.Fatalf("%s of the process: %d bytes, %v", file, len(b), err)
		}
		search(t, "the "+file+" of a process", b, secrets)
	}
	if err := cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(out)
	var exit *exec.ExitError
	if werr := cmd.Wait(); err != nil || !errors.As(werr, &exit) || !strings.Contains(errs.String(), "goroutine ") {
		t.Fatalf("it did not crash: %v, %v; %s", err, werr, errs.String())
	}
	said.Write(rest)
	said.WriteString(errs.String())
}

// unpacked searches the files of an archive.
func unpacked(t *testing.T, path string, secrets map[string]string) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(io.LimitReader(r, 4<<20))
		if err != nil {
			t.Fatal(err)
		}
		search(t, "the report's "+f.Name, b, secrets)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// search fails for each secret that stands in a text, in any of the forms that
// protocols give it.
func search(t *testing.T, where string, content []byte, secrets map[string]string) {
	t.Helper()
	for name, secret := range secrets {
		forms := []string{
			secret, url.QueryEscape(secret), hex.EncodeToString([]byte(secret)),
			base64.StdEncoding.EncodeToString([]byte(secret))[:len(secret)], base64.RawURLEncoding.EncodeToString([]byte(secret))[:len(secret)],
		}
		if raw, err := hex.DecodeString(secret); err == nil {
			forms = append(forms, string(raw))
		}
		for _, form := range forms {
			if bytes.Contains(content, []byte(form)) {
				t.Errorf("%s: the %s stands there", where, name)
				break
			}
		}
	}
}
