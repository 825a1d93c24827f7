package nostr

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/transport"
)

const (
	askTimeout  = 6 * time.Second // how long a request waits for one relay
	askGrace    = time.Second     // how long it waits at most for the rest once half have answered
	graceParts  = 4               // of it are the least that it waits
	graceTimes  = 3               // as long as those who answered took, it waits for the rest
	maxAnswer   = 20_000          // events that one request keeps
	knownRelays = 200             // relays remembered; beyond it, those at rest are forgotten

	firstBackoff = time.Second
	lastBackoff  = 5 * time.Minute
)

// pool is all relays of one account.
type pool struct {
	client  *transport.Client
	log     *slog.Logger
	me      string                                    // hex public key
	sign    func(context.Context, *nostr.Event) error // nil where there is no key
	own     map[string]bool                           // the account's own relays; guarded by mu
	verify  *verifier
	backoff func(failures int) time.Duration
	wait    time.Duration // askTimeout
	grace   time.Duration // askGrace
	changed chan struct{} // a connection came or went; holds one

	ctx    context.Context // connections outlive the request that opens them, and end with the pool
	cancel context.CancelFunc
	next   atomic.Uint64 // subscription ids

	mu     sync.Mutex
	relays map[string]*relay
	closed bool
	wg     sync.WaitGroup
}

// fullJitter is a random wait between nothing and a bound that doubles from 1 s to
// 5 min; a quarter of a second is the least, so that nothing spins.
func fullJitter(failures int) time.Duration {
	const doublings = 9 // 1 s << 9 is beyond the last
	bound := min(firstBackoff<<min(failures-1, doublings), lastBackoff)
	return max(rand.N(bound), firstBackoff/4) //nolint:gosec // G404: spreading retries is no secret
}

// spawn runs f until the pool is closed; it is false when it is already.
func (p *pool) spawn(f func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.wg.Go(f)
	return true
}

// close ends all connections and waits for them.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.cancel()
	p.wg.Wait()
}

// note tells that a connection came or went.
func (p *pool) note() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// relay returns the one relay at a normalised address.
func (p *pool) relay(url string) *relay {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r, ok := p.relays[url]; ok {
		return r
	}
	if len(p.relays) >= knownRelays {
		for u, r := range p.relays {
			if r.atRest() {
				delete(p.relays, u)
			}
		}
	}
	r := &relay{url: url, pool: p, wake: make(chan struct{}, 1), subs: map[string]*subscription{}, pubs: map[*publication]struct{}{}}
	r.own.Store(p.own[url])
	p.relays[url] = r
	return r
}

// adopt makes relays own ones: the account's relay list names them.
func (p *pool) adopt(urls []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, u := range urls {
		p.own[u] = true
		if r, ok := p.relays[u]; ok {
			r.own.Store(true)
		}
	}
}

// atRest tells whether forgetting the relay loses nothing.
func (r *relay) atRest() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.running && time.Now().After(r.retry)
}

func (p *pool) newSubscription() *subscription {
	return &subscription{id: "s" + strconv.FormatUint(p.next.Add(1), 10)}
}

// answer is what one relay said to a request. err is set when it failed; late when
// it had not finished in time. Events that came before are there in either case.
type answer struct {
	events []*nostr.Event
	err    error
	late   bool
	slow   bool // it was late the last time
	away   bool // it was not connected when it was asked, and had been late or failed before
}

// complete tells whether the relay said that this is all.
func (a answer) complete() bool { return a.err == nil && !a.late }

// ask sends one REQ to each relay and collects the answers. It waits askTimeout for a
// slow relay, or only for a while more once half of them have answered: three times
// what these took, at most grace and at least a quarter of it. That quarter is all once
// only those are missing that were late the last time, and nothing is waited for once
// only those are that are away. A negative grace means to wait for all, and to dial those
// that are backing off.
func (p *pool) ask(ctx context.Context, want map[string]nostr.Filters, grace time.Duration) map[string]answer {
	q := &inquiry{answers: make(map[string]*answer, len(want)), settled: make(chan struct{}, len(want))}
	var subs []func()
	for url, filters := range want {
		r := p.relay(url)
		a := &answer{late: true}
		a.slow, a.away = r.lately()
		q.answers[url] = a
		s := p.newSubscription()
		s.filters = func() nostr.Filters { return filters }
		s.event = func(e *nostr.Event) { q.add(a, e) }
		s.eose = func() { q.settle(a, nil) }
		s.closed = func(err error) { q.settle(a, err) }
		if err := r.open(s, grace < 0); err != nil {
			q.settle(a, err)
			continue
		}
		subs = append(subs, func() { r.close(s) })
	}
	q.wait(ctx, len(want), p.wait, grace)
	for _, end := range subs {
		end()
	}
	answers := q.result()
	for url, a := range answers {
		if ctx.Err() == nil {
			p.relay(url).late.Store(a.late)
		}
	}
	return answers
}

// inquiry collects the answers to one ask.
type inquiry struct {
	settled chan struct{} // one for each relay that is done

	mu      sync.Mutex
	answers map[string]*answer
	total   int
	over    bool
}

func (q *inquiry) add(a *answer, e *nostr.Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.over && a.late && q.total < maxAnswer {
		a.events = append(a.events, e)
		q.total++
	}
}

func (q *inquiry) settle(a *answer, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.over || !a.late {
		return
	}
	a.late, a.err = false, err
	q.settled <- struct{}{} // never blocks: it has room for every relay once
}

func (q *inquiry) wait(ctx context.Context, n int, most, grace time.Duration) {
	deadline := time.NewTimer(most)
	defer deadline.Stop()
	start := time.Now()
	var rest *time.Timer
	var over <-chan time.Time
	for done := 0; done < n; {
		select {
		case <-q.settled:
			done++
		case <-over:
			return
		case <-deadline.C:
			return
		case <-ctx.Done():
			return
		}
		good, onlySlow, onlyAway := q.standing()
		switch {
		case grace < 0 || !good:
		case onlyAway:
			return
		case done*2 < n:
		case rest == nil:
			more := grace / graceParts
			if !onlySlow {
				more = min(grace, max(more, graceTimes*time.Since(start)))
			}
			rest = time.NewTimer(more)
			defer rest.Stop()
			over = rest.C
		case onlySlow:
			rest.Reset(grace / graceParts)
		}
	}
}

// standing tells whether any relay has answered, and whether only those are missing
// that were late the last time, or that are away.
func (q *inquiry) standing() (good, onlySlow, onlyAway bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	onlySlow, onlyAway = true, true
	for _, a := range q.answers {
		good = good || a.complete()
		onlySlow = onlySlow && (!a.late || a.slow)
		onlyAway = onlyAway && (!a.late || a.away)
	}
	return good, onlySlow, onlyAway
}

func (q *inquiry) result() map[string]answer {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = true
	all := make(map[string]answer, len(q.answers))
	for url, a := range q.answers {
		all[url] = *a
	}
	return all
}
