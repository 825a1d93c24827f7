package blossom

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// put uploads a body with an authorisation that change has spoilt.
func put(t *testing.T, s *Server, body []byte, change func(*nostr.Event)) (int, []byte, http.Header) {
	t.Helper()
	e := nostr.Event{Kind: kindBlossomAuth, CreatedAt: nostr.Now(), Content: "Upload", Tags: nostr.Tags{
		{"t", "upload"}, {"x", hashOf(body)}, {"expiration", strconv.FormatInt(time.Now().Add(time.Minute).Unix(), 10)},
	}}
	if change != nil {
		change(&e)
	}
	if err := e.Sign(nostr.GeneratePrivateKey()); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.URL()+"/upload", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "image/png")
	req.Header.Set("Authorization", "Nostr "+base64.StdEncoding.EncodeToString([]byte(e.String())))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, b, resp.Header
}

func TestBlossom(t *testing.T) {
	s := start(t, Options{MaxSize: 100})
	status, body, _ := put(t, s, []byte("a picture"), nil)
	var blob struct{ URL, SHA256 string }
	if err := json.Unmarshal(body, &blob); status != http.StatusOK || err != nil || blob.SHA256 != hashOf([]byte("a picture")) {
		t.Fatalf("%d %s %v", status, body, err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, blob.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil || string(got) != "a picture" || resp.Header.Get("Content-Type") != "image/png" {
		t.Errorf("read back %q %v", got, err)
	}
}

func TestBlossomRefuses(t *testing.T) {
	s := start(t, Options{MaxSize: 100})
	for name, c := range map[string]struct {
		size   int
		change func(*nostr.Event)
		want   int
	}{
		"too large":    {101, nil, http.StatusRequestEntityTooLarge},
		"another file": {1, func(e *nostr.Event) { e.Tags[1][1] = hashOf(nil) }, http.StatusUnauthorized},
		"another verb": {1, func(e *nostr.Event) { e.Tags[0][1] = "delete" }, http.StatusUnauthorized},
		"expired":      {1, func(e *nostr.Event) { e.Tags[2][1] = "1" }, http.StatusUnauthorized},
		"another kind": {1, func(e *nostr.Event) { e.Kind = 1 }, http.StatusUnauthorized},
	} {
		status, _, header := put(t, s, make([]byte, c.size), c.change)
		if status != c.want || header.Get("X-Reason") == "" {
			t.Errorf("%s: %d %q", name, status, header.Get("X-Reason"))
		}
	}
	if n := s.Uploads(); n != 0 {
		t.Errorf("%d uploads were taken", n)
	}
}
