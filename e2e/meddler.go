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
	"sync/atomic"
	"testing"
	"time"
)

// Meddler stands in front of an honest HTTP server and can spoil its answers.
type Meddler struct {
	URL string

	spoil atomic.Pointer[string]
}

// StartMeddler passes everything on to target, until it is told otherwise.
func StartMeddler(t testing.TB, target string) *Meddler {
	t.Helper()
	address, err := url.Parse(target)
	if err != nil {
		t.Fatalf("target of a meddler: %v", err)
	}
	meddler := &Meddler{}
	honest := &httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(address) },
		ErrorLog: log.New(io.Discard, "", 0),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
