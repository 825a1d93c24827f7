package mastodon

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
	"skein/timeline/failpoint"
)

const (
	pingEvery  = 30 * time.Second // how often an open stream is asked whether it lives
	pongWait   = 15 * time.Second // how long it may take to answer
	listsKnown = 64
	settleTime = 3 * time.Second // until the server has surely subscribed a new stream
)

// Config is what a Backend needs. Log and Now have defaults; the rest is required.
type Config struct {
	Account timeline.Account
	Server  string // https://host, or http://127.0.0.1:port for a server on this machine
	Store   account.Store
	Client  *transport.Client
	Log     *slog.Logger
	Now     func() time.Time
}

// Backend is one account on one server. It is safe for concurrent use.
type Backend struct {
	account timeline.Account
	store   account.Store
	client  *transport.Client
	log     *slog.Logger
	base    *url.URL
	decode  *decoder
	people  *lru[string] // Author.ID → the server's account id
	lists   *lru[string] // what a list is called in a feed's name → the server's id
	lately  *lru[talk]   // id → the conversation as it was last seen

	pingEvery, pongWait, settleTime time.Duration

	closed chan struct{} // closed by Close
	close  sync.Once

	mu      sync.Mutex
	session *api     // nil until the token was read, and again after the server refused it
	known   *facts   // nil until the instance was asked
	runs    *program // nil until nodeinfo was asked
	me      string   // the server's id of the account; "" until it was asked for
	noticed string   // the newest notification read on any client, as far as is known

	patience  time.Duration // see settle.go
	mediaWait time.Duration // between the first looks at an upload that is not ready
}

var (
	_ timeline.Backend  = (*Backend)(nil)
	_ timeline.Streamer = (*Backend)(nil)
	_ timeline.Profiler = (*Backend)(nil)
	_ timeline.Resolver = (*Backend)(nil)
	_ timeline.Checker  = (*Backend)(nil)
	_ timeline.Lister   = (*Backend)(nil)
	_ timeline.Marker   = (*Backend)(nil)

	_ timeline.Sectioner     = (*Backend)(nil)
	_ timeline.Acquainter    = (*Backend)(nil)
	_ timeline.Who           = (*Backend)(nil)
	_ timeline.Searcher      = (*Backend)(nil)
	_ timeline.Messenger     = (*Backend)(nil)
	_ timeline.MessageMarker = (*Backend)(nil)
	_ timeline.Requester     = (*Backend)(nil)

	_ timeline.SignOuter = (*Backend)(nil)
	_ timeline.Publisher = (*Backend)(nil)
	_ timeline.Learner   = (*Backend)(nil)
)

// New makes a Backend. It asks the network nothing.
func New(c Config) (*Backend, error) {
	if c.Client == nil || c.Store == nil {
		return nil, timeline.Errorf(timeline.CodeInternal, "a mastodon account needs a client and a store")
	}
	base, err := parseServer(c.Server)
	if err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	domain := base.Host
	if _, host, ok := strings.Cut(strings.TrimPrefix(c.Account.Handle.String(), "@"), "@"); ok && host != "" {
		domain = host
	}
	return &Backend{
		account: c.Account,
		store:   c.Store,
		client:  c.Client,
		log:     c.Log,
		base:    base,
		decode: &decoder{
			account: c.Account.ID, domain: strings.ToLower(domain), now: c.Now, index: newIndex(indexSize),
		},
		people:     newLRU[string](indexSize),
		lists:      newLRU[string](listsKnown),
		lately:     newLRU[talk](talksKnown),
		pingEvery:  pingEvery,
		pongWait:   pongWait,
		settleTime: settleTime,
		patience:   failpoint.Scale(commitTime),
		mediaWait:  mediaWait,
		closed:     make(chan struct{}),
	}, nil
}

// parseServer reads what a person or accounts.toml calls the server: a host, or
// an http(s) address of which only scheme and host matter.
func parseServer(s string) (*url.URL, error) {
	s = strings.TrimSpace(s)
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, timeline.Errorf(timeline.CodeUsage, "not the address of a Mastodon server: %s", timeline.CleanLine(s))
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}, nil
}

// Account implements timeline.Backend.
func (b *Backend) Account() timeline.Account { return b.account }

// Limits implements timeline.Backend. Until the instance was asked, by Learn, Check
// or Stream, they are those of an unchanged Mastodon server: the tightest in use.
func (b *Backend) Limits() timeline.Limits {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.assumed().limits
	l.Types = slices.Clone(l.Types)
	return l
}

// assumed is what is known of the server, or assumed. The lock is held.
func (b *Backend) assumed() *facts {
	if b.known == nil {
		return defaultFacts()
	}
	return b.known
}

// Close implements timeline.Backend: it ends the streams. Other connections are the
// transport's, which serves the whole process.
func (b *Backend) Close() error {
	b.close.Do(func() { close(b.closed) })
	return nil
}

// Post implements timeline.Backend.
func (b *Backend) Post(ctx context.Context, id timeline.ID) (*timeline.Post, error) {
	st, err := b.status(ctx, id)
	if err != nil {
		return nil, b.failed("post", err)
	}
	b.decode.remember(st)
	return b.decode.post(st), nil
}

// open returns the signed-in API, reading the token on first use.
func (b *Backend) open(ctx context.Context) (*api, error) {
	b.mu.Lock()
	a := b.session
	b.mu.Unlock()
	if a != nil {
		return a, nil
	}
	creds, err := b.store.Load(ctx, string(b.account.ID))
	if err != nil && !errors.Is(err, account.ErrNoCredentials) {
		return nil, err
	}
	token := creds[account.Token]
	if token.Empty() {
		return nil, timeline.Errorf(timeline.CodeAuth, "%s: nobody is signed in as %s", b.base.Host, b.account.Handle)
	}
	a = newAPI(b.client, b.base, token)
	b.mu.Lock()
	b.session = a
	b.mu.Unlock()
	return a, nil
}

// failed is failure for this server. A refused token is forgotten, so that the
// next call reads what a sign-in elsewhere may have stored since.
func (b *Backend) failed(what string, err error) *timeline.Error {
	e := failure(what, b.base.Host, err)
	if e.Code == timeline.CodeAuth {
		b.mu.Lock()
		b.session, b.me = nil, ""
		b.mu.Unlock()
	}
	return e
}
