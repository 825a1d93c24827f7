package instance

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"skein/backends/sandbox/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, w *world.World, o Options) *Server {
	t.Helper()
	s, err := Start(w, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// village is a small world: you follow ana and bo, not eve; bo follows ana.
func village(posts ...world.Post) *world.World {
	for i := range posts {
		posts[i].Network = world.Mastodon
		posts[i].Age = time.Duration(len(posts)-i) * time.Minute
	}
	person := func(key string, follows ...string) world.Person {
		return world.Person{Key: key, Network: world.Mastodon, Name: key, Handle: key, Follows: follows}
	}
	return &world.World{
		People: []world.Person{person(world.Viewer, "ana", "bo"), person("ana", "you"), person("bo", "ana"), person("eve")},
		Posts:  posts,
		Lists:  []world.List{{Network: world.Mastodon, Name: "Friends", People: []string{"ana", "bo"}}},
	}
}

func say(key, by, text string) world.Post {
	return world.Post{Key: key, By: by, Text: []world.Part{{Text: text}}}
}

// got is a response with its JSON.
type got struct {
	status int
	header http.Header
	raw    []byte
	object map[string]any
	list   []map[string]any
}

func (g got) text(key string) string {
	s, _ := g.object[key].(string)
	return s
}

// contents is the HTML of a list's statuses.
func (g got) contents() []string {
	out := []string{}
	for _, st := range g.list {
		out = append(out, fmt.Sprint(st["content"]))
	}
	return out
}

// body is what a request carries.
type body struct{ kind, text, key string }

func jsonBody(s string) *body { return &body{kind: "application/json", text: s} }
func formBody(v url.Values) *body {
	return &body{kind: "application/x-www-form-urlencoded", text: v.Encode()}
}

func (s *Server) do(t *testing.T, method, path, token string, b *body) got {
	t.Helper()
	var send io.Reader
	if b != nil {
		send = strings.NewReader(b.text)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, send)
	if err != nil {
		t.Fatal(err)
	}
	if b != nil {
		req.Header.Set("Content-Type", b.kind)
		if b.key != "" {
			req.Header.Set("Idempotency-Key", b.key)
		}
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := got{status: resp.StatusCode, header: resp.Header, raw: raw}
	if strings.HasPrefix(strings.TrimSpace(string(raw)), "[") {
		err = json.Unmarshal(raw, &out.list)
	} else {
		err = json.Unmarshal(raw, &out.object)
	}
	if err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, raw)
	}
	return out
}

// statusID is the id of one of the world's posts.
func (s *Server) statusID(t *testing.T, key string) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.town.keys[key]
	if p == nil {
		t.Fatalf("there is no post %q", key)
	}
	return p.ID()
}
