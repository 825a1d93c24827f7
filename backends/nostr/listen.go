package nostr

import (
	"context"
	"sync"
	"time"
)

// How far a connection is read ahead of what is acted on, so that signatures are
// checked on all cores: several relays send the same events in the same order, and
// would else all wait for the one check that they have come to.
const (
	aheadFrames = 8
	aheadBytes  = 64 << 10 // of a frame; nothing is read ahead of a larger one
)

// arrival is a frame as it was read.
type arrival struct {
	frame
	junk   int           // what it wastes; 0 while that is not known
	s      *subscription // of an EVENT: what has asked for it
	signed <-chan bool   // of an EVENT that is asked for: whether its author has signed it
	done   chan struct{} // closed once a large one has been acted on; nil for others
}

// listen reads frames until the connection ends, and has acted on them, in their
// order, when it returns.
func (l *link) listen(ctx context.Context) error {
	arrived := make(chan arrival, aheadFrames)
	var wg sync.WaitGroup
	wg.Go(func() { l.act(ctx, arrived) })
	defer wg.Wait()
	defer close(arrived)
	for {
		_, b, err := l.conn.Read(ctx)
		if err != nil {
			return err
		}
		l.frames.Add(1)
		a := l.look(b, wg.Go)
		select {
		case arrived <- a:
		case <-ctx.Done():
			return ctx.Err()
		}
		if a.done == nil {
			continue
		}
		select {
		case <-a.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// act handles frames as they come, and ends the connection when they waste too much.
func (l *link) act(ctx context.Context, arrived <-chan arrival) {
	for a := range arrived {
		if cost := l.handle(ctx, a); cost > 0 && !l.junk.AllowN(time.Now(), cost) {
			l.cancel(errFlood)
			return
		}
		if a.done != nil {
			close(a.done)
		}
	}
}

// look reads a frame and begins, beside, to verify an event. Filter and hash go first
// because they are cheap; nothing is remembered of an event before all three have
// passed.
func (l *link) look(b []byte, beside func(func())) arrival {
	f, err := parseFrame(b)
	a := arrival{frame: f}
	if len(b) > aheadBytes {
		a.done = make(chan struct{})
	}
	switch {
	case err != nil:
		a.junk = junkBad
	case f.label == labelEvent:
		var wanted bool
		a.s, wanted = l.relay.expects(f)
		switch {
		case a.s == nil:
			a.junk = junkLate
		case !wanted || !f.event.CheckID():
			a.junk = junkBad
		default:
			a.signed = l.relay.pool.verify.begin(f.event, beside)
		}
	}
	return a
}

// expects returns the subscription that an event is for, if it is there, and whether
// the event is one that was asked for and not one too many.
func (r *relay) expects(f frame) (s *subscription, wanted bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s = r.subs[f.sub]
	wanted = s != nil && s.asked.Match(f.event)
	if wanted && !s.lasting {
		s.quota--
		wanted = s.quota >= 0
	}
	return s, wanted
}

// handle acts on a frame and returns what it wasted.
func (l *link) handle(ctx context.Context, a arrival) (junk int) {
	if a.junk > 0 {
		return a.junk
	}
	switch a.label {
	case labelEvent:
		return l.deliver(a)
	case labelEOSE:
		if s := l.relay.find(a.sub); s != nil {
			s.eose()
			return 0
		}
		return junkLate
	case labelClosed:
		return l.closed(ctx, a.frame)
	case labelOK:
		return l.ok(ctx, a.frame)
	case labelAuth:
		l.auth.challenged(a.text)
	case labelNotice:
		if l.notices.Allow() {
			l.relay.pool.log.InfoContext(ctx, "relay says", "relay", l.relay.url, "notice", short(a.text))
		}
	}
	return junkBad
}

// deliver hands on an event that is good, unless nobody waits for it any more.
func (l *link) deliver(a arrival) (junk int) {
	if !<-a.signed {
		return junkBad
	}
	if l.relay.find(a.sub) == a.s {
		a.s.event(a.event)
	}
	return 0
}
