package main

import (
	"context"
	"sync"
	"time"

	"skein/timeline"
	"skein/timeline/store"
	"skein/ui"
)

// The full screen trims the cache when it has been open for trimAfter, and then
// every trimEvery: not while it starts, and not only when it ends.
const (
	trimAfter = time.Minute
	trimEvery = 6 * time.Hour
)

// letKeep gives the full screen what was read before, and how far. What cannot be
// opened becomes a notice. The caller ends it with stop, after the hub is closed.
func (a *app) letKeep(ctx context.Context, o *ui.Options, hub *timeline.HubOptions) (stop func()) {
	notice := func(text string) { o.Notices = append(o.Notices, text) }
	a.toldOfCache = func(what timeline.Safe) { notice(what.Line().String()) }
	cache, err := a.cache(ctx)
	a.toldOfCache = func(timeline.Safe) {} // the log has it; the hub tells what is lost
	state, serr := a.state(ctx)
	if serr != nil {
		a.log.Error("state.db cannot be opened", "error", serr)
		notice("where you were, what you have read and muted is not remembered: " + timeline.CleanLine(serr.Error()).String())
	} else {
		hub.Marks, o.Marks = state, state
		hub.Mutes, o.Mutes = state, state
	}
	if err != nil {
		a.log.Error("the cache cannot be opened", "error", err)
		notice("what is read now is not kept: " + timeline.CleanLine(err.Error()).String())
		return func() {}
	}
	hub.Cache, o.Library = cache, cache
	open := hub.Open
	hub.Open = func(ctx context.Context, id timeline.AccountID) (timeline.Backend, error) {
		b, err := open(ctx, id)
		if err != nil {
			return nil, err
		}
		return store.Remembering(b, cache), nil
	}
	return a.trimming(ctx, cache)
}

// trimming keeps the cache within the configuration's bounds until stop.
func (a *app) trimming(ctx context.Context, cache *store.Cache) (stop func()) {
	bounds := a.config.Cache
	if bounds.MaxAge == 0 && bounds.MaxSize == 0 {
		return func() {}
	}
	return periodically(ctx, trimAfter, trimEvery, func(ctx context.Context) {
		trimmed, err := cache.Trim(ctx, trimOptions(bounds))
		switch {
		case err == nil && trimmed.Posts > 0:
			a.log.Info("the cache was trimmed", "posts", trimmed.Posts)
		case err != nil && ctx.Err() == nil:
			a.log.Warn("trimming the cache", "error", err)
		}
	})
}

// periodically runs do after a first pause and then time and again, until stop, which
// waits for its end.
func periodically(ctx context.Context, first, every time.Duration, do func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		for wait := first; ; wait = every {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
				do(ctx)
			}
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}
