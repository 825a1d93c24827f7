package nostr

import (
	"context"
	"crypto/aes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip04"
	"github.com/nbd-wtf/go-nostr/nip44"

	"skein/config/account"
	"skein/timeline"
)

// signer does what takes the account's private key. Its errors hold no secret.
type signer interface {
	// sign fills in the signature of an event that has all but it and its ID. What it
	// signed is checked by who asked.
	sign(ctx context.Context, e *nostr.Event) error
	// seal encrypts what only the account and somebody else, named by a public key, can
	// read: with NIP-44 or the older NIP-04. That may be the account itself.
	seal(ctx context.Context, with, plain string, old bool) (string, error)
	// open reads what seal made, here or there.
	open(ctx context.Context, with, sealed string, old bool) (string, error)
}

// signer finds who signs for the account, as the vault has it now; ErrNoCredentials
// when nobody does, CodeAuth while the key is locked.
func (b *Backend) signer(ctx context.Context) (signer, error) {
	if b.cfg.Store == nil || b.cfg.PubKey == "" {
		return nil, account.ErrNoCredentials
	}
	id := string(b.cfg.Account.ID)
	creds, err := b.cfg.Store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if !creds[account.Bunker].Empty() {
		return b.bunker(creds[account.Bunker], creds[account.BunkerKey])
	}
	key := creds[account.PrivateKey]
	if !creds[account.EncryptedKey].Empty() {
		var ok bool
		if key, ok = b.cfg.Opened.Key(id); !ok {
			return nil, b.locked()
		}
	}
	if !isHex(key.Reveal(), 64) { // the library's own error would print the key
		return nil, account.ErrNoCredentials
	}
	return keySigner{key, b.cfg.PubKey}, nil
}

// bunker is the link to the account's remote signer, the same as long as the sign-in is.
func (b *Backend) bunker(address, key account.Secret) (signer, error) {
	at, _, err := parseBunker(address.Reveal())
	if err != nil || !isHex(key.Reveal(), 64) {
		return nil, account.ErrNoCredentials
	}
	b.remoteMu.Lock()
	defer b.remoteMu.Unlock()
	if b.remote != nil && b.remote.key == key && b.remote.at.String() == at.String() {
		return b.remote, nil
	}
	fresh, err := newBunker(b.cfg.Client, b.cfg.Log, key, at)
	if err != nil {
		return nil, account.ErrNoCredentials
	}
	fresh.account, fresh.pool.backoff = b.cfg.PubKey, b.pool.backoff
	if b.remote != nil {
		b.remote.close()
	}
	if b.remote = fresh; b.hungUp {
		fresh.close()
	}
	return fresh, nil
}

// hangUp ends the link to a remote signer.
func (b *Backend) hangUp() {
	b.remoteMu.Lock()
	defer b.remoteMu.Unlock()
	b.hungUp = true
	if b.remote != nil {
		b.remote.close()
	}
}

// errLocked says that the account's key waits for its passphrase.
var errLocked = errors.New("the key is locked")

func (b *Backend) locked() error {
	return timeline.Errorf(timeline.CodeAuth,
		"%w: skein asks for its passphrase when it is run on a terminal; `skein account add nostr` can keep the key of %s unlocked",
		errLocked, b.cfg.Account.Name)
}

// sign signs as the account.
func (b *Backend) sign(ctx context.Context, e *nostr.Event) error {
	s, err := b.signer(ctx)
	switch {
	case errors.Is(err, account.ErrNoCredentials):
		return errReadOnly
	case err != nil:
		return fmt.Errorf("sign as %s: %w", b.cfg.Account.Name, err)
	}
	e.PubKey = b.cfg.PubKey
	if err := s.sign(ctx, e); err != nil {
		return fmt.Errorf("sign as %s: %w", b.cfg.Account.Name, err)
	}
	return nil
}

// keySigner signs with a key in this process: 64 hex digits.
type keySigner struct {
	key    account.Secret
	public string
}

func (k keySigner) sign(_ context.Context, e *nostr.Event) error {
	if err := e.Sign(k.key.Reveal()); err != nil {
		return timeline.Errorf(timeline.CodeAuth, "the key does not sign")
	}
	if e.PubKey != k.public {
		return timeline.Errorf(timeline.CodeAuth, "the stored key is another account's: `skein account add nostr` signs in again")
	}
	return nil
}

var errNoSeal = timeline.Errorf(timeline.CodeAuth, "the key does not encrypt")

func (k keySigner) seal(_ context.Context, with, plain string, old bool) (string, error) {
	if old {
		shared, err := nip04.ComputeSharedSecret(with, k.key.Reveal())
		if err != nil {
			return "", errNoSeal
		}
		sealed, err := nip04.Encrypt(plain, shared)
		if err != nil {
			return "", errNoSeal
		}
		return sealed, nil
	}
	shared, err := nip44.GenerateConversationKey(with, k.key.Reveal())
	if err != nil {
		return "", errNoSeal
	}
	sealed, err := nip44.Encrypt(plain, shared)
	if err != nil {
		return "", errNoSeal
	}
	return sealed, nil
}

// open drops the libraries' errors: some print the key.
func (k keySigner) open(_ context.Context, with, sealed string, old bool) (string, error) {
	if !old {
		shared, err := nip44.GenerateConversationKey(with, k.key.Reveal())
		if err != nil {
			return "", errHidden
		}
		return nip44.Decrypt(sealed, shared)
	}
	if !wellSealed(sealed) {
		return "", errHidden
	}
	shared, err := nip04.ComputeSharedSecret(with, k.key.Reveal())
	if err != nil {
		return "", errHidden
	}
	return nip04.Decrypt(sealed, shared)
}

// wellSealed tells whether s has the form of NIP-04: on others the library panics.
func wellSealed(s string) bool {
	text, iv, _ := strings.Cut(s, ivMark)
	blocks, err := base64.StdEncoding.DecodeString(text)
	start, errStart := base64.StdEncoding.DecodeString(iv)
	return err == nil && errStart == nil && len(start) == aes.BlockSize && len(blocks) > 0 && len(blocks)%aes.BlockSize == 0
}
