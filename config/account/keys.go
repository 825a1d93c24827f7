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
	"sync"
	"time"

	"filippo.io/age"
	"github.com/zalando/go-keyring"
)

// keyringTimeout is how long a keyring may be silent before it counts as absent.
const keyringTimeout = 3 * time.Second

const keyringService = "skein"

// Place is where the vault's key is.
type Place string

// The places.
const (
	InKeyring Place = "system keyring"
	InFile    Place = "key file"
	InCommand Place = "key file under a passphrase"
	Nowhere   Place = "nowhere yet"
)

// Keyring is the system's keyring. Both calls may block for long.
type Keyring interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
}

// SystemKeyring is the Secret Service, the macOS Keychain or the Windows
// Credential Manager.
type SystemKeyring struct{}

// Get implements Keyring.
func (SystemKeyring) Get(service, user string) (string, error) { return keyring.Get(service, user) }

// Set implements Keyring.
func (SystemKeyring) Set(service, user, secret string) error {
	return keyring.Set(service, user, secret)
}

// KeyOptions say where the key may be.
type KeyOptions struct {
	Mode    string // "auto", "keyring", "file" or "command", as in config.toml
	File    string // the key file
	Name    string // tells several vaults of one person apart in the keyring
	Command string // prints the passphrase, for "command"
	Keyring Keyring
}

// Keys finds the vault's key, an age X25519 identity: in the system's keyring,
// under a passphrase that a command prints, or in a file of its own. It asks once
// a process. It is safe for concurrent use.
type Keys struct {
	opts KeyOptions

	mu    sync.Mutex
	key   *age.X25519Identity
	place Place
}

// NewKeys makes a Keys; nothing is read yet.
func NewKeys(o KeyOptions) *Keys {
	if o.Keyring == nil {
		o.Keyring = SystemKeyring{}
	}
	return &Keys{opts: o, place: Nowhere}
}

// Where tells where the key is, as far as it has been looked for.
func (k *Keys) Where() Place {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.place
}

// Locate looks for the key and tells where it is, without making one.
func (k *Keys) Locate(ctx context.Context) (Place, error) {
	_, err := k.find(ctx)
	if errors.Is(err, errNoKey) {
		return Nowhere, nil
	}
	return k.Where(), err
}

var errNoKey = errors.New("the key of the secrets file is in no place that skein knows")

// find returns the key, or errNoKey.
func (k *Keys) find(ctx context.Context) (*age.X25519Identity, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key != nil {
		return k.key, nil
	}
	text, place, err := k.look(ctx)
	if err != nil {
		return nil, err
	}
	key, err := age.ParseX25519Identity(strings.TrimSpace(text))
	if err != nil {
		return nil, fmt.Errorf("the key in the %s is damaged: %w", place, errors.New("no age identity"))
	}
	k.key, k.place = key, place
	return key, nil
}

// look reads the key's text from the first place that has it.
func (k *Keys) look(ctx context.Context) (string, Place, error) {
	raw, err := readFile(k.opts.File)
	if err != nil {
		return "", Nowhere, err
	}
	switch {
	case k.opts.Mode == "command":
		if raw == nil {
			return "", Nowhere, errNoKey
		}
		text, err := k.unwrap(ctx, raw)
		return text, InCommand, err
	case raw != nil && k.opts.Mode != "keyring":
		return string(raw), InFile, nil
	case k.opts.Mode == "file":
		return "", Nowhere, errNoKey
	}
	text, err := k.ask(ctx, func() (string, error) { return k.opts.Keyring.Get(keyringService, k.opts.Name) })
	if errors.Is(err, keyring.ErrNotFound) || err != nil && k.opts.Mode == "auto" {
		return "", Nowhere, fmt.Errorf("%w (keyring: %w)", errNoKey, err)
	}
	if err != nil {
		return "", Nowhere, fmt.Errorf("asking the system keyring: %w", err)
	}
	return text, InKeyring, nil
}

// findOrMake returns the key, making one on first use.
func (k *Keys) findOrMake(ctx context.Context) (*age.X25519Identity, error) {
	key, err := k.find(ctx)
	if !errors.Is(err, errNoKey) {
		return key, err
	}
	key, err = age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	place, err := k.keep(ctx, key)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.key, k.place = key, place
	return key, nil
}

// keep stores a new key where the configuration says.
func (k *Keys) keep(ctx context.Context, key *age.X25519Identity) (Place, error) {
	if k.opts.Mode == "command" {
		raw, err := k.wrap(ctx, key.String())
		if err != nil {
			return Nowhere, err
		}
		return InCommand, writeFile(k.opts.File, raw)
	}
	if k.opts.Mode != "file" {
		_, err := k.ask(ctx, func() (string, error) {
			return "", k.opts.Keyring.Set(keyringService, k.opts.Name, key.String())
		})
		if err == nil {
			return InKeyring, nil
		}
		if k.opts.Mode == "keyring" {
			return Nowhere, fmt.Errorf("the system keyring takes no key: %w; secrets.key = \"file\" in config.toml keeps it in a file", err)
		}
	}
	return InFile, writeFile(k.opts.File, []byte(key.String()+"\n"))
}

// ask runs a call of the keyring, and gives up on one that stays silent. Its
// goroutine then ends with the call, whenever that is.
func (k *Keys) ask(ctx context.Context, f func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, keyringTimeout)
	defer cancel()
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		text, err := f()
		done <- answer{text, err}
	}()
	select {
	case a := <-done:
		return a.text, a.err
	case <-ctx.Done():
		return "", fmt.Errorf("no answer within %s", keyringTimeout)
	}
}

// passphrase runs the person's own command.
func (k *Keys) passphrase(ctx context.Context) (string, error) {
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	out, err := exec.CommandContext(ctx, shell, flag, k.opts.Command).Output() //nolint:gosec // the person's own configuration
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && len(exit.Stderr) > 0 {
			return "", fmt.Errorf("secrets.passphrase_command: %w: %s", err, bytes.TrimSpace(exit.Stderr))
		}
		return "", fmt.Errorf("secrets.passphrase_command: %w", err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	line = strings.TrimRight(line, "\r")
	if line == "" {
		return "", errors.New("secrets.passphrase_command printed nothing")
	}
	return line, nil
}

func (k *Keys) wrap(ctx context.Context, text string) ([]byte, error) {
	pass, err := k.passphrase(ctx)
	if err != nil {
		return nil, err
	}
	r, err := age.NewScryptRecipient(pass)
	if err != nil {
		return nil, fmt.Errorf("passphrase: %w", err)
	}
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

func (k *Keys) unwrap(ctx context.Context, raw []byte) (string, error) {
	pass, err := k.passphrase(ctx)
	if err != nil {
		return "", err
	}
	id, err := age.NewScryptIdentity(pass)
	if err != nil {
		return "", fmt.Errorf("passphrase: %w", err)
	}
	r, err := age.Decrypt(bytes.NewReader(raw), id)
	if err != nil {
		return "", fmt.Errorf("the passphrase does not open %s: %w", k.opts.File, err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return "", fmt.Errorf("%s is damaged: %w", k.opts.File, err)
	}
	return string(text), nil
}
