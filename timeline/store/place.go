package store

import (
	"time"

	"skein/timeline"
)

// place is a post's rowid: the time in units of 125 ms since 2015, above slotBits
// bits that tell posts of one unit apart. The order of places is the order of time
// but within a unit, where keys decide in memory. Small steps from one post to the
// next make the full-text index small.
type place int64

const (
	slotBits = 8
	slots    = 1 << slotBits
	unit     = 125 * time.Millisecond
	epoch    = 1420070400000 // 2015-01-01 in Unix milliseconds
)

// placeOf is the first place of the unit that t is in.
func placeOf(t time.Time) place {
	ms, step := t.UnixMilli()-epoch, unit.Milliseconds()
	n := ms / step
	if ms%step < 0 {
		n--
	}
	return place(n << slotBits)
}

// begin is when the unit of p begins.
func (p place) begin() time.Time {
	return time.UnixMilli(int64(p>>slotBits)*unit.Milliseconds() + epoch).UTC()
}

// unit is the first place of p's unit, next that of the following one.
func (p place) unit() place { return p >> slotBits << slotBits }
func (p place) next() place { return p.unit() + slots }

// slot is where in its unit a post with that Hash would like to stand.
func slot(hash uint64) place { return place(hash % slots) }

// settle returns a time that has a place: between the years 1 and 9999.
func settle(t time.Time) time.Time {
	first, last := time.Time{}, time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	switch {
	case t.Before(first):
		return first
	case t.After(last):
		return last
	}
	return t.UTC().Round(0)
}

// settled is p with what the store cannot do without: times that read back as they
// were written, and a place in the timeline. p itself does not change.
func settled(p *timeline.Post, latest time.Time) *timeline.Post {
	q := *p
	q.Created, q.Edited = exact(p.Created), exact(p.Edited)
	if p.Poll != nil {
		poll := *p.Poll
		poll.Closes = exact(poll.Closes)
		q.Poll = &poll
	}
	if q.Sorted.IsZero() { // one inside another post, which nobody has placed
		if q.Sorted = q.Created; q.Sorted.After(latest) {
			q.Sorted = latest
		}
	}
	q.Sorted = settle(q.Sorted)
	return &q
}

// exact is t without a zone or a monotonic reading, which are not kept.
func exact(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Round(0)
}
