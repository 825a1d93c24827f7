package callback

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// DefaultPath is where the browser comes back to unless Options say otherwise.
const DefaultPath = "/callback"

const (
	// DefaultLife is how long a person may take in the browser.
	DefaultLife = 10 * time.Minute

	patience   = 5 * time.Second // for a request to arrive, and for its answer to be read
	maxHeader  = 16 << 10        // bytes of a request
	parting    = 2 * time.Second // for the last page to be read
	afterwards = time.Minute     // in which a second use is told that it is one
)

// Why there is no answer.
var (
	// ErrState says that the browser brought the answer to another sign-in: an old page,
	// or somebody who wants the person signed in as somebody else.
	ErrState = errors.New("the browser came back from another sign-in than this one")
	// ErrLate says that nobody came back.
	ErrLate = errors.New("nobody came back from the browser in time")
	// ErrUsed says that the one answer was taken already, or the listener closed.
	ErrUsed = errors.New("this sign-in is over")
)

// Options for Listen. The zero value is right for most.
type Options struct {
	Path  string        // the exact path; "" is DefaultPath
	State string        // of the caller's own making; "" makes 256 random bits
	Life  time.Duration // until ErrLate; 0 is DefaultLife

	afterwards time.Duration // shorter in tests
}

// Listener waits for one browser. Its methods are safe for concurrent use.
type Listener struct {
	host, path string
	http       *http.Server
	running    sync.WaitGroup
	came       chan outcome // holds the one outcome
	late       <-chan time.Time
	ended      chan struct{} // closed once there is an outcome
	closed     chan struct{} // closed by Close
	close      sync.Once

	mu    sync.Mutex
	state string
	over  bool // the outcome is there
}

type outcome struct {
	query url.Values
	err   error
}

// Listen opens the port. The caller closes the Listener; a minute after its answer it
// closes by itself. ctx bounds the opening alone.
func Listen(ctx context.Context, o Options) (*Listener, error) {
	if o.Path == "" {
		o.Path = DefaultPath
	}
	if o.Life == 0 {
		o.Life = DefaultLife
	}
	if o.State == "" {
		o.State = newState()
	}
	if o.afterwards == 0 {
		o.afterwards = afterwards
	}
	var lc net.ListenConfig
	port, err := lc.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("waiting for the browser on this machine: %w", err)
	}
	l := &Listener{
		host: port.Addr().String(), path: o.Path, state: o.State,
		came: make(chan outcome, 1), late: time.After(o.Life), ended: make(chan struct{}), closed: make(chan struct{}),
	}
	l.http = &http.Server{
		Handler:     http.HandlerFunc(l.serve),
		ReadTimeout: patience, WriteTimeout: patience, IdleTimeout: patience, MaxHeaderBytes: maxHeader,
		ErrorLog: log.New(io.Discard, "", 0), // it would repeat what strangers sent
	}
	l.http.SetKeepAlivesEnabled(false)
	l.running.Go(func() { _ = l.http.Serve(port) })    // ends with ErrServerClosed
	l.running.Go(func() { l.shutAfter(o.afterwards) }) //nolint:contextcheck // it ends with the Listener
	return l, nil
}

// newState cannot be guessed: 256 random bits.
func newState() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// URL is the redirect URI: http://127.0.0.1:port/path.
func (l *Listener) URL() string { return "http://" + l.host + l.path }

// State is what the server has to hand back.
func (l *Listener) State() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// Expect sets the state where a library makes its own, before the person is sent to
// the server. The empty state is never accepted.
func (l *Listener) Expect(state string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = state
}

// Await blocks until the browser is back and returns the query that it brought, once;
// the server's refusal (error=…) is such a query, too. It fails with ErrState, ErrLate
// or ErrUsed, or with ctx; after the latter it may be called again.
func (l *Listener) Await(ctx context.Context) (url.Values, error) {
	select {
	case o, ok := <-l.came:
		if !ok {
			return nil, ErrUsed
		}
		close(l.came)
		return o.query, o.err
	case <-l.late:
		l.settle(outcome{err: ErrLate})
		return l.Await(ctx)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Read is for a browser on another machine, whose way back ends at a page that cannot
// be reached: it reads the address of that page, as the person copied it, or its query
// alone. It fails with ErrState where the state is another sign-in's, and tells with ok
// whether there is a state at all. It does not end the listening.
func (l *Listener) Read(copied string) (query url.Values, ok bool, err error) {
	_, raw, found := strings.Cut(strings.TrimSpace(copied), "?")
	if !found {
		raw = strings.TrimSpace(copied)
	}
	raw, _, _ = strings.Cut(raw, "#")
	query, err = url.ParseQuery(raw)
	if err != nil || query.Get("state") == "" {
		return nil, false, nil //nolint:nilerr // it is no such address, which is no failure
	}
	if !l.mine(query.Get("state")) {
		return nil, true, ErrState
	}
	return query, true, nil
}

// Close ends the listening and waits until nothing of it runs. An Await that has no
// answer yet fails with ErrUsed. Closing again does nothing.
func (l *Listener) Close() error {
	l.close.Do(func() { close(l.closed) })
	l.settle(outcome{err: ErrUsed})
	l.running.Wait()
	return nil
}

// shutAfter closes the port some time after the outcome, or on Close. The last page
// gets a moment to be read.
func (l *Listener) shutAfter(afterwards time.Duration) {
	<-l.ended
	select {
	case <-l.closed:
	case <-time.After(afterwards):
	}
	ctx, cancel := context.WithTimeout(context.Background(), parting)
	defer cancel()
	if l.http.Shutdown(ctx) != nil {
		_ = l.http.Close()
	}
}

// settle sets the one outcome, and tells whether this was it.
func (l *Listener) settle(o outcome) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return false
	}
	l.over = true
	l.came <- o
	close(l.ended)
	return true
}

func (l *Listener) isOver() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over
}

// mine compares in a time that tells nothing.
func (l *Listener) mine(state string) bool {
	want := l.State()
	return want != "" && subtle.ConstantTimeCompare([]byte(state), []byte(want)) == 1
}
