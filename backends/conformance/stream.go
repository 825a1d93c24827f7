package conformance

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"skein/timeline"
)

// version is one state of one post: a stream may send a post again when it has
// changed, and then with a higher revision.
type version struct {
	id       timeline.ID
	revision uint64
}

// running is a Stream in a goroutine of its own.
type running struct {
	events chan timeline.Event
	ended  chan error
	late   atomic.Int32 // events after Stream returned
	stop   context.CancelFunc
}

// stream starts the backend's Stream at the present and returns when it is seen to
// work: posts made before a socket is open may be missed by right.
func (c *suite) stream(t *testing.T) *running {
	t.Helper()
	s, ok := timeline.As[timeline.Streamer](c.Backend)
	if !ok {
		t.Skip("this backend has no stream")
	}
	from := c.home(t.Context(), t, timeline.Page{Limit: c.PageSize}).Newer
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{events: make(chan timeline.Event, 1024), ended: make(chan error, 1), stop: cancel}
	t.Cleanup(cancel)
	go func() {
		var over atomic.Bool
		err := s.Stream(ctx, from, func(e timeline.Event) {
			if over.Load() {
				r.late.Add(1)
			}
			r.events <- e
		})
		over.Store(true)
		r.ended <- err
	}()
	c.warmUp(t, r)
	return r
}

// warmUp publishes until something arrives.
func (c *suite) warmUp(t *testing.T, r *running) {
	t.Helper()
	deadline := time.After(c.Patience)
	again := time.NewTicker(max(c.Patience/10, time.Second))
	defer again.Stop()
	c.publish(t, "is the stream open?", timeline.ID{})
	for {
		select {
		case e := <-r.events:
			if e.Post != nil {
				return
			}
		case err := <-r.ended:
			t.Fatalf("Stream ended: %v", err)
		case <-again.C:
			c.publish(t, "is the stream open now?", timeline.ID{})
		case <-deadline:
			t.Fatalf("nothing arrived on the stream within %s", c.Patience)
		}
	}
}

func (c *suite) testStream(t *testing.T) {
	r := c.stream(t)
	seen := map[version]bool{}
	for i := range 3 {
		id := c.publish(t, fmt.Sprintf("streamed, %d", i), timeline.ID{})
		c.await(t, r, id, seen)
	}
}

// await reads the stream until a post comes, and checks all that comes with it.
func (c *suite) await(t *testing.T, r *running, id timeline.ID, seen map[version]bool) {
	t.Helper()
	deadline := time.After(c.Patience)
	for {
		select {
		case e := <-r.events:
			if e.Post == nil {
				continue
			}
			checkPost(t, c.account, e.Post)
			v := version{e.Post.ID, e.Post.Revision}
			if seen[v] {
				t.Errorf("post %s arrived twice", e.Post.ID)
			}
			seen[v] = true
			if e.Post.ID == id {
				return
			}
		case err := <-r.ended:
			t.Fatalf("Stream ended: %v", err)
		case <-deadline:
			t.Fatalf("post %s did not arrive within %s", id, c.Patience)
		}
	}
}

func (c *suite) testStreamStops(t *testing.T) {
	r := c.stream(t)
	r.stop()
	select {
	case err := <-r.ended:
		t.Logf("Stream ended with: %v", err) // nil or not: the contract leaves it open
	case <-time.After(c.Patience):
		t.Fatalf("Stream did not return within %s of its context's end", c.Patience)
	}
	id := c.publish(t, "after the stream", timeline.ID{})
	c.eventually(t, func(ctx context.Context) error {
		_, err := c.Backend.Post(ctx, id)
		return err
	})
	if n := r.late.Load(); n > 0 {
		t.Errorf("%d events after Stream had returned", n)
	}
}
