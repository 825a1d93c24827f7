package timeline

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// grace is how long the first screen waits for accounts that have not answered.
const grace = 800 * time.Millisecond

// Opener makes the backend of an account. It may fail, for want of credentials;
// the hub then shows why and tries again later.
type Opener func(ctx context.Context, id AccountID) (Backend, error)

// HubOptions configure a Hub. The zero value but Open is real.
type HubOptions struct {
	Open Opener
	// Cache keeps what is read, Marks how far; without them both live as long as the
	// Hub.
	Cache Cache
	Marks Marks
	Page  int // posts asked for at a time; 0 is 40
	Now   func() time.Time
	// Rand returns a number in [0,1), for the back-off's jitter.
	Rand func() float64
	// After is time.After.
	After func(time.Duration) <-chan time.Time
	Log   *slog.Logger
}

func (o HubOptions) withDefaults() HubOptions {
	if o.Page <= 0 {
		o.Page = 40
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	if o.After == nil {
		o.After = time.After
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Hub reads the home timelines of all accounts at once, each in a goroutine of
// its own, and hands over what changed. A failing account never hides another's
// posts: it leaves a gap row and comes back by itself.
//
// All methods are safe for concurrent use.
type Hub struct {
	opts   HubOptions
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	wake   chan struct{} // holds one token when pending is not empty

	mu      sync.Mutex
	feeds   []*feed
	pending Changes
	fresh   map[ID]int // where a post stands in pending.Posts
	want    int        // posts still wanted below what was given
	pace    Pace
	waited  bool // enough time was given to the slower accounts
	once    bool // read what is asked for and no more: Fetch
}

// Changes is everything that changed since the last Next.
type Changes struct {
	Posts   []*Post // new or changed, in order of arrival
	Removed []ID
	// Deliveries are those that have changed, each in its latest state.
	Deliveries []Delivery
	// Gaps and Health are the whole present state, not differences.
	Gaps   []Gap
	Health []Health
	// Loading tells that older posts were asked for and are awaited; End that no
	// account has older ones; Settled that every account has answered or failed
	// once since the start.
	Loading, End, Settled bool
	// Unread are the keys of posts that have become unread, Read of those that were
	// read elsewhere. They are differences.
	Unread, Read []Key
	// Forgetful says why nothing is kept at present, as when the disk is full; empty
	// while all is well.
	Forgetful Safe
}

// State is how an account is doing.
type State string

// The states of an account.
const (
	Connecting State = "connecting"
	Live       State = "live"
	Partial    State = "partial" // some of its servers answer
	Down       State = "offline"
	SignIn     State = "sign-in" // the person must sign in again
)

// Health is the state of one account.
type Health struct {
	Account Account
	State   State
	Since   time.Time // when the state began
	Retry   time.Time // when the next attempt is due; zero when none is
	Up, Of  int       // usable connections, for backends with several
	Message Safe      // why, when State is not Live
	Code    Code      // the same for a program; "" where nothing failed
}

// NewHub makes a Hub that reads the given accounts until Close. Accounts are
// shown in the order given.
func NewHub(o HubOptions, accounts ...Account) *Hub {
	h := newHub(o, accounts)
	h.start()
	return h
}

func newHub(o HubOptions, accounts []Account) *Hub {
	h := &Hub{opts: o.withDefaults(), wake: make(chan struct{}, 1), fresh: map[ID]int{}}
	h.want = h.opts.Page
	h.ctx, h.cancel = context.WithCancel(context.Background())
	for _, a := range accounts {
		h.feeds = append(h.feeds, newFeed(h, a))
	}
	return h
}

func (h *Hub) start() {
	h.notify() // so that the first Next tells who is being connected
	for _, f := range h.feeds {
		h.wg.Go(f.run)
	}
	if !h.once {
		h.wg.Go(h.stopWaiting)
	}
}

// stopWaiting shows what is there after a while, so that a slow account delays
// the first screen but does not hold it.
func (h *Hub) stopWaiting() {
	select {
	case <-h.opts.After(grace):
	case <-h.ctx.Done():
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waited = true
	h.release()
}

// Close stops all accounts, closes their backends and waits for them.
func (h *Hub) Close() {
	h.cancel()
	h.wg.Wait()
}

// Next blocks until something has changed and returns all of it. It fails only
// when ctx ends or the hub is closed. It is for one caller at a time.
func (h *Hub) Next(ctx context.Context) (Changes, error) {
	select {
	case <-h.wake:
	case <-ctx.Done():
		return Changes{}, ctx.Err()
	case <-h.ctx.Done():
		return Changes{}, errors.New("the hub is closed")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.pending
	h.pending = Changes{}
	clear(h.fresh)
	c.Loading, c.End, c.Settled = h.want > 0, h.ended(), h.settled()
	for _, f := range h.feeds {
		c.Health = append(c.Health, f.health)
		for _, hole := range f.holes {
			c.Gaps = append(c.Gaps, hole.Gap)
		}
	}
	return c, nil
}

// Older asks for the posts below what has been given so far.
func (h *Hub) Older() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.want == 0 {
		h.want = h.opts.Page
		h.askOlder()
		h.notify()
	}
}

// Refresh asks every account for new posts now; those that wait to try again
// try at once.
func (h *Hub) Refresh() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, f := range h.feeds {
		f.ask(order{refresh: true})
	}
}

// Fill tries to close the gap whose row has key k.
func (h *Hub) Fill(k Key) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, f := range h.feeds {
		for i := range f.holes {
			if f.holes[i].Key.Compare(k) == 0 && !f.holes[i].Loading {
				f.holes[i].Loading = f.ask(order{fill: &k})
				h.notify()
			}
		}
	}
}

// SetPace tells the backends how much attention the person pays.
func (h *Hub) SetPace(p Pace) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pace = p
	for _, f := range h.feeds {
		if pacer, ok := As[Pacer](f.backend); ok {
			pacer.SetPace(p)
		}
	}
}

// Accounts lists the accounts in their order.
func (h *Hub) Accounts() []Account {
	out := make([]Account, len(h.feeds))
	for i, f := range h.feeds {
		out[i] = f.account
	}
	return out
}

// Backend returns an account's backend, for reading threads and profiles.
func (h *Hub) Backend(ctx context.Context, id AccountID) (Backend, error) {
	i := slices.IndexFunc(h.feeds, func(f *feed) bool { return f.account.ID == id })
	if i < 0 {
		return nil, Errorf(CodeUsage, "no account %s", id)
	}
	return h.feeds[i].open(ctx)
}

// Reader returns the backend that can read more about p: that of the first
// account that has seen it.
func (h *Hub) Reader(ctx context.Context, p *Post) (Backend, error) {
	for _, v := range p.Content().Views {
		if b, err := h.Backend(ctx, v.Account); err == nil {
			return b, nil
		}
	}
	for _, f := range h.feeds {
		if f.account.Network == p.ID.Network {
			return f.open(ctx)
		}
	}
	return nil, Errorf(CodeUsage, "no account can read this post")
}

// Below: state shared with the feeds; h.mu is held.

func (h *Hub) notify() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// publish hands a post to the next Next. One that is still pending is replaced,
// so that a storm of updates of one post takes the room of one.
func (h *Hub) publish(p *Post) {
	if i, ok := h.fresh[p.ID]; ok {
		h.pending.Posts[i] = Combine(h.pending.Posts[i], p)
	} else {
		h.fresh[p.ID] = len(h.pending.Posts)
		h.pending.Posts = append(h.pending.Posts, p)
	}
	h.notify()
}

func (h *Hub) retract(id ID) {
	if i, ok := h.fresh[id]; ok {
		h.pending.Posts = slices.Delete(h.pending.Posts, i, i+1)
		delete(h.fresh, id)
		for other, at := range h.fresh {
			if at > i {
				h.fresh[other] = at - 1
			}
		}
	}
	h.pending.Removed = append(h.pending.Removed, id)
	h.notify()
}

// release publishes what every account's posts now reach down to.
func (h *Hub) release() {
	if !h.waited && !h.settled() {
		return // what a slower account brings may belong between
	}
	floor, held := h.floor()
	for _, f := range h.feeds {
		keep := f.held[:0]
		for _, p := range f.held {
			if held && p.Key().Less(floor) {
				keep = append(keep, p)
			} else {
				h.publish(p)
				h.want = max(0, h.want-1)
			}
		}
		clear(f.held[len(keep):])
		f.held = keep
	}
	h.askOlder()
	h.notify()
}

func (h *Hub) floor() (Key, bool) {
	extents := make([]Extent, 0, len(h.feeds))
	for _, f := range h.feeds {
		extents = append(extents, Extent{Oldest: f.oldest, Done: f.idle()})
	}
	return Floor(extents...)
}

// askOlder asks the account that holds the others back for its next page.
func (h *Hub) askOlder() {
	if h.want == 0 {
		return
	}
	floor, ok := h.floor()
	if !ok {
		if h.settled() {
			h.want = 0 // nobody is left to ask
		}
		return
	}
	for _, f := range h.feeds {
		if !f.idle() && f.oldest.Compare(floor) == 0 {
			f.ask(order{older: true})
		}
	}
}

func (h *Hub) ended() bool {
	for _, f := range h.feeds {
		if !f.done {
			return false
		}
	}
	return true
}

func (h *Hub) settled() bool {
	for _, f := range h.feeds {
		if !f.answered && !f.failed {
			return false
		}
	}
	return true
}
