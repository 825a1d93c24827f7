package backends

import (
	"context"

	"skein/backends/nostr"
	"skein/config/account"
	"skein/timeline"
)

// Relay is one of an account's relays.
type Relay = nostr.OwnRelay

// Relays tells which relays an account has here, which the person has published, and
// whether each answers. An account of a network without relays is CodeUnsupported.
func Relays(ctx context.Context, r account.Record, d Deps) ([]Relay, error) {
	own, err := OwnRelays(r, d)
	if err != nil {
		return nil, err
	}
	return nostr.Relays(ctx, d.Client, r.PubKey, own)
}

// OwnRelays are the relays that an account has here: its own, or the configured ones.
func OwnRelays(r account.Record, d Deps) ([]string, error) {
	switch {
	case r.PubKey == "":
		return nil, timeline.Errorf(timeline.CodeUnsupported, "%s is on a network without relays", r.Name)
	case len(r.Relays) == 0:
		return d.Relays, nil
	}
	return r.Relays, nil
}

// ReadRelays reads the addresses of relays as a person writes them.
func ReadRelays(said string) ([]string, error) { return nostr.ReadRelays(said) }
