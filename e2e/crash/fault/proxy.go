package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// The address that a proxy takes is one of the millions of this machine's own, and
// its port below those that the kernel gives away by itself, so that nobody sits on
// it while the proxy is down.
const (
	firstPort    = 20_000
	ports        = 10_000
	addressTries = 50
)

const headerTimeout = 10 * time.Second

// Proxy passes requests on to one server, or fails them. It is safe for concurrent
// use.
type Proxy struct {
	host    string
	addr    string                 // host and port
	target  atomic.Pointer[string] // scheme and host are of http
	choose  atomic.Pointer[Chooser]
	counts  *Counts
	forward *http.Transport

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	flight flight // what the server is being asked

	mu    sync.Mutex
	serve *serving // nil while it is down
}

// serving is the time between an Up and a Down.
type serving struct {
	http *http.Server
	drop context.CancelFunc // cuts the open connections, websockets too
	done chan struct{}
}

// Start listens on a free address of 127.0.0.0/8 and passes everything to target, an
// http:// address that may change later.
func Start(target string, counts *Counts) (*Proxy, error) {
	p := &Proxy{counts: counts, forward: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.Stand(target)
	p.Choose(nil)
	var err error
	for range addressTries {
		p.host = fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(250), rand.IntN(250), 1+rand.IntN(250)) //nolint:gosec // G404: any will do
		p.addr = fmt.Sprintf("%s:%d", p.host, firstPort+rand.IntN(ports))                        //nolint:gosec // G404: likewise
		if err = p.Up(); err == nil {
			return p, nil
		}
	}
	p.cancel()
	return nil, fmt.Errorf("fault proxy: %w", err)
}

// Host is where it listens: an address of this machine's own.
func (p *Proxy) Host() string { return p.host }

// URL is the address as an HTTP client knows it, without a slash at the end.
func (p *Proxy) URL() string { return "http://" + p.addr }

// WebSocket is the address as a Nostr client knows it.
func (p *Proxy) WebSocket() string { return "ws://" + p.addr }

// Stand puts the proxy before another server, an http:// or ws:// address.
func (p *Proxy) Stand(target string) {
	target = "http" + strings.TrimPrefix(strings.TrimPrefix(target, "http"), "ws")
	p.target.Store(&target)
}

// Choose has c decide from now on; nil lets everything pass.
func (p *Proxy) Choose(c Chooser) {
	if c == nil {
		c = func(Request) Fault { return Fault{} }
	}
	p.choose.Store(&c)
}

// fault is what happens to a request, counted.
func (p *Proxy) fault(r Request) Fault {
	f := (*p.choose.Load())(r)
	p.counts.Add(f.Kind)
	return f
}

// Down refuses connections and cuts the open ones, as a server that dies. It does
// nothing when the proxy is down.
func (p *Proxy) Down() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.serve == nil {
		return
	}
	_ = p.serve.http.Close() // the listener, and what is no websocket
	p.serve.drop()
	<-p.serve.done
	p.serve = nil
	p.counts.Add(Down)
}

// Up listens again after Down, at the same address.
func (p *Proxy) Up() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.serve != nil {
		return nil
	}
	l, err := p.listen()
	if err != nil {
		return fmt.Errorf("listen again: %w", err)
	}
	open, drop := context.WithCancel(p.ctx)
	s := &serving{drop: drop, done: make(chan struct{})}
	s.http = &http.Server{
		Handler:           http.HandlerFunc(p.handle),
		ReadHeaderTimeout: headerTimeout,
		BaseContext:       func(net.Listener) context.Context { return open },
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			// http.Server forgets a connection once it is a websocket.
			context.AfterFunc(open, func() { _ = conn.Close() })
			return ctx
		},
	}
	p.serve = s
	go func() {
		defer close(s.done)
		_ = s.http.Serve(l) // ends with ErrServerClosed
	}()
	return nil
}

// The address may still be held for a moment: a program that this process is about
// to start has a copy of every open socket until it is itself.
const (
	freeWithin = 2 * time.Second
	lookEvery  = 5 * time.Millisecond
)

// listen takes the proxy's address.
func (p *Proxy) listen() (net.Listener, error) {
	var lc net.ListenConfig
	for end := time.Now().Add(freeWithin); ; {
		l, err := lc.Listen(p.ctx, "tcp", p.addr)
		if !errors.Is(err, syscall.EADDRINUSE) || time.Now().After(end) {
			return l, err
		}
		if err := wait(p.ctx, lookEvery); err != nil {
			return nil, err
		}
	}
}

// Settle waits until nothing is on its way to the server any more, late requests
// included, or until ctx ends.
func (p *Proxy) Settle(ctx context.Context) error {
	select {
	case <-p.flight.landed():
		return nil
	case <-ctx.Done():
		return fmt.Errorf("requests are still on their way: %w", ctx.Err())
	}
}

// Close ends everything, late requests too.
func (p *Proxy) Close() {
	p.Down()
	p.cancel()
	<-p.flight.landed()
	p.forward.CloseIdleConnections()
}

// later runs do after a while, whatever becomes of the client, unless the proxy is
// closed first.
func (p *Proxy) later(after time.Duration, do func(context.Context)) {
	p.flight.begin()
	go func() {
		defer p.flight.end()
		if wait(p.ctx, after) == nil {
			do(p.ctx)
		}
	}()
}

// wait sleeps, or fails when ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errNoHijack cannot happen with net/http's own server and HTTP/1.
var errNoHijack = errors.New("the connection cannot be taken over")

// sever ends a client's connection without a word: with a reset, as a router that
// has forgotten the connection does.
func sever(w http.ResponseWriter) {
	conn, err := take(w)
	if err != nil {
		panic(http.ErrAbortHandler) // ends it in another way
	}
	_ = conn.Close()
}

func take(w http.ResponseWriter) (net.Conn, error) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return nil, errNoHijack
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		return nil, fmt.Errorf("take a connection over: %w", err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // an end without it is still an end
	}
	return conn, nil
}
