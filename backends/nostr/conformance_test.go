package nostr

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/conformance"
	sandbox "skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// writer publishes as another client would, at every relay.
type writer struct {
	t       *testing.T
	servers []*sandbox.Server
	clients []*client
	by      string

	mu     sync.Mutex
	events map[string]nostr.Event
}

func newWriter(t *testing.T, servers []*sandbox.Server, by string) *writer {
	w := &writer{t: t, servers: servers, by: by, events: map[string]nostr.Event{}}
	for _, s := range servers {
		w.clients = append(w.clients, dial(t, s.URL()))
	}
	return w
}

func (w *writer) send(ctx context.Context, e nostr.Event) (timeline.ID, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.clients {
		if err := c.publish(ctx, e); err != nil {
			return timeline.ID{}, err
		}
	}
	w.events[e.ID] = e
	return timeline.ID{Network: timeline.Nostr, Local: e.ID}, nil
}

func (w *writer) publish(ctx context.Context, text string, replyTo timeline.ID) (timeline.ID, error) {
	var tags nostr.Tags
	if !replyTo.Zero() {
		w.mu.Lock()
		parent, ok := w.events[replyTo.Local]
		w.mu.Unlock()
		if !ok {
			return timeline.ID{}, fmt.Errorf("reply to %s, which was not published here", replyTo)
		}
		root := parent.ID
		if _, r := thread(parent.Tags); r != nil {
			root = r.id
			tags = nostr.Tags{{"e", root, "", "root"}, {"e", parent.ID, "", "reply"}}
		} else {
			tags = nostr.Tags{{"e", root, "", "root"}}
		}
	}
	return w.send(ctx, signed(w.t, w.servers[0], w.by, kindNote, tags, text))
}

// message writes to the viewer, as a program that is not skein.
func (w *writer) message(_ context.Context, text string) error {
	return w.servers[0].Write(world.Message{By: w.by, To: []string{world.Viewer}, Text: text})
}

// address names the viewer.
func (w *writer) address(ctx context.Context, text string) (timeline.ID, error) {
	return w.send(ctx, signed(w.t, w.servers[0], w.by, kindNote, nostr.Tags{{"p", w.servers[0].PubKey(world.Viewer)}}, text))
}

func (w *writer) remove(ctx context.Context, id timeline.ID) error {
	_, err := w.send(ctx, signed(w.t, w.servers[0], w.by, kindDeletion, nostr.Tags{{"e", id.Local}}, ""))
	return err
}

func TestConformanceSmall(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	w := newWriter(t, servers, "fern")
	conformance.Run(t, conformance.Setup{Backend: reader(t, servers), Publish: w.publish, Address: w.address, Delete: w.remove, Message: w.message})
}

// TestConformanceWorld runs the suite on the demo's own world, spread over three
// relays of which one cuts its answers to ten events without saying so.
func TestConformanceWorld(t *testing.T) {
	servers := startRelays(t, world.New(world.Options{Seed: 1}), sandbox.Options{}, sandbox.Options{Limit: 10}, sandbox.Options{})
	w := newWriter(t, servers, "fern")
	conformance.Run(t, conformance.Setup{Backend: reader(t, servers), Publish: w.publish, Address: w.address, Delete: w.remove, Message: w.message})
}
