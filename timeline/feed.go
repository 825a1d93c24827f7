package timeline

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"
)

const (
	backoffBase = time.Second
	backoffCap  = 5 * time.Minute
	steadyAfter = 30 * time.Second // a stream that lived this long ends the back-off
	askQueue    = 8                // orders waiting for one account; more say the same thing again
)

// feed reads one account in a goroutine of its own. The fields from backend on
// are guarded by the hub's mu.
type feed struct {
	hub     *Hub
	account Account
	orders  chan order
	paced   chan struct{} // holds one token when the pace of a feed has changed
	attempt int           // failures in a row; the goroutine's own
	opening sync.Mutex    // serialises open
	ctx     context.Context
	cancel  context.CancelFunc
	ended   chan struct{} // closed when run has ended

	backend  Backend
	health   Health
	before   Reach // how far it was read before the start
	holes    []hole
	newest   Key    // newest post received
	oldest   Key    // oldest post received by paging
	newer    Cursor // continues above newest
	older    Cursor // continues below oldest
	empty    int    // pages in a row that brought nothing older
	answered bool   // the first page came, now or before the start
	heard    bool   // it answered or failed since the start
	failed   bool   // the last request for a page failed
	done     bool   // nothing older
	asked    bool   // an order for older posts is queued or running

	lacks  Safe      // why the account has no such feed; empty where it has
	looked time.Time // when it was last asked for news
	readTo Key       // how far the person has read it
	unset  bool      // readTo is not written yet
	marker marker
}

// order is what a feed is asked to do. One field is set.
type order struct {
	refresh bool
	older   bool
	fill    *Key
}

func newFeed(h *Hub, a Account) *feed {
	f := &feed{
		hub: h, account: a, orders: make(chan order, askQueue), paced: make(chan struct{}, 1), ended: make(chan struct{}),
		health: Health{Account: a, State: Connecting, Since: h.opts.Now()},
	}
	f.ctx, f.cancel = context.WithCancel(h.ctx)
	return f
}

// source is what the hub reads of the account.
func (f *feed) source() Feed { return f.hub.opts.Feed.Of(f.account.ID) }

// idle tells whether the account holds nobody back: it has not answered yet, has
// failed, has nothing older, or a row says that it was not read so far. The hub's
// mu is held.
func (f *feed) idle() bool {
	_, short := f.short()
	return !f.answered || f.failed || f.done || short
}

// ask queues an order without waiting; the hub's mu is held.
func (f *feed) ask(o order) bool {
	if o.older {
		if f.asked {
			return true
		}
		f.asked = true
	}
	select {
	case f.orders <- o:
		return true
	default:
		f.asked = f.asked && !o.older
		return false
	}
}

// open returns the backend, making it on first use.
func (f *feed) open(ctx context.Context) (Backend, error) {
	f.opening.Lock()
	defer f.opening.Unlock()
	f.hub.mu.Lock()
	b := f.backend
	f.hub.mu.Unlock()
	if b != nil {
		return b, nil
	}
	if err := f.ctx.Err(); err != nil {
		return nil, err // nobody would close it
	}
	b, err := f.hub.opts.Open(ctx, f.account.ID)
	if err != nil {
		return nil, err
	}
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.backend = b
	if pacer, ok := As[Pacer](b); ok && f.hub.home() {
		pacer.SetPace(f.hub.pace)
	}
	return b, nil
}

// run is the account's goroutine: connect, read on, and after a failure wait and
// begin again.
func (f *feed) run() {
	ctx := f.ctx
	defer close(f.ended)
	defer f.close()
	for ctx.Err() == nil {
		err := f.guarded(func() error { return f.session(ctx) })
		if ctx.Err() != nil {
			return
		}
		var again <-chan time.Time
		if !f.lack(err) {
			again = f.hub.opts.After(f.fail(err))
		}
		if f.hub.once {
			return
		}
		f.wait(ctx, again)
	}
}

func (f *feed) close() {
	f.opening.Lock() // who opens now is waited for
	defer f.opening.Unlock()
	f.hub.mu.Lock()
	b := f.backend
	f.hub.mu.Unlock()
	if b == nil {
		return
	}
	if err := b.Close(); err != nil {
		f.hub.opts.Log.Warn("closing an account", "account", f.account.Name, "error", err)
	}
}

// session reads until something fails. It always returns an error.
func (f *feed) session(ctx context.Context) error {
	b, err := f.open(ctx)
	if err != nil {
		return err
	}
	if err := f.catchUp(ctx, b); err != nil {
		return err
	}
	f.resume()
	began := f.hub.opts.Now()
	defer func() {
		if f.hub.opts.Now().Sub(began) >= steadyAfter {
			f.attempt = 0
		}
	}()
	for {
		err := f.attend(ctx, b)
		if !errors.Is(err, errPaced) {
			return err
		}
		if f.due() {
			if err := f.catchUp(ctx, b); err != nil {
				return err
			}
		}
	}
}

// attend follows the feed live, or serves orders alone where nothing streams. It
// always returns an error.
func (f *feed) attend(ctx context.Context, b Backend) error {
	stream := f.stream(b)
	if stream == nil || f.hub.once {
		return f.serve(ctx, b, nil)
	}
	streaming, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		defer close(ended)
		ended <- f.guarded(func() error { return stream(streaming, f.resumeFrom(), f.receive) })
	}()
	defer func() {
		cancel()
		for range ended { // until the stream's goroutine is gone
		}
	}()
	return f.serve(ctx, b, ended)
}

// guarded turns a panic into this account's failure: a mistake in one adapter
// takes no other account with it, nor the terminal.
func (f *feed) guarded(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			f.hub.opts.Log.Error("panic", "account", f.account.Name, "cause", r, "stack", string(debug.Stack()))
			err = Errorf(CodeInternal, "a mistake in skein itself; the log file says more")
		}
	}()
	return do()
}

// serve obeys orders until ctx or the stream ends.
func (f *feed) serve(ctx context.Context, b Backend, ended <-chan error) error {
	poll := f.nextPoll(ended != nil)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.paced:
			return errPaced
		case <-poll:
			if err := f.catchUp(ctx, b); err != nil {
				return err
			}
			poll = f.nextPoll(ended != nil)
		case err := <-ended:
			if err == nil {
				err = Errorf(CodeOffline, "%s: the stream ended", f.account.Server)
			}
			return err
		case o := <-f.orders:
			if err := f.obey(ctx, b, o); err != nil {
				return err
			}
		}
	}
}

// obey carries an order out. A failure to read older posts is shown where it
// matters and does not end the stream.
func (f *feed) obey(ctx context.Context, b Backend, o order) error {
	switch {
	case o.older:
		f.readOlder(ctx, b)
	case o.fill != nil:
		return f.fillGap(ctx, b, *o.fill)
	default:
		return f.catchUp(ctx, b)
	}
	return nil
}

// wait sleeps until the next attempt, which a timer tells, or a refresh.
func (f *feed) wait(ctx context.Context, timer <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer:
			return
		case o := <-f.orders:
			if !o.older { // the person wants it now
				return
			}
			f.hub.mu.Lock()
			f.asked = false
			f.hub.mu.Unlock()
		}
	}
}

// fail records a failure and returns how long to wait: full jitter between one
// second and five minutes, or what the server asked for.
func (f *feed) fail(err error) time.Duration {
	e := AsError(err)
	limit := min(backoffCap, backoffBase<<min(f.attempt, 9))
	f.attempt++
	wait := max(backoffBase, time.Duration(f.hub.opts.Rand()*float64(limit)))
	state := Down
	if e.Code == CodeAuth {
		state, wait = SignIn, backoffCap
	}
	now := f.hub.opts.Now()
	if e.Until.After(now) {
		wait = e.Until.Sub(now)
	}
	f.hub.opts.Log.Warn("account failed", "account", f.account.Name, "code", e.Code, "error", e.Error(), "retry", wait)

	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.failed, f.heard = true, true
	f.setState(state, e.Message)
	f.health.Code = e.Code
	f.health.Retry = now.Add(wait)
	f.markOutage(e.Message)
	f.hub.notify()
	return wait
}

// setState keeps Since while the state stays. The hub's mu is held.
func (f *feed) setState(s State, why Safe) {
	if f.health.State != s {
		f.health.State, f.health.Since = s, f.hub.opts.Now()
	}
	f.health.Message, f.health.Code, f.health.Retry = why, "", time.Time{}
}

// receive takes one event of the stream.
func (f *feed) receive(e Event) {
	now := f.hub.opts.Now()
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	switch {
	case e.Post != nil:
		f.streamed(Place(e.Post, now), e.Cursor)
	case e.Deleted != nil:
		f.hub.retract(*e.Deleted)
	case e.Notice != nil:
		f.hub.noticed(*e.Notice)
	case e.Status != nil:
		f.connected(*e.Status)
	}
}

// streamed takes a post of the stream. Only where the stream says from where it may
// be continued, everything up to there has come. The hub's mu is held.
func (f *feed) streamed(p *Post, c Cursor) {
	f.advance(p)
	haul := Haul{Feed: f.source(), Reader: f.account.ID, ReadTo: f.readMark()}
	if c != "" {
		f.newer = c
		haul.Up = &ReachUp{Newest: f.newest, Newer: c}
	}
	f.hub.returned(p)
	f.hub.intake.stream(haul, p)
	f.hub.notify()
}

// connected takes what a stream says of its connections. With none left the
// stream still tries by itself; until it succeeds posts may be missing. The hub's
// mu is held.
func (f *feed) connected(s Status) {
	f.health.Up, f.health.Of = s.Up, s.Of
	switch {
	case s.Up == 0 && s.Of > 0:
		f.setState(Down, s.Detail)
		f.markOutage(s.Detail)
	case s.Up < s.Of:
		f.setState(Partial, s.Detail)
		f.closeHoles(outage)
	default:
		f.setState(Live, s.Detail)
		f.closeHoles(outage)
	}
	f.hub.notify()
}
