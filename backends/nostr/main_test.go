package nostr

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/nbd-wtf/go-nostr"
	"go.uber.org/goleak"

	sandbox "skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func loopback(t testing.TB) *transport.Client {
	t.Helper()
	c := transport.New(transport.Options{Allow: []string{"127.0.0.1"}})
	t.Cleanup(c.Close)
	return c
}

// relays starts one relay for each of o, with w on them.
func startRelays(t testing.TB, w *world.World, o ...sandbox.Options) []*sandbox.Server {
	t.Helper()
	all, err := sandbox.StartAll(w, o...)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Errorf("close a relay: %v", err)
			}
		})
	}
	return all
}

func urls(servers []*sandbox.Server) []string {
	var list []string
	for _, s := range servers {
		list = append(list, s.URL())
	}
	return list
}

// reader is a Backend of the viewer on these relays.
func reader(t testing.TB, servers []*sandbox.Server, change ...func(*Config)) *Backend {
	t.Helper()
	store := account.NewMemory()
	c := Config{
		Account: timeline.Account{ID: "acct", Network: timeline.Nostr, Name: "nostr"},
		PubKey:  servers[0].PubKey(world.Viewer), Relays: urls(servers), Store: store, Client: loopback(t),
		Log: slog.New(slog.DiscardHandler),
	}
	creds := account.Credentials{account.PrivateKey: account.NewSecret(servers[0].SecretKey(world.Viewer))}
	if err := store.Save(t.Context(), "acct", creds); err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(&c)
	}
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	b.pool.backoff = func(int) time.Duration { return 100 * time.Millisecond }
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// unhurried makes b wait for every answer, however busy the machine is: for tests of
// what is read, with relays that all answer.
func unhurried(b *Backend) *Backend {
	const long = 2 * time.Minute
	b.pool.wait, b.pool.grace = long, long
	b.pauses = pauses{lookup: long, deeds: long}
	return b
}

// small is a world of a few people and posts.
func small() *world.World {
	text := func(s string) []world.Part { return []world.Part{{Text: s}} }
	w := &world.World{People: []world.Person{
		{Key: world.Viewer, Network: world.Nostr, Name: "You", Handle: "you", Follows: []string{"fern", "ada", "moss"}},
		{Key: "fern", Network: world.Nostr, Name: "Fern", Handle: "fern", Bio: "Keeps a relay in a cupboard. https://fern.example"},
		{Key: "ada", Network: world.Nostr, Name: "Ada", Handle: "ada", Follows: []string{world.Viewer}},
		{Key: "moss", Network: world.Nostr, Name: "Moss", Handle: "moss"},
		{Key: "stray", Network: world.Nostr, Name: "Stray", Handle: "stray"},
	}}
	who := []string{"fern", "ada", "moss"}
	for i := range 30 {
		w.Posts = append(w.Posts, world.Post{
			Key: fmt.Sprintf("p%d", i), Network: world.Nostr, By: who[i%3],
			Age: time.Duration(30-i) * time.Hour, Text: text(fmt.Sprintf("post number %d", i)), Likes: i % 3,
		})
	}
	w.Posts = append(
		w.Posts,
		world.Post{Key: "stray", Network: world.Nostr, By: "stray", Age: 20 * time.Minute, Text: text("nobody follows me")},
		world.Post{Key: "root", Network: world.Nostr, By: "fern", Age: 9 * time.Minute, Text: text("a question"), Likes: 2, LikedByYou: true},
		world.Post{Key: "reply", Network: world.Nostr, By: "ada", Age: 8 * time.Minute, Text: text("an answer"), ReplyTo: "root"},
		world.Post{Key: "answer", Network: world.Nostr, By: "moss", Age: 7 * time.Minute, Text: text("thanks"), ReplyTo: "reply"},
		world.Post{Key: "quote", Network: world.Nostr, By: "moss", Age: 6 * time.Minute, Text: text("look at this"), QuoteOf: "stray"},
		world.Post{Key: "boost", Network: world.Nostr, By: "ada", Age: 5 * time.Minute, BoostOf: "stray"},
		world.Post{Key: "warned", Network: world.Nostr, By: "fern", Age: 4 * time.Minute, Text: text("the swan did it"), Warning: "spoiler"},
		world.Post{Key: "poll", Network: world.Nostr, By: "fern", Age: 3 * time.Minute, Text: text("tea?"), Poll: &world.Poll{
			Options: []string{"yes", "no"}, Votes: []int{3, 1}, Open: time.Hour,
		}},
		world.Post{Key: "picture", Network: world.Nostr, By: "ada", Age: 2 * time.Minute, Text: []world.Part{
			{Text: "the marsh, for "}, {Kind: world.Mention, Target: "fern"}, {Text: " "}, {Kind: world.Tag, Text: "Birds"},
		}, Pictures: []world.Picture{{Seed: 3, Width: 60, Height: 40, Alt: "reeds at dawn"}}},
	)
	return w
}

// client is another Nostr program: it writes events over its own websocket.
type client struct {
	t    testing.TB
	conn *websocket.Conn
}

func dial(t testing.TB, url string) *client {
	t.Helper()
	conn, resp, err := websocket.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body != nil {
		_ = resp.Body.Close()
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &client{t, conn}
}

// publish sends an event and waits for its OK.
func (c *client) publish(ctx context.Context, e nostr.Event) error {
	b, err := json.Marshal([]any{"EVENT", e})
	if err != nil {
		return err
	}
	if err := c.conn.Write(ctx, websocket.MessageText, b); err != nil {
		return err
	}
	for {
		_, msg, err := c.conn.Read(ctx)
		if err != nil {
			return err
		}
		f, err := parseFrame(msg)
		if err != nil {
			return err
		}
		if f.label == labelOK && f.id == e.ID {
			if !f.accepted {
				return fmt.Errorf("refused: %s", f.text)
			}
			return nil
		}
	}
}

// signed makes an event by a person of the world.
func signed(t testing.TB, s *sandbox.Server, by string, kind int, tags nostr.Tags, content string) nostr.Event {
	t.Helper()
	e := nostr.Event{CreatedAt: nostr.Now(), Kind: kind, Tags: tags, Content: content}
	if err := e.Sign(s.SecretKey(by)); err != nil {
		t.Fatal(err)
	}
	return e
}
