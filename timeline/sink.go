package timeline

import "slices"

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

// Publish implements Screen: a post of the person's own takes the way of every
// other.
func (h *Hub) Publish(p *Post) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.publish(Place(p, h.opts.Now()))
}

// Retract implements Screen.
func (h *Hub) Retract(id ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.retract(id)
}
