package nostr

import (
	"context"
	"strings"

	"github.com/btcsuite/btcd/btcutil/bech32"
	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip49"

	"skein/config/account"
	"skein/timeline"
)

// scrypt's log_n of a key under a passphrase (NIP-49). Each step doubles the time and
// the memory that opening it takes.
const (
	leastLock = 16 // of what skein writes: 64 MiB, a third of a second
	mostLock  = 20 // of what it opens: 1 GiB
)

const (
	lockedPrefix = "ncryptsec"
	lockedSize   = 91 // bytes within the bech32
	lockVersion  = 2
)

var errPassphrase = timeline.Errorf(timeline.CodeAuth, "that passphrase does not open the key")

// isLocked tells whether s looks like a key under a passphrase.
func isLocked(s string) bool {
	_, ok := cutPrefixFold(s, lockedPrefix+"1")
	return ok
}

// lockOf reads how hard a key under a passphrase is to open, and checks its form, which
// the library takes for granted.
func lockOf(s string) (logN int, err error) {
	bad := timeline.Errorf(timeline.CodeUsage, "not a whole encrypted key: it is ncryptsec1… with 162 characters")
	if len(s) > maxReference {
		return 0, bad
	}
	prefix, bits, err := bech32.DecodeNoLimit(s)
	if err != nil || prefix != lockedPrefix {
		return 0, bad
	}
	data, err := bech32.ConvertBits(bits, 5, 8, false)
	if err != nil || len(data) != lockedSize {
		return 0, bad
	}
	if data[0] != lockVersion {
		return 0, timeline.Errorf(timeline.CodeUnsupported, "the key is encrypted in version %d of NIP-49; skein knows version %d", data[0], lockVersion)
	}
	if logN = int(data[1]); logN > mostLock || logN == 0 {
		return 0, timeline.Errorf(timeline.CodeUnsupported, "the key is encrypted with 2^%d rounds of scrypt, and skein opens up to 2^%d, which take 1 GiB of memory: encrypt it again with fewer", logN, mostLock)
	}
	return logN, nil
}

// unlock opens a key under a passphrase. The library's errors are dropped.
func unlock(locked, passphrase account.Secret) (account.Secret, error) {
	text := strings.TrimSpace(locked.Reveal())
	if _, err := lockOf(text); err != nil {
		return account.Secret{}, err
	}
	opened, err := nip49.Decrypt(text, passphrase.Reveal())
	if err != nil {
		return account.Secret{}, errPassphrase
	}
	key, err := parseKey(opened)
	if err != nil {
		return account.Secret{}, err
	}
	return account.NewSecret(key), nil
}

// lock puts a key under a passphrase.
func lock(key, passphrase account.Secret) (account.Secret, error) {
	locked, err := nip49.Encrypt(key.Reveal(), passphrase.Reveal(), leastLock, nip49.ClientDoesNotTrackThisData)
	if err != nil {
		return account.Secret{}, timeline.Errorf(timeline.CodeInternal, "the key could not be encrypted")
	}
	return account.NewSecret(locked), nil
}

// Unlock opens an account's key with its passphrase, for this process: opened holds it
// then. Of a passphrase that does not open it the Code is auth, and it can be tried
// again. An account whose key is not locked needs nothing.
func Unlock(ctx context.Context, r account.Record, store account.Store, opened *account.Opened, passphrase account.Secret) error {
	creds, err := store.Load(ctx, r.ID)
	if err != nil {
		return err
	}
	if creds[account.EncryptedKey].Empty() {
		return nil
	}
	key, err := unlock(creds[account.EncryptedKey], passphrase)
	if err != nil {
		return err
	}
	if public, err := nostr.GetPublicKey(key.Reveal()); err != nil || public != r.PubKey {
		return timeline.Errorf(timeline.CodeRefused, "the encrypted key of %s is another account's: `skein account add nostr` signs in again", r.Name)
	}
	opened.Put(r.ID, key)
	return nil
}
