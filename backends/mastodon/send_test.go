package mastodon

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"skein/backends/sandbox/instance"
	"skein/timeline"
)

// TestVerdicts answers a new post in each way.
func TestVerdicts(t *testing.T) {
	const good = `{"id":"5","uri":"https://a.example/5","url":"https://a.example/@you/5","account":{"id":"1","acct":"you"}}`
	for _, c := range []struct {
		name   string
		status int
		header string
		body   string
		want   timeline.Verdict
		code   timeline.Code
	}{
		{"a post", 200, "", good, timeline.Published, ""},
		{"a post that the Pleroma family repeats", 200, "Idempotent-Replayed: true", good, timeline.Published, ""},
		{"no JSON", 200, "", "<html>", timeline.Uncertain, timeline.CodeMalformed},
		{"half of it", 200, "", good[:30], timeline.Uncertain, timeline.CodeMalformed},
		{"an empty object", 200, "", "{}", timeline.Uncertain, timeline.CodeMalformed},
		{"nothing", 204, "", "", timeline.Uncertain, timeline.CodeMalformed},
		{"bad request", 400, "", `{"error":"no"}`, timeline.Rejected, timeline.CodeRefused},
		{"no token", 401, "", `{"error":"The access token is invalid"}`, timeline.Absent, timeline.CodeAuth},
		{"the wrong scope", 403, "", `{"error":"This action is outside the authorized scopes"}`, timeline.Absent, timeline.CodeAuth},
		{"disabled", 403, "", `{"error":"Your login is currently disabled"}`, timeline.Absent, timeline.CodeAuth},
		{"not allowed", 403, "", `{"error":"This action is not allowed"}`, timeline.Rejected, timeline.CodeRefused},
		{"the parent is gone", 404, "", `{"error":"Record not found"}`, timeline.Rejected, timeline.CodeNotFound},
		{"gone", 410, "", "", timeline.Rejected, timeline.CodeNotFound},
		{"slow", 408, "", "", timeline.Absent, timeline.CodeRateLimited},
		{"conflict", 409, "", "", timeline.Uncertain, timeline.CodeRefused},
		{"too early", 425, "", "", timeline.Absent, timeline.CodeRateLimited},
		{"too many", 429, "Retry-After: 7", "", timeline.Absent, timeline.CodeRateLimited},
		{"invalid", 422, "", `{"error":"Validation failed: Text is too long"}`, timeline.Rejected, timeline.CodeRefused},
		{"an error that is repeated", 422, "Idempotent-Replayed: true", `{"error":"no"}`, timeline.Spent, timeline.CodeRefused},
		{"a failure that is repeated", 500, "Idempotent-Replayed: true", "", timeline.Spent, timeline.CodeServer},
		{"a failure", 500, "", `{"error":"oh"}`, timeline.Uncertain, timeline.CodeServer},
		{"bad gateway", 502, "", "", timeline.Uncertain, timeline.CodeServer},
		{"the key is locked", 503, "", "", timeline.Uncertain, timeline.CodeServer},
		{"busy, and says for how long", 503, "Retry-After: 7", "", timeline.Uncertain, timeline.CodeRateLimited},
		{"gateway timeout", 504, "", "", timeline.Uncertain, timeline.CodeServer},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet { // the own timeline
					fmt.Fprint(w, "[]")
					return
				}
				if key, value, ok := strings.Cut(c.header, ": "); ok {
					w.Header().Set(key, value)
				}
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			}))
			defer s.Close()
			b := newBackend(t, newClient(t), s.URL, "@you@a.example", "token")
			out := b.Send(t.Context(), written5(t, nil))
			if out.Verdict != c.want || (out.Err == nil) != (c.code == "") || out.Err != nil && out.Err.Code != c.code {
				t.Fatalf("%s, %v", out.Verdict, out.Err)
			}
			if strings.Contains(c.header, "Retry-After") && time.Until(out.Err.Until) < 5*time.Second {
				t.Errorf("not before %s", out.Err.Until)
			}
			if c.want == timeline.Published && (len(out.Receipt.Posts) != 1 || out.Receipt.Posts[0] != timeline.Copy{
				ID: timeline.ID{Network: timeline.Mastodon, Local: "https://a.example/5"}, ServerID: "5",
				URL: timeline.Literal("https://a.example/@you/5"),
			}) {
				t.Errorf("the receipt is %+v", out.Receipt)
			}
		})
	}
}

// written5 is a request as Prepare leaves it, for a server that is not asked.
func written5(t *testing.T, change func(*frozen)) timeline.Request {
	t.Helper()
	f := frozen{
		Kind: timeline.DoPost, Method: http.MethodPost, Path: "/api/v1/statuses", Key: testKey,
		Program: program{"mastodon", "4.7.0"}, Post: expected{Author: "1", Text: "hello"},
	}
	if err := f.put(newStatus{Status: "hello"}); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&f)
	}
	raw, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return timeline.Request{Body: raw}
}

// TestExactBytes compares what arrives with what was frozen.
func TestExactBytes(t *testing.T) {
	var got, header string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got = string(raw)
		header = strings.Join([]string{
			r.Method, r.URL.Path, r.Header.Get("Idempotency-Key"), r.Header.Get("Content-Type"), r.Header.Get("Authorization"),
		}, "|")
	}))
	defer s.Close()
	b := newBackend(t, newClient(t), s.URL, "@you@a.example", "token")
	const body = `{"status": "<a> & \u2028 ü",  "odd":1}`
	b.Send(t.Context(), written5(t, func(f *frozen) { f.Body = body }))
	if got != body || header != "POST|/api/v1/statuses|"+testKey+"|application/json|Bearer token" {
		t.Errorf("sent %s with %s", got, header)
	}
}

// TestNothingIsSentAgainBehindOurBack has the server commit and end a connection
// that was used before. net/http would repeat a request with an Idempotency-Key by
// itself, which a server that ignores the key takes for another post.
func TestNothingIsSentAgainBehindOurBack(t *testing.T) {
	f := front(t, instance.Options{Repeats: instance.IgnoreKey})
	r := prepare(t, f.backend, note(f.backend, "once")) // leaves a connection that is kept
	f.next(dropKept)
	out := f.backend.Send(t.Context(), r)
	if out.Verdict != timeline.Uncertain {
		t.Errorf("%s, %v", out.Verdict, out.Err)
	}
	if n, p := f.count(http.MethodPost, "/api/v1/statuses"), len(f.posts(t)); n != 1 || p != 1 {
		t.Errorf("%d requests, %d posts", n, p)
	}
}

// TestNothingLeft cannot connect.
func TestNothingLeft(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for server, want := range map[string]struct {
		verdict timeline.Verdict
		code    timeline.Code
	}{
		nobody:                   {timeline.Absent, timeline.CodeOffline},
		"http://far.example":     {timeline.Rejected, timeline.CodeRefused}, // plain http
		"https://a.invalid":      {timeline.Absent, timeline.CodeOffline},
		"https://127.0.0.1:1":    {timeline.Absent, timeline.CodeOffline},
		"https://10.255.255.1:1": {timeline.Rejected, timeline.CodeRefused}, // a private address
	} {
		out := newBackend(t, newClient(t), server, "@you@a.example", "token").Send(t.Context(), written5(t, nil))
		if out.Verdict != want.verdict || out.Err.Code != want.code {
			t.Errorf("%s: %s, %v", server, out.Verdict, out.Err)
		}
	}
	b := newBackend(t, newClient(t), nobody, "@you@a.example", "token")
	_, err = b.Prepare(t.Context(), note(b, "hello"), memory{})
	for _, e := range []*timeline.Error{timeline.AsError(err), b.Send(t.Context(), written5(t, nil)).Err} {
		if host := l.Addr().String() + ": "; e.Code != timeline.CodeOffline || !strings.HasPrefix(e.Message.String(), host) {
			t.Errorf("what a person reads begins with no host: %s, %q", e.Code, e.Message)
		}
	}
	out := newBackend(t, newClient(t), nobody, "@you@a.example", "").Send(t.Context(), written5(t, nil))
	if out.Verdict != timeline.Absent || out.Err.Code != timeline.CodeAuth {
		t.Errorf("without a token: %s, %v", out.Verdict, out.Err)
	}
}

// TestCancelled ends the context while the server works.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var asked atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server see its client go
		asked.Store(true)
		cancel()
		<-r.Context().Done()
	}))
	defer s.Close()
	b := newBackend(t, newClient(t), s.URL, "@you@a.example", "token")
	if out := b.Send(ctx, written5(t, nil)); out.Verdict != timeline.Uncertain || !asked.Load() {
		t.Errorf("%s, %v", out.Verdict, out.Err)
	}
	if out := b.Send(ctx, written5(t, nil)); out.Verdict != timeline.Absent {
		t.Errorf("cancelled before: %s, %v", out.Verdict, out.Err)
	}
}

// TestPatienceIsKept does not even ask a server that has said for how long to wait.
func TestPatienceIsKept(t *testing.T) {
	f := front(t, instance.Options{})
	r := prepare(t, f.backend, note(f.backend, "x"))
	f.next(patient)
	for range 2 {
		if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Absent || out.Err.Code != timeline.CodeRateLimited || out.Err.Until.IsZero() {
			t.Errorf("%s, %v", out.Verdict, out.Err)
		}
	}
	if n := f.count(http.MethodPost, "/api/v1/statuses"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// TestMediaThatCannotBeAttached sends what was attached already: by an earlier try,
// which is found, or elsewhere, so that all begins anew.
func TestMediaThatCannotBeAttached(t *testing.T) {
	f := front(t, instance.Options{Repeats: instance.IgnoreKey})
	i := note(f.backend, "with a picture")
	i.Parts[0].Media = []timeline.Attachment{file(t, "a dot")}
	r := prepare(t, f.backend, i)
	first, second := f.backend.Send(t.Context(), r), f.backend.Send(t.Context(), r)
	if first.Verdict != timeline.Published || second.Verdict != timeline.Published || second.Receipt.Posts[0] != first.Receipt.Posts[0] {
		t.Errorf("%s, then %s %v", first.Verdict, second.Verdict, second.Err)
	}
	other := i
	other.Parts = []timeline.Part{{Text: f.backend.Rules().Mark("another"), Media: i.Parts[0].Media}}
	stolen := prepare(t, f.backend, other)
	body := strings.ReplaceAll(string(stolen.Body), mediaOf(t, stolen), mediaOf(t, r))
	if out := f.backend.Send(t.Context(), timeline.Request{Body: json.RawMessage(body)}); out.Verdict != timeline.Spent {
		t.Errorf("with another post's picture: %s %v", out.Verdict, out.Err)
	}
	if n := len(f.posts(t)); n != 1 {
		t.Errorf("%d posts", n)
	}
}

func mediaOf(t *testing.T, r timeline.Request) string {
	t.Helper()
	f, err := thaw(r)
	if err != nil || len(f.Post.Media) != 1 {
		t.Fatalf("%v: %+v", err, f)
	}
	return f.Post.Media[0]
}

func TestRequestsThatSkeinDidNotWrite(t *testing.T) {
	b := settle(t, town(), instance.Options{}).backend
	r := timeline.Request{Body: json.RawMessage(`[1]`)}
	if out := b.Send(t.Context(), r); out.Verdict != timeline.Rejected {
		t.Errorf("sent: %s", out.Verdict)
	}
	if out := b.Settle(t.Context(), r); out.Verdict != timeline.Hopeless {
		t.Errorf("settled: %s", out.Verdict)
	}
}
