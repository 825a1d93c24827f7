package account_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/zalando/go-keyring"

	"skein/config/account"
)

const canary = "canary-5f1c-do-not-show"

func TestSecretShowsItselfNowhere(t *testing.T) {
	s := account.NewSecret(canary)
	c := account.Credentials{account.Token: s}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", s, "all", c, "nested", struct{ S account.Secret }{s})
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	asTOML, err := toml.Marshal(map[string]account.Secret{"k": s})
	if err != nil {
		t.Fatal(err)
	}
	for name, out := range map[string]string{
		"formatted": fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s), "within a map": fmt.Sprintf("%v %+v %#v", c, c, c),
		"an error": fmt.Errorf("bad %v", s).Error(), "logged": log.String(), "JSON": string(asJSON), "TOML": string(asTOML),
	} {
		if strings.Contains(out, canary) || strings.Contains(out, fmt.Sprintf("%x", canary)) {
			t.Errorf("%s shows it: %s", name, out)
		}
	}
	if s.Reveal() != canary {
		t.Error("Reveal does not")
	}
}

// noKeyring is a system without one; mute is one that never answers.
type noKeyring struct{}

func (noKeyring) Get(string, string) (string, error) { return "", errors.New("no bus") }
func (noKeyring) Set(string, string, string) error   { return errors.New("no bus") }
func (noKeyring) Delete(string, string) error        { return errors.New("no bus") }

type memoryKeyring struct{ m sync.Map }

func (k *memoryKeyring) Get(s, u string) (string, error) {
	v, ok := k.m.Load(s + u)
	if !ok {
		return "", keyring.ErrNotFound
	}
	secret, _ := v.(string)
	return secret, nil
}
func (k *memoryKeyring) Set(s, u, secret string) error { k.m.Store(s+u, secret); return nil }

func (k *memoryKeyring) Delete(s, u string) error {
	if _, there := k.m.LoadAndDelete(s + u); !there {
		return keyring.ErrNotFound
	}
	return nil
}

func vaultIn(dir, mode string, ring account.Keyring) (*account.Vault, *account.Keys) {
	o := account.KeyOptions{Mode: mode, File: filepath.Join(dir, "state", "secrets.key"), Name: dir, Keyring: ring, Work: 4}
	if mode == account.ModeCommand {
		o.Command = "echo open sesame"
	}
	keys := account.NewKeys(o)
	return account.OpenVault(filepath.Join(dir, "secrets.age"), keys), keys
}

func TestVaultKeepsSecretsBetweenProcesses(t *testing.T) {
	for _, c := range []struct {
		name, mode string
		ring       account.Keyring
		want       account.Place
	}{
		{"keyring", "auto", &memoryKeyring{}, account.InKeyring},
		{"no keyring", "auto", noKeyring{}, account.InFile},
		{"file", "file", &memoryKeyring{}, account.InFile},
		{"passphrase", "command", noKeyring{}, account.InPassphrase},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.mode == "command" && runtime.GOOS == "windows" {
				t.Skip("the command of this test is a shell's")
			}
			dir, ctx := t.TempDir(), t.Context()
			v, _ := vaultIn(dir, c.mode, c.ring)
			if _, err := v.Load(ctx, "a"); !errors.Is(err, account.ErrNoCredentials) {
				t.Fatalf("an empty vault says %v", err)
			}
			if err := v.Save(ctx, "a", account.Credentials{account.Token: account.NewSecret(canary)}); err != nil {
				t.Fatal(err)
			}
			again, keys := vaultIn(dir, c.mode, c.ring) // as the next process would
			got, err := again.Load(ctx, "a")
			if err != nil || got[account.Token].Reveal() != canary {
				t.Fatalf("got %q, %v", got[account.Token].Reveal(), err)
			}
			if keys.Where() != c.want {
				t.Errorf("the key is in the %s, want %s", keys.Where(), c.want)
			}
			if err := again.Delete(ctx, "a"); err != nil {
				t.Fatal(err)
			}
			if _, err := v.Load(ctx, "a"); !errors.Is(err, account.ErrNoCredentials) {
				t.Errorf("after Delete: %v", err)
			}
		})
	}
}

func TestVaultFilesArePrivateAndSealed(t *testing.T) {
	dir := t.TempDir()
	v, _ := vaultIn(dir, "file", noKeyring{})
	if err := v.Save(t.Context(), "a", account.Credentials{account.PrivateKey: account.NewSecret(canary)}); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		files++
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(canary)) {
			t.Errorf("%s holds the secret in clear", path)
		}
		return err
	})
	if err != nil || files < 2 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestVaultNeverOverwritesWhatItCannotOpen(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	v, _ := vaultIn(dir, "auto", &memoryKeyring{})
	if err := v.Save(ctx, "a", account.Credentials{account.Token: account.NewSecret(canary)}); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "secrets.age"))
	if err != nil {
		t.Fatal(err)
	}
	locked, _ := vaultIn(dir, "auto", noKeyring{})
	err = locked.Save(ctx, "b", account.Credentials{})
	if err == nil || !strings.Contains(err.Error(), "unlock the keyring") {
		t.Errorf("got %v", err)
	}
	after, err := os.ReadFile(filepath.Join(dir, "secrets.age"))
	if err != nil || !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
}

func TestVaultDamageIsTold(t *testing.T) {
	dir := t.TempDir()
	v, _ := vaultIn(dir, "file", noKeyring{})
	if err := v.Save(t.Context(), "a", account.Credentials{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secrets.age"), []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Load(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("got %v", err)
	}
}

type muteKeyring struct{ until chan struct{} }

func (k muteKeyring) Get(string, string) (string, error) { <-k.until; return "", errors.New("late") }
func (k muteKeyring) Set(string, string, string) error   { <-k.until; return errors.New("late") }
func (k muteKeyring) Delete(string, string) error        { <-k.until; return errors.New("late") }

func TestMuteKeyringIsGivenUp(t *testing.T) {
	until := make(chan struct{})
	defer close(until)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, keys := vaultIn(t.TempDir(), "keyring", muteKeyring{until})
	if _, err := keys.Locate(ctx); err == nil || !strings.Contains(err.Error(), "no answer") {
		t.Errorf("got %v", err)
	}
}

// TestVaultHoldsUnderManyProcesses runs this test binary eight times at once.
func TestVaultHoldsUnderManyProcesses(t *testing.T) {
	if dir := os.Getenv("SKEIN_TEST_VAULT"); dir != "" {
		v, _ := vaultIn(dir, "file", noKeyring{})
		id := os.Getenv("SKEIN_TEST_ID")
		for i := range 10 {
			if err := v.Save(t.Context(), fmt.Sprintf("%s-%d", id, i), account.Credentials{account.Token: account.NewSecret(id)}); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestVaultHoldsUnderManyProcesses$")
			cmd.Env = append(os.Environ(), "SKEIN_TEST_VAULT="+dir, fmt.Sprintf("SKEIN_TEST_ID=p%d", i))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("process %d: %v\n%s", i, err, out)
			}
		})
	}
	wg.Wait()
	v, _ := vaultIn(dir, "file", noKeyring{})
	for i := range 8 {
		for j := range 10 {
			if _, err := v.Load(t.Context(), fmt.Sprintf("p%d-%d", i, j)); err != nil {
				t.Errorf("p%d-%d is lost: %v", i, j, err)
			}
		}
	}
}

func TestLockIsExclusiveAndObeysItsContext(t *testing.T) {
	dir := t.TempDir()
	v, _ := vaultIn(dir, "file", noKeyring{})
	for name, s := range map[string]account.Store{"vault": v, "memory": account.NewMemory()} {
		unlock, err := s.Lock(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if _, err := s.Lock(ctx, "a"); err == nil {
			t.Errorf("%s: locked twice", name)
		}
		cancel()
		if other, err := s.Lock(t.Context(), "b"); err != nil {
			t.Errorf("%s: another account is locked too: %v", name, err)
		} else {
			other()
		}
		unlock()
		again, err := s.Lock(t.Context(), "a")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again()
	}
}

func TestBook(t *testing.T) {
	ctx := t.Context()
	b := account.OpenBook(filepath.Join(t.TempDir(), "deep", "accounts.toml"))
	first, err := b.Add(ctx, account.Record{Network: "mastodon", Handle: "@ana@host.example", Server: "https://host.example"})
	if err != nil || first.Name != "mastodon" || first.ID == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := b.Add(ctx, account.Record{Network: "mastodon", Handle: "@bo@host.example"})
	if err != nil || second.Name != "mastodon2" || second.ID == first.ID {
		t.Fatalf("%+v, %v", second, err)
	}
	if _, err := b.Add(ctx, account.Record{Network: "mastodon", Handle: "@ANA@host.example"}); err == nil {
		t.Error("the same account was added twice")
	}
	if _, err := b.Add(ctx, account.Record{Network: "nostr", PubKey: "ff", Name: "mastodon"}); err == nil {
		t.Error("a name was given twice")
	}
	if r, err := b.Remove(ctx, "@bo@host.example"); err != nil || r.ID != second.ID {
		t.Errorf("removed %+v, %v", r, err)
	}
	if _, err := b.Remove(ctx, "nobody"); err == nil || !strings.Contains(err.Error(), "account list") {
		t.Errorf("got %v", err)
	}
	all, err := b.All()
	if err != nil || len(all) != 1 || all[0].ID != first.ID {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestARenewedAccountStaysTheSame(t *testing.T) {
	b := account.OpenBook(filepath.Join(t.TempDir(), "accounts.toml"))
	first, err := b.Add(t.Context(), account.Record{Network: "nostr", Handle: "npub1a", PubKey: "aa", Name: "mine", ReadOnly: true, Relays: []string{"wss://a.example"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, here, err := b.Same(account.Record{Network: "nostr", PubKey: "bb"}); err != nil || here {
		t.Errorf("another key is the same account: %v", err)
	}
	if r, here, err := b.Same(account.Record{Network: "nostr", PubKey: "aa"}); err != nil || !here || r.ID != first.ID {
		t.Errorf("%+v, %v, %v", r, here, err)
	}
	r, err := b.Renew(t.Context(), account.Record{Network: "nostr", Handle: "me@a.example", PubKey: "aa"})
	if err != nil || r.ID != first.ID || r.Name != "mine" || r.Handle != "me@a.example" || r.ReadOnly || len(r.Relays) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if all, err := b.All(); err != nil || len(all) != 1 || all[0].ReadOnly {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := b.Renew(t.Context(), account.Record{Network: "nostr", PubKey: "bb"}); err == nil {
		t.Error("an account that is not here was renewed")
	}
}
