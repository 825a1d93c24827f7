package timeline

import (
	"context"
	"slices"
	"time"
)

// arrival is a haul on its way to the reader.
type arrival struct {
	Haul
	live bool // it came by itself: nobody who asked for older posts is served by it
	own  bool // the person's own doing: shown wherever it belongs
}

// intake holds what has arrived since the last Next. The hub's mu guards it.
type intake struct {
	arrivals []arrival
	open     map[Feed]*stack
}

// stack is the arrival to which more of a feed's stream is added.
type stack struct {
	at int        // in arrivals
	of map[ID]int // where a post stands in it
}

// add takes a haul as it is.
func (in *intake) add(a arrival) {
	delete(in.open, a.Feed) // what the stream brings next is newer than this
	in.arrivals = append(in.arrivals, a)
}

// stream takes one post of a stream. One that is still pending is replaced, so that
// a storm of updates of one post takes the room of one.
func (in *intake) stream(h Haul, p *Post) {
	s, ok := in.open[h.Feed]
	if !ok {
		s = &stack{at: len(in.arrivals), of: map[ID]int{}}
		if in.open == nil {
			in.open = map[Feed]*stack{}
		}
		in.open[h.Feed] = s
		in.arrivals = append(in.arrivals, arrival{Haul: h, live: true})
	}
	a := &in.arrivals[s.at]
	a.ReadTo = h.ReadTo
	if h.Up != nil {
		a.Up = h.Up
	}
	if i, ok := s.of[p.ID]; ok {
		a.Posts[i] = Combine(a.Posts[i], p)
		return
	}
	s.of[p.ID] = len(a.Posts)
	a.Posts = append(a.Posts, p)
}

// remove takes note that a post is gone; one that is read again later is there
// again.
func (in *intake) remove(id ID) {
	clear(in.open)
	in.arrivals = append(in.arrivals, arrival{Haul: Haul{Removed: []ID{id}}})
}

// pages tells whether something is waiting that did not come by itself.
func (in *intake) pages() bool {
	return slices.ContainsFunc(in.arrivals, func(a arrival) bool { return !a.live && len(a.Posts) > 0 })
}

func (in *intake) take() []arrival {
	out := in.arrivals
	*in = intake{}
	return out
}

// bring hands a haul to the next Next; the hub's mu is held from here on down.
func (h *Hub) bring(a arrival) {
	if len(a.Posts) > 0 {
		h.returned(a.Posts...)
	}
	h.bottom = h.bottom && a.Down == nil
	h.intake.add(a)
	h.notify()
}

// returned forgets that posts were removed before.
func (h *Hub) returned(posts ...*Post) {
	if len(h.pending.Removed) == 0 {
		return
	}
	h.pending.Removed = slices.DeleteFunc(h.pending.Removed, func(id ID) bool {
		return slices.ContainsFunc(posts, func(p *Post) bool { return p.ID == id })
	})
}

func (h *Hub) retract(id ID) {
	h.intake.remove(id)
	h.pending.Removed = append(h.pending.Removed, id)
	h.notify()
}

// hand keeps what has arrived and makes the next Changes of it.
func (h *Hub) hand(ctx context.Context) Changes {
	h.handing.Lock()
	defer h.handing.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime) // to stop halfway is to lose it
	defer cancel()
	h.mu.Lock()
	c, arrivals := h.pending, h.intake.take()
	h.pending = Changes{}
	clear(h.written) // whatever is written by now, the keeping to come will know
	h.mu.Unlock()

	kept := h.keep(ctx, arrivals)
	c.Read = append(c.Read, h.readUnseen(ctx, arrivals, &kept)...)
	if h.remuted() {
		h.resift(ctx, &c)
	}

	h.mu.Lock()
	h.admit(&c, arrivals, kept)
	h.mu.Unlock()
	for again := true; again; {
		again = h.handBelow(ctx, &c, kept)
	}

	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ready() {
		h.askOlder()
	}
	if !h.keeper.forgetful().Empty() || slices.ContainsFunc(h.feeds, func(f *feed) bool { return f.marker.remote != "" }) {
		h.stir()
	}
	c.Loading, c.End, c.Settled, c.Forgetful = h.want > 0, h.ended(), h.settled(), h.keeper.forgetful()
	c.Mutes = h.Mutes()
	for _, f := range h.feeds {
		if !f.lacks.Empty() {
			c.Lacking = append(c.Lacking, Lack{f.account, f.lacks})
			continue
		}
		c.Health = append(c.Health, f.health)
		for _, hole := range f.holes {
			c.Gaps = append(c.Gaps, hole.Gap)
		}
		if row, ok := f.behind(); ok {
			c.Gaps = append(c.Gaps, row)
		}
	}
	return c
}

// handBelow takes the page of kept rows that is wanted next into c, and tells whether
// another is at hand: of this one so much was hidden that more is wanted still.
func (h *Hub) handBelow(ctx context.Context, c *Changes, kept Kept) (again bool) {
	h.mu.Lock()
	q, wanted := h.below()
	h.mu.Unlock()
	if !wanted {
		return false
	}
	found, err := h.keeper.page(ctx, q)
	if err != nil {
		h.keeper.failed(err)
		found = standIn(q, kept.Posts)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lower(c, q, found)
	return found.More && len(found.Posts) > 0 && h.want > 0
}

// keep writes what has arrived, each post at the place that it was given first.
func (h *Hub) keep(ctx context.Context, arrivals []arrival) Kept {
	if len(arrivals) == 0 {
		return h.keeper.keep(ctx)
	}
	h.settleFuture(ctx, arrivals)
	hauls := make([]Haul, len(arrivals))
	for i, a := range arrivals {
		hauls[i] = a.Haul
	}
	return h.keeper.keep(ctx, hauls...)
}

// readUnseen takes out of what is unread what the person wrote, where a stream was faster
// to bring it, and what is muted, which nobody sees; of these the own are marked as read.
func (h *Hub) readUnseen(ctx context.Context, arrivals []arrival, kept *Kept) (read []Key) {
	var own []Key
	next := kept.Posts
	for _, a := range arrivals {
		for _, p := range next[:len(a.Posts)] {
			is := func(k Key) bool { return k == p.Key() }
			if (a.own || h.hides(p)) && slices.ContainsFunc(kept.Unread, is) {
				read = append(read, p.Key())
				if a.own {
					own = append(own, p.Key())
				}
				kept.Unread = slices.DeleteFunc(kept.Unread, is)
			}
		}
		next = next[len(a.Posts):]
	}
	if len(own) > 0 {
		if err := h.keeper.markRead(ctx, own); err != nil {
			h.opts.Log.Warn("marking as read", "posts", len(own), "error", err)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, k := range read {
		delete(h.later, k.ID)
	}
	return read
}

// settleFuture gives posts that claim the future the time at which they were first
// seen, in this life of the program or another.
func (h *Hub) settleFuture(ctx context.Context, arrivals []arrival) {
	seen := map[ID]time.Time{}
	for _, a := range arrivals {
		for _, p := range a.Posts {
			if _, ok := seen[p.ID]; p.Future && !ok {
				seen[p.ID] = p.Sorted
			}
		}
	}
	if len(seen) == 0 {
		return
	}
	first, err := h.opts.Marks.FirstSeen(ctx, seen)
	if err != nil {
		h.opts.Log.Warn("when posts were first seen is not known", "posts", len(seen), "error", err)
		return
	}
	for _, a := range arrivals {
		for i, p := range a.Posts {
			if at, ok := first[p.ID]; ok && p.Future && !at.Equal(p.Sorted) {
				placed := *p
				placed.Sorted = at
				a.Posts[i] = &placed
			}
		}
	}
}

// admit takes of what was kept into c what stands among the rows that were handed
// over before.
func (h *Hub) admit(c *Changes, arrivals []arrival, kept Kept) {
	floor, held := h.floor()
	at := make(map[ID]int, len(kept.Posts))
	next := kept.Posts
	for _, a := range arrivals {
		for range a.Posts {
			p := next[0]
			next = next[1:]
			if slices.Contains(c.Removed, p.ID) {
				continue
			}
			if !a.own && !h.given(p.Key()) {
				if !a.live && (!held || !p.Key().Less(floor)) {
					h.want = max(h.want, 1) // nobody holds it back any more
				}
				continue
			}
			if h.hides(p) {
				if p.Revision > 0 { // it may have been shown before it was changed
					c.Removed = append(c.Removed, p.ID)
				}
				continue
			}
			if i, ok := at[p.ID]; ok {
				c.Posts[i] = p
				continue
			}
			at[p.ID] = len(c.Posts)
			c.Posts = append(c.Posts, p)
			if !a.live && !a.own {
				h.want = max(0, h.want-1)
			}
		}
	}
	for _, k := range kept.Unread {
		if !h.isSeen(k) {
			h.later[k.ID] = k
		}
	}
	for _, id := range c.Removed {
		delete(h.later, id)
	}
	h.tellUnread(c)
}

// tellUnread takes into c the unread posts among the rows that were handed over;
// the others wait until theirs are.
func (h *Hub) tellUnread(c *Changes) {
	for id, k := range h.later {
		if h.given(k) {
			c.Unread = append(c.Unread, k)
			delete(h.later, id)
		}
	}
	slices.SortFunc(c.Unread, Key.Compare)
}

// below is the page of kept rows to be handed over next, if any is wanted.
func (h *Hub) below() (q Query, wanted bool) {
	switch {
	case !h.ready() || h.started && h.want == 0:
		return q, false
	case h.started && h.low == Key{}:
		return q, false
	}
	floor, held := h.floor()
	if h.started && held && !floor.Less(h.low) {
		return q, false
	}
	q = Query{Feeds: h.sources(), From: h.low, Floor: floor, Limit: h.want}
	if !h.once {
		q.Limit = max(h.want, stretch)
	}
	return q, q.Limit > 0
}

// ready tells whether what is kept is all that was read: a page that has arrived
// meanwhile, or at the start a slower account, may bring what belongs between.
func (h *Hub) ready() bool {
	return !h.intake.pages() && (h.started || h.settled() || h.waited && !h.once)
}

// lower takes a page of kept rows into c and notes how far down they reach.
func (h *Hub) lower(c *Changes, q Query, found Stretch) {
	shown := h.Mutes().without(found.Posts)
	c.Posts = append(c.Posts, shown...)
	h.want = max(0, h.want-len(shown))
	if h.hidden += len(found.Posts) - len(shown); h.hidden >= max(mostHidden, hiddenEach*h.wanted) {
		h.want = 0
	}
	waits := slices.ContainsFunc(h.feeds, func(f *feed) bool { return !f.done })
	switch {
	case found.More || q.Floor == Key{} && waits:
		if len(found.Posts) == 0 {
			return
		}
		h.low = found.Posts[0].Key()
	default:
		h.low = q.Floor
	}
	h.started = true
	h.tellUnread(c)
}

// standIn makes a page of what is at hand, for want of a better one.
func standIn(q Query, posts []*Post) Stretch {
	posts = slices.DeleteFunc(Merge(posts), func(p *Post) bool {
		return p.Key().Less(q.Floor) || q.From != Key{} && !p.Key().Less(q.From)
	})
	return Stretch{Posts: posts}
}

// given tells whether rows at k have been handed over.
func (h *Hub) given(k Key) bool { return h.started && !k.Less(h.low) }
