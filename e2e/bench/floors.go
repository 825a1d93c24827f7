package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/e2e"
)

// floor is the least that reading one network takes.
type floor struct {
	network string // as skein spells it
	name    string
	command command
	absent  string // why there is none
}

// floors are those of the sandbox's networks.
func (b *bench) floors(ctx context.Context) ([]floor, error) {
	t, err := b.servers(ctx)
	if err != nil {
		return nil, err
	}
	_, key, err := nip19.Decode(t.Tokens["nostr"])
	if err != nil {
		return nil, fmt.Errorf("the sandbox's key: %w", err)
	}
	secret, _ := key.(string)
	me, err := nostr.GetPublicKey(secret)
	if err != nil {
		return nil, fmt.Errorf("the sandbox's key: %w", err)
	}
	relays, err := b.relayFloor(ctx, me, t.Nostr)
	if err != nil {
		return nil, err
	}
	bluesky, err := blueskyFloor(ctx, t.Bluesky, t.handle, t.Tokens["bluesky"])
	mastodon := curl("mastodon", t.Tokens["mastodon"], t.Mastodon+"/api/v1/timelines/home?limit="+postsRead)
	return []floor{mastodon, bluesky, relays}, err
}

// curl fetches one page.
func curl(network, token, address string) floor {
	path, err := exec.LookPath("curl")
	if err != nil {
		return floor{network: network, name: "curl", absent: "not installed here"}
	}
	argv := []string{path, "-sS", "--fail", "-o", "/dev/null", "-H", "Authorization: Bearer " + token, address}
	return floor{network: network, name: "curl", command: command{argv: argv}}
}

// blueskyFloor fetches the home timeline in a session that is there already.
func blueskyFloor(ctx context.Context, server, handle, password string) (floor, error) {
	var session struct {
		AccessJWT string `json:"accessJwt"`
	}
	err := e2e.Call(ctx, http.MethodPost, server+"/xrpc/com.atproto.server.createSession", "",
		map[string]string{"identifier": handle, "password": password}, &session)
	return curl("bluesky", session.AccessJWT, server+"/xrpc/app.bsky.feed.getTimeline?limit="+postsRead), err
}

// relayFloor asks every relay at once for the newest posts of those who are followed,
// and for their profiles; whom and where is known beforehand.
func (b *bench) relayFloor(ctx context.Context, me string, relays []string) (floor, error) {
	f := floor{network: "nostr", name: "bare websockets, no signature checked"}
	program := filepath.Join(b.dir, "relayread")
	if err := build(ctx, filepath.Join(b.source, "e2e"), "./bench/relayread", program); err != nil {
		return f, err
	}
	people, err := follows(ctx, me, relays)
	if err != nil {
		return f, err
	}
	posts, errPosts := json.Marshal(nostr.Filter{Kinds: []int{nostr.KindTextNote, nostr.KindRepost}, Authors: people, Limit: 40})
	profiles, errProfiles := json.Marshal(nostr.Filter{Kinds: []int{nostr.KindProfileMetadata}, Authors: people})
	if err := errors.Join(errPosts, errProfiles); err != nil {
		return f, fmt.Errorf("filters of a relay: %w", err)
	}
	f.command.argv = append([]string{program, string(posts) + "," + string(profiles)}, relays...)
	return f, nil
}

// follows are the people whom somebody follows on Nostr.
func follows(ctx context.Context, who string, relays []string) ([]string, error) {
	var all []string
	for _, url := range relays {
		relay := e2e.Relay{URL: url}
		events, err := relay.Read(ctx, nostr.Filter{Kinds: []int{nostr.KindFollowList}, Authors: []string{who}, Limit: 1})
		if err != nil {
			return nil, fmt.Errorf("whom is followed: %w", err)
		}
		for _, e := range events {
			for tag := range e.Tags.FindAll("p") {
				if !slices.Contains(all, tag[1]) {
					all = append(all, tag[1])
				}
			}
		}
	}
	if len(all) == 0 {
		return nil, errors.New("nobody is followed on the relays")
	}
	return all, nil
}
