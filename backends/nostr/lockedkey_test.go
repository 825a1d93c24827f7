package nostr

import (
	"errors"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/btcutil/bech32"

	sandbox "skein/backends/sandbox/relay"
	"skein/config/account"
	"skein/timeline"
)

// TestUnlockVector opens the key that NIP-49 gives as an example.
func TestUnlockVector(t *testing.T) {
	locked := account.NewSecret("ncryptsec1qgg9947rlpvqu76pj5ecreduf9jxhselq2nae2kghhvd5g7dgjtcxfqtd67p9m0w57lspw8gsq6yphnm8623nsl8xn9j4jdzz84zm3frztj3z7s35vpzmqf6ksu8r89qk5z2zxfmu5gv8th8wclt0h4p")
	key, err := unlock(locked, account.NewSecret("nostr"))
	if err != nil || key.Reveal() != "3501454135014541350145413501453fefb02227e449e57cf4d3a3ce05378683" {
		t.Errorf("opened: %v", err)
	}
	if _, err := unlock(locked, account.NewSecret("Nostr")); !errors.Is(err, errPassphrase) {
		t.Errorf("with a wrong passphrase: %v", err)
	}
}

// TestPassphraseIsNormal: NIP-49 has a passphrase put into NFKC, so that it does not
// matter how a keyboard composes it. The words are those of the NIP.
func TestPassphraseIsNormal(t *testing.T) {
	const composed, apart = "\u00c5\u03a9\u1e69", "\u212b\u2126\u1e9b\u0323"
	secret := account.NewSecret(strings.Repeat("35", 32))
	locked, err := lock(secret, account.NewSecret(apart))
	if err != nil {
		t.Fatal(err)
	}
	if key, err := unlock(locked, account.NewSecret(composed)); err != nil || key != secret {
		t.Errorf("opened: %v", err)
	}
}

// TestUnlockIsHostile: an encrypted key takes no more memory than skein allows, and what
// is none crashes nothing.
func TestUnlockIsHostile(t *testing.T) {
	wrapped := func(prefix string, data []byte) string {
		bits, err := bech32.ConvertBits(data, 8, 5, true)
		if err != nil {
			t.Fatal(err)
		}
		s, err := bech32.Encode(prefix, bits)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	shaped := func(version, logN byte, size int) []byte {
		data := make([]byte, size)
		copy(data, []byte{version, logN}[:min(2, size)])
		return data
	}
	for name, s := range map[string]string{
		"empty": "", "prefix": "ncryptsec1", "short": wrapped(lockedPrefix, nil), "one byte": wrapped(lockedPrefix, shaped(2, 0, 1)),
		"cut": wrapped(lockedPrefix, shaped(2, 16, lockedSize-1)), "long": wrapped(lockedPrefix, shaped(2, 16, lockedSize+1)),
		"version": wrapped(lockedPrefix, shaped(1, 16, lockedSize)), "an nsec": wrapped("nsec", shaped(2, 16, lockedSize)),
		"4 GiB": wrapped(lockedPrefix, shaped(2, 22, lockedSize)), "all memory": wrapped(lockedPrefix, shaped(2, 255, lockedSize)),
		"no rounds": wrapped(lockedPrefix, shaped(2, 0, lockedSize)), "endless": strings.Repeat("q", 1<<20),
	} {
		_, err := unlock(account.NewSecret(s), account.NewSecret("x"))
		if code := timeline.CodeOf(err); code != timeline.CodeUsage && code != timeline.CodeUnsupported {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLockedKey: an account whose key is locked reads; it writes once it is unlocked,
// and until then what is written waits for a sign-in. Left locked it only reads.
func TestLockedKey(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	opened := &account.Opened{}
	b := me(t, []string{s.URL()}, func(c *Config) { c.Opened = opened })
	creds, err := b.cfg.Store.Load(t.Context(), "acct")
	if err != nil {
		t.Fatal(err)
	}
	locked, err := lock(creds[account.PrivateKey], account.NewSecret("reeds"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.cfg.Store.Save(t.Context(), "acct", account.Credentials{account.EncryptedKey: locked}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Home(t.Context(), timeline.Page{}); err != nil {
		t.Errorf("reading: %v", err)
	}
	if err := b.Learn(t.Context()); err != nil || !b.Limits().ReadOnly.Empty() {
		t.Errorf("before it is unlocked: %v, read-only %q", err, b.Limits().ReadOnly)
	}
	post := posting("from behind a lock")
	kept := &notes{}
	if _, err := b.Prepare(t.Context(), post, kept); timeline.CodeOf(err) != timeline.CodeAuth || !errors.Is(err, errLocked) {
		t.Errorf("writing while it is locked: %v", err)
	}
	r := account.Record{ID: "acct", Name: "nostr", PubKey: b.cfg.PubKey}
	if err := Unlock(t.Context(), r, b.cfg.Store, opened, account.NewSecret("reed")); timeline.CodeOf(err) != timeline.CodeAuth {
		t.Errorf("with a wrong passphrase: %v", err)
	}
	other := r
	other.PubKey = s.PubKey("fern")
	if err := Unlock(t.Context(), other, b.cfg.Store, opened, account.NewSecret("reeds")); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("of another account: %v", err)
	}
	if err := Unlock(t.Context(), r, b.cfg.Store, opened, account.NewSecret("reeds")); err != nil {
		t.Fatal(err)
	}
	request, err := b.Prepare(t.Context(), post, kept)
	if err != nil {
		t.Fatal(err)
	}
	if o := b.Send(t.Context(), request); o.Verdict != timeline.Published {
		t.Errorf("unlocked: %v", o.Err)
	}

	left := &account.Opened{}
	left.Decline("acct")
	b.cfg.Opened = left
	fresh := again(t, b)
	if err := fresh.Learn(t.Context()); err != nil || fresh.Limits().ReadOnly.Empty() {
		t.Errorf("left locked: %v", err)
	}
}
