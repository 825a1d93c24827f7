package feed

import (
	"skein/timeline"
	"skein/ui/post"
)

// Move selects the next older row (d > 0) or the next newer one.
func (p *Pane) Move(d int) {
	p.pinned = false
	p.window.Move(p, d)
	p.note()
}

// Scroll moves the screen by n lines, down when n is positive.
func (p *Pane) Scroll(n int) {
	p.pinned = false
	p.window.Scroll(p, n)
	p.note()
}

// HalfPage and Page scroll by half a screen and by a screen less one line.
func (p *Pane) HalfPage(d int) { p.Scroll(d * max(1, p.window.Height/2)) }

// Page scrolls by a screen, leaving a line for the eye to hold on to.
func (p *Pane) Page(d int) { p.Scroll(d * max(1, p.window.Height-1)) }

// Top goes to the newest row, and stays with the newest until somebody moves.
func (p *Pane) Top() {
	p.pinned = true
	p.begin()
	p.note()
}

// Stay keeps the place on what is selected now, as any movement does: somebody
// has taken an interest in it.
func (p *Pane) Stay() { p.pinned = false }

// Bottom goes to the oldest row there is.
func (p *Pane) Bottom() {
	p.pinned = false
	p.window.Select(p, p.Len()-1)
	p.note()
}

// Click selects what covers a line and tells whether it was selected before.
func (p *Pane) Click(line int) (again bool) {
	i, ok := p.window.At(p, line)
	if !ok {
		return false
	}
	p.pinned = false
	again = i == p.window.Selected()
	p.window.Select(p, i)
	p.note()
	return again
}

// Reveal shows or hides what the selected post keeps behind a warning, and tells
// whether there is anything.
func (p *Pane) Reveal() bool {
	r, ok := p.Row()
	if !ok || r.Post == nil || !post.Hides(r.Post, p.look) {
		return false
	}
	p.pinned = false
	p.revealed[r.Post.ID] = !p.revealed[r.Post.ID]
	p.refresh()
	return true
}

// Row is the row that the reader is on.
func (p *Pane) Row() (timeline.Row, bool) {
	if p.source.Len() == 0 {
		return timeline.Row{}, false
	}
	return p.row(p.window.Selected()), true
}

// NearOldest tells whether the reader comes near the oldest row, NearNewest whether
// near the newest.
func (p *Pane) NearOldest() bool { return p.Len()-p.window.Selected() <= nearEnd }

// NearNewest tells it of the other end.
func (p *Pane) NearNewest() bool { return p.window.Selected() < nearEnd }

// Post is the post that the reader is on; nil on a gap and where there is none.
func (p *Pane) Post() *timeline.Post {
	r, _ := p.Row()
	return r.Post
}
