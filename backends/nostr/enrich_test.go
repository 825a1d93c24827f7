package nostr

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/nbd-wtf/go-nostr"
)

// TestAuthorsAreAskedForAlongWithQuotes: a relay that tells of no quoted post before
// it was asked who wrote the quoting one.
func TestAuthorsAreAskedForAlongWithQuotes(t *testing.T) {
	asked := make(chan struct{})
	var once sync.Once
	relay := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		for {
			_, b, err := conn.Read(r.Context())
			var parts []json.RawMessage
			if err != nil || json.Unmarshal(b, &parts) != nil || len(parts) < 3 {
				return
			}
			var f nostr.Filter
			if f.UnmarshalJSON(parts[2]) != nil {
				return
			}
			answer := func() { _ = conn.Write(r.Context(), websocket.MessageText, []byte(`["EOSE",`+string(parts[1])+`]`)) }
			if len(f.IDs) == 0 {
				once.Do(func() { close(asked) })
				answer()
				continue
			}
			go func() {
				select {
				case <-asked:
					answer()
				case <-r.Context().Done():
				}
			}()
		}
	}))
	defer relay.Close()
	b, err := New(Config{Client: loopback(t), Relays: []string{"ws" + strings.TrimPrefix(relay.URL, "http")}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	const never = time.Minute
	b.pauses.lookup, b.pool.wait = never, never
	quoting := &nostr.Event{ID: strings.Repeat("a", 64), PubKey: strings.Repeat("b", 64), Kind: kindNote, Tags: nostr.Tags{{"q", strings.Repeat("c", 64)}}}
	began := time.Now()
	b.enrich(t.Context(), []*nostr.Event{quoting})
	if time.Since(began) > never/2 {
		t.Error("the author was asked for after the quoted post")
	}
}
