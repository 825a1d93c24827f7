package bluesky

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
	"skein/timeline/failpoint"
)

// PublicAppView answers reading without an account, except home and search.
const PublicAppView = "https://public.api.bsky.app"

// The limits of app.bsky.feed.post and of its pictures. They are the network's,
// not a server's.
const (
	maxGraphemes = 300
	maxBytes     = 3000
	maxImages    = 4
	maxAlt       = 2000 // no lexicon says so: it is what clients keep to
)

// Config is what a Backend is made of.
type Config struct {
	Account timeline.Account
	PDS     string        // https://host, or http://127.0.0.1:port; "" reads from PublicAppView without signing in
	DID     string        // the account's; "" when nobody is signed in
	Store   account.Store // holds the session under Account.ID; not needed without a PDS
	Client  *transport.Client
	Log     *slog.Logger     // nil: nowhere
	Now     func() time.Time // nil: time.Now
}

// Backend is one account. It implements timeline.Backend, Streamer, Pacer,
// Profiler, Sectioner, Acquainter, Who, Searcher, Resolver, Checker, SignOuter, Lister,
// Archiver and Publisher and is safe for concurrent use.
type Backend struct {
	account timeline.Account
	did     string
	host    string // of the server, for messages
	api     *xrpc
	large   *http.Client // for the one answer that may be large
	session *session     // nil when nobody is signed in
	decode  decoder
	log     *slog.Logger
	now     func() time.Time
	poll    polling

	closed chan struct{} // closed by Close
	close  sync.Once

	chat     *xrpc         // the service that keeps direct messages
	chatWait time.Duration // see chatPatience

	mu       sync.Mutex
	pace     timeline.Pace
	changed  chan struct{}     // closed when pace changes
	me       actor             // the person's own profile, once it was needed
	listURIs map[string]string // what a list is called in a feed's name → its URI; guarded by mu
}

var (
	_ timeline.SignOuter  = (*Backend)(nil)
	_ timeline.Sectioner  = (*Backend)(nil)
	_ timeline.Acquainter = (*Backend)(nil)
	_ timeline.Who        = (*Backend)(nil)
	_ timeline.Searcher   = (*Backend)(nil)

	_ timeline.Messenger     = (*Backend)(nil)
	_ timeline.MessageMarker = (*Backend)(nil)
)

// polling is how a stream is imitated.
type polling struct {
	active, idle time.Duration // between two looks
	full         time.Duration // between two readings even if the top looks the same
	random       func() float64
	after        func(time.Duration) <-chan time.Time
}

// New makes a Backend. It sends nothing. It fails with CodeUsage when the
// configuration makes no sense.
func New(c Config) (*Backend, error) {
	server := c.PDS
	if server == "" {
		server = PublicAppView
	}
	u, err := serverURL(server)
	if err != nil {
		return nil, err
	}
	if c.Client == nil || c.PDS != "" && c.Store == nil {
		return nil, timeline.Errorf(timeline.CodeInternal, "bluesky account %s: no transport or no store", c.Account.Name)
	}
	if _, err := syntax.ParseDID(c.DID); err != nil && c.PDS != "" {
		return nil, timeline.Errorf(timeline.CodeUsage, "bluesky account %s: %q is no DID", c.Account.Name, c.DID)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	b := &Backend{
		account: c.Account, did: c.DID, host: u.Host, log: c.Log, now: c.Now,
		api:     newXRPC(c.Client, u),
		large:   c.Client.Large(maxArchive),
		decode:  decoder{chosen: new(atomic.Pointer[moderation]), account: c.Account.ID, now: c.Now, log: c.Log},
		changed: make(chan struct{}), closed: make(chan struct{}),
		poll: polling{
			active: 2 * time.Second, idle: 20 * time.Second, full: time.Minute,
			random: rand.Float64, after: time.After,
		},
	}
	if c.PDS != "" {
		b.session = &session{
			id: string(c.Account.ID), did: c.DID, handle: strings.TrimPrefix(c.Account.Handle.String(), "@"),
			api: newXRPC(c.Client, u), store: c.Store, now: c.Now, log: c.Log,
		}
		b.api.auth = b.session
	}
	chat := *b.api
	chat.proxy = chatService
	b.chat, b.chatWait = &chat, failpoint.Scale(chatPatience)
	return b, nil
}

// serverURL reads a server's address: scheme and host, with nothing behind them.
func serverURL(s string) (*url.URL, error) {
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil {
		return nil, timeline.Errorf(timeline.CodeUsage, "not the address of a Bluesky server: %s", s)
	}
	return u, nil
}

// Account implements timeline.Backend.
func (b *Backend) Account() timeline.Account { return b.account }

// Limits implements timeline.Backend.
func (b *Backend) Limits() timeline.Limits {
	l := timeline.Limits{
		Characters: maxGraphemes, Bytes: maxBytes, Unit: "graphemes", Media: maxImages, Alt: maxAlt,
		Types:      []string{"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4"},
		ImageBytes: maxImageBytes, VideoBytes: maxVideoBytes, Atomic: true,
		Message: timeline.Size{Characters: maxMessageGraphemes, Bytes: maxMessageBytes},
	}
	if b.session == nil {
		l.ReadOnly = rules{readOnly: true}.Takes(timeline.DoPost, false)
	}
	return l
}

// Close implements timeline.Backend: it ends the streams. It waits for a renewal of
// the session that is under way, whose result would be lost otherwise.
func (b *Backend) Close() error {
	b.close.Do(func() { close(b.closed) })
	if b.session != nil {
		b.session.close()
	}
	return nil
}

// SignOut implements timeline.SignOuter: it ends the session, whichever way it was
// begun. An app password makes others for as long as it is there.
func (b *Backend) SignOut(ctx context.Context) error {
	if b.session == nil {
		return nil
	}
	return b.session.end(ctx)
}

// SetPace implements timeline.Pacer. A stream that waits wakes up.
func (b *Backend) SetPace(p timeline.Pace) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p == b.pace {
		return
	}
	b.pace = p
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *Backend) currentPace() (timeline.Pace, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pace, b.changed
}
