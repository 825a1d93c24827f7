package account_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"skein/config/account"
)

// person answers what is asked, in order; after the last answer there is an error.
type person struct {
	answers []string
	asked   []account.Asking
}

func (p *person) ask(_ context.Context, why account.Asking, _ bool) (account.Secret, error) {
	p.asked = append(p.asked, why)
	if len(p.answers) == 0 {
		return account.Secret{}, errors.New("nobody answers")
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return account.NewSecret(answer), nil
}

// home is where a vault and its key are, between processes.
type home struct {
	dir  string
	ring account.Keyring
}

func (h home) keyFile() string { return filepath.Join(h.dir, "secrets.key") }

// process opens the vault as a new process does, before somebody who gives answers;
// nil is a process without a terminal.
func (h home) process(mode string, p *person) (*account.Vault, *account.Keys) {
	o := account.KeyOptions{Mode: mode, File: h.keyFile(), Name: h.dir, Keyring: h.ring, Work: 4}
	if p != nil {
		o.Ask = p.ask
	}
	keys := account.NewKeys(o)
	return account.OpenVault(filepath.Join(h.dir, "secrets.age"), keys), keys
}

func (h home) save(t *testing.T, mode string, p *person) {
	t.Helper()
	v, _ := h.process(mode, p)
	if err := v.Save(t.Context(), "a", account.Credentials{account.Token: account.NewSecret(canary)}); err != nil {
		t.Fatal(err)
	}
}

// opens fails unless a new process reads what save wrote, with its key in a place.
func (h home) opens(t *testing.T, p *person, want account.Place) {
	t.Helper()
	v, keys := h.process(account.ModeAuto, p)
	if place, err := keys.Locate(t.Context()); err != nil || place != want {
		t.Errorf("the key is in the %s, not in the %s; %v", place, want, err)
	}
	got, err := v.Load(t.Context(), "a")
	if err != nil || got[account.Token].Reveal() != canary {
		t.Fatalf("the secrets do not open: %v", err)
	}
}

func TestPassphraseIsAskedForOnce(t *testing.T) {
	h := home{t.TempDir(), noKeyring{}}
	first := &person{answers: []string{"open sesame"}}
	h.save(t, account.ModeAuto, first)
	if !slices.Equal(first.asked, []account.Asking{account.ToKeep}) {
		t.Errorf("asked %v", first.asked)
	}
	raw, err := os.ReadFile(h.keyFile())
	if err != nil || strings.Contains(string(raw), "AGE-SECRET-KEY") {
		t.Errorf("the key lies open: %v", err)
	}
	later := &person{answers: []string{"open barley", "", "open sesame"}}
	v, keys := h.process(account.ModeAuto, later)
	if place, err := keys.Locate(t.Context()); place != account.InPassphrase || err != nil || later.asked != nil {
		t.Errorf("to say where the key is: %s, %v, asked %v", place, err, later.asked)
	}
	for range 3 {
		if got, err := v.Load(t.Context(), "a"); err != nil || got[account.Token].Reveal() != canary {
			t.Fatalf("after two wrong answers: %v", err)
		}
	}
	if len(later.asked) != 3 {
		t.Errorf("asked %v", later.asked)
	}
}

func TestPassphraseThatNobodyKnows(t *testing.T) {
	h := home{t.TempDir(), noKeyring{}}
	h.save(t, account.ModePassphrase, &person{answers: []string{"open sesame"}})
	for name, p := range map[string]*person{
		"wrong":       {answers: []string{"1", "2", "3", "open sesame"}},
		"no answer":   {},
		"no terminal": nil,
	} {
		v, keys := h.process(account.ModeAuto, p)
		_, err := v.Load(t.Context(), "a")
		if err == nil || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%s: %v", name, err)
		}
		if err := keys.Unlock(t.Context()); err == nil {
			t.Errorf("%s: unlocked", name)
		}
		if err := v.Save(t.Context(), "b", account.Credentials{}); err == nil {
			t.Errorf("%s: it was written", name)
		}
		if p != nil && len(p.asked) > 3 {
			t.Errorf("%s: asked %d times", name, len(p.asked))
		}
	}
	h.opens(t, &person{answers: []string{"open sesame"}}, account.InPassphrase)
}

func TestWhoWantsNoPassphraseGetsAFile(t *testing.T) {
	h := home{t.TempDir(), noKeyring{}}
	h.save(t, account.ModeAuto, &person{answers: []string{""}})
	h.opens(t, nil, account.InFile)
	empty := home{t.TempDir(), noKeyring{}}
	v, _ := empty.process(account.ModePassphrase, &person{answers: []string{""}})
	if err := v.Save(t.Context(), "a", account.Credentials{}); err == nil {
		t.Error("secrets under an empty passphrase, though one is wanted")
	}
}

func TestKeyMoves(t *testing.T) {
	const old, next = "open sesame", "open barley"
	put := map[account.Place]string{account.InKeyring: account.ModeKeyring, account.InPassphrase: account.ModePassphrase, account.InFile: account.ModeFile}
	for from, mode := range put {
		for to := range put {
			h := home{t.TempDir(), &memoryKeyring{}}
			h.save(t, mode, &person{answers: []string{old}})
			v, _ := h.process(account.ModeAuto, &person{answers: slices.DeleteFunc([]string{old, next}, func(s string) bool {
				return s == old && from != account.InPassphrase
			})})
			if err := v.MoveKey(t.Context(), to); err != nil {
				t.Fatalf("from the %s to the %s: %v", from, to, err)
			}
			h.opens(t, &person{answers: []string{next}}, to)
			_, ring := h.ring.Get("skein", h.dir)
			_, file := os.Stat(h.keyFile())
			if (ring == nil) != (to == account.InKeyring) || (file == nil) != (to != account.InKeyring) {
				t.Errorf("from the %s to the %s: keyring %v, file %v", from, to, ring, file)
			}
		}
	}
}

// forgetful is a keyring that takes a secret and does not keep it.
type forgetful struct{ memoryKeyring }

func (*forgetful) Set(string, string, string) error { return nil }

func TestKeyThatCannotMoveStays(t *testing.T) {
	for name, c := range map[string]struct {
		ring account.Keyring
		mode string
		to   account.Place
		says string
	}{
		"no keyring":           {noKeyring{}, account.ModeAuto, account.InKeyring, "takes no key"},
		"a forgetful keyring":  {&forgetful{}, account.ModeAuto, account.InKeyring, "does not give back"},
		"nobody to ask":        {&memoryKeyring{}, account.ModeAuto, account.InPassphrase, "terminal"},
		"the configuration":    {&memoryKeyring{}, account.ModeFile, account.InKeyring, `secrets.key = "file"`},
		"the configuration, 2": {&memoryKeyring{}, account.ModeFile, account.InPassphrase, `secrets.key = "file"`},
	} {
		h := home{t.TempDir(), c.ring}
		h.save(t, account.ModeFile, nil)
		v, _ := h.process(c.mode, nil)
		if err := v.MoveKey(t.Context(), c.to); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		h.opens(t, nil, account.InFile)
	}
	h := home{t.TempDir(), &memoryKeyring{}}
	v, _ := h.process(account.ModeAuto, nil)
	if err := v.MoveKey(t.Context(), account.InFile); err == nil || !strings.Contains(err.Error(), "no key yet") {
		t.Errorf("nothing to move: %v", err)
	}
}

func TestForgetfulKeyringIsNotTrusted(t *testing.T) {
	h := home{t.TempDir(), &forgetful{}}
	h.save(t, account.ModeAuto, nil)
	h.opens(t, nil, account.InFile)
}

// A command that was given up for another reason is no answer: the next one may ask.
func TestPassphraseIsAskedForAgainAfterAnInterrupt(t *testing.T) {
	h := home{t.TempDir(), noKeyring{}}
	h.save(t, account.ModePassphrase, &person{answers: []string{"open sesame"}})
	v, _ := h.process(account.ModeAuto, &person{answers: []string{"wrong", "wrong", "wrong", "open sesame"}})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Load(gone, "a"); err == nil {
		t.Fatal("a wrong passphrase opens")
	}
	if _, err := v.Load(t.Context(), "a"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// Who types a passphrase keeps no other process from saving: it may hold a session
// whose old secrets are spent.
func TestNobodyWaitsForWhoTypes(t *testing.T) {
	h := home{t.TempDir(), noKeyring{}}
	h.save(t, account.ModePassphrase, &person{answers: []string{"open sesame"}})
	creds := account.Credentials{account.Token: account.NewSecret(canary)}
	other, _ := h.process(account.ModeAuto, &person{answers: []string{"open sesame"}})
	var meanwhile error
	keys := account.NewKeys(account.KeyOptions{
		Mode: account.ModeAuto, File: h.keyFile(), Keyring: h.ring,
		Ask: func(ctx context.Context, _ account.Asking, _ bool) (account.Secret, error) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			meanwhile = other.Save(ctx, "b", creds)
			return account.NewSecret("open sesame"), nil
		},
	})
	if err := account.OpenVault(filepath.Join(h.dir, "secrets.age"), keys).Save(t.Context(), "a", creds); err != nil {
		t.Fatal(err)
	}
	if meanwhile != nil {
		t.Errorf("another process: %v", meanwhile)
	}
}

// What a command has started does not hold skein up once it is given up.
func TestPassphraseCommandThatIsGivenUp(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the command is one of a Unix shell")
	}
	keys := account.NewKeys(account.KeyOptions{Mode: account.ModeCommand, File: filepath.Join(t.TempDir(), "k"), Command: "sleep 20 | cat"})
	v := account.OpenVault(filepath.Join(t.TempDir(), "secrets.age"), keys)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := v.Save(ctx, "a", account.Credentials{}); err == nil {
		t.Error("it printed nothing, and something was kept")
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it was waited for: %s", took)
	}
}
