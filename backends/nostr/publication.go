package nostr

import (
	"context"
	"errors"
	"time"

	"skein/timeline"
)

// publication is one event on its way to one relay. It ends once, by the relay's
// OK, by the end of the connection, or because nobody waits any longer.
type publication struct {
	id      string        // of the event
	message []byte        // ["EVENT",…] as it was frozen
	done    func(verdict) // called by the relay's reader; must not block
	sent    bool          // handed to a connection; guarded by relay.mu
}

// verdict is what became of a publication.
type verdict struct {
	accepted bool
	text     string // the relay's words
	sent     bool   // the relay may have it
	err      error  // why there is no OK; nil when there is one
}

// publish hands an event to the relay as soon as there is a connection. A relay that
// is backing off is dialled at once, for the network may be back; where that has
// just failed, publish fails.
func (r *relay) publish(p *publication) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.resting() && !r.hurry() {
		return r.err
	}
	r.pubs[p] = struct{}{}
	if r.link != nil {
		r.submit(p)
		return nil
	}
	if !r.start() {
		delete(r.pubs, p)
		return errClosed
	}
	return nil
}

// submit sends a publication. mu is held and link is set.
func (r *relay) submit(p *publication) {
	p.sent = true
	r.link.queue(p.message)
}

// conclude ends a publication; false when it has ended already.
func (r *relay) conclude(p *publication, v verdict) bool {
	r.mu.Lock()
	_, open := r.pubs[p]
	delete(r.pubs, p)
	v.sent = p.sent
	r.mu.Unlock()
	if open {
		p.done(v)
	}
	return open
}

// awaiting are the publications of an event.
func (r *relay) awaiting(id string) []*publication {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []*publication
	for p := range r.pubs {
		if p.id == id {
			found = append(found, p)
		}
	}
	return found
}

var errSilent = &timeline.Error{Code: timeline.CodeOffline, Message: timeline.Literal("no answer yet"), Err: errors.New("no OK in time")}

// submit puts an event before one relay and waits for its OK, at most for wait.
func (p *pool) submit(ctx context.Context, url, id string, message []byte, wait time.Duration) verdict {
	r := p.relay(url)
	answer := make(chan verdict, 1)
	pub := &publication{id: id, message: message, done: func(v verdict) { answer <- v }}
	if err := r.publish(pub); err != nil {
		return verdict{err: err}
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case v := <-answer:
		return v
	case <-t.C:
	case <-ctx.Done():
	}
	r.conclude(pub, verdict{err: errSilent})
	return <-answer // one of the two has ended it
}
