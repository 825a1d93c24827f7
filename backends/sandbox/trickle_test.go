package sandbox

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/sandbox/world"
)

// fresh returns how the written posts of the trickle begin, enough to know them by.
func (s *Sandbox) fresh(network string) []string {
	var openings []string
	for _, p := range s.world.Later {
		if p.Network != network || len(p.Text) == 0 || strings.HasPrefix(p.Key, "later-form-") {
			continue // set forms begin alike
		}
		if text, _, _ := strings.Cut(p.Text[0].Text, "\n"); p.Text[0].Kind == world.Plain && len(text) >= 20 {
			openings = append(openings, text[:20])
		}
	}
	return openings
}

func containsAny(text string, openings []string) bool {
	return slices.ContainsFunc(openings, func(o string) bool { return strings.Contains(text, o) })
}

func TestTheTrickleArrivesEverywhere(t *testing.T) {
	s, ctx := start(t, Options{Trickle: 5 * time.Millisecond})
	next := subscribe(ctx, t, s.Nostr.Relays[0], `{"kinds":[1],"limit":1}`)
	token := s.blueskySession(ctx, t)

	arrived := map[string]func() bool{ // fails the test itself once ctx is over
		world.Nostr: func() bool {
			e, ok := next().(*nostr.EventEnvelope)
			return ok && containsAny(e.Content, s.fresh(world.Nostr))
		},
		world.Mastodon: func() bool {
			return slices.ContainsFunc(s.mastodonHome(ctx, t), func(st status) bool {
				return containsAny(st.Content, s.fresh(world.Mastodon))
			})
		},
		world.Bluesky: func() bool {
			for _, item := range s.blueskyHome(ctx, t, token).Feed {
				if containsAny(item.Post.Record.Text, s.fresh(world.Bluesky)) {
					return true
				}
			}
			return false
		},
	}
	for _, network := range []string{world.Nostr, world.Mastodon, world.Bluesky} {
		if len(s.fresh(network)) < 3 {
			t.Fatalf("too few posts to know the trickle of %s by", network)
		}
		for !arrived[network]() {
			continue
		}
	}
}

func TestEveryPostOfTheTrickleIsTaken(t *testing.T) {
	s, _ := start(t, Options{Size: 1})
	for _, p := range s.world.Later {
		if err := s.Publish(p); err != nil {
			t.Errorf("%s/%s: %v", p.Network, p.Key, err)
		}
	}
}

// lines collects a log.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func TestARefusedPostIsLoggedAndTheTrickleGoesOn(t *testing.T) {
	var log lines
	s, ctx := start(t, Options{Size: 1, Log: slog.New(slog.NewTextHandler(&log, nil))})
	s.world.Later = []world.Post{
		{Key: "lost", Network: world.Nostr, By: "nobody"},
		{Key: "found", Network: world.Nostr, By: "kit", Text: []world.Part{{Text: "still here"}}},
	}
	s.trickle(ctx, newPauses(1, time.Microsecond))
	if !strings.Contains(log.String(), "lost") {
		t.Errorf("the log says nothing of the refused post: %q", log.String())
	}
	if err := s.Publish(world.Post{Key: "reply", Network: world.Nostr, By: "kit", ReplyTo: "found", Text: []world.Part{{Text: "yes"}}}); err != nil {
		t.Errorf("the post after the refused one is missing: %v", err)
	}
}

func TestTheTrickleEndsWithItsContext(t *testing.T) {
	s, ctx := start(t, Options{Size: 1})
	over, end := context.WithCancel(ctx)
	end()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.trickle(over, newPauses(1, time.Hour))
	}()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatal("the trickle runs on")
	}
	if page := s.mastodonHome(ctx, t); len(page) == 0 {
		t.Error("the servers ended with the trickle")
	}
}

func TestPausesKeepToTheirMean(t *testing.T) {
	const mean, n = time.Second, 2000
	p := newPauses(1, mean)
	var sum time.Duration
	for range n {
		d := p.next()
		if d < mean*7/10 || d > mean*13/10 {
			t.Fatalf("a pause of %s", d)
		}
		sum += d
	}
	if average := sum / n; average < mean*97/100 || average > mean*103/100 {
		t.Errorf("the pauses are %s on average, want %s", average, mean)
	}
}
