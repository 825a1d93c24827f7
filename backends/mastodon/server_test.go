package mastodon

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"skein/backends/sandbox/instance"
	"skein/timeline"
)

func TestReadServer(t *testing.T) {
	for said, want := range map[string]string{
		"mastodon.social":                     "https://mastodon.social",
		" Mastodon.Social\n":                  "https://mastodon.social",
		"@me@mastodon.social":                 "https://mastodon.social",
		"me@mastodon.social":                  "https://mastodon.social",
		"acct:me@mastodon.social":             "https://mastodon.social",
		"https://mastodon.social/@me":         "https://mastodon.social",
		"mastodon.social/@me@far.example":     "https://mastodon.social",
		"https://mastodon.social:8443/about/": "https://mastodon.social:8443",
		"http://127.0.0.1:3000":               "http://127.0.0.1:3000",
		"http://[::1]:3000/":                  "http://[::1]:3000",
		"localhost:3000":                      "https://localhost:3000",
		"bücher.example":                      "https://xn--bcher-kva.example",
		"@me@xn--bcher-kva.example":           "https://xn--bcher-kva.example",
		"mastodon.social\x1b[2J":              "",
		"":                                    "",
		"@":                                   "",
		"me":                                  "",
		"@me":                                 "",
		"two words.example":                   "",
		"https://":                            "",
		"https://me:secret@mastodon.social":   "",
		"ftp://mastodon.social":               "",
	} {
		base, _, err := readServer(said)
		got := ""
		if err == nil {
			got = base.String()
		}
		if got != want || err != nil && timeline.CodeOf(err) != timeline.CodeUsage {
			t.Errorf("%q is %q, want %q: %v", said, got, want, err)
		}
	}
}

// TestFindServer: the host of a handle need not be the server's.
func TestFindServer(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	to := func(path string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, h.URL()+path, http.StatusMovedPermanently)
		}
	}
	host := func(own map[string]http.HandlerFunc) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if do := own[r.URL.Path]; do != nil {
				do(w, r)
				return
			}
			http.Error(w, "<html>nothing", http.StatusNotFound)
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	for name, c := range map[string]struct {
		said string
		want string // "": the host itself
	}{
		"the server":         {h.URL(), h.URL()},
		"a profile":          {h.URL() + "/@ana", h.URL()},
		"all is redirected":  {host(map[string]http.HandlerFunc{"/api/v2/instance": to("/api/v2/instance")}), h.URL()},
		"host-meta":          {host(map[string]http.HandlerFunc{"/.well-known/host-meta": to("/.well-known/host-meta")}), h.URL()},
		"nodeinfo":           {host(map[string]http.HandlerFunc{"/.well-known/nodeinfo": says(200, `{"links":[{"href":"`+h.URL()+`/nodeinfo/2.0"}]}`)}), h.URL()},
		"limited federation": {host(map[string]http.HandlerFunc{"/api/v2/instance": says(401, `{"error":"This method requires an authenticated user"}`)}), ""},
		"the old call":       {host(map[string]http.HandlerFunc{"/api/v1/instance": says(200, `{"uri":"x.example","version":"2.7.2 (compatible; Pleroma 2.5)"}`)}), ""},
	} {
		got, err := findServer(t.Context(), h.client, c.said)
		if c.want == "" {
			c.want = c.said
		}
		if err != nil || got.base.String() != c.want {
			t.Errorf("%s: %v, %v, want %s", name, got, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		said  string
		code  timeline.Code
		words string
	}{
		"another site":    {host(nil), timeline.CodeNotFound, "does not answer like a Mastodon server; is the address right?"},
		"JSON of its own": {host(map[string]http.HandlerFunc{"/api/v2/instance": says(200, `{"version":"1"}`)}), timeline.CodeNotFound, "is the address right?"},
		"a broken server": {host(map[string]http.HandlerFunc{"/api/v2/instance": says(502, ``)}), timeline.CodeServer, "502"},
		"nobody":          {"http://127.0.0.1:1", timeline.CodeOffline, "could not connect"},
		"plain http":      {"http://plain.example", timeline.CodeRefused, "plain http"},
		"no name":         {"me", timeline.CodeUsage, "looks like mastodon.social"},
	} {
		_, err := findServer(t.Context(), h.client, c.said)
		if timeline.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %s %v, want %s with %q", name, timeline.CodeOf(err), err, c.code, c.words)
		}
	}
}
