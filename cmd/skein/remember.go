package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"skein/timeline"
	"skein/timeline/store"
)

// remember gives a backend the cache to answer from where its server does not.
func (a *app) remember(ctx context.Context, b timeline.Backend) timeline.Backend {
	cache, err := a.cache(ctx)
	if err != nil {
		a.forgetful(timeline.CleanLine(err.Error()))
		return b
	}
	return store.Remembering(&witness{Backend: b}, cache)
}

// witness notes why a server gave no post, which the cache may then have given.
type witness struct {
	timeline.Backend
	failed atomic.Pointer[timeline.Error]
}

// Post implements timeline.Backend.
func (w *witness) Post(ctx context.Context, id timeline.ID) (*timeline.Post, error) {
	p, err := w.Backend.Post(ctx, id)
	w.failed.Store(timeline.AsError(err))
	return p, err
}

// Unwrap lets As find what the backend can do.
func (w *witness) Unwrap() timeline.Backend { return w.Backend }

// unanswered says why the server gave no post when it was last asked for one; it is
// empty when it did.
func unanswered(b timeline.Backend) timeline.Safe {
	if w, ok := timeline.As[*witness](b); ok {
		if err := w.failed.Load(); err != nil {
			return err.Message
		}
	}
	return timeline.Safe{}
}

// fromCache tells that what was printed is as it was read at a time, and why the
// server was not heard; it is the command's end. Where the server was, kept is zero
// and why empty.
func (a *app) fromCache(b timeline.Backend, kept time.Time, why timeline.Safe) error {
	if kept.IsZero() && why.Empty() {
		return nil
	}
	when := "as it was read before"
	if !kept.IsZero() {
		when = "as read " + ago(a.now().Sub(kept))
	}
	if why.Empty() {
		why = timeline.Literal("the server does not answer")
	}
	acct := b.Account()
	a.report(failure{Code: timeline.CodeOffline, Account: acct.Name, Network: acct.Network, Message: when + ": " + why.Line().String()})
	return silent(exitSome)
}

// ago says how long something is past, in the one unit that tells most.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	}
	return fmt.Sprintf("%d days ago", d/(24*time.Hour))
}
