package ui

import (
	"skein/timeline"
	"skein/ui/feed"
	"skein/ui/overlay"
	"skein/ui/post"
)

// reading is one timeline on the screen: what is loaded of it, what of it nobody has
// read, and where the reader is.
type reading struct {
	hub    Hub    // nil where there is no account yet, and before the first visit
	end    func() // closes it, where it is the tab's own
	gone   bool   // the tab is closed
	why    string // why there is no hub
	screen string // what the place is kept by

	rows     feed.Window
	unread   feed.Unread
	feed     *feed.Pane
	place    place
	begun    bool             // the networks are being read, or are about to be
	started  bool             // the hub is, where it is the tab's own
	stuck    bool             // a page could not be read; a key tries again
	watching bool             // what is in view is about to have been seen
	state    timeline.Changes // the hub's last word; only Loading, End and Settled
	mutes    *timeline.Mutes  // what the rows are seen through; the hub's
	network  timeline.Network // the only one shown; "" for all
	filter   string           // only what contains it is shown
	sieve    overlay.Sieve    // and what this leaves
	lacking  []timeline.Lack  // the accounts that have no such feed
	answers  int              // how many have
	emptied  int              // rows there were when older ones were last asked for
}

// newReading makes a timeline that is read from hub.
func newReading(hub Hub, screen string, look post.Look) *reading {
	r := &reading{hub: hub, screen: screen}
	if hub != nil {
		r.mutes = hub.Mutes()
	}
	r.feed = feed.New(&r.rows, &r.unread, look)
	return r
}

// apply takes in what the hub reports.
func (r *reading) apply(c timeline.Changes) {
	r.rows.Apply(c)
	r.rows.Trim(r.feed.At())
	r.unread.Forget(c.Removed...)
	r.unread.Add(c.Unread...)
	r.unread.Remove(c.Read...)
	r.state = timeline.Changes{Loading: c.Loading, End: c.End, Settled: c.Settled}
	r.lacking, r.answers = c.Lacking, len(c.Health)
	r.feed.SetHealth(c.Health)
}

// saw marks posts as read.
func (r *reading) saw(keys []timeline.Key) {
	if len(keys) > 0 {
		r.unread.Remove(keys...)
		r.feed.Seen(keys...)
		r.hub.Seen(keys...)
	}
}

// shows tells whether the filters leave a row.
func (r *reading) shows(k timeline.Key) bool {
	if r.filter != "" || r.sieve.Active() {
		_, here := r.rows.Find(k)
		return here
	}
	return r.network == "" || k.ID.Network == r.network
}

// narrowed tells whether only a part is shown, so that going on must be the reader's
// wish: else a part in which there is nothing would have all read to the end.
func (r *reading) narrowed() bool { return r.network != "" || r.sieve.Active() }

// muted tells whether all that came when older posts were last asked for was muted.
func (r *reading) muted() bool { return r.mutes.Len() > 0 && r.emptied == r.rows.All() }
