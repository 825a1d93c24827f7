package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/bluesky"
	"skein/backends/conformance"
	skeinnostr "skein/backends/nostr"
	"skein/backends/transport"
	"skein/config/account"
	"skein/e2e"
	"skein/timeline"
)

// This file looks at skein from inside: the suite that every adapter passes on the
// sandbox, on the servers that the sandbox stands in for.

// earlier is how many posts there are before the suite starts: three pages of it.
const earlier = 17

// patience bounds the time from a post to its place in an answer. The AppView
// indexes on its own time, and shares two cores with everything here.
const patience = 20 * time.Second

// newClient is skein's own way to the network, with leave to use loopback.
func newClient(t *testing.T) *transport.Client {
	t.Helper()
	client := transport.New(transport.Options{Allow: []string{"127.0.0.1", "localhost"}, UserAgent: "skein-e2e"})
	t.Cleanup(client.Close)
	return client
}

// keep puts an account into a store of its own.
func keep(t *testing.T, record account.Record, secrets account.Credentials) (timeline.Account, account.Store) {
	t.Helper()
	store := account.NewMemory()
	if err := store.Save(t.Context(), record.ID, secrets); err != nil {
		t.Fatalf("keep the credentials of %s: %v", record.ID, err)
	}
	return timeline.Account{
		ID: timeline.AccountID(record.ID), Network: timeline.Network(record.Network), Name: record.ID,
		Handle: timeline.CleanLine(record.Handle), Server: timeline.CleanLine(record.Server),
	}, store
}

func closed(t *testing.T, backend timeline.Backend) {
	t.Helper()
	t.Cleanup(func() {
		if err := backend.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}

func TestConformanceBluesky(t *testing.T) {
	network := e2e.StartBluesky(t)
	me, ana, bruno := network.Join(t, "myself"), network.Join(t, "ana"), network.Join(t, "bruno")
	ana.Names(t, "Ana Lima")
	me.Follows(t, ana)
	me.AwaitPost(t, fillBluesky(t, ana, bruno))

	client := newClient(t)
	signedIn := browserAccount(t, network, me) // who publishes in the other test has a password
	record := signedIn.Record
	record.ID = "sky"
	owner, store := keep(t, record, signedIn.Credentials)
	backend, err := bluesky.New(bluesky.Config{Account: owner, PDS: record.Server, DID: record.DID, Store: store, Client: client})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	closed(t, backend)
	author := &blueskyAuthor{person: ana, posts: map[timeline.ID]placed{}}
	naming := func(ctx context.Context, text string) (timeline.ID, error) {
		const name = "@myself.test"
		made, err := ana.Write(ctx, "app.bsky.feed.post", map[string]any{
			"text": name + " " + text, "facets": []any{facet(0, len(name), map[string]any{"$type": "app.bsky.richtext.facet#mention", "did": me.DID})},
		})
		return timeline.ID{Network: timeline.Bluesky, Local: made.URI}, err
	}
	conformance.Run(t, conformance.Setup{
		Backend: backend, Publish: author.publish, Address: naming, Delete: author.remove, Patience: patience,
		NoMessages: "the dev network has no chat service: messages are tried on the sandbox alone",
	})
}

// fillBluesky has ana write one post of each kind that the servers make by
// themselves, and enough others. It returns the last one.
func fillBluesky(t *testing.T, ana, bruno *e2e.BlueskyPerson) e2e.BlueskyRef {
	t.Helper()
	write := func(person *e2e.BlueskyPerson, collection string, record map[string]any) e2e.BlueskyRef {
		ref, err := person.Write(t.Context(), collection, record)
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}
	stranger := bruno.Posts(t, "by somebody whom nobody here follows")
	write(ana, "app.bsky.feed.repost", map[string]any{"subject": stranger})
	write(ana, "app.bsky.feed.post", map[string]any{
		"text": "quoting, under a warning", "langs": []string{"en"},
		"embed":  map[string]any{"$type": "app.bsky.embed.record", "record": stranger},
		"labels": map[string]any{"$type": "com.atproto.label.defs#selfLabels", "values": []any{map[string]any{"val": "graphic-media"}}},
	})
	const before, link = "größer als 🪿: ", "example.org/goose"
	write(ana, "app.bsky.feed.post", map[string]any{
		"text": before + link + " says @bruno.test",
		"facets": []any{
			facet(len(before), len(link), map[string]any{"$type": "app.bsky.richtext.facet#link", "uri": "https://" + link}),
			facet(len(before+link+" says "), len("@bruno.test"), map[string]any{"$type": "app.bsky.richtext.facet#mention", "did": bruno.DID}),
		},
		"embed": map[string]any{"$type": "app.bsky.embed.external", "external": map[string]any{
			"uri": "https://" + link, "title": "A goose", "description": "larger than another",
		}},
	})
	root := ana.Posts(t, "a thread of her own")
	last := ana.Replies(t, root, root, "goes on")
	for i := range earlier {
		last = ana.Posts(t, fmt.Sprintf("earlier, %d", i))
	}
	return last
}

// facet marks bytes of a text.
func facet(start, length int, feature map[string]any) map[string]any {
	return map[string]any{
		"index":    map[string]int{"byteStart": start, "byteEnd": start + length},
		"features": []any{feature},
	}
}

// placed is a post and the start of its thread.
type placed struct{ root, post e2e.BlueskyRef }

// blueskyAuthor is the other client of the suite.
type blueskyAuthor struct {
	person *e2e.BlueskyPerson
	posts  map[timeline.ID]placed
}

func (a *blueskyAuthor) publish(ctx context.Context, text string, replyTo timeline.ID) (timeline.ID, error) {
	record := map[string]any{"text": text}
	parent, reply := a.posts[replyTo]
	if reply {
		record["reply"] = map[string]any{"root": parent.root, "parent": parent.post}
	} else if !replyTo.Zero() {
		return timeline.ID{}, fmt.Errorf("reply to %s, which was not published here", replyTo)
	}
	made, err := a.person.Write(ctx, "app.bsky.feed.post", record)
	if err != nil {
		return timeline.ID{}, err
	}
	id := timeline.ID{Network: timeline.Bluesky, Local: made.URI}
	if !reply {
		parent.root = made
	}
	a.posts[id] = placed{root: parent.root, post: made}
	return id, nil
}

func (a *blueskyAuthor) remove(ctx context.Context, id timeline.ID) error {
	return a.person.Delete(ctx, id.Local)
}

// One relay, and two of which each holds what the other does not.
func TestConformanceNostr(t *testing.T) {
	t.Run("one relay", func(t *testing.T) {
		w := newRelays(t, 1)
		conformance.Run(t, w.setup(t))
	})
	t.Run("two relays, people on one each", func(t *testing.T) {
		w := newRelays(t, 2)
		moss := e2e.NewNostrPerson(t)
		moss.Names(t, w.relays[1], "moss")
		moss.Lists(t, w.relays[1])
		for i := range earlier {
			moss.Posts(t, w.relays[1], fmt.Sprintf("on the second relay only, %d", i))
		}
		setup := w.setup(t, moss)
		conformance.Run(t, setup)
		batch, err := setup.Backend.Home(t.Context(), timeline.Page{Limit: timeline.MaxPage})
		if err != nil || !holds(batch.Posts, "on the second relay only, 0") {
			t.Errorf("the second relay is not read: %d posts, %v", len(batch.Posts), err)
		}
	})
}

// A relay crashes and comes back before every fourth post, and nothing is missed,
// nothing comes twice, and no error is shown: the other one stands in.
func TestConformanceNostrRelayRestarts(t *testing.T) {
	w := newRelays(t, 2)
	shaky, restarts := w.relays[1], 0
	w.before = func(n int) {
		if n%4 == 0 {
			shaky.Stop()
			shaky.Start(t)
			restarts++
		}
	}
	setup := w.setup(t)
	conformance.Run(t, setup)
	t.Logf("the second relay was restarted %d times", restarts)
	if restarts == 0 {
		t.Error("the relay was never restarted")
	}

	// And it is still one of the two that are read.
	w.fern.Posts(t, shaky, "on the shaky relay only")
	e2e.Eventually(t, patience, "the shaky relay is read again", func(ctx context.Context) error {
		batch, err := setup.Backend.Home(ctx, timeline.Page{Limit: 20})
		if err == nil && !holds(batch.Posts, "on the shaky relay only") {
			err = fmt.Errorf("not among %d posts", len(batch.Posts))
		}
		return err
	})
}

func holds(posts []*timeline.Post, text string) bool {
	for _, post := range posts {
		if strings.Contains(post.Text.Plain().String(), text) {
			return true
		}
	}
	return false
}

// relays are real relays with me, who reads, and fern, who writes at all of them.
// It is the other client of the suite.
type relays struct {
	relays   []*e2e.Relay
	me, fern *e2e.NostrPerson
	before   func(n int) // is called before the n-th event, counted from 1
	sent     int
	events   map[timeline.ID]nostr.Event
}

func newRelays(t *testing.T, n int) *relays {
	t.Helper()
	w := &relays{
		me: e2e.NewNostrPerson(t), fern: e2e.NewNostrPerson(t),
		before: func(int) {}, events: map[timeline.ID]nostr.Event{},
	}
	for range n {
		w.relays = append(w.relays, e2e.StartRelay(t))
	}
	for _, relay := range w.relays {
		w.fern.Names(t, relay, "fern")
	}
	w.me.Lists(t, w.relays[0], w.relays[1:]...)
	w.fern.Lists(t, w.relays[0], w.relays[1:]...)
	w.fern.Receives(t, w.relays[0])
	now := time.Now()
	for i := range earlier { // three a minute: some share a second
		at := now.Add(-time.Duration(earlier-i/3) * time.Minute)
		if _, err := w.send(t.Context(), nostr.Event{
			Kind: nostr.KindTextNote, Content: fmt.Sprintf("earlier, %d", i), CreatedAt: nostr.Timestamp(at.Unix()),
		}); err != nil {
			t.Fatal(err)
		}
	}
	w.sent = 0
	return w
}

// setup has me follow fern and others, once (of two lists of one second the newer
// is not known), signs me in and opens the adapter.
func (w *relays) setup(t *testing.T, others ...*e2e.NostrPerson) conformance.Setup {
	t.Helper()
	w.me.Follows(t, w.relays[0], append(others, w.fern)...)
	client := newClient(t)
	record, secrets, err := skeinnostr.AddKey(t.Context(), client, account.NewSecret(w.me.Nsec), []string{w.relays[0].URL})
	if err != nil {
		t.Fatalf("sign in: %v", err)
	}
	record.ID = "key"
	owner, store := keep(t, record, secrets)
	backend, err := skeinnostr.New(skeinnostr.Config{
		Account: owner, PubKey: record.PubKey, Relays: record.Relays, Store: store, Client: client,
	})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	closed(t, backend)
	return conformance.Setup{
		Backend: backend, Publish: w.publish, Address: w.address, Delete: w.remove, Message: w.message, Patience: patience,
		Unsearched: "khatru has no NIP-50",
	}
}

// message writes to me alone, as fern.
func (w *relays) message(ctx context.Context, text string) error {
	wrap, err := w.fern.Wraps(w.me, text)
	if err != nil {
		return err
	}
	for _, relay := range w.relays {
		if err := relay.Publish(ctx, wrap); err != nil {
			return err
		}
	}
	return nil
}

// address names me.
func (w *relays) address(ctx context.Context, text string) (timeline.ID, error) {
	return w.send(ctx, nostr.Event{Kind: nostr.KindTextNote, Content: text, Tags: nostr.Tags{{"p", w.me.Pubkey}}})
}

func (w *relays) publish(ctx context.Context, text string, replyTo timeline.ID) (timeline.ID, error) {
	event := nostr.Event{Kind: nostr.KindTextNote, Content: text}
	if !replyTo.Zero() {
		parent, ok := w.events[replyTo]
		if !ok {
			return timeline.ID{}, fmt.Errorf("reply to %s, which was not published here", replyTo)
		}
		event.Tags = answering(parent, w.relays[0].URL)
	}
	return w.send(ctx, event)
}

// answering are NIP-10's marked tags.
func answering(parent nostr.Event, relay string) nostr.Tags {
	author := nostr.Tag{"p", parent.PubKey}
	for _, tag := range parent.Tags {
		if len(tag) > 3 && tag[0] == "e" && tag[3] == "root" {
			return nostr.Tags{tag, {"e", parent.ID, relay, "reply", parent.PubKey}, author}
		}
	}
	return nostr.Tags{{"e", parent.ID, relay, "root", parent.PubKey}, author}
}

func (w *relays) remove(ctx context.Context, id timeline.ID) error {
	_, err := w.send(ctx, nostr.Event{Kind: nostr.KindDeletion, Tags: nostr.Tags{{"e", id.Local}, {"k", "1"}}})
	return err
}

// send signs an event as fern and stores it at every relay.
func (w *relays) send(ctx context.Context, event nostr.Event) (timeline.ID, error) {
	w.sent++
	w.before(w.sent)
	event, err := w.fern.Sign(event)
	if err != nil {
		return timeline.ID{}, err
	}
	for _, relay := range w.relays {
		if err := relay.Publish(ctx, event); err != nil {
			return timeline.ID{}, err
		}
	}
	id := timeline.ID{Network: timeline.Nostr, Local: event.ID}
	w.events[id] = event
	return id, nil
}
