package nostr

import (
	"context"
	"crypto/subtle"
	"strings"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/config/account"
	"skein/timeline"
)

// backupLetters are how many of a new key's last characters show that it was kept.
const backupLetters = 4

// newKey makes a key and shows it.
func (f *flow) newKey(context.Context) (account.Step, error) {
	f.key = account.NewSecret(nostr.GeneratePrivateKey())
	var err error
	if f.public, err = publicOf(f.key); err != nil {
		return f.Fail(err)
	}
	nsec, err := nip19.EncodePrivateKey(f.key.Reveal())
	if err != nil {
		return f.Fail(errKey)
	}
	return f.Ask(account.Notice{
		Name: stepNewKey, Title: "Your new private key", Keep: account.NewSecret(nsec),
		Help: "This is your whole identity on Nostr, and skein shows it this once. Put it into a " +
			"password manager, or on paper: without it nobody can give you the account back, " +
			"and whoever has it is you. Your public key is " + npub(f.public) + ".",
	}, f.askBackup)
}

func (f *flow) askBackup(context.Context, account.Answer) (account.Step, error) {
	return f.Ask(account.Question{
		Name: stepBackup, Title: "Last four characters of the key", Secret: true,
		Help: "Read them from where you have put the key.",
	}, f.tookBackup)
}

func (f *flow) tookBackup(ctx context.Context, a account.Answer) (account.Step, error) {
	nsec, err := nip19.EncodePrivateKey(f.key.Reveal())
	if err != nil {
		return f.Fail(errKey)
	}
	said := strings.ToLower(strings.TrimSpace(a.Secret.Reveal()))
	if said != nsec { // who pastes the whole key has it, too
		want := nsec[len(nsec)-backupLetters:]
		if subtle.ConstantTimeCompare([]byte(said), []byte(want)) != 1 {
			return f.Again(timeline.Errorf(timeline.CodeUsage, "those are not its last four characters; whoever has not kept the key begins again, and gets another"))
		}
	}
	return f.chooseKeep(ctx)
}

func (f *flow) tookKey(ctx context.Context, a account.Answer) (account.Step, error) {
	said := strings.TrimSpace(a.Secret.Reveal())
	if isLocked(said) {
		if _, err := lockOf(said); err != nil {
			return f.Again(err)
		}
		f.locked = account.NewSecret(strings.ToLower(said))
		return f.Ask(account.Question{
			Name: stepPassphrase, Title: "Passphrase of the key", Secret: true,
			Help: "The one that it was encrypted with.",
		}, f.tookPassphrase)
	}
	key, err := parseKey(said)
	if err != nil {
		return f.Again(err)
	}
	return f.hasKey(ctx, account.NewSecret(key), f.Again)
}

func (f *flow) tookPassphrase(ctx context.Context, a account.Answer) (account.Step, error) {
	key, err := unlock(f.locked, a.Secret)
	if err != nil {
		return f.Again(err)
	}
	f.passphrase = a.Secret
	return f.hasKey(ctx, key, f.Fail)
}

// hasKey goes on with a key, or with the step that refused has for one that is none.
func (f *flow) hasKey(ctx context.Context, key account.Secret, refused func(error) (account.Step, error)) (account.Step, error) {
	public, err := publicOf(key)
	if err != nil {
		return refused(err)
	}
	f.key, f.public = key, public
	return f.chooseKeep(ctx)
}

// publicOf is the public key of a private one.
func publicOf(key account.Secret) (string, error) {
	public, err := nostr.GetPublicKey(key.Reveal())
	if err != nil || !validKey(public) {
		return "", errKey
	}
	return public, nil
}

func validKey(public string) bool { return nostr.IsValidPublicKey(public) }

// chooseKeep asks how the key is kept.
func (f *flow) chooseKeep(ctx context.Context) (account.Step, error) {
	if how, ok := f.Preset[stepKeep]; ok {
		return f.tookKeep(ctx, account.Answer{Text: how})
	}
	open := account.Option{Value: keepOpen, Title: "Unlocked", Help: "In skein's encrypted file: skein can post whenever it runs."}
	locked := account.Option{Value: keepLocked, Title: "Under a passphrase", Help: "skein asks for it once each time it is started, before it writes."}
	c := account.Choice{Name: stepKeep, Title: "How to keep the key", Options: []account.Option{open, locked}}
	if !f.locked.Empty() {
		c.Options = []account.Option{locked, open}
	}
	return f.Ask(c, f.tookKeep)
}

func (f *flow) tookKeep(ctx context.Context, a account.Answer) (account.Step, error) {
	switch a.Text {
	case keepOpen:
		f.creds = account.Credentials{account.PrivateKey: f.key}
		return f.chooseRelays(ctx)
	case keepLocked:
		if !f.locked.Empty() {
			return f.keepLocked(ctx)
		}
		return f.askLock()
	}
	return f.Unserved(stepKeep, timeline.Errorf(timeline.CodeUsage, "%q is no way to keep a key: there are %s and %s", a.Text, keepOpen, keepLocked))
}

func (f *flow) askLock() (account.Step, error) {
	return f.Ask(account.Question{
		Name: stepLock, Title: "New passphrase", Secret: true,
		Help: "It encrypts the key (NIP-49). Whoever forgets it still has the key's backup.",
	}, f.tookLock)
}

func (f *flow) tookLock(_ context.Context, a account.Answer) (account.Step, error) {
	if a.Secret.Empty() {
		return f.Again(timeline.Errorf(timeline.CodeUsage, "the passphrase is empty"))
	}
	f.passphrase = a.Secret
	return f.Ask(account.Question{Name: stepLockAgain, Title: "The same passphrase again", Secret: true}, f.tookLockAgain)
}

func (f *flow) tookLockAgain(ctx context.Context, a account.Answer) (account.Step, error) {
	if a.Secret != f.passphrase {
		s, _ := f.askLock()
		return s, timeline.Errorf(timeline.CodeUsage, "those were two different passphrases")
	}
	return f.keepLocked(ctx)
}

// keepLocked keeps the key under its passphrase: as it came, unless that is too weak.
func (f *flow) keepLocked(ctx context.Context) (account.Step, error) {
	if logN, err := lockOf(f.locked.Reveal()); err != nil || logN < leastLock {
		if f.locked, err = lock(f.key, f.passphrase); err != nil {
			return f.Fail(err)
		}
	}
	f.creds = account.Credentials{account.EncryptedKey: f.locked}
	return f.chooseRelays(ctx)
}
