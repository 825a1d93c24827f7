package nostr

import (
	"testing"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// BenchmarkFrame reads a message that brings an event.
func BenchmarkFrame(b *testing.B) {
	text := "a post of usual length, with <b> & \"quotes\",\nsome lines and a link: https://example.org/some/where"
	m, err := encode("EVENT", "s1", sample(b, nostr.Tags{{"e", id(1), "wss://relay.example", "root", id(2)}, {"p", id(3)}}, text))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(m)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseFrame(m); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSignature checks one of an author who was met before.
func BenchmarkSignature(b *testing.B) {
	v, e := newVerifier(), sample(b, nil, "hi")
	for b.Loop() {
		if !v.check(e) {
			b.Fatal("not signed")
		}
	}
}

// BenchmarkHome is what a command pays that has just started: connections to three
// relays, the circle, a page of forty posts with all that they show. The relays' own
// work is in it, too.
func BenchmarkHome(b *testing.B) {
	servers := startRelays(b, world.New(world.Options{Seed: 1}), sandbox.Options{}, sandbox.Options{}, sandbox.Options{})
	b.ReportAllocs()
	for b.Loop() {
		skein := reader(b, servers)
		batch, err := skein.Home(b.Context(), timeline.Page{Limit: 40})
		if err != nil || len(batch.Posts) == 0 {
			b.Fatalf("%d posts, %v", len(batch.Posts), err)
		}
		if err := skein.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
