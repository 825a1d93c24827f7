package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"skein/timeline"
	"skein/timeline/specimen"
)

// BenchmarkCarryCache writes out a cache, and reads it into an empty one.
func BenchmarkCarryCache(b *testing.B) {
	const n = 20_000
	posts := slices.Collect(specimen.Posts(1, n))
	a := benchApp(b)
	cache, err := a.cache(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for some := range slices.Chunk(posts, keepAtOnce) {
		if _, err := cache.Keep(b.Context(), timeline.Haul{Posts: some}); err != nil {
			b.Fatal(err)
		}
	}
	var out bytes.Buffer
	b.Run("export", func(b *testing.B) {
		for b.Loop() {
			out.Reset()
			if err := a.exportCache(b.Context(), &out, exportFlags{}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "posts/s")
	})
	if out.Len() == 0 { // export was not asked for
		if err := a.exportCache(b.Context(), &out, exportFlags{}); err != nil {
			b.Fatal(err)
		}
	}
	file := filepath.Join(b.TempDir(), "cache.ndjson")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	b.Run("import", func(b *testing.B) {
		for b.Loop() {
			into := benchApp(b)
			into.out = io.Discard
			if err := into.importFile(b.Context(), file, importFlags{yes: true}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "posts/s")
	})
}

// benchApp is a program with an empty home.
func benchApp(b *testing.B) *app {
	b.Helper()
	home := b.TempDir()
	a := quietApp(specimen.Newest)
	a.env = func(name string) (string, bool) { return home, name == "SKEIN_HOME" }
	if err := a.setup(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(a.close)
	return a
}
