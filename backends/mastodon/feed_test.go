package mastodon

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// publish has ana post n times.
func (h *home) publish(t *testing.T, prefix string, n int) {
	t.Helper()
	for i := range n {
		p := say(fmt.Sprint(prefix, i), "ana", fmt.Sprint(prefix, i))
		p.Network = world.Mastodon
		if err := h.Publish(p); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMissedPosts is the promise of reading without holes: whatever was missed is
// there once, or a gap is told.
func TestMissedPosts(t *testing.T) {
	for _, c := range []struct {
		missed int
		gap    bool
	}{{0, false}, {1, false}, {40, false}, {41, false}, {300, false}, {900, true}} {
		t.Run(fmt.Sprint(c.missed), func(t *testing.T) {
			h := settle(t, town(say("a", "ana", "a"), say("b", "bo", "b")), instance.Options{})
			first := h.read(t.Context(), t, timeline.Page{})
			h.publish(t, "x", c.missed)
			b := h.read(t.Context(), t, timeline.Page{After: first.Newer, Limit: 5})
			if b.Gap != c.gap {
				t.Errorf("gap %v, want %v", b.Gap, c.gap)
			}
			texts := plain(b.Posts)
			slices.Sort(texts)
			if n := len(slices.Compact(texts)); n != len(b.Posts) || n != c.missed && !c.gap || c.gap && n == 0 {
				t.Errorf("%d posts, %d of them different", len(b.Posts), n)
			}
			again := h.read(t.Context(), t, timeline.Page{After: b.Newer})
			if len(again.Posts) != 0 || again.Newer != b.Newer {
				t.Errorf("after that there are %d more, and the cursor goes from %s to %s", len(again.Posts), b.Newer, again.Newer)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	h.publish(t, "x", 100)
	for limit, want := range map[int]int{0: 40, 1: 1, 40: 40, 55: 55, 100: 100, 9999: 100} {
		if b := h.read(t.Context(), t, timeline.Page{Limit: limit}); len(b.Posts) != want {
			t.Errorf("limit %d gives %d posts, want %d", limit, len(b.Posts), want)
		}
	}
}

// stub is a server made of one handler.
func stub(t *testing.T, handle http.HandlerFunc) *Backend {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return newBackend(t, newClient(t), s.URL, "@you@stub.example", "token")
}

// page sends the statuses with the given ids as one page.
func sendPage(w http.ResponseWriter, ids ...int) {
	list := []map[string]any{}
	for _, id := range ids {
		list = append(list, map[string]any{"id": fmt.Sprint(id), "uri": fmt.Sprintf("https://stub.example/%d", id), "account": map[string]any{"acct": "a"}})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(list)
}

// TestServerThatIgnoresMinID sends its newest page whatever is asked.
func TestServerThatIgnoresMinID(t *testing.T) {
	b := stub(t, func(w http.ResponseWriter, _ *http.Request) { sendPage(w, 105, 104, 103, 102, 101) })
	for after, want := range map[timeline.Cursor]int{"103": 2, "105": 0} {
		got, err := b.Home(t.Context(), timeline.Page{After: after})
		if err != nil || len(got.Posts) != want || got.Gap {
			t.Errorf("after %s: %d posts, gap %v, %v; want %d", after, len(got.Posts), got.Gap, err, want)
		}
	}
}

// TestServerThatGoesInCircles must not be followed for ever.
func TestServerThatGoesInCircles(t *testing.T) {
	requests := 0
	b := stub(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		if r.URL.Query().Has("min_id") { // always something new
			sendPage(w, 1000+requests)
			return
		}
		sendPage(w, 3, 2, 1)
	})
	got, err := b.Home(t.Context(), timeline.Page{Limit: 100})
	if err != nil || len(got.Posts) != 3 || got.Older != "" {
		t.Errorf("%d posts, older %q, %v", len(got.Posts), got.Older, err)
	}
	got, err = b.Home(t.Context(), timeline.Page{After: "1"})
	if err != nil || !got.Gap || requests > 60 {
		t.Errorf("gap %v after %d requests, %v", got.Gap, requests, err)
	}
}

func TestPartialHomeIsAnAnswer(t *testing.T) {
	b := stub(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusPartialContent)
		fmt.Fprint(w, `[]`)
	})
	if _, err := b.Home(t.Context(), timeline.Page{}); err != nil {
		t.Error(err)
	}
}

func TestErrorsSayWhatWasTriedWhere(t *testing.T) {
	for _, c := range []struct {
		status int
		kind   string
		body   string
		code   timeline.Code
		says   string
	}{
		{401, "application/json", `{"error":"The access token is invalid"}`, timeline.CodeAuth, "The access token is invalid"},
		{403, "application/json", `{"error":"Your login is currently disabled\u001b[2J"}`, timeline.CodeRefused, "disabled[2J"},
		{404, "text/html", `<html>`, timeline.CodeNotFound, "404"},
		{410, "application/json", `{}`, timeline.CodeNotFound, "410"},
		{500, "application/json", `[1]`, timeline.CodeServer, "500"},
		{429, "application/json", `{}`, timeline.CodeRateLimited, "fewer requests"},
		{200, "text/html", `<html>hello</html>`, timeline.CodeMalformed, "Mastodon API"},
		{200, "application/json", `{"a":1}`, timeline.CodeMalformed, "Mastodon API"},
		{200, "application/json", `[`, timeline.CodeMalformed, "Mastodon API"},
		{200, "application/json", ``, timeline.CodeMalformed, "Mastodon API"},
	} {
		b := stub(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.body)
		})
		_, err := b.Home(t.Context(), timeline.Page{})
		var te *timeline.Error
		if !errors.As(err, &te) || te.Code != c.code {
			t.Errorf("%d %s: %v, want code %s", c.status, c.body, err, c.code)
			continue
		}
		for _, part := range []string{"home timeline", b.base.Host, c.says} {
			if !strings.Contains(te.Error(), part) {
				t.Errorf("%d %s: %q lacks %q", c.status, c.body, te, part)
			}
		}
		if c.code == timeline.CodeRateLimited && te.Until.IsZero() {
			t.Error("a rate limit without an end")
		}
	}
}

// TestRefusedTokenIsReadAgain signs in elsewhere while the program runs.
func TestRefusedTokenIsReadAgain(t *testing.T) {
	h := settle(t, town(say("a", "ana", "a")), instance.Options{})
	b := h.signIn(t, "expired")
	if _, err := b.Home(t.Context(), timeline.Page{}); timeline.CodeOf(err) != timeline.CodeAuth {
		t.Fatalf("an expired token: %v", err)
	}
	b.store = h.backend.store
	if _, err := b.Home(t.Context(), timeline.Page{}); err != nil {
		t.Errorf("after signing in again: %v", err)
	}
}

// TestAPageCostsOneRequest, whatever else the account could be asked: a one-shot
// reading pays for nothing but what it shows.
func TestAPageCostsOneRequest(t *testing.T) {
	var posts []world.Post
	for i := range pageSize {
		posts = append(posts, say(fmt.Sprint(i), "ana", fmt.Sprint(i)))
	}
	f := front(t, instance.Options{}, posts...)
	got, err := f.backend.Home(t.Context(), timeline.Page{Limit: pageSize})
	if err != nil || len(got.Posts) != pageSize {
		t.Fatalf("%d posts, %v", len(got.Posts), err)
	}
	f.backend.Limits()
	if want := []string{"GET /api/v1/timelines/home"}; !slices.Equal(f.seen, want) {
		t.Errorf("asked %q", f.seen)
	}
}
