package nostr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"golang.org/x/time/rate"

	"skein/timeline"
)

const (
	steadyAfter = time.Minute     // a connection that lasted this long ends the back-off
	patience    = 2 * time.Second // how long a request waits for a relay that is backing off
	redialAfter = 5 * time.Second // how soon after a dial that failed one that is urgent is made
	slack       = 32              // events beyond the limits that are not yet called a flood
)

// subscription is one REQ at one relay. Its functions are called by the relay's
// reader, one at a time, and must not block for long.
type subscription struct {
	id      string
	lasting bool // kept over reconnects; otherwise it fails with the connection
	filters func() nostr.Filters

	event  func(*nostr.Event) // verified, and within the filters
	eose   func()
	closed func(error) // the end of it; nil for a lasting one

	asked nostr.Filters // as last sent; guarded by relay.mu
	quota int           // stored events still to be expected; guarded by relay.mu
	down  bool          // lasting, but closed by the relay: asked again later; guarded by relay.mu
}

// relay is one relay and the one connection to it, which comes and goes with what
// is asked and published there.
type relay struct {
	url  string
	own  atomic.Bool // of the account's own list: it may see a signature
	pool *pool
	late atomic.Bool   // the last request went without a complete answer
	wake chan struct{} // ends the wait between two attempts; holds one

	mu       sync.Mutex
	subs     map[string]*subscription
	pubs     map[*publication]struct{}
	link     *link // nil while there is no connection
	running  bool  // a goroutine cares for the connection
	failures int
	missedAt time.Time     // when a connection last did not come about
	retry    time.Time     // no dialling before
	err      error         // why there is no connection
	auths    *rate.Limiter // signatures it may have; nil before the first
	most     int           // the most stored events one filter ever got: it cuts no lower
}

func (r *relay) host() string { return hostOf(r.url) }

// open registers a subscription and sends it as soon as there is a connection. It
// fails at once while the relay is backing off for long, unless it is urgent: then the
// relay is dialled now.
func (r *relay) open(s *subscription, urgent bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !s.lasting && r.resting() && (!urgent || !r.hurry()) {
		return r.err
	}
	r.subs[s.id] = s
	if r.link != nil {
		r.request(s)
		return nil
	}
	if !r.start() {
		delete(r.subs, s.id)
		return errClosed
	}
	return nil
}

// resting tells whether the relay is backing off for longer than a request waits. mu
// is held.
func (r *relay) resting() bool {
	return r.link == nil && r.err != nil && time.Until(r.retry) > patience
}

// hurry ends the back-off, for the network may be there again; false where it has not
// been just now. mu is held.
func (r *relay) hurry() bool {
	if time.Since(r.missedAt) < redialAfter {
		return false
	}
	r.retry = time.Now()
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return true
}

// start makes sure that somebody cares for the connection; false once the pool is
// closed. mu is held.
func (r *relay) start() bool {
	if !r.running {
		r.running = r.pool.spawn(r.run)
	}
	return r.running
}

// unused tells whether nothing is asked or published. mu is held.
func (r *relay) unused() bool { return len(r.subs)+len(r.pubs) == 0 }

// close ends a subscription. Afterwards none of its functions is called anew.
func (r *relay) close(s *subscription) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.subs[s.id] != s {
		return
	}
	delete(r.subs, s.id)
	if r.link != nil {
		r.link.send("CLOSE", s.id)
	}
}

// request sends a REQ. mu is held and link is set.
func (r *relay) request(s *subscription) {
	s.asked, s.quota, s.down = s.filters(), slack, false
	for _, f := range s.asked {
		s.quota += f.Limit
	}
	parts := []any{"REQ", s.id}
	for _, f := range s.asked {
		parts = append(parts, f)
	}
	r.link.send(parts...)
}

// run keeps a connection for as long as it is of use.
func (r *relay) run() {
	ctx := r.pool.ctx
	for r.wanted(ctx) {
		start := time.Now()
		err := r.connect(ctx)
		r.lost(ctx, err, time.Since(start))
	}
}

// wanted waits out the back-off. It is false when nobody needs the relay any more.
func (r *relay) wanted(ctx context.Context) bool {
	r.mu.Lock()
	wait := time.Until(r.retry)
	r.mu.Unlock()
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.wake:
		case <-ctx.Done():
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = !r.unused() && ctx.Err() == nil
	return r.running
}

var errIdle = errors.New("nothing was asked for a while")

// lost notes the end of a connection and fails what was asked over it.
func (r *relay) lost(ctx context.Context, err error, lasted time.Duration) {
	r.mu.Lock()
	missed := r.link == nil
	r.link = nil
	if !errors.Is(err, errIdle) && ctx.Err() == nil {
		if lasted > steadyAfter {
			r.failures = 0
		}
		r.failures++
		if missed {
			r.missedAt = time.Now()
		}
		r.retry = time.Now().Add(r.pool.backoff(r.failures))
		r.err = r.failure(err)
		r.pool.log.DebugContext(ctx, "relay lost", "relay", r.url, "error", err, "failures", r.failures)
	}
	var failed []*subscription
	for id, s := range r.subs {
		if !s.lasting {
			failed = append(failed, s)
			delete(r.subs, id)
		}
	}
	unanswered := slices.Collect(maps.Keys(r.pubs))
	why := r.err
	r.mu.Unlock()
	if why == nil {
		why = errClosed
	}
	for _, s := range failed {
		s.closed(why)
	}
	for _, p := range unanswered {
		r.conclude(p, verdict{err: why})
	}
	r.pool.note()
}

// failure words the end of a connection for a person.
func (r *relay) failure(err error) error {
	var te *timeline.Error
	if errors.As(err, &te) {
		return te
	}
	return &timeline.Error{Code: timeline.CodeOffline, Message: timeline.CleanLine(fmt.Sprintf("%s: %v", r.host(), err)), Err: err}
}

// lately tells whether the last request went without a complete answer, and whether
// the relay has not been there since then, or since it failed.
func (r *relay) lately() (slow, away bool) {
	slow = r.late.Load()
	r.mu.Lock()
	defer r.mu.Unlock()
	return slow, r.link == nil && (slow || r.err != nil)
}

// state tells whether there is a connection, and if not why.
func (r *relay) state() (up bool, why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.link != nil, r.err
}

// cutsAbove tells whether n events must be all there are: the relay is known to
// give more where it has more.
func (r *relay) cutsAbove(n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return n < r.most
}

// gave notes that one filter got n events.
func (r *relay) gave(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.most = max(r.most, n)
}

// encode makes a message. Filters and events write themselves.
func encode(parts ...any) ([]byte, error) {
	b, err := json.Marshal(parts)
	if err != nil {
		return nil, fmt.Errorf("encode a message to a relay: %w", err)
	}
	return b, nil
}
