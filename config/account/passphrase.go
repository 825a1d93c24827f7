package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"filippo.io/age"
)

// passphraseWork is scrypt's cost of a passphrase, 2^16: 64 MiB and a quarter of a
// second. It is paid by every command, and by whoever has stolen the file at every
// guess.
const passphraseWork = 16

// passphraseTries is how often a person may mistype a passphrase.
const passphraseTries = 3

// commandParting is how long a command that was given up is waited for: what it has
// started may hold its output open.
const commandParting = time.Second

// Asking is what a passphrase is asked for.
type Asking uint8

// The reasons to ask.
const (
	ToOpen   Asking = iota // the one that was chosen
	ToChoose               // a new one; it must not be empty
	ToKeep                 // a new one for secrets that are new themselves; empty: they do without
)

// Asker asks the person for a passphrase; a new one is to be typed twice. again says
// that the last answer was wrong.
type Asker func(ctx context.Context, why Asking, again bool) (Secret, error)

// sealed begins what age encrypts, and so a key file under a passphrase.
const sealed = "age-encryption.org/"

func isSealed(raw []byte) bool { return bytes.HasPrefix(raw, []byte(sealed)) }

// errWrong says that a passphrase does not open the key file.
var errWrong = errors.New("the passphrase is wrong")

// open reads the key out of a file that is under a passphrase.
func (k *Keys) open(ctx context.Context, raw []byte) (string, error) {
	if k.opts.Command != "" {
		pass, err := k.command(ctx)
		if err != nil {
			return "", err
		}
		text, err := unwrap(raw, pass)
		if errors.Is(err, errWrong) {
			return "", fmt.Errorf("what secrets.passphrase_command prints does not open %s", k.opts.File)
		}
		return text, err
	}
	if k.opts.Ask == nil {
		return "", fmt.Errorf("%s is under a passphrase and there is no terminal to ask for it: secrets.passphrase_command in config.toml names a command that prints it", k.opts.File)
	}
	for try := range passphraseTries {
		pass, err := k.opts.Ask(ctx, ToOpen, try > 0)
		if err != nil {
			return "", err
		}
		text, err := unwrap(raw, pass)
		if !errors.Is(err, errWrong) {
			return text, err
		}
	}
	return "", fmt.Errorf("%w: %s stays closed", errWrong, k.opts.File)
}

// seal puts a key under a passphrase, the command's or a new one that the person
// chooses. It returns nil where the person wants none.
func (k *Keys) seal(ctx context.Context, text string, why Asking) ([]byte, error) {
	var pass Secret
	var err error
	switch {
	case k.opts.Command != "":
		pass, err = k.command(ctx)
	case k.opts.Ask != nil:
		pass, err = k.opts.Ask(ctx, why, false)
	default:
		err = errors.New("there is no terminal to ask for a passphrase: secrets.passphrase_command in config.toml names a command that prints it")
	}
	if err != nil {
		return nil, err
	}
	if pass.Empty() {
		if why == ToKeep {
			return nil, nil
		}
		return nil, errors.New("the passphrase is empty")
	}
	return wrap(text, pass, k.opts.Work)
}

// command runs the person's own command, which prints the passphrase.
func (k *Keys) command(ctx context.Context) (Secret, error) {
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	cmd := exec.CommandContext(ctx, shell, flag, k.opts.Command) //nolint:gosec // the person's own configuration
	cmd.WaitDelay = commandParting
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && len(exit.Stderr) > 0 {
			return Secret{}, fmt.Errorf("secrets.passphrase_command: %w: %s", err, bytes.TrimSpace(exit.Stderr))
		}
		return Secret{}, fmt.Errorf("secrets.passphrase_command: %w", err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	line = strings.TrimRight(line, "\r")
	if line == "" {
		return Secret{}, errors.New("secrets.passphrase_command printed nothing")
	}
	return NewSecret(line), nil
}

func wrap(text string, pass Secret, work int) ([]byte, error) {
	r, err := age.NewScryptRecipient(pass.Reveal())
	if err != nil {
		return nil, fmt.Errorf("passphrase: %w", err)
	}
	r.SetWorkFactor(work)
	var b bytes.Buffer
	w, err := age.Encrypt(&b, r)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("encrypting the key: %w", err)
	}
	return b.Bytes(), nil
}

// unwrap fails with errWrong for another passphrase.
func unwrap(raw []byte, pass Secret) (string, error) {
	id, err := age.NewScryptIdentity(pass.Reveal())
	if err != nil { // an empty one
		return "", errWrong
	}
	r, err := age.Decrypt(bytes.NewReader(raw), id)
	if err != nil {
		var none *age.NoIdentityMatchError
		if errors.As(err, &none) {
			return "", errWrong
		}
		return "", fmt.Errorf("the key file is damaged: %w", err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return "", fmt.Errorf("the key file is damaged: %w", err)
	}
	return string(text), nil
}
