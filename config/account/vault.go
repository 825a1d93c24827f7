package account

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"
)

// Vault is the Store in one age-encrypted file, readable by its owner only. Its
// key is kept elsewhere (see Keys). It is safe for several processes: every
// change reads the file afresh under a lock.
type Vault struct {
	path string
	keys *Keys
}

// OpenVault names the file; it need not exist, and nothing is read yet.
func OpenVault(path string, keys *Keys) *Vault { return &Vault{path, keys} }

// vaultFile is the plain text within the encryption.
type vaultFile struct {
	Version  int                          `json:"version"`
	Accounts map[string]map[string]string `json:"accounts"`
}

const vaultVersion = 1

// Load implements Store.
func (v *Vault) Load(ctx context.Context, id string) (Credentials, error) {
	f, err := v.read(ctx)
	if err != nil {
		return nil, err
	}
	fields, ok := f.Accounts[id]
	if !ok {
		return nil, ErrNoCredentials
	}
	c := make(Credentials, len(fields))
	for name, value := range fields {
		c[name] = NewSecret(value)
	}
	return c, nil
}

// Save implements Store.
func (v *Vault) Save(ctx context.Context, id string, c Credentials) error {
	fields := make(map[string]string, len(c))
	for name, s := range c {
		fields[name] = s.Reveal()
	}
	return v.change(ctx, func(f *vaultFile) { f.Accounts[id] = fields })
}

// Delete implements Store.
func (v *Vault) Delete(ctx context.Context, id string) error {
	return v.change(ctx, func(f *vaultFile) { delete(f.Accounts, id) })
}

// Lock implements Store, across processes.
func (v *Vault) Lock(ctx context.Context, id string) (func(), error) {
	return lockFile(ctx, filepath.Join(filepath.Dir(v.path), "locks", filepath.Base(id)+".lock"))
}

// Exists tells whether anything was ever kept.
func (v *Vault) Exists() bool {
	_, err := os.Stat(v.path)
	return err == nil
}

// MoveKey takes the vault's key to another place, of which the configuration must
// approve; see KeyOptions. A key that is in two places after a failure is the same.
func (v *Vault) MoveKey(ctx context.Context, to Place) error {
	unlock, err := lockFile(ctx, v.path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	return v.keys.move(ctx, to)
}

func (v *Vault) change(ctx context.Context, f func(*vaultFile)) error {
	// Before the lock: another process may have a session to save while somebody types.
	if err := v.keys.Unlock(ctx); err != nil {
		return err
	}
	unlock, err := lockFile(ctx, v.path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	all, err := v.read(ctx)
	if err != nil {
		return err
	}
	f(&all)
	return v.write(ctx, all)
}

func (v *Vault) read(ctx context.Context) (vaultFile, error) {
	empty := vaultFile{Version: vaultVersion, Accounts: map[string]map[string]string{}}
	raw, err := readFile(v.path)
	if err != nil || raw == nil {
		return empty, err
	}
	key, err := v.keys.get(ctx)
	if errors.Is(err, errNoKey) {
		return empty, fmt.Errorf("%w: unlock the keyring that holds it, or remove %s and sign in again", err, v.path)
	}
	if err != nil {
		return empty, err
	}
	r, err := age.Decrypt(bytes.NewReader(raw), key)
	if err != nil {
		var none *age.NoIdentityMatchError
		if errors.As(err, &none) {
			return empty, fmt.Errorf("%s was encrypted with another key than the one in the %s: put that key back, or remove the file and sign in again", v.path, v.keys.Where())
		}
		return empty, fmt.Errorf("%s is damaged (%w): remove it and sign in again", v.path, err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return empty, fmt.Errorf("%s is damaged (%w): remove it and sign in again", v.path, err)
	}
	f := empty
	if err := json.Unmarshal(plain, &f); err != nil {
		return empty, fmt.Errorf("%s holds what this skein cannot read: %w", v.path, err)
	}
	if f.Version != vaultVersion {
		return empty, fmt.Errorf("%s was written by a newer skein (version %d): use that one", v.path, f.Version)
	}
	return f, nil
}

func (v *Vault) write(ctx context.Context, f vaultFile) error {
	key, err := v.keys.getOrMake(ctx)
	if err != nil {
		return err
	}
	plain, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("writing %s: %w", v.path, err)
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, key.Recipient())
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return fmt.Errorf("encrypting %s: %w", v.path, err)
	}
	return writeFile(v.path, b.Bytes())
}
