package bluesky

import (
	"bytes"
	"testing"

	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// BenchmarkHome is a whole reading of the home timeline in a new process: the
// session from the vault, one request, and what comes of it.
func BenchmarkHome(b *testing.B) {
	s := startPDS(b, world.New(world.Options{Seed: 1}), pds.Options{})
	c, _ := signIn(b, s)
	b.ReportAllocs()
	for b.Loop() {
		backend, err := New(c)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := backend.Home(b.Context(), timeline.Page{Limit: 40}); err != nil {
			b.Fatal(err)
		}
		if err := backend.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadCAR is what looking through an archive costs.
func BenchmarkReadCAR(b *testing.B) {
	w := world.New(world.Options{Seed: 1})
	s := startPDS(b, w, pds.Options{})
	car := repository(b, s, s.DID(followed(b, w)))
	b.SetBytes(int64(len(car)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readCAR(bytes.NewReader(car)); err != nil {
			b.Fatal(err)
		}
	}
}
