package mastodon

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// home is an instance with a signed-in reader, and an author whom they follow.
type home struct {
	*instance.Server
	backend *Backend
	client  *transport.Client
}

// settle starts an instance on w and signs the viewer in.
func settle(t *testing.T, w *world.World, o instance.Options) *home {
	t.Helper()
	s, err := instance.Start(w, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	client := newClient(t)
	h := &home{Server: s, client: client}
	h.backend = h.signIn(t, s.Token(world.Viewer))
	return h
}

func newClient(t testing.TB) *transport.Client {
	t.Helper()
	client := transport.New(transport.Options{Allow: []string{"127.0.0.1"}, UserAgent: "skein-test"})
	t.Cleanup(client.Close)
	return client
}

func (h *home) signIn(t *testing.T, token string) *Backend {
	t.Helper()
	return newBackend(t, h.client, h.URL(), "@you@"+h.Host(), token)
}

func newBackend(t testing.TB, client *transport.Client, server, handle, token string) *Backend {
	t.Helper()
	store := account.NewMemory()
	if err := store.Save(t.Context(), "acc", account.Credentials{account.Token: account.NewSecret(token)}); err != nil {
		t.Fatal(err)
	}
	b, err := New(Config{
		Account: timeline.Account{ID: "acc", Network: timeline.Mastodon, Name: "test", Handle: timeline.CleanLine(handle)},
		Server:  server, Store: store, Client: client,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// town is a small world: the viewer follows ana and bo, not eve.
func town(posts ...world.Post) *world.World {
	for i := range posts {
		posts[i].Network = world.Mastodon
		if posts[i].Age == 0 {
			posts[i].Age = time.Duration(len(posts)-i) * time.Minute
		}
	}
	person := func(key string, follows ...string) world.Person {
		return world.Person{Key: key, Network: world.Mastodon, Name: strings.ToUpper(key[:1]) + key[1:], Handle: key, Follows: follows}
	}
	ana := person("ana", "you")
	ana.Bio = "hello #typography"
	ana.Fields = [][2]string{{"site", "https://ana.example/about"}}
	return &world.World{
		People: []world.Person{person(world.Viewer, "ana", "bo"), ana, person("bo"), person("eve")},
		Posts:  posts,
	}
}

func say(key, by, text string) world.Post {
	return world.Post{Key: key, By: by, Text: []world.Part{{Text: text}}}
}

// plain is the texts of posts in the order of the batch.
func plain(posts []*timeline.Post) []string {
	var out []string
	for _, p := range posts {
		out = append(out, p.Content().Text.Plain().String())
	}
	return out
}

func (h *home) read(ctx context.Context, t *testing.T, p timeline.Page) timeline.Batch {
	t.Helper()
	b, err := h.backend.Home(ctx, p)
	if err != nil {
		t.Fatalf("Home(%+v): %v", p, err)
	}
	return b
}
