package nostr

import (
	"testing"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// TestARelayThatWasLostIsNoEnd: a relay that answered and then is away may hold
// what is older; nothing left at the others is not the end of the feed.
func TestARelayThatWasLostIsNoEnd(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{}, sandbox.Options{})
	b := reader(t, servers)
	p := timeline.Page{Limit: 5}
	batch, err := b.Home(t.Context(), p)
	if err != nil || batch.Older == "" {
		t.Fatalf("the newest page: %v, older %q", err, batch.Older)
	}
	if err := servers[1].Close(); err != nil {
		t.Fatal(err)
	}
	for batch.Older != "" {
		p.Before = batch.Older
		if batch, err = b.Home(t.Context(), p); err != nil {
			if timeline.CodeOf(err) != timeline.CodeOffline {
				t.Fatalf("at the end: %v", err)
			}
			return
		}
	}
	t.Error("the feed is said to have ended while a relay is away that was there before")
}
