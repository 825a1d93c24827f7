package fault_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"skein/e2e/crash/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server does what it is asked, and counts it: whole requests only.
type server struct {
	*httptest.Server
	did    atomic.Int64
	broken atomic.Int64
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			s.relay(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != "please do" {
			s.broken.Add(1)
			return
		}
		s.did.Add(1)
		_, _ = io.WriteString(w, "it is done now")
	}))
	t.Cleanup(s.Close)
	return s
}

// relay answers every EVENT with an OK.
func (s *server) relay(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	for {
		_, message, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		var parts []json.RawMessage
		var event struct{ ID string }
		if json.Unmarshal(message, &parts) != nil || json.Unmarshal(parts[1], &event) != nil {
			continue
		}
		s.did.Add(1)
		ok, _ := json.Marshal([]any{"OK", event.ID, true, ""})
		if conn.Write(r.Context(), websocket.MessageText, ok) != nil {
			return
		}
	}
}

func start(t *testing.T, s *server) (*fault.Proxy, *fault.Counts) {
	t.Helper()
	counts := &fault.Counts{}
	p, err := fault.Start(s.URL, counts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p, counts
}

func always(k fault.Kind) fault.Chooser {
	return func(fault.Request) fault.Fault { return fault.Fault{Kind: k, After: time.Millisecond} }
}

// What the client sees, and what the server has done once all has settled.
var kinds = []struct {
	kind   fault.Kind
	status int    // 0: no answer at all
	body   string // what the body begins with
	whole  bool   // the body can be read to its end
	done   int64  // over HTTP
	ok     string // over a websocket: what the OK begins with; "": none
	stored int64  // over a websocket
}{
	{fault.Pass, 200, "it is done now", true, 1, `["OK","e1",true`, 1},
	{fault.Delay, 200, "it is done now", true, 1, `["OK","e1",true`, 1},
	{fault.Reset, 0, "", false, 0, "", 0},
	{fault.CutRequest, 0, "", false, 0, "", 0},
	{fault.DropAnswer, 0, "", false, 1, "", 1},
	{fault.CutAnswer, 200, "it is d", false, 1, "", 1},
	{fault.SpoilAnswer, 200, "<html>", true, 1, `["OK","e1`, 1},
	{fault.Late, 0, "", false, 1, "", 1},
	{fault.Unavailable, 503, "<html>", true, 0, `["OK","e1",false,"error:`, 0},
	{fault.TooMany, 429, `{"error"`, true, 0, `["OK","e1",false,"rate-limited:`, 0},
	{fault.DoneAndError, 500, "<html>", true, 1, `["OK","e1",false,"error:`, 1},
	{fault.Silence, 0, "", false, 0, "", 0},
}

func TestHTTP(t *testing.T) {
	for _, c := range kinds {
		t.Run("fault "+string(c.kind), func(t *testing.T) {
			s := newServer(t)
			p, counts := start(t, s)
			p.Choose(always(c.kind))
			status, body, whole := post(t, p)
			if status != c.status || !strings.HasPrefix(body, c.body) || whole != c.whole {
				t.Errorf("the client saw %d %q, to the end: %v", status, body, whole)
			}
			settle(t, p)
			if s.did.Load() != c.done {
				t.Errorf("done %d times instead of %d", s.did.Load(), c.done)
			}
			if c.kind == fault.CutRequest {
				waitFor(t, "half a request", func() bool { return s.broken.Load() == 1 })
			}
			if want := min(len(c.kind), 1); counts.All()[c.kind] != want {
				t.Errorf("counted %v", counts.All())
			}
		})
	}
}

func TestWebSocket(t *testing.T) {
	for _, c := range kinds {
		t.Run("fault "+string(c.kind), func(t *testing.T) {
			s := newServer(t)
			p, _ := start(t, s)
			p.Choose(func(r fault.Request) fault.Fault {
				if !r.Write() {
					return fault.Fault{}
				}
				return always(c.kind)(r)
			})
			if ok := publish(t, p); !strings.HasPrefix(ok, c.ok) || (c.ok == "") != (ok == "") {
				t.Errorf("the client was told %q", ok)
			}
			settle(t, p)
			if s.did.Load() != c.stored {
				t.Errorf("stored %d times instead of %d", s.did.Load(), c.stored)
			}
		})
	}
}

func TestDownAndUp(t *testing.T) {
	s := newServer(t)
	p, _ := start(t, s)
	address := p.URL()
	p.Down()
	if status, _, _ := post(t, p); status != 0 || s.did.Load() != 0 {
		t.Errorf("a proxy that is down answered %d", status)
	}
	if err := p.Up(); err != nil {
		t.Fatal(err)
	}
	other := newServer(t)
	p.Stand(other.URL)
	if status, _, _ := post(t, p); status != 200 || other.did.Load() != 1 || p.URL() != address {
		t.Errorf("after it came back at %s (was %s): status %d", p.URL(), address, status)
	}
}

// post asks for something to be done and tells what was seen of the answer.
func post(t *testing.T, p *fault.Proxy) (status int, body string, whole bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL()+"/do", strings.NewReader("please do"))
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return 0, "", false
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err == nil
}

// publish sends an event and returns the answer, "" for none.
func publish(t *testing.T, p *fault.Proxy) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, p.WebSocket(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(ctx, websocket.MessageText, []byte(`["EVENT",{"id":"e1"}]`)); err != nil {
		t.Fatal(err)
	}
	_, answer, err := conn.Read(ctx)
	if err != nil {
		return ""
	}
	return string(answer)
}

func settle(t *testing.T, p *fault.Proxy) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := p.Settle(ctx); err != nil {
		t.Fatal(err)
	}
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited for %s in vain", what)
		}
	}
}
