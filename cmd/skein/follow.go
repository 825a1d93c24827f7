package main

import (
	"context"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"skein/config/account"
	"skein/timeline"
)

// remembered is how many posts --follow knows to be printed: more than are ever
// updated late, and little enough to run for months.
const remembered = 1 << 16

// printedPosts are the posts that must not be printed again.
type printedPosts = lru.Cache[timeline.ID, struct{}]

// follow prints what is there, oldest first, and then what arrives.
func (a *app) follow(ctx context.Context, f timelineFlags, since time.Time, records []account.Record, p *printer) error {
	printed, err := lru.New[timeline.ID, struct{}](remembered)
	if err != nil {
		return err
	}
	options, accounts := a.hubOptions(records)
	hub := timeline.NewHub(options, accounts...)
	defer hub.Close()
	hub.Start()
	w := watch{app: a, hub: hub, states: map[timeline.AccountID]timeline.State{}, gaps: map[timeline.Key]int{}}
	var first timeline.Rows // what there is at the start, until every account has answered
	had := -1               // of them before older ones were asked for
	for started := false; ; {
		c, err := hub.Next(ctx)
		if err != nil {
			return err
		}
		if err := w.look(c); err != nil {
			return err
		}
		fresh := c.Posts
		if !started {
			first.Insert(fresh...)
			if !c.Settled || c.Loading {
				continue
			}
			if first.Len() < f.number && first.Len() > had && !c.End {
				had = first.Len()
				hub.Older()
				continue
			}
			started, fresh = true, newestOf(&first, f.number, printed)
			first = timeline.Rows{}
		}
		for _, row := range fresh {
			if row.Sorted.Before(since) {
				continue
			}
			if known, _ := printed.ContainsOrAdd(row.ID, struct{}{}); known {
				continue
			}
			if err := a.deliver(ctx, f, p, row); err != nil {
				return err
			}
		}
		if err := p.flush(); err != nil {
			return err
		}
	}
}

// newestOf returns the newest n posts, oldest first, and notes the older ones as
// printed, so that an update does not bring them.
func newestOf(rows *timeline.Rows, n int, printed *printedPosts) []*timeline.Post {
	var posts []*timeline.Post
	for i := range rows.Len() {
		p := rows.At(i).Post
		if i < rows.Len()-n {
			printed.Add(p.ID, struct{}{})
		} else {
			posts = append(posts, p)
		}
	}
	return posts
}

// watch tells of outages while posts are followed, and has gaps filled.
type watch struct {
	app    *app
	hub    *timeline.Hub
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
	if signIn == len(c.Health) {
		return silent(exitSignIn)
	}
	for _, g := range c.Gaps {
		if g.Outage || g.Loading {
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
