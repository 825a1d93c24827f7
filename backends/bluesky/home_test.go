package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

// scripted is a server whose home timeline a test writes by hand.
type scripted struct {
	mu    sync.Mutex
	posts []json.RawMessage // newest first
	loop  bool              // repeat the cursor for ever
	calls int
	limit []string // of each request
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "listNotifications") { // nothing ever happens to the account
		_, _ = io.WriteString(w, `{"notifications":[]}`)
		return
	}
	if strings.HasSuffix(r.URL.Path, "getPreferences") {
		_, _ = w.Write([]byte(`{"preferences":[]}`))
		return
	}
	s.calls++
	s.limit = append(s.limit, r.URL.Query().Get("limit"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	from, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
	from = min(from, len(s.posts))
	to := min(from+limit, len(s.posts))
	out := map[string]any{"feed": s.posts[from:to]}
	if to < len(s.posts) {
		out["cursor"] = strconv.Itoa(to)
	}
	if s.loop {
		out["cursor"] = "again"
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(out); err != nil {
		panic(err) // the test's own data
	}
}

// add puts posts on top; n numbers them, and their time is noon plus n seconds
// unless late says how much earlier they claim to be.
func (s *scripted) add(t *testing.T, late time.Duration, numbers ...int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range numbers {
		at := noon.Add(time.Duration(n)*time.Second - late)
		raw := fmt.Appendf(nil, `{"post":%s}`, view(t, m{
			"uri": fmt.Sprintf("at://%s/app.bsky.feed.post/%d", did1, n), "indexedAt": noon.Add(time.Hour).Format(time.RFC3339),
			"record": m{"$type": postNSID, "text": strconv.Itoa(n), "createdAt": at.Format(time.RFC3339)},
		}))
		i := 0
		for i < len(s.posts) && s.at(t, i).After(at) {
			i++
		}
		s.posts = append(s.posts[:i], append([]json.RawMessage{raw}, s.posts[i:]...)...)
	}
}

func (s *scripted) at(t *testing.T, i int) time.Time {
	t.Helper()
	return testDecoder().item(s.posts[i]).Sorted
}

func (s *scripted) start(t *testing.T) *Backend {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	store := account.NewMemory()
	if err := store.Save(t.Context(), "a", account.Credentials{account.AccessJWT: account.NewSecret("x")}); err != nil {
		t.Fatal(err)
	}
	return open(t, Config{
		Account: timeline.Account{ID: "a", Network: timeline.Bluesky}, PDS: srv.URL, DID: did1, Store: store, Client: newClient(t),
	})
}

func numbers(from, to int) []int {
	var out []int
	for n := from; n <= to; n++ {
		out = append(out, n)
	}
	return out
}

func after(t *testing.T, b *Backend, c timeline.Cursor) timeline.Batch {
	t.Helper()
	got, err := b.Home(t.Context(), timeline.Page{After: c, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAfterBringsLatePostsToo(t *testing.T) {
	s := &scripted{}
	s.add(t, 0, numbers(1, 30)...)
	b := s.start(t)
	first, err := b.Home(t.Context(), timeline.Page{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	s.add(t, 0, 31)
	s.add(t, 5*time.Second, 32) // claims to be older than what was on top
	s.add(t, time.Hour, 33)     // an import of something old: no news
	got := after(t, b, first.Newer)
	if texts(got.Posts) != "31 | 32" || got.Gap {
		t.Errorf("new: %s (gap %t), want 31 and the late 32", texts(got.Posts), got.Gap)
	}
	if again := after(t, b, got.Newer); len(again.Posts) != 0 || again.Newer == "" {
		t.Errorf("the same again: %s", texts(again.Posts))
	}
}

func TestAfterSurvivesDeletionOfAllItKnew(t *testing.T) {
	s := &scripted{}
	s.add(t, 0, numbers(1, 300)...)
	b := s.start(t)
	first, err := b.Home(t.Context(), timeline.Page{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.posts = s.posts[10:]
	s.mu.Unlock()
	s.add(t, 0, 301)
	if got := after(t, b, first.Newer); texts(got.Posts) != "301" || got.Gap {
		t.Errorf("new: %s (gap %t), want 301", texts(got.Posts), got.Gap)
	}
}

func TestTooManyNewPostsAreAGap(t *testing.T) {
	s := &scripted{}
	s.add(t, 0, numbers(1, 20)...)
	b := s.start(t)
	first, err := b.Home(t.Context(), timeline.Page{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	const most = defaultPage + (catchUpPages-1)*timeline.MaxPage
	s.add(t, 0, numbers(1000, 2000)...)
	s.calls = 0
	got := after(t, b, first.Newer)
	if !got.Gap || len(got.Posts) != most || s.calls != catchUpPages {
		t.Fatalf("%d posts in %d requests, gap %t; want %d in %d with a gap", len(got.Posts), s.calls, got.Gap, most, catchUpPages)
	}
	// The gap can be filled from where it begins, and what is new later is no gap.
	below, err := b.Home(t.Context(), timeline.Page{Before: got.Older, Limit: 1})
	if err != nil || texts(below.Posts) != strconv.Itoa(2000-most) {
		t.Errorf("below the gap's row: %s, %v", texts(below.Posts), err)
	}
	s.add(t, 0, 3000)
	if next := after(t, b, got.Newer); texts(next.Posts) != "3000" || next.Gap {
		t.Errorf("after the gap: %s (gap %t)", texts(next.Posts), next.Gap)
	}
}

func TestCursorThatDoesNotAdvance(t *testing.T) {
	s := &scripted{loop: true}
	s.add(t, 0, 1)
	b := s.start(t)
	if _, err := b.Home(t.Context(), timeline.Page{Before: "again"}); timeline.CodeOf(err) != timeline.CodeMalformed {
		t.Errorf("Home: %v, want code malformed", err)
	}
	if _, err := b.Home(t.Context(), timeline.Page{After: mark{Newest: 1}.cursor()}); timeline.CodeOf(err) != timeline.CodeMalformed {
		t.Errorf("Home: %v, want code malformed", err)
	}
	if s.calls > 4 {
		t.Errorf("%d requests of a server that repeats itself", s.calls)
	}
}

func TestForeignCursorIsAGap(t *testing.T) {
	s := &scripted{}
	s.add(t, 0, numbers(1, 3)...)
	if got := after(t, s.start(t), "2|old version"); !got.Gap || len(got.Posts) != 3 || got.Newer == "" {
		t.Errorf("%s (gap %t)", texts(got.Posts), got.Gap)
	}
}

// With nothing new a poll costs one post; with news it emits them oldest first,
// and only the last carries the cursor.
func TestStreamPollsCheaply(t *testing.T) {
	s := &scripted{}
	s.add(t, 0, numbers(1, 5)...)
	b := s.start(t)
	ticks := make(chan time.Time)
	b.poll.after = func(time.Duration) <-chan time.Time { return ticks }
	first, err := b.Home(t.Context(), timeline.Page{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	events, ended := make(chan timeline.Event, 16), make(chan error, 1)
	go func() { ended <- b.Stream(ctx, first.Newer, func(e timeline.Event) { events <- e }) }()
	if e := <-events; e.Status == nil || e.Status.Up != 1 {
		t.Errorf("the first event is %+v, want a status", e)
	}
	ticks <- time.Time{}
	ticks <- time.Time{} // a second one is taken only after the first was worked off
	s.add(t, 0, 6, 7)
	ticks <- time.Time{}
	one, two := <-events, <-events
	if got := texts([]*timeline.Post{one.Post, two.Post}); got != "6 | 7" || one.Cursor != "" || two.Cursor == "" {
		t.Errorf("emitted %s with cursors %q and %q", got, one.Cursor, two.Cursor)
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("Stream ended without an error")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if got, want := strings.Join(s.limit, " "), "50 1 50 1"; !strings.HasPrefix(got, want) {
		t.Errorf("limits asked for: %s, want %s …", got, want)
	}
}

func TestPaceWakesTheStream(t *testing.T) {
	s := &scripted{}
	s.add(t, 0, 1)
	b := s.start(t)
	waits := make(chan time.Duration, 8)
	b.poll.active, b.poll.idle, b.poll.random = time.Second, time.Minute, func() float64 { return 0 }
	b.poll.after = func(d time.Duration) <-chan time.Time { waits <- d; return nil }
	b.SetPace(timeline.PaceIdle)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Stream(ctx, "", func(timeline.Event) {}) }()
	if d := <-waits; d != time.Minute {
		t.Errorf("idle: waits %s", d)
	}
	b.SetPace(timeline.PaceActive)
	if d := <-waits; d != time.Second {
		t.Errorf("active: waits %s", d)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Stream ended with %v", err)
	}
}

func TestStreamEndsWithTheBackend(t *testing.T) {
	s := &scripted{}
	s.add(t, 0, 1)
	b := s.start(t)
	waits := make(chan struct{}, 8)
	b.poll.after = func(time.Duration) <-chan time.Time { waits <- struct{}{}; return nil }
	ended := make(chan error, 1)
	go func() { ended <- b.Stream(t.Context(), "", func(timeline.Event) {}) }()
	<-waits
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if timeline.CodeOf(err) != timeline.CodeOffline {
			t.Errorf("Stream ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Stream goes on without a Backend")
	}
}

func TestPublicReading(t *testing.T) {
	s := startPDS(t, smallWorld(world.Post{Key: "a", Text: says("hello")}), pds.Options{})
	b := open(t, Config{Account: timeline.Account{ID: "public", Network: timeline.Bluesky}, Client: newClient(t)})
	b.api.host = s.URL() // the public AppView cannot be reached from a test
	if _, err := b.Home(t.Context(), timeline.Page{}); timeline.CodeOf(err) != timeline.CodeUnsupported {
		t.Errorf("Home: %v, want code unsupported", err)
	}
	got, err := b.ProfilePosts(t.Context(), s.DID("ana"), timeline.Page{})
	if err != nil || texts(got.Posts) != "hello" {
		t.Errorf("posts of ana: %s, %v", texts(got.Posts), err)
	}
	if _, err := b.Thread(t.Context(), got.Posts[0].ID); err != nil {
		t.Errorf("Thread: %v", err)
	}
}

// A new process with a session that is still good asks for the timeline, once for what
// the person does not want to see in it, and for nothing else.
func TestHomeIsOneRequest(t *testing.T) {
	s := startPDS(t, world.New(world.Options{Seed: 1}), pds.Options{})
	c, _ := signIn(t, s)
	count := &counting{next: c.Client.HTTP().Transport}
	b := open(t, c)
	b.api.client = &http.Client{Transport: count}
	b.session.api.client = b.api.client
	batch, err := b.Home(t.Context(), timeline.Page{Limit: 40})
	if err != nil || len(batch.Posts) != 40 {
		t.Fatalf("%d posts, %v", len(batch.Posts), err)
	}
	if n := count.requests.Load(); n != 2 {
		t.Errorf("%d requests", n)
	}
	if _, err := b.Home(t.Context(), timeline.Page{Limit: 40}); err != nil || count.requests.Load() != 3 {
		t.Errorf("%d requests for another page, %v", count.requests.Load(), err)
	}
}

// counting counts requests.
type counting struct {
	next     http.RoundTripper
	requests atomic.Int64
}

func (c *counting) RoundTrip(req *http.Request) (*http.Response, error) {
	c.requests.Add(1)
	return c.next.RoundTrip(req)
}

func BenchmarkDecodePage(b *testing.B) {
	s := startPDS(b, world.New(world.Options{Seed: 1}), pds.Options{})
	c, _ := signIn(b, s)
	var out struct {
		Feed []json.RawMessage `json:"feed"`
	}
	if err := open(b, c).get(b.Context(), "app.bsky.feed.getTimeline", map[string]any{"limit": 50}, &out); err != nil {
		b.Fatal(err)
	}
	size := 0
	for _, raw := range out.Feed {
		size += len(raw)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if got := testDecoder().feed(out.Feed); len(got) != len(out.Feed) {
			b.Fatalf("%d of %d posts", len(got), len(out.Feed))
		}
	}
}
