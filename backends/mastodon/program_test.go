package mastodon

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// A page that something else has put in the way of nodeinfo once does not make the
// server one of which nothing is known; one that stays does, until it is gone.
func TestSoftwareIsAskedTwice(t *testing.T) {
	for pages, want := range map[int64]string{0: "mastodon", 1: "mastodon", 2: ""} {
		f := front(t, instance.Options{})
		var asked atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/.well-known/nodeinfo" && asked.Add(1) <= pages {
				fmt.Fprint(w, "<html>Welcome to our hotel</html>")
				return
			}
			f.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		b := newBackend(t, newClient(t), server.URL, "@you@"+f.Host(), f.Token(world.Viewer))
		a, err := b.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if p, err := b.software(t.Context(), a); err != nil || p.Name != want {
			t.Errorf("after %d pages: %+v, %v", pages, p, err)
		}
		if p, err := b.software(t.Context(), a); err != nil || p.Name != "mastodon" {
			t.Errorf("asked again after %d pages: %+v, %v", pages, p, err)
		}
	}
}

// A post that was prepared while nodeinfo was no sense is judged by what the server
// turns out to be.
func TestSettleLearnsWhatPrepareCouldNot(t *testing.T) {
	f := front(t, instance.Options{})
	prepared := prepare(t, f.backend, note(f.backend, "at the hotel"))
	for name, want := range map[string]timeline.Verdict{"": timeline.Absent, "gotosocial": timeline.Uncertain} {
		request, err := thaw(prepared)
		if err != nil {
			t.Fatal(err)
		}
		request.Program = program{Name: name}
		body, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		out := f.backend.Settle(t.Context(), timeline.Request{Body: body, First: time.Now(), Last: time.Now(), Tries: 1})
		if out.Verdict != want {
			t.Errorf("prepared for %q: %s, %v", name, out.Verdict, out.Err)
		}
	}
}
