package account

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
)

// Record is one account, without its secrets.
type Record struct {
	ID       string   `toml:"id" json:"id"`           // stable, made once
	Network  string   `toml:"network" json:"network"` // mastodon, bluesky or nostr
	Name     string   `toml:"name" json:"name"`       // the person's short name for it, unique
	Handle   string   `toml:"handle" json:"handle"`   // as the server said when it was added, cleaned
	Server   string   `toml:"server,omitempty" json:"server,omitempty"`
	DID      string   `toml:"did,omitempty" json:"did,omitempty"`
	PubKey   string   `toml:"pubkey,omitempty" json:"pubkey,omitempty"` // hex
	Relays   []string `toml:"relays,omitempty" json:"relays,omitempty"`
	ReadOnly bool     `toml:"read_only,omitempty" json:"read_only,omitempty"`
	Locked   bool     `toml:"locked,omitempty" json:"locked,omitempty"` // its key opens with a passphrase, once a process
	// Post is whether a new post goes there where nobody says where to; nil: it does.
	Post *bool `toml:"post,omitempty" json:"post,omitempty"`
}

// Posts tells whether a new post goes to the account of itself, as far as it can write.
func (r Record) Posts() bool { return r.Post == nil || *r.Post }

// redacted is what every Secret looks like from outside.
const redacted = "[secret]"

// Secret is a string that no formatting, logging or marshalling reveals.
type Secret struct{ value string }

// NewSecret wraps a secret as soon as it has been read.
func NewSecret(s string) Secret { return Secret{s} }

// Reveal returns the secret itself, for the one place that needs it.
func (s Secret) Reveal() string { return s.value }

// Empty tells whether there is no secret.
func (s Secret) Empty() bool { return s.value == "" }

// String hides the value.
func (s Secret) String() string { return redacted }

// Format hides the value from every verb, also from those that ask no Stringer.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue hides the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON hides the value; the vault has its own encoding.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText hides the value from TOML and friends.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Credentials are the secrets of one account by name.
type Credentials map[string]Secret

// The names of credentials.
const (
	Token        = "token"         // Mastodon access token
	ClientID     = "client-id"     // the app that a session was granted to, which may revoke it
	ClientSecret = "client-secret" // of that app
	AppPassword  = "app-password"  // Bluesky app password
	AccessJWT    = "access-jwt"    // Bluesky session: what requests carry
	RefreshJWT   = "refresh-jwt"   // Bluesky session: traded for the next two, once
	PrivateKey   = "private-key"   // Nostr, 64 hex digits
	EncryptedKey = "encrypted-key" // Nostr, ncryptsec1… (NIP-49), instead of a private key
	Bunker       = "bunker"        // Nostr, instead of a key: bunker://… of who signs (NIP-46), without its token
	BunkerKey    = "bunker-key"    // the key that skein is known by there, 64 hex digits

	// Those of a Bluesky session that was begun in the browser; it has a ClientID, too.
	DPoPKey            = "dpop-key"            // P-256, its scalar in base64url
	Expires            = "expires"             // when the access token ends, in Unix seconds
	Issuer             = "issuer"              // the authorization server
	TokenEndpoint      = "token-endpoint"      // of the issuer
	RevocationEndpoint = "revocation-endpoint" // of the issuer; may be missing
	Scope              = "scope"               // what was allowed
)

// Clone copies c, so that the copy can be changed and saved.
func (c Credentials) Clone() Credentials { return maps.Clone(c) }

// ErrNoCredentials says that the vault holds nothing for an account.
var ErrNoCredentials = errors.New("no credentials are stored for this account")

// Store keeps credentials. Every implementation is safe for several goroutines
// and, where it is a file, for several processes.
type Store interface {
	// Load returns a copy of an account's credentials, read afresh, or
	// ErrNoCredentials.
	Load(ctx context.Context, id string) (Credentials, error)
	// Save replaces them durably: when it returns nil they survive a crash.
	Save(ctx context.Context, id string, c Credentials) error
	// Delete forgets them. Deleting what is not there is no error.
	Delete(ctx context.Context, id string) error
	// Lock holds the account across processes, for read → decide → exchange →
	// save, until unlock is called. Load and Save may be called while it is held.
	Lock(ctx context.Context, id string) (unlock func(), err error)
}
