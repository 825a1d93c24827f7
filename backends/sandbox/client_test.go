package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/nbd-wtf/go-nostr"
)

// patience bounds every wait; nothing takes a tenth of it.
const patience = 20 * time.Second

func start(t testing.TB, o Options) (*Sandbox, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	s, err := Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s, ctx
}

// call sends one request and decodes the JSON that must come back.
func call(ctx context.Context, t *testing.T, method, url, token, body string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	var client http.Client
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s: %s", method, url, resp.Status, raw)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s %s: %v in %.200s", method, url, err, raw)
	}
}

type status struct {
	URI       string    `json:"uri"`
	Content   string    `json:"content"`
	CreatedAt time.Time `json:"created_at"`
	Account   struct {
		Acct string `json:"acct"`
	} `json:"account"`
}

func (s *Sandbox) mastodonHome(ctx context.Context, t *testing.T) []status {
	t.Helper()
	var page []status
	call(ctx, t, http.MethodGet, s.Mastodon.URL+"/api/v1/timelines/home?limit=20", s.Mastodon.Token, "", &page)
	return page
}

type feed struct {
	Feed []struct {
		Post struct {
			URI    string `json:"uri"`
			Record struct {
				Text      string    `json:"text"`
				CreatedAt time.Time `json:"createdAt"`
			} `json:"record"`
		} `json:"post"`
	} `json:"feed"`
}

func (s *Sandbox) blueskySession(ctx context.Context, t *testing.T) string {
	t.Helper()
	var session struct {
		AccessJwt string `json:"accessJwt"`
		DID       string `json:"did"`
	}
	body := fmt.Sprintf(`{"identifier":%q,"password":%q}`, s.Bluesky.Handle, s.Bluesky.AppPassword)
	call(ctx, t, http.MethodPost, s.Bluesky.URL+"/xrpc/com.atproto.server.createSession", "", body, &session)
	if session.DID != s.Bluesky.DID {
		t.Errorf("signed in as %s, want %s", session.DID, s.Bluesky.DID)
	}
	return session.AccessJwt
}

func (s *Sandbox) blueskyHome(ctx context.Context, t *testing.T, token string) feed {
	t.Helper()
	var page feed
	call(ctx, t, http.MethodGet, s.Bluesky.URL+"/xrpc/app.bsky.feed.getTimeline?limit=20", token, "", &page)
	return page
}

// subscribe opens a subscription on a relay and returns its messages one by one.
func subscribe(ctx context.Context, t *testing.T, url, filter string) func() nostr.Envelope {
	t.Helper()
	conn, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	if err := conn.Write(ctx, websocket.MessageText, []byte(`["REQ","test",`+filter+`]`)); err != nil {
		t.Fatal(err)
	}
	parser := nostr.NewMessageParser()
	return func() nostr.Envelope {
		t.Helper()
		_, raw, err := conn.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		envelope, err := parser.ParseMessage(string(raw))
		if err != nil {
			t.Fatalf("%s sent %.200s: %v", url, raw, err)
		}
		return envelope
	}
}

// stored reads the events up to EOSE.
func stored(t *testing.T, next func() nostr.Envelope) []nostr.Event {
	t.Helper()
	var events []nostr.Event
	for {
		switch e := next().(type) {
		case *nostr.EventEnvelope:
			events = append(events, e.Event)
		case *nostr.EOSEEnvelope:
			return events
		default:
			t.Fatalf("unexpected %s", e.Label())
		}
	}
}
