package e2e

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"testing"
	"time"

	dgraph "github.com/dgraph-io/badger/v4"
	"github.com/fiatjaf/eventstore/badger"
	"github.com/fiatjaf/khatru"
)

// Relay is a Nostr relay (khatru on a badger store) in this process. It can be
// stopped and started again on the same port; what it stored stays.
type Relay struct {
	URL string // ws://127.0.0.1:…

	store *badger.BadgerBackend
	addr  string
	http  *http.Server
	drop  context.CancelFunc // cuts the open connections
}

// StartRelay serves a new, empty relay until the test ends.
func StartRelay(t testing.TB) *Relay {
	t.Helper()
	store := &badger.BadgerBackend{Path: t.TempDir(), BadgerOptionsModifier: quiet}
	if err := store.Init(); err != nil {
		t.Fatalf("store of the relay: %v", err)
	}
	addr := loopback(FreePort(t))
	relay := &Relay{URL: "ws://" + addr, store: store, addr: addr}
	t.Cleanup(func() {
		relay.Stop()
		store.Close()
	})
	relay.Start(t)
	return relay
}

// Start listens again after Stop.
func (r *Relay) Start(t testing.TB) {
	t.Helper()
	relay := khatru.NewRelay()
	relay.Log = log.New(io.Discard, "", 0)
	relay.ServiceURL = r.URL
	relay.StoreEvent = append(relay.StoreEvent, r.store.SaveEvent)
	relay.QueryEvents = append(relay.QueryEvents, r.store.QueryEvents)
	relay.CountEvents = append(relay.CountEvents, r.store.CountEvents)
	relay.DeleteEvent = append(relay.DeleteEvent, r.store.DeleteEvent)
	relay.ReplaceEvent = append(relay.ReplaceEvent, r.store.ReplaceEvent)

	connections, drop := context.WithCancel(context.WithoutCancel(t.Context()))
	r.drop = drop
	r.http = &http.Server{
		Handler:           relay,
		ReadHeaderTimeout: 10 * time.Second,
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			// http.Server forgets a connection once it is a websocket.
			context.AfterFunc(connections, func() { _ = conn.Close() })
			return ctx
		},
	}
	var listening net.ListenConfig
	listener, err := listening.Listen(t.Context(), "tcp", r.addr)
	if err != nil {
		t.Fatalf("relay at %s: %v", r.addr, err)
	}
	server := r.http
	go func() { _ = server.Serve(listener) }() // it ends with ErrServerClosed
}

// Stop refuses connections and drops the open ones, as a crash would.
func (r *Relay) Stop() {
	_ = r.http.Close() // the listener and plain requests
	r.drop()           // and the websockets
}

// quiet keeps the store small, fast and silent; what it holds is thrown away.
func quiet(options dgraph.Options) dgraph.Options {
	return options.WithLogger(nil).WithSyncWrites(false).WithMemTableSize(8 << 20).WithNumCompactors(2)
}
