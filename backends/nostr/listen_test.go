package nostr

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
)

// held asks a relay for notes while no signature can be checked. under tells how many
// wait for that; free lets it begin, and returns the answer.
func held(t *testing.T, s *sandbox.Server, limit int) (under func() int, free func() answer) {
	b := unhurried(reader(t, []*sandbox.Server{s}))
	v := b.pool.verify
	v.slots = make(chan struct{}, 1)
	v.slots <- struct{}{}
	let := sync.OnceFunc(func() { <-v.slots })
	t.Cleanup(let) // before the Backend is closed, which waits
	answered := make(chan answer, 1)
	go func() {
		answered <- b.ask(t.Context(), map[string]nostr.Filters{s.URL(): {{Kinds: []int{kindNote}, Limit: limit}}})[s.URL()]
	}()
	under = func() int {
		v.mu.Lock()
		defer v.mu.Unlock()
		return len(v.under)
	}
	return under, func() answer {
		let()
		return <-answered
	}
}

// reaches waits until n is at least want.
func reaches(t *testing.T, n func() int, want int) {
	t.Helper()
	patience := time.After(20 * time.Second)
	for tick := time.NewTicker(time.Millisecond); n() < want; {
		select {
		case <-tick.C:
		case <-patience:
			t.Fatalf("%d signatures are being checked, want %d", n(), want)
		}
	}
}

// TestSignaturesAreCheckedAhead: the frames behind an event are read while its signature
// is checked, so that theirs are checked, too; what comes of it keeps its order.
func TestSignaturesAreCheckedAhead(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	under, free := held(t, servers[0], 30)
	reaches(t, under, aheadFrames)
	a := free()
	if !a.complete() || len(a.events) != 30 || !slices.IsSortedFunc(a.events, byTime) {
		t.Errorf("%d events, %v, in order: %t", len(a.events), a.err, slices.IsSortedFunc(a.events, byTime))
	}
}

// TestNothingIsReadAheadOfALargeFrame: many relays could else fill the memory.
func TestNothingIsReadAheadOfALargeFrame(t *testing.T) {
	servers := empty(t, sandbox.Options{})
	for range 3 {
		servers[0].Put(*sample(t, nostr.Tags{{"n", nostr.GeneratePrivateKey()}}, strings.Repeat("x", aheadBytes)))
	}
	under, free := held(t, servers[0], 30)
	reaches(t, under, 1)
	time.Sleep(100 * time.Millisecond) // nothing tells that nothing comes
	if n := under(); n != 1 {
		t.Errorf("%d large frames are in memory", n)
	}
	if a := free(); !a.complete() || len(a.events) != 3 {
		t.Errorf("%d events, %v", len(a.events), a.err)
	}
}
