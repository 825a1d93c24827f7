package mastodon

import (
	"encoding/json"
	"net/http"
	"testing"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// homePage is what the sandbox answers for a page of its home timeline.
func homePage(b *testing.B) (*Backend, []byte) {
	b.Helper()
	s, err := instance.Start(world.New(world.Options{}), instance.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	backend := newBackend(b, newClient(b), s.URL(), "@you@"+s.Host(), s.Token(world.Viewer))
	a, err := backend.open(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	got, err := a.ask(b.Context(), http.MethodGet, "/api/v1/timelines/home?limit=40")
	if err != nil {
		b.Fatal(err)
	}
	return backend, got.body
}

// BenchmarkDecodeHome makes posts of the bytes of a page of 40, as a first reading
// does: no post is known yet.
func BenchmarkDecodeHome(b *testing.B) {
	backend, body := homePage(b)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		d := *backend.decode
		d.index = newIndex(indexSize)
		var raws []json.RawMessage
		if err := json.Unmarshal(body, &raws); err != nil {
			b.Fatal(err)
		}
		if p := d.page(raws); len(p.posts) != pageSize {
			b.Fatalf("%d posts", len(p.posts))
		}
	}
}

// BenchmarkHome reads a page from the sandbox, whose own work is in it.
func BenchmarkHome(b *testing.B) {
	backend, _ := homePage(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := backend.Home(b.Context(), timeline.Page{Limit: pageSize}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPage is the same without decoding: what the server and the transport cost.
func BenchmarkPage(b *testing.B) {
	backend, _ := homePage(b)
	a, err := backend.open(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := a.ask(b.Context(), http.MethodGet, "/api/v1/timelines/home?limit=40"); err != nil {
			b.Fatal(err)
		}
	}
}
