package account

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"filippo.io/age"
	"github.com/zalando/go-keyring"
)

// Place is where the vault's key is.
type Place string

// The places.
const (
	InKeyring    Place = "system keyring"
	InPassphrase Place = "key file under a passphrase" //nolint:gosec // a place, and no secret
	InFile       Place = "key file"
	Nowhere      Place = "nowhere yet"
)

// The modes of KeyOptions, as secrets.key in config.toml has them.
const (
	ModeAuto       = "auto"       // the keyring; without one, a key file
	ModeKeyring    = "keyring"    // nowhere else
	ModePassphrase = "passphrase" // a key file under a passphrase that is asked for
	ModeCommand    = "command"    // a key file under a passphrase that a command prints
	ModeFile       = "file"       // a key file that whoever reads it can use
)

// Modes lists the values of KeyOptions.Mode.
func Modes() []string { return []string{ModeAuto, ModeKeyring, ModePassphrase, ModeCommand, ModeFile} }

// KeyOptions say where the key may be.
type KeyOptions struct {
	Mode    string
	File    string // the key file
	Name    string // tells several vaults of one person apart in the keyring
	Command string // prints the passphrase; "": it is asked for
	Ask     Asker  // nil where nobody can be asked
	Work    int    // scrypt's cost of a new passphrase, a power of two; 0: 16
	Keyring Keyring
}

// Keys finds the vault's key, an age X25519 identity: in the system's keyring, or in a
// file of its own, which may be under a passphrase. It asks once a process. It is safe
// for concurrent use.
type Keys struct {
	opts KeyOptions
	ring ring

	mu     sync.Mutex
	key    *age.X25519Identity
	place  Place
	closed error // why the passphrase could not be had: nobody is asked twice
}

// NewKeys makes a Keys; nothing is read yet.
func NewKeys(o KeyOptions) *Keys {
	if o.Keyring == nil {
		o.Keyring = SystemKeyring{}
	}
	if o.Work == 0 {
		o.Work = passphraseWork
	}
	return &Keys{opts: o, ring: ring{o.Keyring, o.Name}, place: Nowhere}
}

// Where tells where the key is, as far as it has been looked for.
func (k *Keys) Where() Place {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.place
}

// Locate looks for the key and tells where it is, without making one or asking for a
// passphrase.
func (k *Keys) Locate(ctx context.Context) (Place, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key != nil {
		return k.place, nil
	}
	raw, err := readFile(k.opts.File)
	if err != nil {
		return Nowhere, err
	}
	if k.inFile(raw) && isSealed(raw) {
		return InPassphrase, nil
	}
	if _, err := k.find(ctx); err != nil && !errors.Is(err, errNoKey) {
		return Nowhere, err
	}
	return k.place, nil
}

// Unlock asks for the passphrase now, where there is one, so that nobody is asked
// later.
func (k *Keys) Unlock(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	raw, err := readFile(k.opts.File)
	if err == nil && k.key == nil && k.inFile(raw) && isSealed(raw) {
		_, err = k.find(ctx)
	}
	return err
}

var errNoKey = errors.New("the key of the secrets file is in no place that skein knows")

// inFile tells whether the key is in the key file, which holds raw.
func (k *Keys) inFile(raw []byte) bool { return raw != nil && k.opts.Mode != ModeKeyring }

// get returns the key, or errNoKey.
func (k *Keys) get(ctx context.Context) (*age.X25519Identity, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.find(ctx)
}

// find is get for who holds k.mu.
func (k *Keys) find(ctx context.Context) (*age.X25519Identity, error) {
	if k.key != nil {
		return k.key, nil
	}
	text, place, err := k.look(ctx)
	if err != nil {
		return nil, err
	}
	key, err := age.ParseX25519Identity(strings.TrimSpace(text))
	if err != nil { // its own text would repeat the key
		return nil, fmt.Errorf("the key in the %s is damaged: it is no age identity", place)
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
	case k.inFile(raw) && isSealed(raw) && k.closed == nil:
		text, err := k.open(ctx, raw)
		if ctx.Err() == nil { // who was not waited for may be asked again
			k.closed = err
		}
		return text, InPassphrase, err
	case k.inFile(raw) && isSealed(raw):
		return "", InPassphrase, k.closed
	case k.inFile(raw):
		return string(raw), InFile, nil
	case k.opts.Mode != ModeAuto && k.opts.Mode != ModeKeyring:
		return "", Nowhere, errNoKey
	}
	text, err := k.ring.get(ctx)
	if errors.Is(err, keyring.ErrNotFound) || err != nil && k.opts.Mode == ModeAuto {
		return "", Nowhere, fmt.Errorf("%w (keyring: %w)", errNoKey, err)
	}
	if err != nil {
		return "", Nowhere, fmt.Errorf("asking the system keyring: %w", err)
	}
	return text, InKeyring, nil
}

// getOrMake returns the key, making one on first use.
func (k *Keys) getOrMake(ctx context.Context) (*age.X25519Identity, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, err := k.find(ctx)
	if !errors.Is(err, errNoKey) {
		return key, err
	}
	key, err = age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	place, err := k.keep(ctx, key.String())
	if err != nil {
		return nil, err
	}
	k.key, k.place = key, place
	return key, nil
}

// keep stores a new key where the configuration says.
func (k *Keys) keep(ctx context.Context, text string) (Place, error) {
	switch k.opts.Mode {
	case ModeFile:
		return k.put(ctx, text, InFile, ToChoose)
	case ModePassphrase, ModeCommand:
		return k.put(ctx, text, InPassphrase, ToChoose)
	}
	place, err := k.put(ctx, text, InKeyring, ToChoose)
	switch {
	case err == nil || k.opts.Mode == ModeKeyring:
		return place, err
	case k.opts.Ask == nil && k.opts.Command == "":
		return k.put(ctx, text, InFile, ToKeep)
	}
	return k.put(ctx, text, InPassphrase, ToKeep)
}

// put stores a key in a place. A passphrase that the person does without makes it
// the plain file.
func (k *Keys) put(ctx context.Context, text string, place Place, why Asking) (Place, error) {
	if place == InKeyring {
		if err := k.ring.set(ctx, text); err != nil {
			return Nowhere, fmt.Errorf("the system keyring takes no key (%v): a file can hold it, under a passphrase or without", err) //nolint:errorlint // it is about this machine, not about a server's connection
		}
		return InKeyring, nil
	}
	raw := []byte(text + "\n")
	if place == InPassphrase {
		under, err := k.seal(ctx, text, why)
		if err != nil {
			return Nowhere, err
		}
		if under != nil {
			return InPassphrase, writeFile(k.opts.File, under)
		}
	}
	return InFile, writeFile(k.opts.File, raw)
}

// move takes the key to another place, and from the old one once it is there; to a
// passphrase that it is under already, it takes a new one. The key stays the same.
func (k *Keys) move(ctx context.Context, to Place) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.allows(to); err != nil {
		return err
	}
	key, err := k.find(ctx)
	if errors.Is(err, errNoKey) {
		return fmt.Errorf("there is no key yet to move: %w", err)
	}
	if err != nil {
		return err
	}
	from := k.place
	if from == to && to != InPassphrase {
		return nil
	}
	if k.place, err = k.put(ctx, key.String(), to, ToChoose); err != nil {
		k.place = from
		return err
	}
	switch {
	case to == InKeyring:
		err = os.Remove(k.opts.File)
	case from == InKeyring:
		err = k.ring.remove(ctx)
	}
	if err != nil {
		return fmt.Errorf("the key is in the %s now, and still in the %s, too: %w", to, from, err)
	}
	return nil
}

// allows tells whether the key is found in a place by what the configuration says.
func (k *Keys) allows(to Place) error {
	may := map[string]Place{ModeKeyring: InKeyring, ModePassphrase: InPassphrase, ModeCommand: InPassphrase, ModeFile: InFile}
	if place, ok := may[k.opts.Mode]; ok && place != to {
		return fmt.Errorf("secrets.key = %q in config.toml keeps the key in the %s: make it %q, then move it", k.opts.Mode, place, ModeAuto)
	}
	return nil
}
