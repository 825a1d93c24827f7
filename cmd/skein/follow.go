package main

import (
	"context"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"skein/config/account"
	"skein/timeline"
)

// remembered is how many posts --follow knows to be printed: more than are ever
// updated late, and little enough to run for months.
const remembered = 1 << 16

// following prints posts as they come, each once.
type following struct {
	app     *app
	flags   timelineFlags
	since   time.Time
	printer *printer
	printed *lru.Cache[timeline.ID, struct{}]
	floor   timeline.Key // what is below it came before the beginning
}

// follow prints what is there, oldest first, and then what arrives.
func (a *app) follow(ctx context.Context, f timelineFlags, since time.Time, records []account.Record, p *printer) error {
	printed, err := lru.New[timeline.ID, struct{}](remembered)
	if err != nil {
		return err
	}
	backends := newPool(a)
	defer backends.close()
	options, accounts := a.hubOptions(records)
	options.Open, options.Feed = backends.lend, f.name
	a.keepWith(ctx, &options)
	if f.muted {
		options.Mutes = nil
	}
	found, err := timeline.Fetch(ctx, options, f.number, accounts...)
	if err != nil {
		return err
	}
	if len(found.Health) == 0 && len(found.Lacking) > 0 {
		return a.lacking(f.name, found.Lacking)
	}
	w := &following{app: a, flags: f, since: since, printer: p, printed: printed, floor: found.Low}
	a.forgetful(found.Forgetful)
	slices.Reverse(found.Posts)
	if err := w.print(ctx, found.Posts); err != nil {
		return err
	}
	hub := timeline.NewHub(options, accounts...) //nolint:contextcheck // it goes on until Close
	defer hub.Close()                            //nolint:contextcheck // what was read is kept whatever ended ctx
	hub.Start()
	tell := watch{app: a, hub: hub, floor: w.floor, states: map[timeline.AccountID]timeline.State{}, gaps: map[timeline.Key]int{}}
	if err := tell.look(timeline.Changes{Health: found.Health}); err != nil {
		return err
	}
	for {
		c, err := hub.Next(ctx)
		if err != nil {
			return err
		}
		if err := tell.look(c); err != nil {
			return err
		}
		if err := w.print(ctx, c.Posts); err != nil {
			return err
		}
	}
}

// print prints those posts that are new.
func (w *following) print(ctx context.Context, posts []*timeline.Post) error {
	for _, row := range posts {
		if row.Sorted.Before(w.since) || row.Key().Less(w.floor) {
			continue
		}
		if known, _ := w.printed.ContainsOrAdd(row.ID, struct{}{}); known {
			continue
		}
		if err := w.app.deliver(ctx, w.flags, w.printer, row); err != nil {
			return err
		}
	}
	return w.printer.flush()
}

// watch tells of outages while posts are followed, and has gaps filled.
type watch struct {
	app    *app
	hub    *timeline.Hub
	floor  timeline.Key                          // what is missing below it is not wanted
	states map[timeline.AccountID]timeline.State // as told last
	gaps   map[timeline.Key]int                  // how often each was met
}

// look tells what has changed. It fails when nothing can come any more because
// every account needs the person to sign in.
func (w *watch) look(c timeline.Changes) error {
	signIn := 0
	for _, h := range c.Health {
		failed := h.State == timeline.Down || h.State == timeline.SignIn
		if failed && w.states[h.Account.ID] != h.State {
			w.app.reportHealth(h)
		}
		w.states[h.Account.ID] = h.State
		if h.State == timeline.SignIn {
			signIn++
		}
	}
	if signIn == len(c.Health) && signIn > 0 {
		return silent(exitSignIn)
	}
	for _, g := range c.Gaps {
		if g.Outage || g.Loading || g.Key.Less(w.floor) {
			continue
		}
		switch w.gaps[g.Key]++; w.gaps[g.Key] {
		case 1:
			w.hub.Fill(g.Key)
		case 2: // it could not be filled
			w.app.reportGap(g, c.Health)
		}
	}
	return nil
}
