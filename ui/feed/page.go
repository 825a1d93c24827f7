package feed

import (
	"context"
	"fmt"
	"slices"

	"skein/timeline"
)

const (
	pageRows  = 200 // posts of a page
	firstRows = 40  // of the first one on each side, which the screen waits for
)

// Reader reads posts that are kept: those older than from, or with newer those above
// it; of one network only, unless that is "". It is timeline.Hub.History.
type Reader func(ctx context.Context, from timeline.Key, newer bool, only timeline.Network, limit int) (timeline.Stretch, error)

// Ask is what a Window wants to have read.
type Ask struct {
	n            int
	newer, older bool         // which sides of from
	from         timeline.Key // zero: all of it
	afresh       bool         // what is read takes the place of what there is
	only         timeline.Network
	limit        int
}

// Answer is what was read for an Ask.
type Answer struct {
	Ask
	above, below timeline.Stretch
	err          error
}

// More asks for the next page beyond an end. There is nothing to ask where no more is
// kept, or while another reading is awaited.
func (w *Window) More(newer bool) (Ask, bool) {
	from, more := w.low, w.below
	if newer {
		from, more = w.high, w.above
	}
	if !more || w.busy {
		return Ask{}, false
	}
	return w.ask(Ask{newer: newer, older: !newer, from: from, only: w.only}), true
}

// Around asks for the rows around a key, that row among them; Newest for the newest,
// Oldest for the oldest that are kept. Each takes the place of any other reading.
func (w *Window) Around(k timeline.Key, only timeline.Network) Ask {
	// Just below whatever has that moment, so that it is among what is newer.
	return w.ask(Ask{newer: true, older: true, from: timeline.Key{Time: k.Time}, only: only, afresh: true})
}

// Newest asks for the newest rows.
func (w *Window) Newest(only timeline.Network) Ask {
	return w.ask(Ask{older: true, only: only, afresh: true})
}

// Oldest asks for the oldest rows that are kept.
func (w *Window) Oldest(only timeline.Network) Ask {
	return w.ask(Ask{newer: true, only: only, afresh: true})
}

func (w *Window) ask(a Ask) Ask {
	w.asked++
	a.n, a.limit = w.asked, pageRows
	w.busy, w.late = true, nil
	return a
}

// Soon asks for no more than a screen needs.
func (a Ask) Soon() Ask {
	a.limit = firstRows
	return a
}

// Read reads what is asked for.
func (a Ask) Read(ctx context.Context, read Reader) Answer {
	out := Answer{Ask: a}
	for _, side := range []struct {
		want, newer bool
		into        *timeline.Stretch
	}{{a.older, false, &out.below}, {a.newer, true, &out.above}} {
		if !side.want || out.err != nil {
			continue
		}
		s, err := read(ctx, a.from, side.newer, a.only, a.limit)
		if err != nil {
			out.err = fmt.Errorf("what was kept of the timeline: %w", err)
		}
		*side.into = s
	}
	return out
}

// Take puts what was read in its place, and what has changed meanwhile. An answer
// that is not awaited any more changes nothing. After an error the window is as it
// was.
func (w *Window) Take(a Answer) (current bool, err error) {
	if a.n != w.asked {
		return false, nil
	}
	late := w.late
	w.busy, w.late = false, nil
	if a.err != nil {
		return true, a.err
	}
	if a.afresh {
		w.replace(a)
	} else {
		w.extend(a)
	}
	for _, l := range late {
		w.admit(l)
	}
	return true, nil
}

func (w *Window) replace(a Answer) {
	posts := timeline.Merge(a.below.Posts, a.above.Posts)
	w.only, w.below, w.above = a.only, a.below.More, a.above.More
	w.low, w.high = a.from, a.from
	if len(posts) > 0 {
		w.low, w.high = posts[0].Key(), posts[len(posts)-1].Key()
	}
	w.fill(posts)
}

// extend adds a page at one end, if that is still where the page begins: else rows
// were let go of there meanwhile, and between would be a hole that nothing tells. What
// the window holds already is newer than any page.
func (w *Window) extend(a Answer) {
	s, end := a.below, w.low
	if a.newer {
		s, end = a.above, w.high
	}
	if a.from.Compare(end) != 0 {
		return
	}
	fresh := slices.DeleteFunc(slices.Clone(s.Posts), func(p *timeline.Post) bool {
		_, known := w.all.Post(p.ID)
		return known
	})
	more := s.More && len(fresh) > 0 // a page without anything new would be asked for for ever
	if a.newer {
		w.above = more
		for _, p := range fresh {
			if w.high.Less(p.Key()) {
				w.high = p.Key()
			}
		}
	} else {
		w.below = more
		for _, p := range fresh {
			if p.Key().Less(w.low) {
				w.low = p.Key()
			}
		}
	}
	w.insert(fresh)
	w.setGaps()
}
