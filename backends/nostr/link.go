package nostr

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"skein/timeline"
)

const (
	outgoing     = 256 // messages waiting to be written; a relay that takes none is dropped
	writeTimeout = 10 * time.Second
	pingEvery    = 30 * time.Second
	pingTimeout  = 10 * time.Second
	idleAfter    = 60 * time.Second

	junkBurst  = 2048 // what a connection may waste; each thing costs as below
	junkRate   = 8    // regained a second
	junkLate   = 1    // an event for a subscription that has just been closed
	junkBad    = 8    // a broken frame, a forged event, a NOTICE, a challenge
	noticeRate = 10 * time.Second
)

// link is one connection to a relay.
type link struct {
	relay  *relay
	conn   *websocket.Conn
	out    chan []byte
	cancel context.CancelCauseFunc

	junk    *rate.Limiter
	notices *rate.Limiter
	frames  atomic.Uint64 // that were read
	auth    authState
}

var (
	errFlood = errors.New("it sent too much that nobody asked for")
	errSlow  = errors.New("it does not read what is sent to it")
	errPing  = errors.New("no answer to a ping")
)

// connect dials, asks for everything that is subscribed, and listens until the
// connection ends. Its error says why.
func (r *relay) connect(ctx context.Context) error {
	conn, err := r.pool.client.Dial(ctx, r.url, nil)
	if err != nil {
		return err
	}
	defer conn.CloseNow() //nolint:errcheck // the socket is done with
	ctx, cancel := context.WithCancelCause(ctx)
	l := &link{
		relay: r, conn: conn, out: make(chan []byte, outgoing), cancel: cancel,
		junk: rate.NewLimiter(junkRate, junkBurst), notices: rate.NewLimiter(rate.Every(noticeRate), 1),
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	wg.Go(func() { l.write(ctx) })
	wg.Go(func() { l.keep(ctx) })
	r.adopt(l)
	r.pool.note()
	err = l.listen(ctx)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return readError(err)
}

// adopt makes l the relay's connection and sends it all that is asked and published.
func (r *relay) adopt(l *link) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.link = l
	for _, s := range r.subs {
		r.request(s)
	}
	for p := range r.pubs {
		r.submit(p)
	}
}

// readError words the ways in which a socket ends.
func readError(err error) error {
	switch {
	case errors.Is(err, websocket.ErrMessageTooBig):
		return &timeline.Error{Code: timeline.CodeTooLarge, Message: timeline.Literal("a relay sent a frame over 1 MiB"), Err: err}
	case websocket.CloseStatus(err) >= 0:
		return errors.New("it closed the connection")
	}
	return err
}

// send queues a message made of its parts.
func (l *link) send(parts ...any) {
	b, err := encode(parts...)
	if err != nil {
		l.cancel(err)
		return
	}
	l.queue(b)
}

// queue never blocks: a relay that does not read is dropped.
func (l *link) queue(b []byte) {
	select {
	case l.out <- b:
	default:
		l.cancel(errSlow)
	}
}

func (l *link) write(ctx context.Context) {
	for {
		select {
		case b := <-l.out:
			wctx, cancel := context.WithTimeout(ctx, writeTimeout)
			err := l.conn.Write(wctx, websocket.MessageText, b)
			cancel()
			if err != nil {
				l.cancel(fmt.Errorf("write: %w", err))
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// keep finds half-open sockets by pinging, closes an idle one, and asks again for
// the lasting subscriptions that the relay closed.
func (l *link) keep(ctx context.Context) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	var idle time.Duration
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		before := l.frames.Load()
		pctx, cancel := context.WithTimeout(ctx, pingTimeout)
		err := l.conn.Ping(pctx)
		cancel()
		if err != nil && l.frames.Load() == before { // else the answer waits behind what is being read
			l.cancel(errPing)
			return
		}
		if !l.relay.revive(l) {
			idle = 0
			continue
		}
		if idle += pingEvery; idle >= idleAfter && l.relay.release(l) {
			return
		}
	}
}

// revive asks again for what the relay closed, and tells whether there is nothing
// to ask at all.
func (r *relay) revive(l *link) (idle bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.link != l {
		return false
	}
	for _, s := range r.subs {
		if s.down {
			r.request(s)
		}
	}
	return r.unused()
}

// release gives up an idle connection, unless somebody has just asked.
func (r *relay) release(l *link) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.unused() {
		return false
	}
	if r.link == l {
		r.link = nil
	}
	l.cancel(errIdle)
	return true
}

func (r *relay) find(id string) *subscription {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.subs[id]
}

// closed ends a subscription that the relay refuses, or signs in for it.
func (l *link) closed(ctx context.Context, f frame) (junk int) {
	s := l.relay.find(f.sub)
	if s == nil {
		return junkLate
	}
	if strings.HasPrefix(f.text, authRequired) && l.signIn(ctx, l.waiting(s)) {
		return 0
	}
	l.refuse(s, f.text)
	return junkLate
}

// refuse fails a subscription; a lasting one is asked again at the next ping.
func (l *link) refuse(s *subscription, why string) {
	r := l.relay
	code := timeline.CodeRefused
	if strings.HasPrefix(why, authRequired) || strings.HasPrefix(why, "restricted:") {
		code = timeline.CodeAuth
	}
	r.mu.Lock()
	s.down = true
	if !s.lasting {
		delete(r.subs, s.id)
	}
	r.mu.Unlock()
	if !s.lasting {
		s.closed(timeline.Errorf(code, "%s: %s", r.host(), short(why)))
	}
}

// short is a relay's words, cleaned and cut for one line.
func short(s string) string {
	const longest = 200
	return timeline.CleanLine(cut(s, longest)).String()
}
