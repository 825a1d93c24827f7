// Package sandbox runs the three networks in this process, on loopback: a Mastodon
// instance, a Bluesky server and three Nostr relays, all telling the same small
// world. It is the demo, and it is what the hermetic tests talk to.
//
// The package knows its own servers and no other part of skein: what comes out of
// it are addresses and secrets, as a person would copy them from the real thing.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/nbd-wtf/go-nostr/nip19"
	"golang.org/x/sync/errgroup"

	"skein/backends/sandbox/blossom"
	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
)

// The names that the servers go by. What is dialled are loopback addresses.
const (
	mastodonHost  = "marsh.example"
	blueskyDomain = "bsky.example"
	relays        = 3
)

// Options for Start. The zero value is a world of the usual size that stands still.
type Options struct {
	Now     func() time.Time // dates the posts; nil is time.Now
	Seed    int64            // the same seed tells the same world
	Size    int              // posts at the start; 0 is world.DefaultSize
	Trickle time.Duration    // mean pause between new posts; 0 is none
	Log     *slog.Logger     // told when a post of the trickle is refused; nil drops it
}

// Sandbox is the running networks and how world.Viewer signs in to each. It is safe
// for concurrent use.
type Sandbox struct {
	Mastodon Mastodon
	Bluesky  Bluesky
	Nostr    Nostr

	world   *world.World
	servers map[string]publisher
	granted func() int
	log     *slog.Logger

	cancel context.CancelFunc
	wg     sync.WaitGroup // the trickle
	close  func() error
}

// Mastodon is how to sign in to the instance.
type Mastodon struct {
	URL    string // http://127.0.0.1:port
	Handle string // you@marsh.example
	Token  string // a secret
}

// Bluesky is how to sign in to the PDS.
type Bluesky struct {
	URL         string // http://127.0.0.1:port
	Handle, DID string
	AppPassword string // a secret
}

// Nostr is the Viewer's key and relays.
type Nostr struct {
	Relays []string // ws://127.0.0.1:port
	PubKey string   // hex
	NSec   string   // nsec1…, a secret
	Media  string   // http://127.0.0.1:port, a Blossom server that keeps files
}

// publisher takes what the trickle brings.
type publisher interface {
	Publish(world.Post) error
	Do(world.Deed) error
}

// Start runs everything. The trickle ends with ctx or with Close; the servers end
// with Close alone.
func Start(ctx context.Context, o Options) (*Sandbox, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Sandbox{world: world.New(world.Options{Seed: o.Seed, Size: o.Size}), log: o.Log}
	if err := s.serve(o); err != nil { //nolint:contextcheck // the servers live until Close, whatever ends ctx
		return nil, fmt.Errorf("start the sandbox: %w", err)
	}
	ctx, s.cancel = context.WithCancel(ctx)
	if o.Trickle > 0 {
		s.wg.Go(func() { s.trickle(ctx, newPauses(o.Seed, o.Trickle)) })
	}
	return s, nil
}

// serve starts the servers side by side: each of them stocks itself from the world.
func (s *Sandbox) serve(o Options) error {
	var (
		mastodon *instance.Server
		bluesky  *pds.Server
		nostr    []*relay.Server
		media    *blossom.Server
		starting errgroup.Group
	)
	starting.Go(func() (err error) {
		mastodon, err = instance.Start(s.world, instance.Options{Now: o.Now, Host: mastodonHost})
		return err
	})
	starting.Go(func() (err error) {
		bluesky, err = pds.Start(s.world, pds.Options{Now: o.Now, HandleDomain: blueskyDomain})
		return err
	})
	starting.Go(func() (err error) {
		nostr, err = relay.StartAll(s.world, slices.Repeat([]relay.Options{{Now: o.Now}}, relays)...)
		return err
	})
	starting.Go(func() (err error) {
		media, err = blossom.Start(blossom.Options{Now: o.Now})
		return err
	})
	err := starting.Wait()
	s.close = sync.OnceValue(func() error { return closeAll(mastodon, bluesky, nostr, media) })
	if err == nil {
		err = s.describe(mastodon, bluesky, nostr)
		s.Nostr.Media = media.URL()
	}
	if err != nil {
		return errors.Join(err, s.close())
	}
	s.granted = func() int { return mastodon.Granted(world.Viewer) }
	s.servers = map[string]publisher{world.Mastodon: mastodon, world.Bluesky: bluesky, world.Nostr: nostr[0]}
	return nil
}

// describe fills in what a person needs for signing in.
func (s *Sandbox) describe(mastodon *instance.Server, bluesky *pds.Server, nostr []*relay.Server) error {
	s.Mastodon = Mastodon{
		URL: mastodon.URL(), Handle: world.Viewer + "@" + mastodonHost, Token: mastodon.Token(world.Viewer),
	}
	s.Bluesky = Bluesky{
		URL: bluesky.URL(), Handle: bluesky.Handle(world.Viewer), DID: bluesky.DID(world.Viewer),
		AppPassword: bluesky.AppPassword(world.Viewer),
	}
	nsec, err := nip19.EncodePrivateKey(nostr[0].SecretKey(world.Viewer))
	if err != nil {
		return fmt.Errorf("nsec of the viewer: %w", err)
	}
	s.Nostr = Nostr{PubKey: nostr[0].PubKey(world.Viewer), NSec: nsec}
	for _, r := range nostr {
		s.Nostr.Relays = append(s.Nostr.Relays, r.URL())
	}
	return nil
}

// closeAll ends the servers that did start.
func closeAll(mastodon *instance.Server, bluesky *pds.Server, nostr []*relay.Server, media *blossom.Server) error {
	var errs []error
	if mastodon != nil {
		errs = append(errs, mastodon.Close())
	}
	if bluesky != nil {
		errs = append(errs, bluesky.Close())
	}
	for _, r := range nostr {
		errs = append(errs, r.Close())
	}
	if media != nil {
		errs = append(errs, media.Close())
	}
	return errors.Join(errs...)
}

// Publish puts a post on its network now, as if its author's client had sent it.
// The error says what the post lacks.
func (s *Sandbox) Publish(p world.Post) error {
	server, ok := s.servers[p.Network]
	if !ok {
		return fmt.Errorf("post %s: the sandbox has no network %q", p.Key, p.Network)
	}
	return server.Publish(p)
}

// Do has somebody do something to the Viewer now. One that was done before, or has
// nothing to be done to, changes nothing.
func (s *Sandbox) Do(d world.Deed) error {
	server, ok := s.servers[d.Network]
	if !ok {
		return fmt.Errorf("a deed of %s: the sandbox has no network %q", d.By, d.Network)
	}
	return server.Do(d)
}

// Granted is how many tokens apps have on the Mastodon instance that act for the Viewer,
// without the one of Mastodon.Token.
func (s *Sandbox) Granted() int { return s.granted() }

// Close ends the trickle and the servers and waits for both. Closing again does nothing.
func (s *Sandbox) Close() error {
	s.cancel()
	s.wg.Wait()
	return s.close()
}
