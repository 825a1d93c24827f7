package main

import (
	"context"
	"fmt"

	"skein/e2e"
)

// postsWritten is how many posts real servers are given to read.
const postsWritten = 60

func realStudy() study {
	return study{
		name: "real", title: "Reading real servers",
		method: "The same on a whole Bluesky network (PLC, PDS and AppView from npm, on PostgreSQL and Redis) and two khatru relays on badger stores,\n" +
			"which run in the bench's own process. There is no Mastodon server among them.",
		run: func(ctx context.Context, b *bench) ([]figure, error) {
			var home *e2e.Home
			var floors []floor
			err := b.stand.Do(func() { home, floors = b.real() }) //nolint:contextcheck // the helpers take their context from the stand
			if err != nil {
				return nil, fmt.Errorf("real servers: %w", err)
			}
			return b.readings(ctx, home, "two networks", floors)
		},
	}
}

// real starts the servers and has people write there, within Do.
func (b *bench) real() (*e2e.Home, []floor) {
	s, ctx := b.stand, b.stand.Context()
	network, relay, other := e2e.StartBluesky(s), e2e.StartRelay(s), e2e.StartRelay(s)
	me, ana := network.Join(s, "myself"), network.Join(s, "ana")
	self, fern := e2e.NewNostrPerson(s), e2e.NewNostrPerson(s)
	me.Follows(s, ana)
	fern.Names(s, relay, "fern")
	for _, p := range []*e2e.NostrPerson{self, fern} {
		p.Lists(s, relay, other)
	}
	self.Follows(s, relay, fern)
	var last e2e.BlueskyRef
	for i := range postsWritten {
		text := fmt.Sprintf("Post %d of somebody who has a lot to say, and some of it about #birds.", i)
		last = ana.Posts(s, text)
		fern.Posts(s, relay, text)
	}
	me.AwaitPost(s, last)

	home := e2e.NewHome(s)
	home.Configure(s, homeConfig)
	home.RunInput(s, me.AppPassword(s, "skein")+"\n", "account", "add", "bluesky", "--handle", me.Handle, "--pds", network.PDS, "--app-password-stdin").Exits(s, 0)
	home.RunInput(s, self.Nsec+"\n", "account", "add", "nostr", "--nsec-stdin", "--relay", relay.URL, "--relay", other.URL).Exits(s, 0)
	bluesky, err := blueskyFloor(ctx, network.PDS, me.Handle, me.Password)
	if err != nil {
		s.Fatal(err)
	}
	relays, err := b.relayFloor(ctx, self.Pubkey, []string{relay.URL, other.URL})
	if err != nil {
		s.Fatal(err)
	}
	return home, []floor{bluesky, relays}
}
