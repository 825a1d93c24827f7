package main

import (
	"context"
	"errors"
	"io"
	"sync"

	"skein/config"
	"skein/timeline"
	"skein/timeline/store"
)

// once opens a thing when it is first asked for, and closes it at the end. It is safe
// for concurrent use.
type once[T io.Closer] struct {
	mu    sync.Mutex
	tried bool
	thing T
	err   error
}

// get returns the thing, or why there is none: the same answer to everybody.
func (o *once[T]) get(open func() (T, error)) (T, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.tried {
		o.thing, o.err = open()
		o.tried = true
	}
	return o.thing, o.err
}

// close closes what was opened; nothing is opened afterwards.
func (o *once[T]) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	opened := o.tried && o.err == nil
	o.tried, o.err = true, errors.New("it is closed")
	if opened {
		return o.thing.Close()
	}
	return nil
}

// cache is what was read before. Where it cannot be opened all else goes on.
func (a *app) cache(ctx context.Context) (*store.Cache, error) {
	return a.cacheFile.get(func() (*store.Cache, error) {
		if err := config.MakePrivate(a.paths.Cache); err != nil {
			return nil, err
		}
		upgrade := a.upgrade()
		defer upgrade.clear()
		return store.OpenCache(ctx, store.CacheOptions{
			Dir: a.paths.Cache, Now: a.now, Log: a.log, Tell: a.tellOfCache, Upgrading: upgrade.begin,
		})
	})
}

// upgrade tells whoever waits at a terminal why that takes a while.
type upgrade struct {
	app   *app
	drawn bool
}

func (a *app) upgrade() *upgrade { return &upgrade{app: a} }

func (u *upgrade) begin() {
	u.app.log.Info("the cache is brought up to date")
	if u.app.errWidth() > 0 && !u.app.drawing.Load() {
		_, _ = io.WriteString(u.app.err, "bringing what was read before up to date; of a million posts this takes half a minute") // who does not see it misses nothing
		u.drawn = true
	}
}

func (u *upgrade) clear() {
	if u.drawn {
		_, _ = io.WriteString(u.app.err, "\r\x1b[K")
	}
}

// state is state.db: the address book, what is muted, and how far was read.
func (a *app) state(ctx context.Context) (*store.Store, error) {
	return a.stateFile.get(func() (*store.Store, error) { return store.Open(ctx, a.paths.State) })
}

// tellOfCache tells what has become of a cache that could not be used.
func (a *app) tellOfCache(what timeline.Safe) {
	if a.toldOfCache != nil {
		a.log.Warn("the cache", "told", what)
		a.toldOfCache(what)
		return
	}
	a.report(failure{Code: timeline.CodeInternal, Message: what.Line().String()})
}

// forgetful tells once why what is read now is not kept; reading goes on.
func (a *app) forgetful(why timeline.Safe) {
	if !why.Empty() && !a.warned {
		a.warned = true
		a.report(failure{Code: timeline.CodeInternal, Message: "what is read now is not kept: " + why.Line().String()})
	}
}

// keepWith lets a hub keep what it reads, know how far was read, and hide what is
// muted. Where that cannot be the hub tells it, and goes on without.
func (a *app) keepWith(ctx context.Context, o *timeline.HubOptions) {
	files := a.lateFiles(ctx)
	o.Cache, o.Marks, o.Mutes = files, files, files
}
