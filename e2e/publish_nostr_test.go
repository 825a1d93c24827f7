package e2e_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	skeinnostr "skein/backends/nostr"
	"skein/config/account"
	"skein/e2e"
	"skein/timeline"
)

// memo keeps the steps of a preparation, as the outbox does.
type memo struct {
	mu    sync.Mutex
	steps map[string]json.RawMessage
}

func (m *memo) Get(step string) (json.RawMessage, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.steps[step]
	return v, ok
}

func (m *memo) Put(_ context.Context, step string, value json.RawMessage) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.steps == nil {
		m.steps = map[string]json.RawMessage{}
	}
	m.steps[step] = value
	return nil
}

// nostrWriter writes as one key at two relays, with a third of its list dead.
type nostrWriter struct {
	relays  []*e2e.Relay
	me      *e2e.NostrPerson
	backend *skeinnostr.Backend
}

func newNostrWriter(t *testing.T) *nostrWriter {
	t.Helper()
	w := &nostrWriter{me: e2e.NewNostrPerson(t)}
	for range 3 {
		w.relays = append(w.relays, e2e.StartRelay(t))
	}
	w.me.Lists(t, w.relays[0], w.relays[1], w.relays[2])
	w.relays[2].Stop()
	client := newClient(t)
	record, secrets, err := skeinnostr.AddKey(t.Context(), client, account.NewSecret(w.me.Nsec), []string{w.relays[0].URL})
	if err != nil {
		t.Fatalf("sign in: %v", err)
	}
	if len(record.Relays) != 3 {
		t.Fatalf("the account's relays are %v", record.Relays)
	}
	record.ID = "key"
	owner, store := keep(t, record, secrets)
	w.backend, err = skeinnostr.New(skeinnostr.Config{
		Account: owner, PubKey: record.PubKey, Relays: record.Relays, Store: store, Client: client,
	})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	closed(t, w.backend)
	return w
}

// request prepares an intent.
func (w *nostrWriter) request(t *testing.T, i timeline.Intent) timeline.Request {
	t.Helper()
	random := make([]byte, 16)
	_, _ = rand.Read(random)
	i.Key, i.Created = hex.EncodeToString(random), time.Now()
	r, err := w.backend.Prepare(t.Context(), i, &memo{})
	if err != nil {
		t.Fatalf("prepare a %s: %v", i.Kind, err)
	}
	return r
}

// does an intent and returns the post that it made or acted upon.
func (w *nostrWriter) does(t *testing.T, i timeline.Intent) timeline.Subject {
	t.Helper()
	start := time.Now()
	o := w.backend.Send(t.Context(), w.request(t, i))
	if o.Verdict != timeline.Published {
		t.Fatalf("send a %s: %s, %v, %+v", i.Kind, o.Verdict, o.Err, o.Receipt.Answers)
	}
	taken := 0
	for _, a := range o.Receipt.Answers {
		if a.Taken {
			taken++
		}
	}
	if taken < 2 {
		t.Errorf("a %s was taken by %d relays: %+v", i.Kind, taken, o.Receipt.Answers)
	}
	t.Logf("a %s took %s", i.Kind, time.Since(start).Round(time.Millisecond))
	if len(o.Receipt.Posts) == 0 {
		return timeline.Subject{}
	}
	return timeline.Subject{ID: o.Receipt.Posts[0].ID}
}

func (w *nostrWriter) text(s string) timeline.Intent {
	return timeline.Intent{Kind: timeline.DoPost, Parts: []timeline.Part{{Text: w.backend.Rules().Mark(s)}}}
}

// holds asks a relay itself.
func (w *nostrWriter) holds(t *testing.T, n int, filter nostr.Filter) []nostr.Event {
	t.Helper()
	filter.Authors = []string{w.me.Pubkey}
	events, err := w.relays[n].Read(t.Context(), filter)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// Posts, replies, likes, boosts, follows and deletes at real relays, of which one
// is dead.
func TestPublishNostr(t *testing.T) {
	w := newNostrWriter(t)
	fern := e2e.NewNostrPerson(t)
	fern.Lists(t, w.relays[0])
	question := fern.Posts(t, w.relays[0], "a question")
	on := timeline.Subject{ID: timeline.ID{Network: timeline.Nostr, Local: question.ID}}

	post := w.does(t, w.text("hello <b> & #Go from skein"))
	if got, err := w.backend.Post(t.Context(), post.ID); err != nil || got.Text.Plain().String() != "hello <b> & #Go from skein" {
		t.Errorf("read back: %+v, %v", got, err)
	}

	reply := w.text("an answer for nostr:" + fern.Npub)
	reply.ReplyTo = on
	answer := w.does(t, reply)
	thread, err := w.backend.Thread(t.Context(), on.ID)
	if err != nil || len(thread.Roots) != 1 || len(thread.Roots[0].Replies) != 1 || thread.Roots[0].Replies[0].ID != answer.ID {
		t.Errorf("the thread is %+v, %v", thread, err)
	}

	for _, kind := range []timeline.Kind{timeline.DoLike, timeline.DoBoost} {
		marked := func() bool {
			p, err := w.backend.Post(t.Context(), on.ID)
			if err != nil {
				t.Fatal(err)
			}
			return kind == timeline.DoLike && p.Views[0].Liked || kind == timeline.DoBoost && p.Views[0].Boosted
		}
		w.does(t, timeline.Intent{Kind: kind, On: on})
		if !marked() {
			t.Errorf("the %s is not there", kind)
		}
		w.does(t, timeline.Intent{Kind: kind, On: on, Undo: true})
		if marked() {
			t.Errorf("the %s is still there", kind)
		}
	}

	w.me.Follows(t, w.relays[0], fern)
	moss := e2e.NewNostrPerson(t)
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second))) // a list replaces one of an earlier second
	w.does(t, timeline.Intent{Kind: timeline.DoFollow, Person: moss.Pubkey})
	for n := range 2 {
		lists := w.holds(t, n, nostr.Filter{Kinds: []int{nostr.KindFollowList}})
		if len(lists) != 1 || lists[0].Tags.FindWithValue("p", fern.Pubkey) == nil || lists[0].Tags.FindWithValue("p", moss.Pubkey) == nil {
			t.Errorf("relay %d: the follow list is %v", n, lists)
		}
	}

	w.does(t, timeline.Intent{Kind: timeline.DoDelete, On: post})
	for n := range 2 {
		if notes := w.holds(t, n, nostr.Filter{IDs: []string{post.ID.Local}}); len(notes) != 0 {
			t.Errorf("relay %d still has the deleted post", n)
		}
	}
}

// The same request sent over and over, by relays that crash and come back, is one
// event; and one whose answer was lost is found.
func TestPublishNostrOnce(t *testing.T) {
	w := newNostrWriter(t)
	r := w.request(t, w.text("once"))
	for n := range 4 {
		w.relays[n%2].Stop()
		e2e.Eventually(t, patience, "the other relay has it", func(ctx context.Context) error {
			if o := w.backend.Send(ctx, r); o.Verdict != timeline.Published {
				return o.Err
			}
			return nil
		})
		w.relays[n%2].Start(t)
	}
	r.Tries = 4
	e2e.Eventually(t, patience, "the lost answer is found", func(ctx context.Context) error {
		if o := w.backend.Settle(ctx, r); o.Verdict != timeline.Published {
			return o.Err
		}
		return nil
	})
	for n := range 2 {
		if notes := w.holds(t, n, nostr.Filter{Kinds: []int{nostr.KindTextNote}}); len(notes) != 1 {
			t.Errorf("relay %d holds %d notes", n, len(notes))
		}
	}
}

// With every relay down nothing is lost and nothing is claimed.
func TestPublishNostrOffline(t *testing.T) {
	w := newNostrWriter(t)
	r := w.request(t, w.text("later"))
	w.relays[0].Stop()
	w.relays[1].Stop()
	if o := w.backend.Send(t.Context(), r); o.Verdict == timeline.Published || o.Err == nil || !o.Err.Temporary() {
		t.Errorf("offline: %s, %v", o.Verdict, o.Err)
	}
	w.relays[1].Start(t)
	e2e.Eventually(t, patience, "the relay is back", func(ctx context.Context) error {
		if o := w.backend.Send(ctx, r); o.Verdict != timeline.Published {
			return o.Err
		}
		return nil
	})
}
