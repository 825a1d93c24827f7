package timeline

import (
	"slices"
	"time"
)

var _ Screen = (*Hub)(nil)

// Delivered implements Sink: the next Next hands the deliveries on. Of one that
// changes again before, the latest state is kept.
func (h *Hub) Delivered(deliveries ...Delivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range deliveries {
		i := slices.IndexFunc(h.pending.Deliveries, func(o Delivery) bool { return o.ID == d.ID })
		if i < 0 {
			h.pending.Deliveries = append(h.pending.Deliveries, d)
		} else {
			h.pending.Deliveries[i] = d
		}
	}
	h.notify()
}

// justWritten is how old a post may be to have been written now rather than acted
// upon.
const justWritten = time.Hour

// Publish implements Screen: a post of the person's own takes the way of every
// other, but that it was read.
func (h *Hub) Publish(p *Post) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.opts.Now()
	p = Place(p, now)
	haul := Haul{Posts: []*Post{p}, ReadTo: p.Key()}
	for _, v := range p.Content().Views {
		haul.Reader = v.Account
		if now.Sub(p.Sorted) < justWritten && h.reads(v.Account) {
			haul.Feed = HomeOf(v.Account)
			break
		}
	}
	h.bring(arrival{Haul: haul, own: true})
}

// reads tells whether an account is among those that are read.
func (h *Hub) reads(a AccountID) bool {
	return slices.ContainsFunc(h.feeds, func(f *feed) bool { return f.account.ID == a })
}

// Retract implements Screen.
func (h *Hub) Retract(id ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.retract(id)
}

// mostNoticed is how many notices wait to be handed over; of more the oldest are let
// go, for an Inbox reads them where it refreshes.
const mostNoticed = 1000

// noticed hands a notice over with the next Next. The hub's mu is held.
func (h *Hub) noticed(n Notice) {
	h.pending.Notices = append(h.pending.Notices, n)
	if extra := len(h.pending.Notices) - mostNoticed; extra > 0 {
		h.pending.Notices = slices.Delete(h.pending.Notices, 0, extra)
	}
	h.notify()
}
