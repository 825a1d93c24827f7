package timeline

import (
	"context"
	"fmt"
	"slices"
)

// Fetched is what a one-shot reading found.
type Fetched struct {
	Posts   []*Post  // newest first
	Health  []Health // State is Live for every account that answered
	Lacking []Lack   // the accounts that have no such feed
	Gaps    []Gap    // where posts of an account may be missing, and why
	Hidden  int      // posts that mutes have left out of what was looked through
	// Low is down to where a Fetch that found as many as were asked for, or met too many
	// that are hidden, has looked; zero where it came to the end.
	Low Key
	// Forgetful says why nothing of it was kept; empty when all is well.
	Forgetful Safe
}

// Fetch reads the newest n posts of a feed of all accounts merged. It is the hub's own
// first fill, waited for: every account answers or fails, and no post is shown
// that another account's unread posts might stand above. The newest page of each
// account is read afresh; below it what was kept serves. What is muted is not among
// them; through a few hundred of such posts others are looked for. It fails only when
// ctx ends; what failed of the accounts is in Health.
func Fetch(ctx context.Context, o HubOptions, n int, accounts ...Account) (Fetched, error) {
	h := newHub(o, accounts)
	h.once, h.want, h.wanted = true, n, n
	h.Start()
	defer h.Close() //nolint:contextcheck // what was read is kept although ctx has ended

	var rows Rows
	for {
		c, err := h.Next(ctx)
		if err != nil {
			return Fetched{}, err
		}
		rows.Insert(c.Posts...)
		for _, id := range c.Removed {
			rows.Remove(id)
		}
		if !c.Settled || c.Loading {
			continue
		}
		found := Fetched{Health: c.Health, Lacking: c.Lacking, Gaps: c.Gaps, Forgetful: c.Forgetful}
		found.Hidden, found.Low = h.passed()
		for i := rows.Len() - 1; i >= 0 && len(found.Posts) < n; i-- {
			found.Posts = append(found.Posts, rows.At(i).Post)
		}
		if len(found.Posts) == n {
			found.Low = found.Posts[n-1].Key()
		}
		found.Gaps = above(found.Low, found.Gaps)
		return found, nil
	}
}

// passed is how many posts were left out because they are hidden, and, if any were,
// down to where.
func (h *Hub) passed() (hidden int, low Key) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.hidden > 0 {
		low = h.low
	}
	return h.hidden, low
}

// above leaves out what is missing below the last post, for nobody asked for it.
func above(last Key, gaps []Gap) []Gap {
	return slices.DeleteFunc(gaps, func(g Gap) bool { return !g.Outage && g.Key.Less(last) })
}

// FetchKept returns the newest n posts of all accounts merged that the cache holds
// and no mute hides, and asks no network. Gaps are where posts are missing between them. Health is
// empty.
func FetchKept(ctx context.Context, o HubOptions, n int, accounts ...Account) (Fetched, error) {
	o = o.withDefaults()
	var found Fetched
	q := Query{Limit: n}
	for _, a := range accounts {
		q.Feeds = append(q.Feeds, o.Feed.Of(a.ID))
		r, err := o.Cache.Reach(ctx, o.Feed.Of(a.ID))
		if err != nil {
			return Fetched{}, fmt.Errorf("how far %s was read: %w", a.Name, err)
		}
		for _, g := range r.Holes {
			found.Gaps = append(found.Gaps, Gap{Key: g.Key, Account: a.ID, Reason: g.Reason})
		}
		if !r.zero() && !r.Done {
			found.Gaps = append(found.Gaps, Gap{Key: rowBelow(r.Oldest, a, "unreached"), Account: a.ID, Reason: Literal(notReached)})
		}
	}
	var mutes *Mutes
	if o.Mutes != nil {
		list, _, err := o.Mutes.Muted(ctx, 0)
		if err != nil {
			return Fetched{}, fmt.Errorf("what you have muted: %w", err)
		}
		mutes = NewMutes(list, accounts, o.Now())
	}
	kept, hidden, err := mutes.page(ctx, q, o.Cache.Page)
	if err != nil {
		return Fetched{}, fmt.Errorf("reading what was kept: %w", err)
	}
	found.Posts, found.Hidden = kept.Posts[max(0, len(kept.Posts)-n):], hidden
	slices.Reverse(found.Posts)
	if len(found.Posts) > 0 {
		found.Gaps = above(found.Posts[len(found.Posts)-1].Key(), found.Gaps)
	}
	return found, nil
}
