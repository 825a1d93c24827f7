package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"
)

// keyringTimeout is how long a keyring may be silent before it counts as absent.
const keyringTimeout = 3 * time.Second

const keyringService = "skein"

// Keyring is the system's keyring. All calls may block for long.
type Keyring interface {
	// Get fails with keyring.ErrNotFound where there is no such secret.
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
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

// Delete implements Keyring.
func (SystemKeyring) Delete(service, user string) error { return keyring.Delete(service, user) }

// ring asks the keyring for the vault's key, with a bound on its silence.
type ring struct {
	Keyring
	name string // tells several vaults of one person apart
}

func (r ring) get(ctx context.Context) (string, error) {
	return r.ask(ctx, func() (string, error) { return r.Get(keyringService, r.name) })
}

// set fails unless the keyring gives the text back: some take what they do not keep.
func (r ring) set(ctx context.Context, text string) error {
	_, err := r.ask(ctx, func() (string, error) { return "", r.Set(keyringService, r.name, text) })
	if err != nil {
		return err
	}
	if back, err := r.get(ctx); err != nil || back != text {
		return errors.Join(errors.New("it does not give back what it took"), err)
	}
	return nil
}

// remove forgets the key. That there is none is no error.
func (r ring) remove(ctx context.Context) error {
	_, err := r.ask(ctx, func() (string, error) { return "", r.Delete(keyringService, r.name) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

// ask runs a call of the keyring, and gives up on one that stays silent. Its
// goroutine then ends with the call, whenever that is.
func (r ring) ask(ctx context.Context, f func() (string, error)) (string, error) {
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
