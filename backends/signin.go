package backends

import (
	"context"

	"skein/backends/bluesky"
	"skein/backends/mastodon"
	"skein/backends/nostr"
	"skein/config/account"
	"skein/timeline"
)

// Networks asks which network to sign in to.
func Networks() account.Choice {
	return account.Choice{
		Name: "network", Title: "Which network",
		Options: []account.Option{
			{Value: string(timeline.Mastodon), Title: "Mastodon", Help: "and GoToSocial, Pleroma, Pixelfed and others of its kind"},
			{Value: string(timeline.Bluesky), Title: "Bluesky", Help: "on bsky.social or a server of your own"},
			{Value: string(timeline.Nostr), Title: "Nostr", Help: "with a new key, your own, or one to read only"},
		},
	}
}

// SignIn begins to sign in to an account on a network. It sends nothing before Next.
// Preset answers go by the names of the steps, as each adapter's SignIn lists them.
func SignIn(network string, d Deps, preset account.Preset) (account.Flow, error) {
	switch timeline.Network(network) {
	case timeline.Mastodon:
		return mastodon.SignIn(mastodon.SignInConfig{Client: d.Client, Log: d.Log}, preset), nil
	case timeline.Bluesky:
		return bluesky.SignIn(bluesky.SignInConfig{Client: d.Client, Log: d.Log, Now: d.Now}, preset), nil
	case timeline.Nostr:
		return nostr.SignIn(nostr.SignInConfig{Client: d.Client, Relays: d.Relays, Log: d.Log}, preset), nil
	}
	return nil, timeline.Errorf(timeline.CodeUsage, "there is no network %q: one of mastodon, bluesky, nostr", network)
}

// Unlock opens the key of a Locked account with its passphrase, for this process:
// d.Opened holds it then. Of a passphrase that does not open it the Code is auth, and
// another can be tried.
func Unlock(ctx context.Context, r account.Record, d Deps, passphrase account.Secret) error {
	if timeline.Network(r.Network) != timeline.Nostr {
		return timeline.Errorf(timeline.CodeUnsupported, "account %s has no key to unlock", r.Name)
	}
	return nostr.Unlock(ctx, r, d.Store, d.Opened, passphrase)
}
