package ui

import (
	"math"
	"slices"

	"skein/timeline"
	"skein/ui/overlay"
)

// wish is what the person wants of a mark, shown before the network has it.
type wish struct {
	want, base bool   // base is what the network is known to have
	last       int    // the press that want comes from
	operation  string // the operation of that press, once it is journaled
	arrived    bool   // it was sent; the network has not shown it yet
}

// judge takes what has become of a press: it is so, or it is put back.
func (m *Model) judge(d timeline.Delivery) {
	if !d.State.Settled() {
		return
	}
	m.report(d)
	if d.Kind == timeline.DoBoost && d.Undo && d.State == timeline.Sent {
		m.unboost(d)
	}
	k := mark{d.Account.ID, d.On, d.Kind}
	w := m.wishes[k]
	if w == nil {
		return
	}
	if d.State == timeline.Sent {
		w.base = !d.Undo
		w.arrived = w.arrived || d.Operation == w.operation
		return
	}
	if d.Operation == w.operation {
		m.giveUp(k, w)
		m.blame(d)
	}
}

// blame says why something was not done.
func (m *Model) blame(d timeline.Delivery) {
	why := string(d.State)
	if !d.Message.Empty() {
		why = d.Message.Line().String()
	}
	m.say(d.Account.Network.Letter()+": "+overlay.Doing(d.Kind, d.Undo)+": "+why, bad)
}

// report says what has become of an act that no post shows.
func (m *Model) report(d timeline.Delivery) {
	over, awaited := m.reports[d.Operation]
	switch {
	case !awaited:
		return
	case d.State != timeline.Sent:
		delete(m.reports, d.Operation)
		m.blame(d)
		return
	}
	for _, o := range m.outgoing {
		if o.Operation == d.Operation && o.State != timeline.Sent {
			return
		}
	}
	delete(m.reports, d.Operation)
	m.say(over, good)
}

// unboost takes the row away that a boost has made: not every network says that it
// is gone.
func (m *Model) unboost(d timeline.Delivery) {
	for _, r := range m.readings() {
		for _, p := range r.rows.Posts(math.MaxInt) {
			if p.Boosted != nil && p.Boosted.ID == d.On && same(p.Author.Handle, d.Account.Handle) {
				r.hub.Retract(p.ID)
			}
		}
	}
}

// confirm forgets the wishes that a network now shows to be so. What it never shows,
// as a bookmark on some, stays as the person left it.
func (m *Model) confirm(posts []*timeline.Post) {
	for _, p := range posts {
		c := p.Content()
		for k, w := range m.wishes {
			i := slices.IndexFunc(c.Views, func(v timeline.View) bool { return v.Account == k.account })
			if k.post == c.ID && w.arrived && i >= 0 && *has(&c.Views[i], k.kind) == w.want {
				delete(m.wishes, k)
			}
		}
	}
}

// giveUp shows what the network has.
func (m *Model) giveUp(k mark, w *wish) {
	w.want = w.base
	m.revise(k.post)
	delete(m.wishes, k)
}

// revise draws a post anew wherever it stands. Conversations that were read before
// are forgotten: they hold it as it was.
func (m *Model) revise(id timeline.ID) {
	for _, t := range m.tabs {
		if t.board != nil {
			t.board.Revise(id, m.wished)
			continue
		}
		t.reading.rows.Revise(id, m.wished)
		t.reading.feed.Changed()
	}
	for _, d := range m.details() {
		d.Revise(id, m.wished)
	}
	m.known.Purge()
	m.side.known.Purge()
}

// reviseAll does so with every post that something is wished of, or that is translated: after a network has
// brought posts as it still sees them.
func (m *Model) reviseAll() {
	for k := range m.wishes {
		m.revise(k.post)
	}
	for id, r := range m.renderings {
		if r.shown {
			m.revise(id)
		}
	}
}

// wished is a post with what the person wants of it; p itself where that is so.
func (m *Model) wished(p *timeline.Post) *timeline.Post {
	for k, w := range m.wishes {
		if k.post != p.ID {
			continue
		}
		i := slices.IndexFunc(p.Views, func(v timeline.View) bool { return v.Account == k.account })
		next := *p
		next.Views = slices.Clone(p.Views)
		if i < 0 { // an account acts that has not seen it
			i, next.Views = len(next.Views), append(next.Views, timeline.View{Account: k.account})
		}
		if *has(&next.Views[i], k.kind) == w.want {
			continue
		}
		*has(&next.Views[i], k.kind) = w.want
		next.Revision++
		count(&next, k.kind, w.want)
		p = &next
	}
	return m.rendered(p)
}

func count(p *timeline.Post, kind timeline.Kind, up bool) {
	n := &p.Counts.Likes
	switch kind {
	case timeline.DoBoost:
		n = &p.Counts.Boosts
	case timeline.DoBookmark:
		return
	}
	if up {
		*n++
	} else {
		*n = max(0, *n-1)
	}
}

// has is what a view says of a kind.
func has(v *timeline.View, kind timeline.Kind) *bool {
	switch kind {
	case timeline.DoBoost:
		return &v.Boosted
	case timeline.DoBookmark:
		return &v.Bookmarked
	}
	return &v.Liked
}
