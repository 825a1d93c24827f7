package endure_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// gate stands before a server at an address that stays the same. Closed, it is as a
// server that is switched off. No answer leads around it: where one names the
// server's own address, it names the gate's instead.
type gate struct {
	host, addr string // the address is addr

	handler http.Handler

	mu   sync.Mutex
	shut func() // nil while it is closed
}

// The ports of gates are below those that the kernel gives away by itself, so that
// nobody sits on one while its gate is closed.
const (
	firstPort = 12_000
	ports     = 18_000
)

// newGate opens a gate before target, an http:// or ws:// address, until the test
// ends.
func newGate(t *testing.T, target string) *gate {
	t.Helper()
	behind, err := url.Parse("http" + strings.TrimPrefix(strings.TrimPrefix(target, "http"), "ws"))
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{}
	g.handler = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(behind)
			r.Out.Header.Del("Accept-Encoding") // or the answer could not be read
		},
		ModifyResponse: func(r *http.Response) error { return g.rename(r, behind.Host) },
		ErrorLog:       log.New(io.Discard, "", 0),
	}
	for range 50 {
		g.host = fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(250), rand.IntN(250), 1+rand.IntN(250))
		g.addr = net.JoinHostPort(g.host, strconv.Itoa(firstPort+rand.IntN(ports)))
		if err = g.open(t.Context()); err == nil {
			t.Cleanup(g.close)
			return g
		}
	}
	t.Fatalf("no address for a gate: %v", err)
	return nil
}

// rename puts the gate's address into an answer that names the server's.
func (g *gate) rename(r *http.Response, server string) error {
	if !strings.Contains(r.Header.Get("Content-Type"), "json") {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	body = bytes.ReplaceAll(body, []byte(server), []byte(g.addr))
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	if link := r.Header.Get("Link"); link != "" {
		r.Header.Set("Link", strings.ReplaceAll(link, server, g.addr))
	}
	return nil
}

// open lets everything through.
func (g *gate) open(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut != nil {
		return nil
	}
	var listening net.ListenConfig
	l, err := listening.Listen(ctx, "tcp", g.addr)
	if err != nil {
		return err
	}
	through, cut := context.WithCancel(context.WithoutCancel(ctx))
	server := &http.Server{
		Handler: g.handler, ReadHeaderTimeout: time.Minute,
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			// http.Server forgets a connection once it is a websocket.
			context.AfterFunc(through, func() { _ = conn.Close() })
			return ctx
		},
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(l) // until it is closed
	}()
	g.shut = func() {
		_ = server.Close()
		cut()
		<-served
	}
	return nil
}

// close refuses connections and cuts those that are open.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut != nil {
		g.shut()
		g.shut = nil
	}
}
