package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"skein/e2e"
)

// homeConfig keeps the secrets' key in a file, as the demo does: no keyring of the
// machine is part of what is measured.
const homeConfig = e2e.LoopbackConfig

// town is the sandbox's three servers, in a process of their own.
type town struct {
	*e2e.Sandbox
	handle string // of the person, on Bluesky
}

// home makes an empty home.
func (b *bench) home() (home *e2e.Home, err error) {
	err = b.stand.Do(func() {
		home = e2e.NewHome(b.stand)
		home.Configure(b.stand, homeConfig)
	})
	return home, err
}

// servers are the sandbox's, started when they are first asked for. Nobody posts
// there, so that each run reads the same.
func (b *bench) servers(ctx context.Context) (*town, error) {
	if b.town != nil || ctx.Err() != nil {
		return b.town, ctx.Err()
	}
	home, err := b.home()
	if err != nil {
		return nil, err
	}
	t := &town{}
	err = b.stand.Do(func() { //nolint:contextcheck // the helpers take their context from the stand
		t.Sandbox = home.With("SKEIN_TRICKLE=0s").Serve(b.stand)
		for _, a := range accounts(b, home.With("SKEIN_CONFIG="+t.Config)) {
			if a.Network == "bluesky" {
				t.handle = strings.TrimPrefix(a.Handle, "@")
			}
		}
	})
	b.town = t
	return t, err
}

// account is one line of `skein account list --json`.
type account struct {
	ID      string `json:"id"`
	Network string `json:"network"`
	Handle  string `json:"handle"`
}

// accounts lists those of a home, within Do.
func accounts(b *bench, home *e2e.Home) []account {
	var all []account
	result := home.Run(b.stand, "account", "list", "--json").Exits(b.stand, 0)
	for line := range strings.Lines(result.Stdout) {
		var a account
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			b.stand.Fatalf("skein account list: %q: %v", line, err)
		}
		if a.ID != "" && a.Network != "" {
			all = append(all, a)
		}
	}
	return all
}

// member makes a home that is signed in to the sandbox's three networks.
func (b *bench) member(ctx context.Context) (*e2e.Home, error) {
	t, err := b.servers(ctx)
	if err != nil {
		return nil, err
	}
	return b.memberOf(t)
}

func (b *bench) memberOf(t *town) (*e2e.Home, error) {
	home, err := b.home()
	if err != nil {
		return nil, err
	}
	relays := []string{"account", "add", "nostr", "--nsec-stdin"}
	for _, relay := range t.Nostr {
		relays = append(relays, "--relay", relay)
	}
	err = b.stand.Do(func() {
		for network, args := range map[string][]string{
			"mastodon": {"account", "add", "mastodon", "--server", t.Mastodon, "--token-stdin"},
			"bluesky":  {"account", "add", "bluesky", "--handle", t.handle, "--pds", t.Bluesky, "--app-password-stdin"},
			"nostr":    relays,
		} {
			home.RunInput(b.stand, t.Tokens[network]+"\n", args...).Exits(b.stand, 0)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("sign in to the sandbox: %w", err)
	}
	return home, nil
}
