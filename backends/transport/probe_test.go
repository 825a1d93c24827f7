package transport_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"skein/backends/transport"
	"skein/timeline"
)

func TestProbeTellsTheWay(t *testing.T) {
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead {
			t.Errorf("it was asked with %s", r.Method)
		}
		w.Header().Set("Date", now.Add(-3*time.Minute).Format(http.TimeFormat))
		w.WriteHeader(http.StatusNotFound)
	})
	c := transport.New(transport.Options{Allow: []string{"127.0.0.1"}, Now: func() time.Time { return now }})
	t.Cleanup(c.Close)
	p, err := c.Probe(t.Context(), strings.Replace(s.URL, "http", "ws", 1)+"/relay")
	if err != nil {
		t.Fatal(err)
	}
	if p.Address != strings.TrimPrefix(s.URL, "http://") || p.Connect <= 0 || p.Answer <= 0 || p.TLS != "" || p.Proxy != "" {
		t.Errorf("%+v", p)
	}
	if early := p.Skew - 3*time.Minute; !p.Told || early < -2*time.Second || early > 2*time.Second {
		t.Errorf("our clock is %v ahead, %v", p.Skew, p.Told)
	}
}

func TestProbeThatFailsTellsHowFarItCame(t *testing.T) {
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(untrusted.Close)
	untrusted.Config.ErrorLog = nil
	p, err := client(t).Probe(t.Context(), untrusted.URL)
	if err == nil || !strings.Contains(err.Error(), "certificate") || p.Connect <= 0 || p.Shake != 0 || p.TLS != "" {
		t.Errorf("%+v, %v", p, err)
	}
	p, err = client(t).Probe(t.Context(), "http://127.0.0.1:1")
	wantCode(t, err, timeline.CodeOffline)
	if p != (transport.Probed{}) {
		t.Errorf("nobody is there: %+v", p)
	}
	_, err = client(t).Probe(t.Context(), "no address")
	wantCode(t, err, timeline.CodeUsage)
}

func TestAllowanceIsRemembered(t *testing.T) {
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	c := transport.New(transport.Options{Allow: []string{"127.0.0.1"}, Now: func() time.Time { return now }})
	t.Cleanup(c.Close)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		prefix, reset := "X-RateLimit-", now.Add(time.Minute).Format(time.RFC3339)
		if r.URL.Path == "/bluesky" {
			prefix, reset = "RateLimit-", "1773489720" // two minutes from now
		}
		w.Header().Set("Date", now.Format(http.TimeFormat))
		w.Header().Set(prefix+"Limit", "300")
		w.Header().Set(prefix+"Remaining", "299")
		w.Header().Set(prefix+"Reset", reset)
	})
	host := strings.TrimPrefix(s.URL, "http://")
	if a, ok := c.Allowance(host); ok {
		t.Errorf("nobody was asked: %+v", a)
	}
	for path, left := range map[string]time.Duration{"/mastodon": time.Minute, "/bluesky": 2 * time.Minute} {
		if _, err := get(t, c, s.URL+path); err != nil {
			t.Fatal(err)
		}
		if a, ok := c.Allowance(host); !ok || a != (transport.Allowance{Limit: 300, Left: 299, Until: now.Add(left)}) {
			t.Errorf("%s: %+v, %v", path, a, ok)
		}
	}
	now = now.Add(3 * time.Minute)
	if a, ok := c.Allowance(host); ok {
		t.Errorf("it is over: %+v", a)
	}
}
