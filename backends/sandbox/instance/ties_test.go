package instance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"skein/backends/sandbox/world"
)

// of is the address of a person's account.
func (s *Server) of(t *testing.T, acct string) string {
	t.Helper()
	g := s.do(t, http.MethodGet, "/api/v1/accounts/lookup?acct="+url.QueryEscape(acct), "", nil)
	if g.status != http.StatusOK {
		t.Fatalf("nobody is called %s: %s", acct, g.raw)
	}
	return "/api/v1/accounts/" + g.text("id")
}

// walk reads a list along its Link headers and returns a field of each entry.
func (s *Server) walk(t *testing.T, path, token, field string) (entries []string, pages int) {
	t.Helper()
	for path != "" {
		g := s.do(t, http.MethodGet, path, token, nil)
		if g.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, g.status, g.raw)
		}
		pages++
		for _, e := range g.list {
			entries = append(entries, fmt.Sprint(e[field]))
		}
		path = ""
		if next, _, ok := strings.Cut(g.header.Get("Link"), `>; rel="next"`); ok {
			path = strings.TrimPrefix(next, "<"+s.URL())
		}
	}
	return entries, pages
}

// TestListsPage marks and mutes, and reads that in pages, the latest first.
func TestListsPage(t *testing.T) {
	s := start(t, village(say("a", "ana", "a"), say("b", "bo", "b"), say("c", "ana", "c")), Options{})
	you := s.Token(world.Viewer)
	for _, key := range []string{"b", "c", "a"} {
		s.do(t, http.MethodPost, "/api/v1/statuses/"+s.statusID(t, key)+"/favourite", you, nil)
		s.do(t, http.MethodPost, "/api/v1/statuses/"+s.statusID(t, key)+"/bookmark", you, nil)
	}
	for _, who := range []string{"eve", "ana", "bo"} {
		s.do(t, http.MethodPost, s.of(t, who)+"/mute", you, nil)
		s.do(t, http.MethodPost, s.of(t, who)+"/mute", you, nil) // once more changes nothing
	}
	for path, want := range map[string][]string{
		"/api/v1/favourites?limit=2":              {"<p>a</p>", "<p>c</p>", "<p>b</p>"},
		"/api/v1/bookmarks?limit=1":               {"<p>a</p>", "<p>c</p>", "<p>b</p>"},
		"/api/v1/mutes?limit=2":                   {"bo", "ana", "eve"},
		s.of(t, "you") + "/following?limit=1":     {"bo", "ana"},
		s.of(t, "you") + "/following?since_id=1":  {"bo", "ana"},
		s.of(t, "you") + "/following?max_id=1":    nil,
		"/api/v1/blocks":                          nil,
		s.of(t, "you") + "/statuses?limit=1":      nil,
		s.of(t, "ana") + "/statuses?limit=1":      {"<p>c</p>", "<p>a</p>"},
		"/api/v1/favourites?limit=2&min_id=1":     {"<p>c</p>", "<p>b</p>"},
		"/api/v1/favourites?limit=900&min_id=bad": {"<p>a</p>", "<p>c</p>", "<p>b</p>"},
	} {
		field := "content"
		if strings.Contains(path, "mutes") || strings.Contains(path, "following") {
			field = "acct"
		}
		if got, _ := s.walk(t, path, you, field); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// TestMute has muted people vanish from home, with what boosts or mentions them.
func TestMute(t *testing.T) {
	s := start(t, village(
		say("a", "ana", "hers"),
		say("b", "bo", "his"),
		world.Post{Key: "boost", By: "bo", BoostOf: "a"},
		world.Post{Key: "mention", By: "bo", Text: []world.Part{{Kind: world.Mention, Text: "@ana", Target: "ana"}}},
	), Options{})
	you := s.Token(world.Viewer)
	home := func() int { return len(s.do(t, http.MethodGet, "/api/v1/timelines/home", you, nil).list) }
	ana := s.of(t, "ana")
	if n := home(); n != 4 {
		t.Fatalf("%d posts before", n)
	}
	for _, c := range []struct {
		verb, field string
		is          bool
		home        int
	}{
		{"mute", "muting", true, 1},
		{"unmute", "muting", false, 4},
		{"block", "blocking", true, 1},
		{"unblock", "blocking", false, 3}, // she is not followed any more
	} {
		if g := s.do(t, http.MethodPost, ana+"/"+c.verb, you, nil); g.object[c.field] != c.is {
			t.Errorf("%s: %s", c.verb, g.raw)
		}
		if n := home(); n != c.home {
			t.Errorf("after %s there are %d posts, want %d", c.verb, n, c.home)
		}
	}
	if g := s.do(t, http.MethodPost, s.of(t, "you")+"/mute", you, nil); g.status != 200 || g.object["muting"] != false {
		t.Errorf("muting oneself: %s", g.raw)
	}
}

// TestBlock ends the follows and shuts the blocked person out.
func TestBlock(t *testing.T) {
	s := start(t, village(say("a", "ana", "hers")), Options{})
	you, ana := s.Token(world.Viewer), s.Token("ana")
	s.do(t, http.MethodPost, s.of(t, "you")+"/block", ana, nil)
	g := s.do(t, http.MethodGet, "/api/v1/accounts/relationships?id[]="+strings.TrimPrefix(s.of(t, "ana"), "/api/v1/accounts/"), you, nil)
	if r := g.list[0]; r["following"] != false || r["followed_by"] != false || r["blocked_by"] != true {
		t.Errorf("they stand to each other as %s", g.raw)
	}
	for method, path := range map[string]string{
		http.MethodGet:  "/api/v1/statuses/" + s.statusID(t, "a"),
		http.MethodPost: s.of(t, "ana") + "/follow",
	} {
		if g := s.do(t, method, path, you, nil); g.status != 404 && g.status != 403 {
			t.Errorf("%s: %d", path, g.status)
		}
	}
	if got, _ := s.walk(t, s.of(t, "ana")+"/following", you, "acct"); len(got) != 0 {
		t.Errorf("who is blocked sees whom she follows: %q", got)
	}
}

// TestPeopleFromElsewhere are known by their whole name; those whom nobody here has
// met cannot be found.
func TestPeopleFromElsewhere(t *testing.T) {
	w := village()
	w.People = append(w.People, world.Person{Key: "kit", Network: world.Mastodon, Name: "Kit", Handle: "kit@far.example"})
	w.People[0].Follows = append(w.People[0].Follows, "kit")
	s := start(t, w, Options{})
	you := s.Token(world.Viewer)
	g := s.do(t, http.MethodGet, "/api/v1/accounts/lookup?acct=Kit@far.example", you, nil)
	if g.text("acct") != "kit@far.example" || g.text("username") != "kit" || g.text("url") != "https://far.example/@kit" {
		t.Errorf("kit is %s", g.raw)
	}
	for _, acct := range []string{"kit", "ana@far.example", "nobody@gone.example"} {
		if g := s.do(t, http.MethodGet, "/api/v1/accounts/lookup?acct="+acct, you, nil); g.status != 404 {
			t.Errorf("%s is %s", acct, g.raw)
		}
		g := s.do(t, http.MethodGet, "/api/v2/search?resolve=true&q=%40"+acct, you, nil)
		if found, _ := g.object["accounts"].([]any); len(found) != 0 {
			t.Errorf("the search for %s finds %s", acct, g.raw)
		}
	}
	posted := s.do(t, http.MethodPost, "/api/v1/statuses", you, jsonBody(`{"status":"hi @kit@far.example"}`))
	if !strings.Contains(string(posted.raw), `"acct":"kit@far.example"`) || !strings.Contains(posted.text("content"), "https://far.example/@kit") {
		t.Errorf("a mention is %s", posted.raw)
	}
	if got, _ := s.walk(t, s.of(t, "you")+"/following", you, "acct"); !slices.Equal(got, []string{"kit@far.example", "bo", "ana"}) {
		t.Errorf("you follow %q", got)
	}
}

// TestMarkers count their versions, go wherever they are told, and conflict.
func TestMarkers(t *testing.T) {
	s := start(t, village(), Options{})
	you := s.Token(world.Viewer)
	const path = "/api/v1/markers"
	read := func() string {
		return string(s.do(t, http.MethodGet, path+"?timeline[]=home&timeline[]=notifications", you, nil).raw)
	}
	if got := strings.TrimSpace(read()); got != "{}" {
		t.Errorf("before: %s", got)
	}
	for _, c := range []struct {
		b      *body
		status int
		want   string // in what is read then
	}{
		{jsonBody(`{"home":{"last_read_id":"7"}}`), 200, `"home":{"last_read_id":"7","version":1,`},
		{jsonBody(`{"home":{"last_read_id":"7"}}`), 200, `"version":1,`},
		{formBody(url.Values{"home[last_read_id]": {"5"}, "notifications[last_read_id]": {"3"}}), 200, `"home":{"last_read_id":"5","version":2,`},
		{jsonBody(`{`), 400, `"last_read_id":"5"`},
		{jsonBody(`{"other":{"last_read_id":"9"}}`), 200, `"notifications":{"last_read_id":"3"`},
	} {
		if g := s.do(t, http.MethodPost, path, you, c.b); g.status != c.status {
			t.Errorf("%s: %d %s", c.b.text, g.status, g.raw)
		}
		if got := read(); !strings.Contains(got, c.want) {
			t.Errorf("after %s: %s", c.b.text, got)
		}
	}
	s.do(t, http.MethodPost, path, you, jsonBody(`{"home":{"last_read_id":"x"}}`))
	if got := read(); !strings.Contains(got, `"home":{"last_read_id":"0","version":3,`) {
		t.Errorf("after what is no number: %s", got)
	}
	s.Contend(world.Viewer, "8")
	if g := s.do(t, http.MethodPost, path, you, jsonBody(`{"home":{"last_read_id":"6"}}`)); g.status != 409 {
		t.Errorf("against another client: %d", g.status)
	}
	if got := read(); !strings.Contains(got, `"home":{"last_read_id":"8","version":4,`) {
		t.Errorf("which then has won: %s", got)
	}
	if other := start(t, village(), Options{NoMarkers: true}); other.do(t, http.MethodGet, path, you, nil).status != 404 {
		t.Error("a server without marks has them")
	}
}
