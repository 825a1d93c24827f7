package nostr

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// The names of the steps, by which they can be preset where they hold no secret.
const (
	stepHow        = "how" // one of the ways
	stepNewKey     = "new-key"
	stepBackup     = "backup"
	stepKey        = "private-key"
	stepPassphrase = "passphrase"
	stepKeep       = "keep" // keepOpen or keepLocked
	stepLock       = "new-passphrase"
	stepLockAgain  = "new-passphrase-again"
	stepBunker     = "bunker"
	stepConnect    = "nostrconnect"
	stepApprove    = "approve" // on a page that the remote signer names
	stepNpub       = "npub"
	stepRelays     = "relay" // comma list; preset to "": the ones that are found
	stepProfile    = "profile"
)

// The ways to sign in.
const (
	viaNew     = "new"
	viaKey     = "key"
	viaBunker  = "bunker"
	viaConnect = "connect"
	viaNpub    = "npub"
)

// How a private key is kept.
const (
	keepOpen   = "unlocked"
	keepLocked = "locked"
)

// SignInConfig is what a sign-in is made of.
type SignInConfig struct {
	Client *transport.Client
	Relays []string     // the configured ones: asked first, and used where none is named
	Log    *slog.Logger // nil: nowhere

	names       *http.Client  // asks domains for NIP-05 names; nil: the Client
	connectWait time.Duration // 0: connectWait
}

// flow is a sign-in under way:
//
//	how ─┬─► new-key ─► backup ────────────────────┬─► keep (─► new-passphrase, twice) ─┐
//	     ├─► private-key (─► passphrase) ──────────┘                                    │
//	     ├─► bunker (─► approve) ───────────────────────────────────────────────────────┤
//	     ├─► nostrconnect (─► approve) ─────────────────────────────────────────────────┤
//	     └─► npub ──────────────────────────────────────────────────────────────────────┤
//	                                  Finished ◄─ profile ◄─ relay ◄────────────────────┘
//
// Nothing is written to any relay but what a remote signer is asked.
type flow struct {
	SignInConfig
	account.Talk

	key        account.Secret // 64 hex digits
	locked     account.Secret // the key as it was given, under a passphrase
	passphrase account.Secret
	creds      account.Credentials
	bunker     *bunker // nil where no remote signer is talked to

	public   string   // hex
	hints    []string // relays at which the person is said to be
	known    acquaintance
	relays   []string // chosen
	extended bool     // they were asked for again, for a list was found at them
	handle   string
}

var _ account.Flow = (*flow)(nil)

// SignIn begins to sign in with a key: a new one, one that the person has (nsec1…, 64
// hex digits, or ncryptsec1…, NIP-49), with one that a remote signer holds (NIP-46), or
// to read only, with an npub, an nprofile or a NIP-05 name. Preset are "how" ("new",
// "key", "bunker", "connect" or "npub"), "keep" ("unlocked" or "locked"), "npub" and
// "relay": the account's relays, a comma between them; empty it takes those that the
// person has published (NIP-65), or the configured ones. It sends nothing before Next,
// and nothing but questions then.
func SignIn(c SignInConfig, preset account.Preset) account.Flow {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.names == nil {
		c.names = c.Client.HTTP()
	}
	if c.connectWait == 0 {
		c.connectWait = connectWait
	}
	c.Relays = relayURLs(c.Relays, maxOwn)
	f := &flow{SignInConfig: c, Talk: account.Talk{Preset: preset}}
	f.Failed = f.drop
	f.Begin(f.begin)
	return f
}

// Close implements account.Flow.
func (f *flow) Close() error {
	f.End()
	f.drop()
	return nil
}

// drop ends what a sign-in has begun.
func (f *flow) drop() {
	f.hangUp()
	f.forget()
}

// forget drops the secrets.
func (f *flow) forget() {
	f.key, f.locked, f.passphrase, f.creds = account.Secret{}, account.Secret{}, account.Secret{}, nil
}

// begin takes no answer.
func (f *flow) begin(ctx context.Context, _ account.Answer) (account.Step, error) {
	if who, ok := f.Preset[stepNpub]; ok {
		return f.tookNpub(ctx, account.Answer{Text: who})
	}
	if how, ok := f.Preset[stepHow]; ok {
		return f.tookHow(ctx, account.Answer{Text: how})
	}
	return f.Ask(account.Choice{
		Name: stepHow, Title: "How to sign in",
		Options: []account.Option{
			{Value: viaNew, Title: "With a new key", Help: "skein makes one, and shows it once for you to keep."},
			{Value: viaKey, Title: "With your private key", Help: "nsec1…, ncryptsec1… or 64 hex digits. It stays on this machine."},
			{Value: viaBunker, Title: "With a remote signer", Help: "It has an address, bunker://…, and keeps your key (NIP-46)."},
			{Value: viaConnect, Title: "With a signer that scans", Help: "On your phone, say: skein shows it a code (NIP-46)."},
			{Value: viaNpub, Title: "To read only", Help: "npub1…, nprofile1…, or a name such as ana@nostr.example."},
		},
	}, f.tookHow)
}

func (f *flow) tookHow(ctx context.Context, a account.Answer) (account.Step, error) {
	switch a.Text {
	case viaNew:
		return f.newKey(ctx)
	case viaKey:
		return f.Ask(account.Question{
			Name: stepKey, Title: "Private key", Secret: true,
			Help: "nsec1…, ncryptsec1… or 64 hex digits. It is kept encrypted, and signs on this machine alone.",
		}, f.tookKey)
	case viaBunker:
		return f.askBunker()
	case viaConnect:
		return f.invite(ctx)
	case viaNpub:
		return f.Ask(account.Question{
			Name: stepNpub, Title: "Public key",
			Help: "Whom to read as: npub1…, nprofile1…, 64 hex digits, or a name such as ana@nostr.example.",
		}, f.tookNpub)
	}
	return f.Unserved(stepHow, timeline.Errorf(timeline.CodeUsage, "%q is no way to sign in: there are %s", a.Text, strings.Join([]string{viaNew, viaKey, viaBunker, viaConnect, viaNpub}, ", ")))
}

func (f *flow) tookNpub(ctx context.Context, a account.Answer) (account.Step, error) {
	public, hints, err := f.whoIs(ctx, a.Text)
	if err != nil {
		return f.Unserved(stepNpub, err)
	}
	f.public, f.hints = public, hints
	return f.chooseRelays(ctx)
}

// whoIs finds the public key that a person names, and relays that the name tells.
func (f *flow) whoIs(ctx context.Context, said string) (public string, hints []string, err error) {
	said, _ = cutPrefixFold(strings.TrimSpace(said), "nostr:")
	lower := strings.ToLower(said)
	if p, err := parsePointer(lower); err == nil && p.person != "" {
		return validPublic(p.person, p.relays)
	}
	if strings.Contains(said, ".") {
		known, err := lookUpName(ctx, f.names, said)
		if err != nil {
			return "", nil, err
		}
		return validPublic(known.key, known.relays)
	}
	return validPublic(lower, nil)
}

func validPublic(public string, hints []string) (string, []string, error) {
	if !isHex(public, 64) || !validKey(public) {
		return "", nil, timeline.Errorf(timeline.CodeUsage, "not a public key: it is npub1…, nprofile1…, 64 hex digits, or a name such as ana@nostr.example")
	}
	return public, hints, nil
}

// tookProfile takes no answer: whoever has seen the profile goes on.
func (f *flow) tookProfile(context.Context, account.Answer) (account.Step, error) {
	r := account.Record{
		Network: string(timeline.Nostr), Handle: f.handle, Server: hostOf(f.relays[0]), PubKey: f.public,
		ReadOnly: len(f.creds) == 0, Locked: !f.creds[account.EncryptedKey].Empty(),
	}
	// The configured relays may change: only one's own are kept.
	if f.Preset[stepRelays] != "" || !slices.Equal(f.relays, f.Relays) {
		r.Relays = f.relays
	}
	done := account.Finished{Record: r, Credentials: f.creds}
	if r.Locked {
		done.Unlocked = f.key
	}
	if done.Credentials == nil {
		done.Credentials = account.Credentials{}
	}
	f.forget()
	return f.Done(done)
}
