package feed

import (
	"slices"

	"skein/timeline"
)

// Position is where the reader is; ok is false where there is nothing to be at.
func (p *Pane) Position() (at timeline.Position, ok bool) {
	if !p.placed || p.source.Len() == 0 {
		return timeline.Position{}, false
	}
	return timeline.Position{At: p.at, Line: p.window.Top(), Pinned: p.pinned}, true
}

// At is the key of the row that the reader is on, or was on before a filter left
// none. Who stays with the newest is on that, whatever has come.
func (p *Pane) At() timeline.Key {
	if n := p.source.Len(); n > 0 && (p.pinned || !p.placed) {
		return p.source.At(n - 1).Key()
	}
	return p.at
}

// GoTo selects the row with a key, or the next newer one, and puts it on a line of
// the screen. The reader does not stay with the newest.
func (p *Pane) GoTo(k timeline.Key, line int) {
	p.pinned = false
	p.at, p.placed = k, true
	if n := p.source.Len(); n > 0 {
		i, _ := p.source.Find(k)
		p.window.Place(p, p.fromTop(min(i, n-1)), line)
		p.note()
	}
}

// Pin stays with the newest row, if that is where the reader is.
func (p *Pane) Pin() {
	if p.source.Len() > 0 && p.window.Selected() == 0 {
		p.pinned = true
	}
}

// First is the key of the topmost post of which enough is on the screen to be read.
func (p *Pane) First() (first timeline.Key, ok bool) {
	p.visible(func(k timeline.Key, lines, of int) {
		if !ok && (lines == of || lines >= glimpse) {
			first, ok = k, true
		}
	})
	return first, ok
}

// InView are the unread posts of which enough is on the screen to have been seen,
// newest first.
func (p *Pane) InView() []timeline.Key {
	if p.unread.Len("") == 0 {
		return nil
	}
	var out []timeline.Key
	p.visible(func(k timeline.Key, lines, of int) {
		if (lines == of || lines >= glimpse) && p.unread.Has(k) {
			out = append(out, k)
		}
	})
	return out
}

// visible calls yield for each post on the screen with how many of its lines are
// there, and how many it has.
func (p *Pane) visible(yield func(k timeline.Key, lines, of int)) {
	if p.source.Len() == 0 {
		return
	}
	for i, row := p.window.First(p); i < p.Len() && row < p.window.Height; i++ {
		h := p.Height(i)
		if r := p.row(i); r.Post != nil {
			of := h - 1
			yield(r.Key(), min(row+of, p.window.Height)-max(row, 0), of)
		}
		row += h
	}
}

// Seen says that posts in view have been read. They keep their sign as long as they
// are on the screen: nothing changes under the eyes.
func (p *Pane) Seen(keys ...timeline.Key) { p.seen = append(p.seen, keys...) }

// Settle forgets which posts were read on this screen, once they have left it.
func (p *Pane) Settle() {
	if len(p.seen) == 0 {
		return
	}
	var here []timeline.Key
	p.visible(func(k timeline.Key, _, _ int) {
		if p.hasSeen(k) {
			here = append(here, k)
		}
	})
	p.seen = here
}

func (p *Pane) hasSeen(k timeline.Key) bool {
	return slices.ContainsFunc(p.seen, func(s timeline.Key) bool { return s.Compare(k) == 0 })
}

// marked tells whether a post has the sign of an unread one.
func (p *Pane) marked(k timeline.Key) bool { return p.unread.Has(k) || p.hasSeen(k) }
