package e2e

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Meddler stands in front of an honest HTTP server. It counts what is asked, can
// spoil the answers, and can make one of them slow.
type Meddler struct {
	URL string

	spoil atomic.Pointer[string]

	mu    sync.Mutex
	calls map[string]int           // by path
	slow  map[string]time.Duration // by path
}

// StartMeddler passes everything on to target, until it is told otherwise.
func StartMeddler(t testing.TB, target string) *Meddler {
	t.Helper()
	address, err := url.Parse(target)
	if err != nil {
		t.Fatalf("target of a meddler: %v", err)
	}
	meddler := &Meddler{calls: map[string]int{}, slow: map[string]time.Duration{}}
	honest := &httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(address) },
		ErrorLog: log.New(io.Discard, "", 0),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wait := meddler.count(r.URL.Path)
		select {
		case <-time.After(wait):
		case <-r.Context().Done():
		}
		if body := meddler.spoil.Load(); body != nil {
			answer(w, *body)
			return
		}
		honest.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections() // streams would keep it open
		server.Close()
	})
	meddler.URL = server.URL
	return meddler
}

// Spoil answers everything with this body from now on, as JSON and with 200 OK.
func (m *Meddler) Spoil(body string) { m.spoil.Store(&body) }

// Calls is how often a path was asked for until now.
func (m *Meddler) Calls(path string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[path]
}

// Slow lets requests for a path wait this long before they are passed on.
func (m *Meddler) Slow(path string, wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.slow[path] = wait
}

// count notes a request and returns how long it has to wait.
func (m *Meddler) count(path string) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls[path]++
	return m.slow[path]
}

// Babble takes the place of a stopped relay: a web page answers whoever comes.
func (r *Relay) Babble(t testing.TB) {
	t.Helper()
	var listening net.ListenConfig
	listener, err := listening.Listen(t.Context(), "tcp", r.addr)
	if err != nil {
		t.Fatalf("babble at %s: %v", r.addr, err)
	}
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, "<html>parked</html>") }),
	}
	go func() { _ = server.Serve(listener) }() // it ends with ErrServerClosed
	t.Cleanup(func() { _ = server.Close() })
}

func answer(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprint(w, body) // whoever asked may be gone
}
