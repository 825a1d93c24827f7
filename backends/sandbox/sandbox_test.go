package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"
	"go.uber.org/goleak"

	"skein/backends/sandbox/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait; nothing takes a tenth of it.
const patience = 20 * time.Second

func start(t testing.TB, o Options) (*Sandbox, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	s, err := Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s, ctx
}

// call sends one request and decodes the JSON that must come back.
func call(ctx context.Context, t *testing.T, method, url, token, body string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	var client http.Client
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s: %s", method, url, resp.Status, raw)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s %s: %v in %.200s", method, url, err, raw)
	}
}

type status struct {
	URI       string    `json:"uri"`
	Content   string    `json:"content"`
	CreatedAt time.Time `json:"created_at"`
	Account   struct {
		Acct string `json:"acct"`
	} `json:"account"`
}

func (s *Sandbox) mastodonHome(ctx context.Context, t *testing.T) []status {
	t.Helper()
	var page []status
	call(ctx, t, http.MethodGet, s.Mastodon.URL+"/api/v1/timelines/home?limit=20", s.Mastodon.Token, "", &page)
	return page
}

type feed struct {
	Feed []struct {
		Post struct {
			URI    string `json:"uri"`
			Record struct {
				Text      string    `json:"text"`
				CreatedAt time.Time `json:"createdAt"`
			} `json:"record"`
		} `json:"post"`
	} `json:"feed"`
}

func (s *Sandbox) blueskySession(ctx context.Context, t *testing.T) string {
	t.Helper()
	var session struct {
		AccessJwt string `json:"accessJwt"`
		DID       string `json:"did"`
	}
	body := fmt.Sprintf(`{"identifier":%q,"password":%q}`, s.Bluesky.Handle, s.Bluesky.AppPassword)
	call(ctx, t, http.MethodPost, s.Bluesky.URL+"/xrpc/com.atproto.server.createSession", "", body, &session)
	if session.DID != s.Bluesky.DID {
		t.Errorf("signed in as %s, want %s", session.DID, s.Bluesky.DID)
	}
	return session.AccessJwt
}

func (s *Sandbox) blueskyHome(ctx context.Context, t *testing.T, token string) feed {
	t.Helper()
	var page feed
	call(ctx, t, http.MethodGet, s.Bluesky.URL+"/xrpc/app.bsky.feed.getTimeline?limit=20", token, "", &page)
	return page
}

// subscribe opens a subscription on a relay and returns its messages one by one.
func subscribe(ctx context.Context, t *testing.T, url, filter string) func() nostr.Envelope {
	t.Helper()
	conn, _, err := websocket.Dial(ctx, url, nil) //nolint:bodyclose // the library closes a handshake's body
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	if err := conn.Write(ctx, websocket.MessageText, []byte(`["REQ","test",`+filter+`]`)); err != nil {
		t.Fatal(err)
	}
	return func() nostr.Envelope {
		t.Helper()
		_, raw, err := conn.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		envelope := nostr.ParseMessage(string(raw))
		if envelope == nil {
			t.Fatalf("%s sent %.200s", url, raw)
		}
		return envelope
	}
}

// stored reads the events up to EOSE.
func stored(t *testing.T, next func() nostr.Envelope) []nostr.Event {
	t.Helper()
	var events []nostr.Event
	for {
		switch e := next().(type) {
		case *nostr.EventEnvelope:
			events = append(events, e.Event)
		case *nostr.EOSEEnvelope:
			return events
		default:
			t.Fatalf("unexpected %s", e.Label())
		}
	}
}

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

// fresh returns how the written posts of the trickle begin, enough to know them by.
func (s *Sandbox) fresh(network string) []string {
	var openings []string
	for _, p := range s.world.Later {
		if p.Network != network || len(p.Text) == 0 || !strings.HasPrefix(p.Key, "later-") {
			continue
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
