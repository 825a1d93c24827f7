package timeline

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// MaxUnread is the most unread posts that are told apart; older ones count as read.
const MaxUnread = 10_000

const (
	seenAfter    = time.Second      // posts that were seen are marked together
	markerAfter  = 10 * time.Second // and the network is told now and then
	markerAtEnd  = 2 * time.Second  // what that may take at the end
	markerTime   = 15 * time.Second // and else
	recordTime   = 5 * time.Second  // what marking may take at the end
	offeredAgain = 30 * time.Second // a cache that failed is tried again
	lookBack     = 50               // posts looked through at once
	lookFor      = 1000             // posts looked through for the newest seen of an account
)

// marker is what is known of the mark that the network keeps of an account.
type marker struct {
	unsupported bool
	remote      string // the ServerID of a mark that was read there and is to be found here
	told        Key    // the newest post that the mark is known to stand at
	next        Key    // where it is to be moved to
	nextID      string
}

// Unread returns the keys of the unread posts among the rows that were handed over,
// or were kept before: oldest first, the newest MaxUnread. What is muted is not among
// them for as long as it is.
func (h *Hub) Unread(ctx context.Context) ([]Key, error) {
	h.mu.Lock()
	sources := h.sources()
	h.mu.Unlock()
	keys, err := h.keeper.unread(ctx, sources, MaxUnread)
	if err != nil {
		return nil, err
	}
	keys = less(keys, h.mutedOf(ctx, sources, keys))
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(keys, func(k Key) bool {
		if !h.given(k) {
			h.later[k.ID] = k
		}
		return !h.given(k) || h.isSeen(k)
	}), nil
}

// Seen tells that posts have been on the screen. It does not wait: they are marked
// as read soon, and at Close at the latest, here and where the network keeps a mark.
func (h *Hub) Seen(keys ...Key) {
	if len(keys) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, k := range keys {
		h.seen[k.ID] = k
	}
	h.stir()
}

// SeenBelow is Seen of what is unread below the rows that were handed over; of one
// network only, unless that is "".
func (h *Hub) SeenBelow(only Network) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, k := range h.later {
		if only == "" || id.Network == only {
			h.seen[id] = k
			delete(h.later, id)
		}
	}
	h.stir()
}

// isSeen tells whether a post was seen although a Keep may not have known. The hub's
// mu is held.
func (h *Hub) isSeen(k Key) bool {
	_, waits := h.seen[k.ID]
	_, written := h.written[k.ID]
	return waits || written
}

// stir wakes the scribe.
func (h *Hub) stir() {
	select {
	case h.poke <- struct{}{}:
	default:
	}
}

// scribe writes down what was seen, in its own time.
func (h *Hub) scribe() {
	var soon, late, again, mutes <-chan time.Time
	if h.opts.Mutes != nil {
		mutes = h.opts.After(muteLook)
	}
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-h.poke:
			if soon == nil {
				soon = h.opts.After(seenAfter)
			}
			if again == nil && !h.keeper.forgetful().Empty() {
				again = h.opts.After(offeredAgain)
			}
		case <-soon:
			soon = nil
			if h.record(h.ctx) && late == nil {
				late = h.opts.After(markerAfter)
			}
		case <-late:
			late = nil
			h.tellMarkers(h.ctx, markerTime)
		case <-again:
			again = nil
			h.notify()
		case <-mutes:
			h.lookAtMutes(h.ctx)
			mutes = h.opts.After(muteLook)
		}
	}
}

// finish does at once what the scribe would do in time.
func (h *Hub) finish() {
	ctx, cancel := context.WithTimeout(context.Background(), recordTime)
	defer cancel()
	h.record(ctx)
	h.tellMarkers(ctx, markerAtEnd)
}

// record writes down what was seen, and finds out what was read elsewhere. It tells
// whether the network is to be told.
func (h *Hub) record(ctx context.Context) (tell bool) {
	h.writing.Lock()
	defer h.writing.Unlock()
	h.mu.Lock()
	seen := maps.Clone(h.seen)
	h.mu.Unlock()
	if len(seen) > 0 {
		keys := slices.SortedFunc(maps.Values(seen), Key.Compare)
		if err := h.keeper.markRead(ctx, keys); err != nil {
			h.opts.Log.Warn("marking as read", "posts", len(keys), "error", err)
			return false // they are seen still, and marked with the next
		}
		for _, f := range h.all() {
			f.moveReadTo(ctx, seen, keys)
		}
		h.mu.Lock()
		for id, k := range seen {
			delete(h.seen, id)
			h.written[id] = k
		}
		h.mu.Unlock()
	}
	for _, f := range h.all() {
		f.readElsewhere(ctx)
		f.saveReadTo(ctx)
		h.mu.Lock()
		tell = tell || f.marker.nextID != ""
		h.mu.Unlock()
	}
	return tell
}

// moveReadTo moves the mark of a feed to the newest of its posts that was seen.
func (f *feed) moveReadTo(ctx context.Context, seen map[ID]Key, keys []Key) {
	h := f.hub
	h.mu.Lock()
	to := f.readTo
	h.mu.Unlock()
	oldest, newest := keys[0], keys[len(keys)-1]
	if newest.Less(to) {
		return // further down, nothing moves
	}
	if to.Less(oldest) {
		to = oldest
	}
	p := f.find(ctx, Key{Time: newest.Time.Add(1)}, to, lookFor, func(p *Post) bool { _, ok := seen[p.ID]; return ok })
	if p == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.readTo.Less(p.Key()) {
		f.readTo, f.unset = p.Key(), true
	}
	if id := f.serverID(p); id != "" && !f.marker.unsupported {
		f.marker.next, f.marker.nextID = p.Key(), id
	}
}

// find looks down from a place for a kept post of the feed, to floor and through no
// more than most posts.
func (f *feed) find(ctx context.Context, from, floor Key, most int, is func(*Post) bool) *Post {
	q := Query{Feeds: []Feed{f.source()}, From: from, Floor: floor, Limit: lookBack}
	for range most / lookBack {
		found, err := f.hub.keeper.page(ctx, q)
		if err != nil {
			f.hub.opts.Log.Warn("looking for a post", "account", f.account.Name, "error", err)
			return nil
		}
		for _, p := range slices.Backward(found.Posts) {
			if is(p) {
				return p
			}
		}
		if !found.More || len(found.Posts) == 0 {
			return nil
		}
		q.From = found.Posts[0].Key()
	}
	return nil
}

// serverID is the server's name for a post of the feed.
func (f *feed) serverID(p *Post) string {
	v, _ := p.View(f.account.ID)
	return v.ServerID
}

// saveReadTo keeps how far the feed was read.
func (f *feed) saveReadTo(ctx context.Context) {
	f.hub.mu.Lock()
	to, unset := f.readTo, f.unset
	f.unset = false
	f.hub.mu.Unlock()
	if !unset {
		return
	}
	if err := f.hub.opts.Marks.SetReadTo(ctx, f.source(), to); err != nil {
		f.hub.opts.Log.Warn("how far an account was read is not kept", "account", f.account.Name, "error", err)
		f.hub.mu.Lock()
		f.unset = true // with the next
		f.hub.mu.Unlock()
	}
}

// askMarker asks the network how far its account was read elsewhere. Nobody waits
// for the answer.
func (f *feed) askMarker(ctx context.Context, b Backend) {
	m, ok := As[Marker](b)
	f.hub.mu.Lock()
	ok = ok && !f.marker.unsupported
	f.hub.mu.Unlock()
	if !ok {
		return
	}
	f.hub.wg.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, markerTime)
		defer cancel()
		var id string
		err := f.guarded(func() (err error) {
			id, err = m.Marker(ctx)
			return err
		})
		f.hub.mu.Lock()
		defer f.hub.mu.Unlock()
		f.marker.unsupported = CodeOf(err) == CodeUnsupported
		if err != nil {
			f.hub.opts.Log.Debug("reading how far an account was read elsewhere", "account", f.account.Name, "error", err)
			return
		}
		f.marker.remote = id
		f.hub.stir()
	})
}

// readElsewhere marks as read what was read in another client.
func (f *feed) readElsewhere(ctx context.Context) {
	h := f.hub
	h.mu.Lock()
	id, told, kept := f.marker.remote, f.marker.told, len(h.intake.arrivals) == 0
	h.mu.Unlock()
	if id == "" || !kept { // it may be among what is kept next
		return
	}
	p := f.find(ctx, Key{}, told, MaxUnread, func(p *Post) bool { return f.serverID(p) == id })
	var read []Key
	var err error
	if p != nil && told.Less(p.Key()) { // else it is where this program has put it
		if read, err = h.keeper.markReadTo(ctx, f.source(), p.Key()); err != nil {
			h.opts.Log.Warn("marking as read elsewhere", "account", f.account.Name, "error", err)
			return
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.marker.remote == id {
		f.marker.remote = ""
	}
	if p == nil {
		return
	}
	if f.readTo.Less(p.Key()) {
		f.readTo, f.unset = p.Key(), true
	}
	if f.marker.told.Less(p.Key()) {
		f.marker.told = p.Key()
	}
	if len(read) > 0 {
		h.pending.Read = append(h.pending.Read, read...)
		for _, k := range read {
			h.written[k.ID] = k
			delete(h.later, k.ID)
		}
		h.notify()
	}
}

// tellMarkers moves the marks that the networks keep, all at once.
func (h *Hub) tellMarkers(ctx context.Context, patience time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var wg sync.WaitGroup
	for _, f := range h.all() {
		wg.Go(func() { f.tellMarker(ctx) })
	}
	wg.Wait()
}

func (f *feed) tellMarker(ctx context.Context) {
	f.hub.mu.Lock()
	b, to, id := f.backend, f.marker.next, f.marker.nextID
	f.marker.nextID = ""
	behind := !f.marker.told.Less(to)
	f.hub.mu.Unlock()
	m, ok := As[Marker](b)
	if id == "" || behind || !ok {
		return
	}
	if err := f.guarded(func() error { return m.SetMarker(ctx, id) }); err != nil {
		f.hub.opts.Log.Info("telling how far an account was read", "account", f.account.Name, "error", err)
		return // the next mark says it, too
	}
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	if f.marker.told.Less(to) {
		f.marker.told = to
	}
}
