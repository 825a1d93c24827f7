package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"
	"go.uber.org/goleak"

	"skein/backends/sandbox/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMastodonAnswers(t *testing.T) {
	s, ctx := start(t, Options{})
	page := s.mastodonHome(ctx, t)
	if len(page) != 20 {
		t.Fatalf("the home page has %d statuses, want 20", len(page))
	}
	for _, st := range page {
		if !strings.Contains(st.URI, mastodonHost) {
			t.Errorf("status %s is not of %s", st.URI, mastodonHost)
		}
	}
	if s.Mastodon.Handle != "you@marsh.example" {
		t.Errorf("the handle is %q", s.Mastodon.Handle)
	}
}

func TestBlueskyAnswers(t *testing.T) {
	s, ctx := start(t, Options{})
	page := s.blueskyHome(ctx, t, s.blueskySession(ctx, t))
	if len(page.Feed) != 20 {
		t.Fatalf("the timeline has %d posts, want 20", len(page.Feed))
	}
	if !strings.HasSuffix(s.Bluesky.Handle, "."+blueskyDomain) {
		t.Errorf("the handle is %q", s.Bluesky.Handle)
	}
}

func TestNostrAnswers(t *testing.T) {
	s, ctx := start(t, Options{})
	if len(s.Nostr.Relays) != relays {
		t.Fatalf("%d relays, want %d", len(s.Nostr.Relays), relays)
	}
	for _, url := range s.Nostr.Relays {
		events := stored(t, subscribe(ctx, t, url, `{"kinds":[1],"limit":10}`))
		if len(events) != 10 {
			t.Errorf("%s gave %d notes, want 10", url, len(events))
		}
		for _, e := range events {
			if ok, err := e.CheckSignature(); !e.CheckID() || !ok || err != nil {
				t.Errorf("%s gave an event that does not verify: %v", url, e)
			}
		}
	}
	kind, secret, err := nip19.Decode(s.Nostr.NSec)
	if err != nil || kind != "nsec" {
		t.Fatalf("the secret decodes as %q: %v", kind, err)
	}
	public, err := nostr.GetPublicKey(fmt.Sprint(secret))
	if err != nil || public != s.Nostr.PubKey {
		t.Errorf("the secret is that of %s, want %s (%v)", public, s.Nostr.PubKey, err)
	}
	lists := stored(t, subscribe(ctx, t, s.Nostr.Relays[0], fmt.Sprintf(`{"kinds":[3,10002],"authors":[%q]}`, public)))
	if len(lists) != 2 {
		t.Errorf("%d lists of the viewer, want follows and relays", len(lists))
	}
}

// TestPostsAreDatedByTheClock starts at a moment long gone.
func TestPostsAreDatedByTheClock(t *testing.T) {
	now := time.Date(2021, 3, 4, 5, 6, 7, 0, time.UTC)
	s, ctx := start(t, Options{Now: func() time.Time { return now }})
	dates := map[string]time.Time{}
	dates[world.Mastodon] = s.mastodonHome(ctx, t)[0].CreatedAt
	dates[world.Bluesky] = s.blueskyHome(ctx, t, s.blueskySession(ctx, t)).Feed[0].Post.Record.CreatedAt
	for _, url := range s.Nostr.Relays {
		filter := fmt.Sprintf(`{"kinds":[1],"until":%d,"limit":1}`, now.Unix())
		for _, e := range stored(t, subscribe(ctx, t, url, filter)) {
			dates[url] = e.CreatedAt.Time()
		}
	}
	if len(dates) != 2+relays {
		t.Errorf("somebody has no posts: %v", dates)
	}
	for place, at := range dates {
		if age := now.Sub(at); age < 0 || age > 15*time.Minute {
			t.Errorf("the newest post of %s is from %s, want a little before %s", place, at, now)
		}
	}
}

func TestPublishRefusesWhatItCannotPlace(t *testing.T) {
	s, _ := start(t, Options{Size: 1})
	if err := s.Publish(world.Post{Key: "x", Network: "usenet", By: "kit"}); err == nil || !strings.Contains(err.Error(), "usenet") {
		t.Errorf("a post for usenet: %v", err)
	}
	for _, network := range []string{world.Mastodon, world.Bluesky, world.Nostr} {
		if err := s.Publish(world.Post{Key: "x", Network: network, By: "nobody"}); err == nil {
			t.Errorf("%s took a post by nobody", network)
		}
	}
}

func TestCloseEndsEverythingAndMayBeRepeated(t *testing.T) {
	s, err := Start(t.Context(), Options{Trickle: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	for _, url := range []string{s.Mastodon.URL, s.Bluesky.URL, strings.Replace(s.Nostr.Relays[0], "ws", "http", 1)} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		var client http.Client
		if resp, err := client.Do(req); err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s still answers", url)
		}
	}
}

func TestTwoSandboxesOfOneSeedAreAlike(t *testing.T) {
	a, ctx := start(t, Options{Seed: 3})
	b, _ := start(t, Options{Seed: 3})
	if a.Mastodon.Token != b.Mastodon.Token || a.Bluesky.DID != b.Bluesky.DID || a.Nostr.NSec != b.Nostr.NSec {
		t.Error("the viewer is somebody else the second time")
	}
	one, two := a.mastodonHome(ctx, t), b.mastodonHome(ctx, t)
	for i := range one {
		if one[i].Content != two[i].Content {
			t.Errorf("status %d differs", i)
		}
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := Start(b.Context(), Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
