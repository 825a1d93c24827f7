package pds

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/sandbox/world"
)

const (
	defaultDomain    = "bsky.example"
	defaultAccessTTL = 2 * time.Hour
	refreshTTL       = 60 * 24 * time.Hour
	closePatience    = time.Second
)

// Options configure a Server. The zero value is real.
type Options struct {
	Now          func() time.Time
	HandleDomain string        // what handles end in; "" is bsky.example
	AccessTTL    time.Duration // life of an access token; 0 is two hours
	// PlainPasswords has app passwords that may not read messages, as they are unless
	// their owner asks for more.
	PlainPasswords bool
}

// Server is the running sandbox. It is safe for concurrent use.
type Server struct {
	opts      Options
	url       string
	methods   map[string]method
	sessions  *sessions
	authority *authority
	http      *http.Server
	served    chan struct{}

	mu         sync.RWMutex
	chat       chat
	people     map[string]*person // by DID
	handles    map[string]*person
	keys       map[string]*person    // by world.Person.Key
	posts      map[string]string     // world.Post.Key → at:// URI
	records    map[string]*record    // by at:// URI
	feed       []*record             // posts and reposts, oldest first
	about      map[link][]*record    // what points at a record or a person
	blobs      map[string]*blob      // by CID
	bookmarks  map[string][]bookmark // by DID, the latest last
	generators map[string]string     // URI of a custom feed → the tag that it shows
	mutes      map[string][]string   // by DID: the DIDs of whom a person has muted, the latest last
	reports    []Report
	revisions  map[string]string // by DID: the repository's last change
	revision   *syntax.TIDClock
	calls      map[string]int
}

// Start serves the Bluesky part of w on a free port of 127.0.0.1 until Close. It
// fails when w holds what a real server would refuse.
func Start(w *world.World, o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.HandleDomain == "" {
		o.HandleDomain = defaultDomain
	}
	if o.AccessTTL <= 0 {
		o.AccessTTL = defaultAccessTTL
	}
	var key [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return nil, fmt.Errorf("bluesky sandbox: a signing key: %w", err)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("bluesky sandbox: %w", err)
	}
	s := &Server{
		opts: o, url: "http://" + ln.Addr().String(), served: make(chan struct{}),
		sessions: newSessions(key[:], o),
		people:   map[string]*person{}, handles: map[string]*person{}, keys: map[string]*person{},
		posts: map[string]string{}, records: map[string]*record{}, about: map[link][]*record{},
		blobs: map[string]*blob{}, bookmarks: map[string][]bookmark{}, generators: map[string]string{}, mutes: map[string][]string{}, revisions: map[string]string{}, calls: map[string]int{}, revision: syntax.NewTIDClock(0), chat: chat{convos: map[string]*convo{}},
	}
	s.authority = newAuthority(s.url, s.sessions)
	s.methods = s.table()
	if err := s.populate(w); err != nil {
		return nil, errors.Join(fmt.Errorf("bluesky sandbox: %w", err), ln.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/xrpc/{method}", s.serveXRPC)
	mux.HandleFunc("GET /img/{preset}/plain/{did}/{name}", s.serveImage)
	s.route(mux)
	dated := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", o.Now().UTC().Format(http.TimeFormat))
		mux.ServeHTTP(w, r)
	})
	s.http = &http.Server{Handler: dated, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(ln) // ends with ErrServerClosed, for Close is the only way to end it
	}()
	return s, nil
}

// Close ends all connections and waits for the server's goroutines.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	<-s.served
	return err
}

// URL is the address of both PDS and AppView, without a trailing slash.
func (s *Server) URL() string { return s.url }

// AppPassword is what a person signs in with; "" for a person who is not there.
func (s *Server) AppPassword(personKey string) string {
	if p := s.person(personKey); p != nil {
		return p.password
	}
	return ""
}

// Handle is a person's handle, such as ana.bsky.example.
func (s *Server) Handle(personKey string) string {
	if p := s.person(personKey); p != nil {
		return p.handle
	}
	return ""
}

// DID is a person's decentralised identifier.
func (s *Server) DID(personKey string) string {
	if p := s.person(personKey); p != nil {
		return p.did
	}
	return ""
}

// Calls tells how often a method has been called, such as
// "com.atproto.server.refreshSession", or an endpoint of OAuth, such as "oauth.par" or
// "oauth.token.refresh_token". Tests count with it.
func (s *Server) Calls(method string) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.calls[method]
}

func (s *Server) count(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[name]++
}

func (s *Server) person(key string) *person {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.keys[key]
}
