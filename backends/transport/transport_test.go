package transport_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"skein/backends/transport"
	"skein/timeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func client(t *testing.T) *transport.Client {
	t.Helper()
	c := transport.New(transport.Options{Allow: []string{"127.0.0.1"}, UserAgent: "skein/test"})
	t.Cleanup(c.Close)
	return c
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// get reads a whole answer.
func get(t *testing.T, c *transport.Client, address string, header ...string) ([]byte, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.HTTP().Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func wantCode(t *testing.T, err error, want timeline.Code) {
	t.Helper()
	if timeline.CodeOf(err) != want {
		t.Errorf("got code %q (%v), want %q", timeline.CodeOf(err), err, want)
	}
}

func TestOrdinaryAnswerArrives(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() != "skein/test" {
			t.Errorf("User-Agent %q", r.UserAgent())
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		fmt.Fprint(w, `{"a":[1]}`)
	})
	b, err := get(t, client(t), s.URL)
	if err != nil || string(b) != `{"a":[1]}` {
		t.Errorf("%q, %v", b, err)
	}
}

func TestEmptyTokenIsNotSent(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if v, ok := r.Header["Authorization"]; ok {
			t.Errorf("Authorization %q was sent", v)
		}
	})
	if _, err := get(t, client(t), s.URL, "Authorization", "Bearer "); err != nil {
		t.Error(err)
	}
}

func TestPrivateAddressesAreRefusedUnlessAllowed(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the request arrived") })
	strict := transport.New(transport.Options{})
	t.Cleanup(strict.Close)
	_, err := get(t, strict, s.URL)
	wantCode(t, err, timeline.CodeRefused)
	if !strings.Contains(err.Error(), "network.allow") {
		t.Errorf("the message does not say what to do: %v", err)
	}
	if _, err := strict.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http"), nil); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("websocket: %v", err)
	}
}

// A name that resolves to a public address for whoever checks it and to this
// machine for whoever dials it: only what is dialled counts.
func TestRebindingNameIsRefused(t *testing.T) {
	dns := nameServer(t, net.IPv4(127, 0, 0, 1))
	c := transport.New(transport.Options{Allow: []string{"127.0.0.1"}, Resolver: dns})
	t.Cleanup(c.Close)
	_, err := get(t, c, "https://rebind.example/")
	wantCode(t, err, timeline.CodeRefused)
}

func TestPlainHTTPOnlyToThisMachine(t *testing.T) {
	for _, address := range []string{"http://host.example/", "ftp://host.example/", "http://10.0.0.1/"} {
		_, err := get(t, client(t), address)
		wantCode(t, err, timeline.CodeRefused)
	}
	if _, err := client(t).Dial(t.Context(), "ws://relay.example", nil); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("ws: %v", err)
	}
}

func TestRedirects(t *testing.T) {
	var reached atomic.Int32
	target := serve(t, func(w http.ResponseWriter, _ *http.Request) { reached.Add(1); fmt.Fprint(w, "there") })
	hops := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/once":
			http.Redirect(w, r, target.URL, http.StatusFound)
		case "/moved":
			http.Redirect(w, r, target.URL, http.StatusMovedPermanently)
		case "/outside":
			http.Redirect(w, r, "http://plain.example/", http.StatusFound)
		default:
			hops++
			http.Redirect(w, r, fmt.Sprintf("/loop%d", hops), http.StatusFound)
		}
	})
	c := client(t)
	if b, err := get(t, c, s.URL+"/once"); err != nil || string(b) != "there" {
		t.Errorf("plain reading: %q, %v", b, err)
	}
	reached.Store(0)
	_, err := get(t, c, s.URL+"/once", "Authorization", "Bearer x")
	wantCode(t, err, timeline.CodeRefused)
	_, err = get(t, c, s.URL+"/outside")
	wantCode(t, err, timeline.CodeRefused)
	_, err = get(t, c, s.URL+"/loop")
	wantCode(t, err, timeline.CodeRefused)
	if hops > transport.MaxRedirect+1 {
		t.Errorf("%d hops", hops)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/moved", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.HTTP().Do(req)
	if err == nil {
		resp.Body.Close()
	}
	wantCode(t, err, timeline.CodeRefused)
	if reached.Load() != 0 {
		t.Errorf("the target was reached %d times by what must not follow", reached.Load())
	}
}

func TestBombsAndFloodsAreCapped(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(z, zeros{}, 16<<20); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/bomb":
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		case "/flood":
			_, _ = io.CopyN(w, zeros{}, 16<<20)
		case "/deep":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, strings.Repeat("[", 5000)+strings.Repeat("]", 5000))
		case "/text":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `["%s\"%s"]`, strings.Repeat("[", 500), strings.Repeat("{", 500))
		}
	})
	c := client(t)
	for _, path := range []string{"/bomb", "/flood", "/deep"} {
		_, err := get(t, c, s.URL+path)
		wantCode(t, err, timeline.CodeTooLarge)
	}
	if _, err := get(t, c, s.URL+"/text"); err != nil {
		t.Errorf("brackets within a string count as nesting: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestStormOf429IsAnsweredWithSilence(t *testing.T) {
	var asked atomic.Int32
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	skew := 3 * time.Hour // the server's clock is three hours ahead
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 1 {
			return
		}
		w.Header().Set("Date", now.Add(skew).Format(http.TimeFormat))
		w.Header().Set("X-RateLimit-Reset", now.Add(skew+90*time.Second).Format(time.RFC3339Nano))
		w.WriteHeader(http.StatusTooManyRequests)
	})
	clock := now
	c := transport.New(transport.Options{Allow: []string{"127.0.0.1"}, Now: func() time.Time { return clock }})
	t.Cleanup(c.Close)
	for range 100 {
		_, err := get(t, c, s.URL)
		wantCode(t, err, timeline.CodeRateLimited)
		if e := timeline.AsError(err); !e.Until.Equal(now.Add(90 * time.Second)) {
			t.Fatalf("until %v, want 90 s from now", e.Until)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("%d requests reached a server that asked for silence", asked.Load())
	}
	clock = now.Add(91 * time.Second)
	if _, err := get(t, c, s.URL); err != nil {
		t.Errorf("after the pause: %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	for _, c := range []struct {
		status int
		header map[string]string
		want   time.Duration
	}{
		{429, map[string]string{"Retry-After": "7"}, 7 * time.Second},
		{503, map[string]string{"Retry-After": "5"}, 5 * time.Second},
		{429, nil, 30 * time.Second},
		{429, map[string]string{"Retry-After": "999999"}, time.Hour},
		{429, map[string]string{"Retry-After": "-5"}, time.Second},
		{429, map[string]string{"Retry-After": "soon"}, 30 * time.Second},
		{503, nil, 0}, // no wish: the answer itself arrives
	} {
		now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			for k, v := range c.header {
				w.Header().Set(k, v)
			}
			w.WriteHeader(c.status)
		})
		cl := transport.New(transport.Options{Allow: []string{"127.0.0.1"}, Now: func() time.Time { return now }})
		_, err := get(t, cl, s.URL)
		cl.Close()
		var e *timeline.Error
		if errors.As(err, &e) != (c.want > 0) || e != nil && e.Until.Sub(now) != c.want {
			t.Errorf("%d %v: %v, want a pause of %v", c.status, c.header, err, c.want)
		}
		var status transport.HTTPStatus
		if e != nil && (!errors.As(err, &status) || int(status) != c.status) {
			t.Errorf("%d: the cause is %v", c.status, e.Err)
		}
	}
}

func TestDrippingServerIsGivenUpAndASlowOneIsNot(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		pieces := 6
		if r.URL.Path == "/stuck" {
			pieces = 1
		}
		for range pieces { // together longer than the wait for one
			fmt.Fprint(w, " ")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-time.After(40 * time.Millisecond):
			case <-r.Context().Done():
			}
		}
		if r.URL.Path == "/stuck" {
			<-r.Context().Done()
		}
		fmt.Fprint(w, "1")
	})
	c := client(t)
	c.SetIdle(150 * time.Millisecond)
	_, err := get(t, c, s.URL+"/stuck")
	wantCode(t, err, timeline.CodeOffline)
	if err == nil || !strings.Contains(err.Error(), "stopped sending") {
		t.Errorf("got %v", err)
	}
	if b, err := get(t, c, s.URL+"/slow"); err != nil || strings.TrimSpace(string(b)) != "1" {
		t.Errorf("a slow answer: %q, %v", b, err)
	}
}

func TestCancelledRequestSaysSo(t *testing.T) {
	arrived := make(chan struct{})
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { close(arrived); <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client(t).HTTP().Do(req)
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestUnreachableHostsAreToldInWords(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	_, err := get(t, client(t), closed.URL)
	wantCode(t, err, timeline.CodeOffline)
	if !strings.Contains(err.Error(), "could not connect") || strings.Contains(err.Error(), "connect: connect:") {
		t.Errorf("got %v", err)
	}
}

func TestWebsocketFramesAreCapped(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer x" {
			t.Errorf("Authorization %q", got)
		}
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		_ = conn.Write(r.Context(), websocket.MessageText, []byte("small"))
		_ = conn.Write(r.Context(), websocket.MessageText, make([]byte, 2<<20))
		_ = conn.CloseNow()
	})
	conn, err := client(t).Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http"), http.Header{"Authorization": {"Bearer x"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if _, b, err := conn.Read(t.Context()); err != nil || string(b) != "small" {
		t.Errorf("%q, %v", b, err)
	}
	if _, _, err := conn.Read(t.Context()); err == nil {
		t.Error("a frame over the cap arrived")
	}
}

func TestWebsocketDoesNotFollowRedirects(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
	})
	_, err := client(t).Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http"), nil)
	wantCode(t, err, timeline.CodeRefused)
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "[::1]": true, "127.8.8.8": true, "a.localhost": true, "localhost.example": false, "10.0.0.1": false, "": false} {
		if transport.Loopback(host) != want {
			t.Errorf("Loopback(%q) = %v", host, !want)
		}
	}
}

func FuzzDepth(f *testing.F) {
	f.Add([]byte(`{"a":[1,"]"]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d := transport.Depth(b); d < 0 || d > len(b) {
			t.Fatalf("Depth(%q) = %d", b, d)
		}
	})
}
