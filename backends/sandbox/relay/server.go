package relay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/sandbox/world"
)

// Options are one relay's ways. The zero value is an honest relay.
type Options struct {
	Now        func() time.Time // nil: time.Now
	Evil       Evil             // what it does wrong
	Limit      int              // events that one filter gets at most, whatever it asks; 0 is 500
	Auth       bool             // answers requests only after NIP-42
	MaxContent int              // bytes of an event's content, told in the NIP-11 document; 0 is 65,536
	WriteAuth  bool             // takes events only after NIP-42
}

const (
	defaultLimit      = 500
	defaultMaxContent = 64 << 10
	maxMessage        = 512 << 10 // a kind 3 with 3,000 follows is over 256 KiB
	maxSubscriptions  = 32
	maxFilters        = 20
	maxSubID          = 64
	maxTags           = 5000
	maxAhead          = 15 * time.Minute // of our clock, for what clients write
)

// Server is one relay. Its methods are safe for concurrent use.
type Server struct {
	opts  Options
	town  *town
	shelf *shelf
	stats Stats
	desk  desk

	listener net.Listener
	http     *http.Server
	wg       sync.WaitGroup // sessions and the accept loop
	ctx      context.Context
	cancel   context.CancelFunc
}

// Stats count what clients did.
type Stats struct {
	Connections atomic.Int64 // websockets opened
	Requests    atomic.Int64 // REQ messages
	Filters     atomic.Int64 // filters in them
	Auths       atomic.Int64 // signatures sent in answer to a challenge
	Events      atomic.Int64 // EVENT messages
}

// StartAll runs a relay for each of o. Everybody's profile, follows and relay list
// are on all of them; everybody's posts are on the one or two that the list names.
// The first Options' clock dates the posts.
func StartAll(w *world.World, o ...Options) ([]*Server, error) {
	if len(o) == 0 {
		return nil, errors.New("start relays: none asked for")
	}
	var servers []*Server
	for _, opts := range o {
		s, err := listen(opts)
		if err != nil {
			return nil, errors.Join(err, closeAll(servers))
		}
		servers = append(servers, s)
	}
	t, err := newTown(w, servers)
	if err != nil {
		return nil, errors.Join(err, closeAll(servers))
	}
	for _, s := range servers {
		s.town = t
		s.wg.Go(func() { _ = s.http.Serve(s.listener) }) // ends with ErrServerClosed
	}
	return servers, nil
}

func closeAll(servers []*Server) error {
	var errs []error
	for _, s := range servers {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// listen takes a port, so that the address is known before anything is signed.
func listen(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Limit <= 0 {
		o.Limit = defaultLimit
	}
	if o.MaxContent <= 0 {
		o.MaxContent = defaultMaxContent
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start a relay: %w", err)
	}
	s := &Server{opts: o, shelf: newShelf(), listener: l}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.http = &http.Server{
		Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return s.ctx }, // so that Close ends the websockets
	}
	return s, nil
}

// URL is the relay's websocket address.
func (s *Server) URL() string { return "ws://" + s.listener.Addr().String() }

// HTTP is the address that serves the NIP-11 document and the pictures.
func (s *Server) HTTP() string { return "http://" + s.listener.Addr().String() }

// Stats counts what clients did so far.
func (s *Server) Stats() *Stats { return &s.stats }

// SecretKey is a person's private key in hex, "" for nobody.
func (s *Server) SecretKey(person string) string { return s.town.people[person].secret }

// PubKey is a person's public key in hex, "" for nobody.
func (s *Server) PubKey(person string) string { return s.town.people[person].public }

// EventID is the id of the event that a post of the world became, "" for none.
func (s *Server) EventID(post string) string { return s.town.eventID(post) }

// Publish signs a post of the world, dated now, and puts it on its author's relays.
func (s *Server) Publish(p world.Post) error { return s.town.publish(p, s.opts.Now()) }

// Put stores an event as if a client had written it, but without the checks, and
// shows it to open subscriptions.
func (s *Server) Put(e nostr.Event) { s.shelf.add(&e) }

// Find returns what is stored, newest first, whatever the relay tells its clients.
func (s *Server) Find(f nostr.Filter) []nostr.Event {
	var all []nostr.Event
	for _, e := range s.shelf.query(nostr.Filters{f}, maxMessage, func() {}) {
		all = append(all, *e)
	}
	return all
}

// Close ends all connections and waits for them. Closing again does nothing.
func (s *Server) Close() error {
	s.cancel()
	err := s.http.Close()
	if cerr := s.listener.Close(); err == nil && !errors.Is(cerr, net.ErrClosed) {
		err = cerr
	}
	s.wg.Wait()
	return err
}
