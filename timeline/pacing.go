package timeline

import (
	"context"
	"errors"
	"time"
)

// How often a feed that nothing streams is asked for news: while somebody looks at it,
// and else. What was asked for so short a time ago is not asked for again on looking.
const (
	pollActive = time.Minute
	pollIdle   = 10 * time.Minute
	pollFresh  = 15 * time.Second
)

// farAhead is the mark of a feed of which nothing counts as unread.
func farAhead() Key { return Key{Time: time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)} }

// errPaced ends attend when another pace has been set.
var errPaced = errors.New("another pace")

// page reads a page of what the hub reads.
func (f *feed) page(ctx context.Context, b Backend, p Page) (Batch, error) {
	if f.hub.home() {
		return b.Home(ctx, p)
	}
	feeder, ok := As[Feeder](b)
	if !ok {
		return Batch{}, Errorf(CodeUnsupported, "%s has no feeds here", f.account.Network)
	}
	if why := feeder.LacksFeed(f.hub.opts.Feed); !why.Empty() {
		return Batch{}, &Error{Code: CodeUnsupported, Message: why}
	}
	return feeder.Feed(ctx, f.hub.opts.Feed, p)
}

// stream is the live updates of what the hub reads; nil where there are none, or
// nobody looks.
func (f *feed) stream(b Backend) func(context.Context, Cursor, func(Event)) error {
	if f.hub.home() {
		if s, ok := As[Streamer](b); ok {
			return s.Stream
		}
		return nil
	}
	name := f.hub.opts.Feed
	s, ok := As[FeedStreamer](b)
	if !ok || !s.StreamsFeed(name) || f.pace() == PaceIdle {
		return nil
	}
	return func(ctx context.Context, from Cursor, emit func(Event)) error {
		return s.StreamFeed(ctx, name, from, emit)
	}
}

// nextPoll is the timer of the next look for news; nil where a stream brings it, or
// nobody would be there for it.
func (f *feed) nextPoll(streaming bool) <-chan time.Time {
	if streaming || f.hub.home() || f.hub.once {
		return nil
	}
	every := pollActive
	if f.pace() == PaceIdle {
		every = pollIdle
	}
	return f.hub.opts.After(every)
}

func (f *feed) pace() Pace {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	return f.hub.pace
}

// due tells whether somebody has come to look at what may be old.
func (f *feed) due() bool {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	return f.hub.pace == PaceActive && f.hub.opts.Now().Sub(f.looked) >= pollFresh
}

// repace has the goroutine go by another pace; the hub's mu is held.
func (f *feed) repace(changed bool) {
	if !changed {
		return
	}
	select {
	case f.paced <- struct{}{}:
	default:
	}
}

// lack notes that the account has no such feed, if that is what err says. It holds
// nobody back.
func (f *feed) lack(err error) bool {
	code := CodeOf(err)
	if f.hub.home() || code != CodeUnsupported && code != CodeNotFound {
		return false
	}
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.lacks = AsError(err).Message
	if f.lacks.Empty() {
		f.lacks = Literal("there is no such feed")
	}
	f.heard, f.failed, f.done, f.asked = true, false, true, false
	f.holes = nil
	f.hub.notify()
	return true
}

// readMark is the mark above which what is new counts as unread.
func (f *feed) readMark() Key {
	if f.hub.opts.Feed.Shelf() {
		return farAhead()
	}
	return f.readTo
}
