package nostr

import (
	"net/url"
	"strings"

	"skein/config/account"
	"skein/timeline"
)

const (
	bunkerScheme  = "bunker"
	connectScheme = "nostrconnect"
	maxBunker     = 4096 // bytes of an address
	bunkerRelays  = 5    // that are taken from one
	connectRelays = 3    // that are named in one
)

// bunkerAddress is where a remote signer is found (NIP-46).
type bunkerAddress struct {
	signer string   // its public key, hex: not the account's, or not always
	relays []string // over which it is spoken to
}

// String is the address without a token.
func (a bunkerAddress) String() string {
	u := url.URL{Scheme: bunkerScheme, Host: a.signer, RawQuery: url.Values{"relay": a.relays}.Encode()}
	return u.String()
}

// parseBunker reads bunker://KEY?relay=…&secret=…. The secret is a token that counts
// once. No error repeats what was said.
func parseBunker(said string) (a bunkerAddress, token account.Secret, err error) {
	bad := timeline.Errorf(timeline.CodeUsage, "not the address of a remote signer: it is bunker://… with a relay in it")
	said = strings.TrimSpace(said)
	if len(said) > maxBunker {
		return a, token, bad
	}
	u, err := url.Parse(said)
	if err != nil || !strings.EqualFold(u.Scheme, bunkerScheme) {
		return a, token, bad
	}
	a.signer = strings.ToLower(u.Host)
	if p, err := parsePointer(a.signer); err == nil && p.person != "" {
		a.signer = p.person
	}
	query := u.Query()
	a.relays = relayURLs(query["relay"], bunkerRelays)
	if !isHex(a.signer, 64) || !validKey(a.signer) || len(a.relays) == 0 {
		return a, token, bad
	}
	return a, account.NewSecret(query.Get("secret")), nil
}

// permissions are what skein asks a remote signer for.
const permissions = "get_public_key,sign_event,nip44_encrypt,nip44_decrypt,nip04_encrypt,nip04_decrypt"

// connectAddress invites a remote signer to come to these relays (NIP-46): it is who
// answers with the secret.
func connectAddress(client string, relays []string, secret account.Secret) string {
	u := url.URL{Scheme: connectScheme, Host: client, RawQuery: url.Values{
		"relay": relays, "secret": {secret.Reveal()}, "perms": {permissions}, "name": {"skein"},
	}.Encode()}
	return u.String()
}
