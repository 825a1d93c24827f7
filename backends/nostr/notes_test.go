package nostr

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

// notes keep a preparation as the journal would.
type notes struct {
	mu   sync.Mutex
	kept map[string]json.RawMessage
	fail func(step string) error
}

func (n *notes) Get(step string) (json.RawMessage, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	v, ok := n.kept[step]
	return v, ok
}

func (n *notes) Put(_ context.Context, step string, v json.RawMessage) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fail != nil {
		if err := n.fail(step); err != nil {
			return err
		}
	}
	if n.kept == nil {
		n.kept = map[string]json.RawMessage{}
	}
	n.kept[step] = v
	return nil
}

// me is a Backend of a new key that has no lists anywhere.
func me(t testing.TB, relays []string, change ...func(*Config)) *Backend {
	t.Helper()
	secret := nostr.GeneratePrivateKey()
	public, err := nostr.GetPublicKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	store := account.NewMemory()
	if err := store.Save(t.Context(), "acct", account.Credentials{account.PrivateKey: account.NewSecret(secret)}); err != nil {
		t.Fatal(err)
	}
	c := Config{
		Account: timeline.Account{ID: "acct", Network: timeline.Nostr, Name: "nostr"},
		PubKey:  public, Relays: relays, Store: store, Client: loopback(t),
	}
	for _, f := range change {
		f(&c)
	}
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	b.pool.backoff = func(int) time.Duration { return 20 * time.Millisecond }
	b.pool.wait = time.Second
	b.pace = pace{answer: 300 * time.Millisecond, grace: 100 * time.Millisecond, whole: 5 * time.Second}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// again is b in a process that has just started.
func again(t testing.TB, b *Backend) *Backend {
	t.Helper()
	fresh, err := New(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	fresh.pool.backoff, fresh.pool.wait, fresh.pace = b.pool.backoff, b.pool.wait, b.pace
	t.Cleanup(func() { _ = fresh.Close() })
	return fresh
}

// intent completes an intent as the outbox does.
func intent(i timeline.Intent) timeline.Intent {
	i.Key = nostr.GeneratePrivateKey()[:32] // any 32 random hex digits
	if i.Created.IsZero() {
		i.Created = time.Now().Add(-time.Second)
	}
	return i
}

func posting(text string) timeline.Intent {
	return intent(timeline.Intent{Kind: timeline.DoPost, Parts: []timeline.Part{{Text: rules{}.Mark(text)}}})
}

func prepare(t testing.TB, b *Backend, i timeline.Intent) timeline.Request {
	t.Helper()
	r, err := b.Prepare(t.Context(), i, &notes{})
	if err != nil {
		t.Fatalf("Prepare: %v", err)
	}
	return r
}

// do prepares and sends, and wants it published.
func do(t testing.TB, b *Backend, i timeline.Intent) timeline.Outcome {
	t.Helper()
	o := b.Send(t.Context(), prepare(t, b, i))
	if o.Verdict != timeline.Published {
		t.Fatalf("Send: %s, %v; %+v", o.Verdict, o.Err, o.Receipt.Answers)
	}
	return o
}

func subjectOf(o timeline.Outcome) timeline.Subject {
	return timeline.Subject{ID: o.Receipt.Posts[0].ID}
}

// stored is what a relay holds of an author.
func stored(s *sandbox.Server, pubkey string, kinds ...int) []nostr.Event {
	return s.Find(nostr.Filter{Authors: []string{pubkey}, Kinds: kinds})
}

// empty starts relays for people of whom nothing is known yet.
func empty(t testing.TB, o ...sandbox.Options) []*sandbox.Server {
	t.Helper()
	return startRelays(t, &world.World{People: []world.Person{{Key: world.Viewer, Network: world.Nostr, Handle: "you"}}}, o...)
}
