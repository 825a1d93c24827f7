package nostr

import (
	"context"
	"slices"
	"strings"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

const maxOwn = 12 // relays of an account

// AddKey makes an account of a private key, nsec1… or 64 hex digits. At least one
// of the relays must answer; they are asked for the profile, which gives the
// Handle, and for the person's own relay list, which is added to the relays. ID and
// Name are left to the caller. No error repeats the key.
func AddKey(ctx context.Context, client *transport.Client, key account.Secret, relays []string) (account.Record, account.Credentials, error) {
	secret, err := parseKey(strings.TrimSpace(key.Reveal()))
	if err != nil {
		return account.Record{}, nil, err
	}
	public, err := nostr.GetPublicKey(secret)
	if err != nil {
		return account.Record{}, nil, errKey
	}
	r, err := introduce(ctx, client, public, relays)
	if err != nil {
		return account.Record{}, nil, err
	}
	return r, account.Credentials{account.PrivateKey: account.NewSecret(secret)}, nil
}

var errKey = timeline.Errorf(timeline.CodeUsage, "not a private key: it is nsec1… or 64 hex digits")

// order is that of secp256k1: a private key is between nothing and it (BIP 340). The
// library takes others, too, and makes another key of them.
const order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"

// parseKey reads a private key into hex.
func parseKey(s string) (string, error) {
	if strings.HasPrefix(strings.ToLower(s), "nsec1") {
		_, v, err := nip19.Decode(s)
		if hexKey, ok := v.(string); ok && err == nil {
			s = hexKey
		}
	}
	s = strings.ToLower(s)
	if !isHex(s, 64) || strings.Trim(s, "0") == "" || s >= order {
		return "", errKey
	}
	return s, nil
}

// introduce asks the relays who a key is.
func introduce(ctx context.Context, client *transport.Client, public string, relays []string) (account.Record, error) {
	own := relayURLs(relays, maxOwn)
	a, err := meet(ctx, client, public, own, askGrace)
	if err != nil {
		return account.Record{}, err
	}
	own = relayURLs(slices.Concat(own, a.list), maxOwn)
	return account.Record{
		Network: string(timeline.Nostr), Handle: author(public, a.who).Handle.String(),
		Server: hostOf(own[0]), PubKey: public, Relays: own,
	}, nil
}
