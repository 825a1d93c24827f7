package timeline

import (
	"cmp"
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

// stretch is how many kept rows are handed over at once.
const stretch = 200

// Opener makes the backend of an account. It may fail, for want of credentials;
// the hub then shows why and tries again later.
type Opener func(ctx context.Context, id AccountID) (Backend, error)

// HubOptions configure a Hub. The zero value but Open is real.
type HubOptions struct {
	Open Opener
	// Feed is what is read of every account; "" is FeedHome.
	Feed FeedName
	// Cache keeps what is read, Marks how far; without them both live as long as the
	// Hub.
	Cache Cache
	Marks Marks
	Mutes MuteReader // what is hidden of what is read; nil: nothing
	Page  int        // posts asked for at a time; 0 is 40
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
	o.Feed = cmp.Or(o.Feed, FeedHome)
	if o.Cache == nil {
		o.Cache = NewMemory()
	}
	if o.Marks == nil {
		o.Marks = NewMemoryMarks()
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

// Hub reads one feed of all accounts at once, the home timelines unless it is told another, each in a goroutine of
// its own, keeps what it reads, and hands over what changed. A failing account
// never hides another's posts: it leaves a gap row and comes back by itself.
//
// What the person has muted is kept as all else, and not handed over.
//
// All methods are safe for concurrent use.
type Hub struct {
	opts    HubOptions
	keeper  *keeper
	muting  muting
	ctx     context.Context
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	wake    chan struct{} // holds one token when there is something to hand over
	poke    chan struct{} // holds one token when the scribe has something to do
	loaded  chan struct{} // closed when it is known how far the accounts were read
	begun   sync.Once
	handing sync.Mutex // one Next at a time, and none while Close drains
	writing sync.Mutex // one record at a time

	mu      sync.Mutex
	feeds   []*feed // replaced as a whole, never changed
	intake  intake
	pending Changes
	started bool // rows have been handed over, or were kept before
	low     Key  // down to which they reach
	want    int  // posts still wanted below
	wanted  int  // posts that were, when they were asked for
	hidden  int  // posts that are hidden, read since
	bottom  bool // nobody was left to ask for them; until somebody has news
	pace    Pace
	waited  bool       // enough time was given to the slower accounts
	once    bool       // read what is asked for and no more: Fetch
	resumed bool       // an account was read before
	running bool       // Start was called
	later   map[ID]Key // unread posts below low
	seen    map[ID]Key // posts seen, to be marked as read
	written map[ID]Key // those marked since the last Next
}

// NewHub makes a Hub of the given accounts and finds out how far they were read;
// Start begins to read them, until Close. Accounts are shown in the order given.
func NewHub(o HubOptions, accounts ...Account) *Hub {
	h := newHub(o, accounts)
	h.load()
	return h
}

func newHub(o HubOptions, accounts []Account) *Hub {
	h := &Hub{
		opts: o.withDefaults(), wake: make(chan struct{}, 1), poke: make(chan struct{}, 1), loaded: make(chan struct{}),
		later: map[ID]Key{}, seen: map[ID]Key{}, written: map[ID]Key{},
	}
	h.keeper = newKeeper(h.opts)
	h.want = h.opts.Page
	h.ctx, h.cancel = context.WithCancel(context.Background())
	for _, a := range accounts {
		h.feeds = append(h.feeds, newFeed(h, a))
	}
	return h
}

// Start begins to read the accounts. What was kept can be read before. A second
// call does nothing.
func (h *Hub) Start() {
	h.begun.Do(func() {
		h.mu.Lock()
		h.running = true
		for _, f := range h.feeds {
			h.wg.Go(f.run)
		}
		h.mu.Unlock()
		h.notify() // so that the first Next tells who is being connected
		if h.once {
			h.wg.Go(h.load) // no answer of a network waits for the disk
		} else {
			h.wg.Go(h.stopWaiting)
			h.wg.Go(h.scribe)
		}
	})
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
	h.notify()
}

// Close stops all accounts, closes their backends and waits for them. What has
// arrived and what was seen is kept before.
func (h *Hub) Close() {
	idle := false
	h.begun.Do(func() { idle = true }) // too late to begin
	h.finish()
	h.mu.Lock()
	h.cancel() // nobody is added any more
	h.mu.Unlock()
	h.wg.Wait()
	if idle {
		for _, f := range h.all() {
			f.close() // what was opened for a thread
		}
	}
	h.handing.Lock()
	defer h.handing.Unlock()
	h.mu.Lock()
	arrivals := h.intake.take()
	h.mu.Unlock()
	h.keeper.wake()
	ctx, cancel := context.WithTimeout(context.Background(), keepTime)
	defer cancel()
	h.keep(ctx, arrivals)
}

// Next blocks until something has changed, keeps it, and returns all of it. It
// fails only when ctx ends or the hub is closed. It is for one caller at a time.
func (h *Hub) Next(ctx context.Context) (Changes, error) {
	select {
	case <-h.wake:
	case <-ctx.Done():
		return Changes{}, ctx.Err()
	case <-h.ctx.Done():
	}
	if h.ctx.Err() != nil {
		return Changes{}, errors.New("the hub is closed")
	}
	return h.hand(ctx), nil
}

// Older asks for the posts below what has been given so far. Where nobody could be
// asked just now it does nothing: a screen may call it for every Changes.
func (h *Hub) Older() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.want == 0 && !h.bottom {
		h.want, h.wanted, h.hidden = h.opts.Page, h.opts.Page, 0
		h.notify() // what is kept comes first
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
		if row, ok := f.behind(); ok && row.Key.Compare(k) == 0 {
			f.ask(order{older: true})
			h.notify()
		}
	}
}

// SetPace tells how much attention the person pays: the backends, where the home
// timeline is read; else the hub itself asks less often, and streams only while
// somebody looks.
func (h *Hub) SetPace(p Pace) {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.pace
	h.pace = p
	for _, f := range h.feeds {
		if !h.home() {
			f.repace(was != p)
		} else if pacer, ok := As[Pacer](f.backend); ok {
			pacer.SetPace(p)
		}
	}
}

// Accounts lists the accounts in their order.
func (h *Hub) Accounts() []Account {
	feeds := h.all()
	out := make([]Account, len(feeds))
	for i, f := range feeds {
		out[i] = f.account
	}
	return out
}

// Backend returns an account's backend, for reading threads and profiles.
func (h *Hub) Backend(ctx context.Context, id AccountID) (Backend, error) {
	feeds := h.all()
	i := slices.IndexFunc(feeds, func(f *feed) bool { return f.account.ID == id })
	if i < 0 {
		return nil, Errorf(CodeUsage, "no account %s", id)
	}
	return feeds[i].open(ctx)
}

// Reader returns the backend that can read more about p: that of the first
// account that has seen it.
func (h *Hub) Reader(ctx context.Context, p *Post) (Backend, error) {
	for _, v := range p.Content().Views {
		if b, err := h.Backend(ctx, v.Account); err == nil {
			return b, nil
		}
	}
	for _, f := range h.all() {
		if f.account.Network == p.ID.Network {
			return f.open(ctx)
		}
	}
	return nil, Errorf(CodeUsage, "no account can read this post")
}

// home tells whether the home timelines are read.
func (h *Hub) home() bool { return h.opts.Feed == FeedHome }

// Below: state shared with the feeds; h.mu is held.

func (h *Hub) notify() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// floor is the key down to which the accounts have been read, all that hold others
// back.
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
			h.want, h.bottom = 0, true // nobody is left to ask
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
	if !h.started || h.low != (Key{}) {
		return false
	}
	for _, f := range h.feeds {
		if !f.done {
			return false
		}
	}
	return true
}

func (h *Hub) settled() bool {
	if h.intake.pages() {
		return false // an answer that is not handed over yet
	}
	for _, f := range h.feeds {
		if !f.heard {
			return false
		}
	}
	return true
}
