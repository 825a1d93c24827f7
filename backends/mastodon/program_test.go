package mastodon

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
)

// A page that something else has put in the way of nodeinfo once does not make the
// server one of which nothing is known; one that stays does.
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
	}
}
