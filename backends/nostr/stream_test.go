package nostr

import (
	"context"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// runStream starts Stream; it is stopped and awaited when the test ends.
func runStream(t *testing.T, b *Backend, from timeline.Cursor, emit func(timeline.Event)) <-chan error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended, over := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(over)
		ended <- b.Stream(ctx, from, emit)
	}()
	t.Cleanup(func() {
		cancel()
		<-over
	})
	return ended
}

// until reads events until one satisfies want.
func until(t *testing.T, events <-chan timeline.Event, ended <-chan error, what string, want func(timeline.Event) bool) timeline.Event {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case e := <-events:
			if want(e) {
				return e
			}
		case err := <-ended:
			t.Fatalf("%s: Stream ended: %v", what, err)
		case <-deadline:
			t.Fatalf("%s: nothing within 10 s", what)
		}
	}
}

func up(n int) func(timeline.Event) bool {
	return func(e timeline.Event) bool { return e.Status != nil && e.Status.Up == n }
}

func post(id string) func(timeline.Event) bool {
	return func(e timeline.Event) bool { return e.Post != nil && e.Post.ID.Local == id }
}

func TestStreamTellsOfPostsDeletionsAndConnections(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{}, sandbox.Options{})
	b := reader(t, servers)
	events := make(chan timeline.Event, 1024)
	ended := runStream(t, b, "", func(e timeline.Event) { events <- e })
	until(t, events, ended, "both relays", up(2))

	note := signed(t, servers[0], "fern", kindNote, nil, "hello")
	servers[0].Put(note)
	e := until(t, events, ended, "the post", post(note.ID))
	if e.Post.Author.Name.String() != "Fern" || e.Cursor == "" {
		t.Errorf("the post is by %q with cursor %q", e.Post.Author.Name, e.Cursor)
	}

	foreign := signed(t, servers[0], "ada", kindDeletion, nostr.Tags{{"e", note.ID}}, "")
	servers[0].Put(foreign)
	servers[0].Put(signed(t, servers[0], "fern", kindDeletion, nostr.Tags{{"e", note.ID}}, ""))
	gone := until(t, events, ended, "the deletion", func(e timeline.Event) bool { return e.Deleted != nil })
	if gone.Deleted.Local != note.ID {
		t.Errorf("%s was deleted, want %s", gone.Deleted, note.ID)
	}

	if err := servers[1].Close(); err != nil {
		t.Fatal(err)
	}
	lost := until(t, events, ended, "one relay lost", up(1))
	if lost.Status.Of != 2 || lost.Status.Detail.Empty() {
		t.Errorf("the status is %+v", lost.Status)
	}
}

// TestStreamNewFollow: a new kind 3 brings a new person into the stream.
func TestStreamNewFollow(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	b := reader(t, servers)
	events := make(chan timeline.Event, 1024)
	ended := runStream(t, b, "", func(e timeline.Event) { events <- e })
	until(t, events, ended, "the relay", up(1))

	follows := nostr.Tags{{"p", servers[0].PubKey("fern")}, {"p", servers[0].PubKey("stray")}}
	servers[0].Put(signed(t, servers[0], "you", kindFollows, follows, ""))
	note := signed(t, servers[0], "stray", kindNote, nil, "now you follow me")
	servers[0].Put(note)
	until(t, events, ended, "the new person's post", post(note.ID))
}

// TestStreamNewFollowElsewhere: a new kind 3 that no own relay has brings a new person
// into the stream all the same, and is read once.
func TestStreamNewFollowElsewhere(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{}, sandbox.Options{})
	b := reader(t, servers[:1])
	events := make(chan timeline.Event, 1024)
	ended := runStream(t, b, "", func(e timeline.Event) { events <- e })
	until(t, events, ended, "both relays", up(2))

	follows := nostr.Tags{{"p", servers[0].PubKey("fern")}, {"p", servers[0].PubKey("stray")}}
	servers[1].Put(signed(t, servers[0], "you", kindFollows, follows, ""))
	note := signed(t, servers[0], "stray", kindNote, nil, "now you follow me")
	servers[1].Put(note)
	until(t, events, ended, "the new person's post", post(note.ID))
}

// TestLateProfileKeepsMarks: what the account did with a post, and the votes in it,
// are still there when the post is sent again.
func TestLateProfileKeepsMarks(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	b := reader(t, servers)
	batch, err := b.Home(t.Context(), timeline.Page{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan timeline.Event, 64)
	ended := runStream(t, b, batch.Newer, func(e timeline.Event) { events <- e })
	until(t, events, ended, "the relay", up(1))
	renamed := &person{name: "Renamed", at: nostr.Now()}
	b.people.Add(servers[0].PubKey("fern"), cached[*person]{renamed, time.Now()})
	again := func(key string) *timeline.Post {
		e, _ := b.events.Get(servers[0].EventID(key))
		b.again([]*nostr.Event{e})
		return until(t, events, ended, key, post(e.ID)).Post
	}
	if p := again("root"); !p.Views[0].Liked || p.Views[0].LikeID == "" {
		t.Errorf("the liked post comes again with %+v", p.Views)
	}
	if p := again("poll"); p.Poll == nil || p.Poll.Voters != 4 {
		t.Errorf("the poll comes again as %+v", p.Poll)
	}
}

// TestStreamEnds when no relay is left for long.
func TestStreamEndsWithoutRelays(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	b := reader(t, servers)
	b.allDown = 300 * time.Millisecond
	events := make(chan timeline.Event, 1024)
	ended := runStream(t, b, "", func(e timeline.Event) { events <- e })
	until(t, events, ended, "the relay", up(1))
	if err := servers[0].Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if timeline.CodeOf(err) != timeline.CodeOffline {
			t.Errorf("Stream ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Stream goes on without a relay")
	}
}

func TestStreamEndsWithTheBackend(t *testing.T) {
	b := reader(t, startRelays(t, small(), sandbox.Options{}))
	events := make(chan timeline.Event, 1024)
	ended := runStream(t, b, "", func(e timeline.Event) { events <- e })
	until(t, events, ended, "the relay", up(1))
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

// TestSubscriptionKeepsToItsRun: the relay's reader may be handing on an event when
// the run has ended and the next has begun.
func TestSubscriptionKeepsToItsRun(t *testing.T) {
	b := reader(t, startRelays(t, small(), sandbox.Options{}))
	s := &stream{b: b, arrived: make(chan *nostr.Event), done: make(chan struct{})}
	sub := s.subscription("wss://relay.example", nil)
	close(s.done)
	s.arrived, s.done = make(chan *nostr.Event, 1), make(chan struct{})
	sub.event(&nostr.Event{})
	if len(s.arrived) != 0 {
		t.Error("an event of the last run arrived in the next")
	}
}

// TestLateProfile: a post is shown under its short npub until the name is known.
func TestLateProfile(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	b := reader(t, servers)
	batch, err := b.Home(t.Context(), timeline.Page{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan timeline.Event, 64)
	ended := runStream(t, b, batch.Newer, func(e timeline.Event) { events <- e })
	until(t, events, ended, "the relay", up(1))

	p := batch.Posts[0]
	e, _ := b.events.Get(p.ID.Local)
	renamed := &person{name: "Renamed", at: nostr.Now()}
	b.people.Add(e.PubKey, cached[*person]{renamed, time.Now()})
	b.again([]*nostr.Event{e})
	again := until(t, events, ended, "the post again", post(p.ID.Local))
	if again.Post.Author.Name.String() != "Renamed" || again.Post.Revision <= p.Revision {
		t.Errorf("again it is by %q at revision %d, before %d", again.Post.Author.Name, again.Post.Revision, p.Revision)
	}
	b.again([]*nostr.Event{e}) // unchanged: not sent
	note := signed(t, servers[0], "fern", kindNote, nil, "next")
	servers[0].Put(note)
	until(t, events, ended, "the next post", func(ev timeline.Event) bool {
		if post(p.ID.Local)(ev) {
			t.Error("an unchanged post was sent again")
		}
		return post(note.ID)(ev)
	})
}
