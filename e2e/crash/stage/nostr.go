package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/backends/sandbox/relay"
	"skein/e2e"
	"skein/e2e/crash/fault"
	"skein/e2e/crash/history"
)

// relays is how many the sandbox has.
const relays = 2

// network is the person's relays: the sandbox's, or others that run already.
type network struct {
	proxies  []*fault.Proxy
	direct   []*e2e.Relay // past the proxies
	sandbox  []*relay.Server
	me, them string // private keys, in hex
	since    nostr.Timestamp
	subjects map[string]bool
}

func openNostr(ctx context.Context, o Options) (Network, error) {
	n := &network{me: nostr.GeneratePrivateKey(), them: nostr.GeneratePrivateKey()}
	addresses := o.Nostr
	if len(addresses) == 0 {
		var err error
		if n.sandbox, err = relay.StartAll(people(), make([]relay.Options, relays)...); err != nil { //nolint:contextcheck // they live until Close
			return nil, fmt.Errorf("open nostr: %w", err)
		}
		for _, r := range n.sandbox {
			addresses = append(addresses, r.URL())
		}
	}
	for _, address := range addresses {
		proxy, err := fault.Start(address, o.Counts) //nolint:contextcheck // as above
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open nostr: %w", err), n.Close())
		}
		n.proxies = append(n.proxies, proxy)
		n.direct = append(n.direct, &e2e.Relay{URL: address})
	}
	for _, key := range []string{n.me, n.them} {
		if err := n.moveIn(ctx, key); err != nil {
			return nil, errors.Join(err, n.Close())
		}
	}
	return n, nil
}

// moveIn publishes a profile and a list of relays, which are the proxies.
func (n *network) moveIn(ctx context.Context, key string) error {
	var list nostr.Tags
	for _, p := range n.proxies {
		list = append(list, nostr.Tag{"r", p.WebSocket()})
	}
	profile, err := json.Marshal(map[string]string{"name": "somebody"})
	if err != nil {
		return fmt.Errorf("a profile: %w", err)
	}
	for _, e := range []nostr.Event{
		{Kind: nostr.KindProfileMetadata, Content: string(profile)},
		{Kind: nostr.KindRelayListMetadata, Tags: list},
	} {
		if _, err := n.publish(ctx, key, e); err != nil {
			return err
		}
	}
	return nil
}

// publish signs an event and puts it on every relay.
func (n *network) publish(ctx context.Context, key string, e nostr.Event) (nostr.Event, error) {
	e.CreatedAt = nostr.Now()
	if err := e.Sign(key); err != nil {
		return e, fmt.Errorf("sign an event: %w", err)
	}
	for _, r := range n.direct {
		if err := r.Publish(ctx, e); err != nil {
			return e, err
		}
	}
	return e, nil
}

func (n *network) Name() string            { return Nostr }
func (n *network) Proxies() []*fault.Proxy { return n.proxies }

func (n *network) SignIn() (stdin string, args []string) {
	args = []string{"--nsec-stdin"}
	for _, p := range n.proxies {
		args = append(args, "--relay", p.WebSocket())
	}
	return n.me, args
}

func (n *network) Renew(context.Context, Servers) error {
	n.since, n.subjects = nostr.Now(), map[string]bool{}
	return nil
}

func (n *network) Close() error {
	for _, p := range n.proxies {
		p.Close()
	}
	var errs []error
	for _, r := range n.sandbox {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}

func (n *network) Write(ctx context.Context, text string) (Subject, error) {
	e, err := n.publish(ctx, n.them, nostr.Event{Kind: nostr.KindTextNote, Content: text})
	if err != nil {
		return Subject{}, err
	}
	n.subjects[e.ID] = true
	note, err := nip19.EncodeNote(e.ID)
	return Subject{Ref: note, ID: e.ID}, err
}

// Read takes an event for there when one relay has it, for the person's quorum is
// one; and for deleted when one relay holds the request (NIP-09), which clients
// honour wherever else the event still is.
func (n *network) Read(ctx context.Context, seed int64) (history.Truth, error) {
	var truth history.Truth
	events, err := n.events(ctx)
	if err != nil {
		return truth, err
	}
	gone := map[string]bool{}
	for _, e := range events {
		for tag := range e.Tags.FindAll("e") {
			gone[tag[1]] = gone[tag[1]] || e.Kind == nostr.KindDeletion
		}
	}
	for _, e := range events {
		switch {
		case gone[e.ID]:
		case e.Kind == nostr.KindTextNote && of(seed, e.Content):
			truth.Posts = append(truth.Posts, history.Post{Network: Nostr, ID: e.ID, Text: e.Content, Parent: parent(e)})
		case e.Kind == nostr.KindReaction, e.Kind == nostr.KindRepost:
			if on := subject(e); n.subjects[on] {
				kind := map[int]string{nostr.KindReaction: history.KindLike, nostr.KindRepost: history.KindBoost}[e.Kind]
				truth.Reactions = append(truth.Reactions, history.Reaction{Network: Nostr, Kind: kind, On: on})
			}
		}
	}
	return truth, nil
}

// events are the person's own of this run, each once.
func (n *network) events(ctx context.Context) ([]nostr.Event, error) {
	me, err := nostr.GetPublicKey(n.me)
	if err != nil {
		return nil, fmt.Errorf("the person's key: %w", err)
	}
	filter := nostr.Filter{
		Authors: []string{me}, Since: &n.since,
		Kinds: []int{nostr.KindTextNote, nostr.KindReaction, nostr.KindRepost, nostr.KindDeletion},
	}
	var events []nostr.Event
	seen := map[string]bool{}
	for _, r := range n.direct {
		its, err := r.Read(ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, e := range its {
			if !seen[e.ID] {
				seen[e.ID] = true
				events = append(events, e)
			}
		}
	}
	return events, nil
}

// parent is the event that a note answers: the one marked so, or the root where
// it answers that (NIP-10).
func parent(e nostr.Event) string {
	for _, marker := range []string{"reply", "root"} {
		for tag := range e.Tags.FindAll("e") {
			if len(tag) > 3 && tag[3] == marker {
				return tag[1]
			}
		}
	}
	return ""
}

// subject is the event that a reaction is about: the last e tag (NIP-25).
func subject(e nostr.Event) string {
	tags := slices.Collect(e.Tags.FindAll("e"))
	if len(tags) == 0 {
		return ""
	}
	return tags[len(tags)-1][1]
}
