// Package backends opens the adapter that an account needs. It is the one place
// that knows all networks by name; above it a network is a value to show.
package backends

import (
	"cmp"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"skein/backends/bluesky"
	"skein/backends/mastodon"
	"skein/backends/nostr"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// Deps are what every adapter shares.
type Deps struct {
	Client *transport.Client
	Store  account.Store
	Opened *account.Opened // keys that were unlocked in this process
	Log    *slog.Logger
	Now    func() time.Time
	Relays []string // for Nostr accounts that name none

	MediaServer string // keeps the files of Nostr posts; "": there is none
	Quorum      int    // relays that must have taken a Nostr post; 0 is 1
}

// Open makes the backend of an account. It sends nothing.
func Open(r account.Record, d Deps) (timeline.Backend, error) {
	a := Account(r)
	switch a.Network {
	case timeline.Mastodon:
		return opened(mastodon.New(mastodon.Config{
			Account: a, Server: r.Server, Store: d.Store, Client: d.Client, Log: d.Log, Now: d.Now,
		}))
	case timeline.Bluesky:
		return opened(bluesky.New(bluesky.Config{
			Account: a, PDS: r.Server, DID: r.DID, Store: d.Store, Client: d.Client, Log: d.Log, Now: d.Now,
		}))
	case timeline.Nostr:
		return opened(nostr.New(nostr.Config{
			Account: a, PubKey: r.PubKey, Relays: r.Relays, DefaultRelays: d.Relays, Store: d.Store, Opened: d.Opened, Client: d.Client, Log: d.Log, Now: d.Now,
			MediaServer: d.MediaServer, Quorum: d.Quorum,
		}))
	}
	return nil, timeline.Errorf(timeline.CodeUsage, "account %s is on the network %q, which this skein does not know", r.Name, r.Network)
}

// opened drops the concrete type, so that a nil pointer is a nil Backend.
func opened[B timeline.Backend](b B, err error) (timeline.Backend, error) {
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Public makes the backends that read without any account: the networks that let
// everybody read.
func Public(d Deps) ([]timeline.Backend, error) {
	var all []timeline.Backend
	var failed []error
	networks := []timeline.Network{timeline.Bluesky}
	if len(d.Relays) > 0 {
		networks = append(networks, timeline.Nostr)
	}
	for _, n := range networks {
		b, err := Open(account.Record{ID: "public-" + string(n), Network: string(n), Name: string(n)}, d)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		all = append(all, b)
	}
	return all, errors.Join(failed...)
}

// Account is the domain's view of a record.
func Account(r account.Record) timeline.Account {
	server := r.Server
	if server == "" && len(r.Relays) > 0 {
		server = r.Relays[0]
	}
	return timeline.Account{
		ID: timeline.AccountID(r.ID), Network: timeline.Network(r.Network), Name: r.Name,
		Handle: timeline.CleanLine(r.Handle), Server: timeline.CleanLine(hostOf(server)),
		Author: cmp.Or(r.DID, r.PubKey, strings.TrimPrefix(r.Handle, "@")),
	}
}

// Addresses are where the requests of an account go: its server, or its relays. relays
// serve a Nostr account that names none.
func Addresses(r account.Record, relays []string) []string {
	switch {
	case timeline.Network(r.Network) != timeline.Nostr:
		return []string{r.Server}
	case len(r.Relays) > 0:
		return r.Relays
	}
	return relays
}

// hostOf is what a person calls a server: its name without scheme and path.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Host
}
