package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/e2e"
)

// The goals of reading three networks.
const (
	mostBeyondSlowest = 15 // ms over the slowest network alone
	mostBeyondFloor   = 25 // ms of one network over its floor
	mostReadingCPU    = 60 // ms
	postsRead         = "40"
)

// The networks, as skein spells them.
func networks() []string { return []string{"mastodon", "bluesky", "nostr"} }

func timelineStudy() study {
	return study{
		name: "timeline", title: "Reading three networks",
		method: "`skein timeline -n 40` on the sandbox's servers; each network alone with `--network`. First with an empty cache, which is\n" +
			"removed before each run, then with what the runs before have kept. curl and a bare websocket fetch the same newest posts once and print nothing.",
		run: func(ctx context.Context, b *bench) ([]figure, error) {
			home, err := b.member(ctx)
			if err != nil {
				return nil, err
			}
			floors, err := b.floors(ctx)
			if err != nil {
				return nil, err
			}
			var all []figure
			var errs []error
			for _, kept := range []bool{false, true} {
				figures, err := b.readings(ctx, home, floors, kept)
				all, errs = append(all, figures...), append(errs, err)
			}
			return all, errors.Join(errs...)
		},
	}
}

// floor is the least that reading one network takes.
type floor struct {
	name    string
	command command
	absent  string // why there is none
}

// readings measures three networks together and each alone, beside its floor.
func (b *bench) readings(ctx context.Context, home *e2e.Home, floors []floor, kept bool) ([]figure, error) {
	read := func(more ...string) command {
		return command{argv: append([]string{b.skein, "timeline", "-n", postsRead}, more...), env: home.Environment()}
	}
	commands := []command{read()}
	for _, n := range networks() {
		commands = append(commands, read("--network", n))
	}
	for _, f := range floors {
		if f.absent == "" {
			commands = append(commands, f.command)
		}
	}
	forget := func(int) error { return os.RemoveAll(filepath.Join(home.Dir, "cache")) }
	how := ", nothing kept"
	if kept {
		forget, how = nil, ", again"
	}
	found, err := b.contest(ctx, b.rounds(15), forget, commands...)
	if err != nil {
		return nil, err
	}
	together, alone, bare := found[0], found[1:1+len(networks())], found[1+len(networks()):]
	slowest := 0
	for i := range alone {
		if alone[i].wall().median() > alone[slowest].wall().median() {
			slowest = i
		}
	}
	figures := []figure{
		{
			what: "three networks" + how + ", wall", unit: "ms", skein: together.wall(),
			beside: "the slowest alone (" + networks()[slowest] + ")", other: alone[slowest].wall(),
			goal: atMost(alone[slowest].wall().median()+mostBeyondSlowest, fmt.Sprintf("≤ slowest + %d ms", mostBeyondSlowest)),
		},
		{
			what: "three networks" + how + ", CPU", unit: "ms", skein: together.cpu(),
			goal: atMost(mostReadingCPU, fmt.Sprintf("≤ %d ms", mostReadingCPU)),
		},
		{what: "three networks" + how + ", resident", unit: "MiB", skein: together.rss()},
	}
	for i, n := range networks() {
		f := figure{what: n + " alone" + how + ", wall", unit: "ms", skein: alone[i].wall(), beside: floors[i].name, absent: floors[i].absent}
		if f.absent == "" {
			f.other, bare = bare[0].wall(), bare[1:]
			f.goal = atMost(f.other.median()+mostBeyondFloor, fmt.Sprintf("≤ floor + %d ms", mostBeyondFloor))
		}
		figures = append(figures, f)
	}
	return figures, nil
}

// floors are those of the networks, in the same order.
func (b *bench) floors(ctx context.Context) ([]floor, error) {
	t, err := b.servers(ctx)
	if err != nil {
		return nil, err
	}
	relay, err := b.relayFloor(ctx, t)
	if err != nil {
		return nil, err
	}
	var session struct {
		AccessJWT string `json:"accessJwt"`
	}
	err = e2e.Call(ctx, http.MethodPost, t.Bluesky+"/xrpc/com.atproto.server.createSession", "",
		map[string]string{"identifier": t.handle, "password": t.Tokens["bluesky"]}, &session)
	if err != nil {
		return nil, err
	}
	curl := func(token, address string) floor {
		path, err := exec.LookPath("curl")
		if err != nil {
			return floor{name: "curl", absent: "not installed here"}
		}
		argv := []string{path, "-sS", "--fail", "-o", "/dev/null", "-H", "Authorization: Bearer " + token, address}
		return floor{name: "curl", command: command{argv: argv}}
	}
	return []floor{
		curl(t.Tokens["mastodon"], t.Mastodon+"/api/v1/timelines/home?limit="+postsRead),
		curl(session.AccessJWT, t.Bluesky+"/xrpc/app.bsky.feed.getTimeline?limit="+postsRead),
		relay,
	}, nil
}

// relayFloor asks every relay at once for the newest posts of those who are followed,
// and for their profiles; whom and where is known beforehand.
func (b *bench) relayFloor(ctx context.Context, t *town) (floor, error) {
	program := filepath.Join(b.dir, "relayread")
	if err := build(ctx, filepath.Join(b.source, "e2e"), "./bench/relayread", program); err != nil {
		return floor{}, err
	}
	follows, err := follows(ctx, t)
	if err != nil {
		return floor{}, err
	}
	posts, errPosts := json.Marshal(nostr.Filter{Kinds: []int{nostr.KindTextNote, nostr.KindRepost}, Authors: follows, Limit: 40})
	profiles, errProfiles := json.Marshal(nostr.Filter{Kinds: []int{nostr.KindProfileMetadata}, Authors: follows})
	if err := errors.Join(errPosts, errProfiles); err != nil {
		return floor{}, fmt.Errorf("filters of a relay: %w", err)
	}
	argv := append([]string{program, string(posts) + "," + string(profiles)}, t.Nostr...)
	return floor{name: "bare websockets, no signature checked", command: command{argv: argv}}, nil
}

// follows are the people whom the sandbox's person follows on Nostr.
func follows(ctx context.Context, t *town) ([]string, error) {
	_, secret, err := nip19.Decode(t.Tokens["nostr"])
	if err != nil {
		return nil, fmt.Errorf("the sandbox's key: %w", err)
	}
	hex, _ := secret.(string)
	me, err := nostr.GetPublicKey(hex)
	if err != nil {
		return nil, fmt.Errorf("the sandbox's key: %w", err)
	}
	var all []string
	for _, url := range t.Nostr {
		relay := e2e.Relay{URL: url}
		events, err := relay.Read(ctx, nostr.Filter{Kinds: []int{nostr.KindFollowList}, Authors: []string{me}, Limit: 1})
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
		return nil, errors.New("nobody is followed on the sandbox's relays")
	}
	return all, nil
}
