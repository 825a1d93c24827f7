package mastodon

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// fault is what happens to one request on the way to an honest server.
type fault string

const (
	pass       fault = ""
	dropAnswer fault = "the answer is dropped"         // after the server has done it
	cutAnswer  fault = "the answer is cut"             // likewise
	spoil      fault = "the answer is spoilt"          // likewise
	serverSays fault = "done, and yet 500"             // likewise
	dropAsked  fault = "the request is dropped"        // the server never sees it
	late       fault = "the request comes late"        // its client is gone by then
	busy       fault = "503"                           // the server never sees it
	patient    fault = "429"                           // likewise
	contested  fault = "409"                           // likewise
	redirected fault = "a redirect to somewhere else"  // likewise
	confirm    fault = "200, and nothing done"         // likewise
	dropKept   fault = "the kept connection just ends" // after the server has done it
)

// between is a proxy before an instance that breaks requests which write.
type between struct {
	*home           // signed in through the proxy
	direct *Backend // signed in past it
	proxy  string   // address

	mu     sync.Mutex
	faults []fault // of the next new posts, in turn
	seen   []string
	late   sync.WaitGroup
}

// front starts an instance behind a proxy.
func front(t *testing.T, o instance.Options, posts ...world.Post) *between {
	t.Helper()
	f := &between{home: settle(t, town(posts...), o)}
	f.direct = f.backend
	proxy := httptest.NewServer(f)
	t.Cleanup(proxy.Close)
	t.Cleanup(f.late.Wait)
	f.proxy = proxy.URL
	f.backend = newBackend(t, newClient(t), proxy.URL, "@you@"+f.Host(), f.Token(world.Viewer))
	f.backend.patience = 400 * time.Millisecond
	return f
}

// next sets what happens to the next new posts.
func (f *between) next(faults ...fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = faults
}

// count counts the requests that came to the proxy.
func (f *between) count(method, path string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, s := range f.seen {
		if s == method+" "+path {
			n++
		}
	}
	return n
}

func (f *between) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	f.seen = append(f.seen, r.Method+" "+r.URL.Path)
	broken := pass
	if write := r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/media"); write && len(f.faults) > 0 {
		broken, f.faults = f.faults[0], f.faults[1:]
	}
	f.mu.Unlock()
	switch broken {
	case dropAsked:
		panic(http.ErrAbortHandler)
	case busy:
		http.Error(w, `{"error":"busy"}`, http.StatusServiceUnavailable)
		return
	case patient:
		w.Header().Set("Retry-After", "1")
		http.Error(w, `{"error":"too many"}`, http.StatusTooManyRequests)
		return
	case confirm:
		_, _ = io.WriteString(w, "{}")
		return
	case contested:
		http.Error(w, `{"error":"try again"}`, http.StatusConflict)
		return
	case redirected:
		http.Redirect(w, r, "https://elsewhere.example/", http.StatusFound)
		return
	case late:
		f.late.Go(func() {
			time.Sleep(150 * time.Millisecond) // the fault itself: a request that is held up somewhere
			_, _ = f.forward(r, body)
		})
		panic(http.ErrAbortHandler)
	}
	resp, err := f.forward(r, body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	f.pass(w, resp, broken)
}

// pass hands an answer back, or what is left of it.
func (f *between) pass(w http.ResponseWriter, resp reply, broken fault) {
	switch broken {
	case dropAnswer, dropKept:
		panic(http.ErrAbortHandler)
	case serverSays:
		http.Error(w, `{"error":"oh"}`, http.StatusInternalServerError)
		return
	case spoil:
		resp.body = []byte("<html>It works!</html>")
	case cutAnswer:
		w.Header().Set("Content-Length", "99999")
	}
	for key, values := range resp.header {
		if key != "Content-Length" {
			w.Header()[key] = values
		}
	}
	w.WriteHeader(resp.status)
	if broken == cutAnswer {
		resp.body = resp.body[:len(resp.body)/2]
	}
	_, _ = w.Write(resp.body)
}

type reply struct {
	status int
	header http.Header
	body   []byte
}

func (f *between) forward(r *http.Request, body []byte) (reply, error) {
	req, err := http.NewRequest(r.Method, f.URL()+r.URL.RequestURI(), bytes.NewReader(body)) // without a context: a late request outlives its client
	if err != nil {
		return reply{}, err
	}
	req.Header = r.Header.Clone()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	resp, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, raw}, err
}

// posts are the viewer's own, read past the proxy.
func (f *between) posts(t *testing.T) []*timeline.Post {
	t.Helper()
	got, err := f.direct.ProfilePosts(t.Context(), "you@"+f.Host(), timeline.Page{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return got.Posts
}
