package main

import (
	"context"
	"slices"
	"sync"

	"skein/config/account"
	"skein/timeline"
)

// pool opens the backends of accounts, each once, and keeps them for whoever reads
// or writes in this process. It is safe for concurrent use.
type pool struct {
	app *app

	mu   sync.Mutex
	open map[timeline.AccountID]timeline.Backend
}

func newPool(a *app) *pool { return &pool{app: a, open: map[timeline.AccountID]timeline.Backend{}} }

// backend is the timeline.Opener. The record is read afresh: a process that runs
// for long meets accounts that were added later.
func (p *pool) backend(_ context.Context, id timeline.AccountID) (timeline.Backend, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b, ok := p.open[id]; ok {
		return b, nil
	}
	records, err := p.app.book.All()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(records, func(r account.Record) bool { return r.ID == string(id) })
	if i < 0 {
		return nil, timeline.Errorf(timeline.CodeAuth, "the account %s is not here any more", id)
	}
	b, err := p.app.openAccount(records[i])
	if err != nil {
		return nil, err
	}
	p.open[id] = b
	return b, nil
}

// lend is the timeline.Opener for a hub that must not end what another goes on with.
func (p *pool) lend(ctx context.Context, id timeline.AccountID) (timeline.Backend, error) {
	b, err := p.backend(ctx, id)
	if err != nil {
		return nil, err
	}
	return lent{b}, nil
}

// lent is a backend that the pool closes.
type lent struct{ timeline.Backend }

// Close does nothing.
func (lent) Close() error { return nil }

// Unwrap lets As find what the backend can do.
func (l lent) Unwrap() timeline.Backend { return l.Backend }

// close ends all connections.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, b := range p.open {
		if err := b.Close(); err != nil {
			p.app.log.Warn("closing an account", "account", id, "error", err)
		}
	}
	clear(p.open)
}
