package bluesky

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"
	"go.uber.org/goleak"

	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newClient is the transport as the demo has it: loopback is allowed.
func newClient(t testing.TB) *transport.Client {
	t.Helper()
	c := transport.New(transport.Options{Allow: []string{"127.0.0.1"}, UserAgent: "skein test"})
	t.Cleanup(c.Close)
	return c
}

func startPDS(t testing.TB, w *world.World, o pds.Options) *pds.Server {
	t.Helper()
	s, err := pds.Start(w, o)
	if err != nil {
		t.Fatalf("start of the sandbox: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close of the sandbox: %v", err)
		}
	})
	return s
}

// signIn adds the viewer's account as a person would.
func signIn(t testing.TB, s *pds.Server) (Config, *account.Memory) {
	t.Helper()
	client, store := newClient(t), account.NewMemory()
	r, creds, err := AddPassword(t.Context(), client, s.URL(), s.Handle(world.Viewer), account.NewSecret(s.AppPassword(world.Viewer)))
	if err != nil {
		t.Fatalf("AddPassword: %v", err)
	}
	const id = "acct-1"
	if err := store.Save(t.Context(), id, creds); err != nil {
		t.Fatal(err)
	}
	return Config{
		Account: timeline.Account{ID: id, Network: timeline.Bluesky, Name: "sky", Handle: timeline.CleanLine(r.Handle)},
		PDS:     r.Server, DID: r.DID, Store: store, Client: client,
	}, store
}

// open makes a Backend that polls quickly.
func open(t testing.TB, c Config) *Backend {
	t.Helper()
	b, err := New(c)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	b.poll.active, b.poll.idle = 20*time.Millisecond, time.Hour
	return b
}

// writer is another client, signed in as somebody.
type writer struct {
	api *xrpc
	did string
}

func newWriter(t testing.TB, s *pds.Server, key string) writer {
	t.Helper()
	u, err := serverURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	api := newXRPC(newClient(t), u)
	pair, err := createSession(t.Context(), api, s.Handle(key), account.NewSecret(s.AppPassword(key)), "")
	if err != nil {
		t.Fatalf("sign-in of %s: %v", key, err)
	}
	api.auth = bearer(pair.AccessJWT)
	return writer{api, pair.DID}
}

// bearer is an access token that is never renewed.
type bearer string

func (b bearer) do(c *http.Client, req *http.Request) (*http.Response, error) {
	req.Header.Set("Authorization", "Bearer "+string(b))
	return c.Do(req)
}

type strongRef struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

// publish writes a post, a reply when replyTo is set.
func (w writer) publish(ctx context.Context, text string, replyTo timeline.ID) (timeline.ID, error) {
	record := map[string]any{"$type": postNSID, "text": text, "createdAt": syntax.DatetimeNow().String()}
	if !replyTo.Zero() {
		reply, err := w.reply(ctx, replyTo)
		if err != nil {
			return timeline.ID{}, err
		}
		record["reply"] = reply
	}
	return w.create(ctx, postNSID, record)
}

// naming writes posts that name somebody.
func (w writer) naming(did string) func(context.Context, string) (timeline.ID, error) {
	return func(ctx context.Context, text string) (timeline.ID, error) {
		const name = "@you"
		return w.create(ctx, postNSID, map[string]any{
			"$type": postNSID, "text": name + " " + text, "createdAt": syntax.DatetimeNow().String(),
			"facets": []any{map[string]any{
				"index":    map[string]any{"byteStart": 0, "byteEnd": len(name)},
				"features": []any{map[string]any{"$type": "app.bsky.richtext.facet#mention", "did": did}},
			}},
		})
	}
}

func (w writer) create(ctx context.Context, collection string, record map[string]any) (timeline.ID, error) {
	var out strongRef
	err := w.api.post(ctx, "com.atproto.repo.createRecord", map[string]any{"repo": w.did, "collection": collection, "record": record}, &out)
	return timeline.ID{Network: timeline.Bluesky, Local: out.URI}, err
}

func (w writer) reply(ctx context.Context, to timeline.ID) (map[string]any, error) {
	uri := syntax.ATURI(to.Local)
	var parent struct {
		strongRef
		Value struct {
			Reply struct {
				Root *strongRef `json:"root"`
			} `json:"reply"`
		} `json:"value"`
	}
	err := w.api.get(ctx, "com.atproto.repo.getRecord", map[string]any{
		"repo": uri.Authority().String(), "collection": postNSID, "rkey": uri.RecordKey().String(),
	}, &parent)
	root := parent.strongRef
	if r := parent.Value.Reply.Root; r != nil {
		root = *r
	}
	return map[string]any{"root": root, "parent": parent.strongRef}, err
}

func (w writer) remove(ctx context.Context, id timeline.ID) error {
	uri := syntax.ATURI(id.Local)
	return w.api.post(ctx, "com.atproto.repo.deleteRecord", map[string]any{
		"repo": w.did, "collection": uri.Collection().String(), "rkey": uri.RecordKey().String(),
	}, nil)
}

// followed is the key of somebody whom the viewer follows.
func followed(t testing.TB, w *world.World) string {
	t.Helper()
	for _, p := range w.People {
		if p.Network == world.Bluesky && p.Key == world.Viewer && len(p.Follows) > 0 {
			return p.Follows[0]
		}
	}
	t.Fatal("the viewer follows nobody")
	return ""
}

// smallWorld is two people and what a test gives them to say, oldest first and
// a minute apart.
func smallWorld(posts ...world.Post) *world.World {
	for i := range posts {
		posts[i].Network, posts[i].Age = world.Bluesky, time.Duration(len(posts)-i)*time.Minute
		if posts[i].By == "" {
			posts[i].By = "ana"
		}
	}
	return &world.World{
		People: []world.Person{
			{Key: world.Viewer, Network: world.Bluesky, Human: "you", Name: "You", Handle: "you", Follows: []string{"ana"}},
			{Key: "ana", Network: world.Bluesky, Human: "ana", Name: "Ana", Handle: "ana", Bio: "of the lab"},
			{Key: "kit", Network: world.Bluesky, Human: "kit", Name: "Kit", Handle: "kit"},
		},
		Posts: posts,
	}
}

func says(s string) []world.Part { return []world.Part{{Kind: world.Plain, Text: s}} }

func texts(posts []*timeline.Post) string {
	var out []string
	for _, p := range posts {
		out = append(out, p.Content().Text.Plain().String())
	}
	return strings.Join(out, " | ")
}
