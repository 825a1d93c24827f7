package feed

import (
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/post"
	"skein/ui/scroll"
)

const (
	gutter   = 2   // cells left of a post: the selection's bar and a blank
	margin   = 1   // cells right of it
	cached   = 512 // drawn posts kept
	nearEnd  = 30  // rows below the selection at which older ones are wanted
	newCount = 999 // arrivals are counted up to this many

	// slack is how far below the newest post shown an arrival still counts as new:
	// some networks tell time by the second.
	slack = 2 * time.Second
)

// Pane shows a Source. It is for one goroutine.
type Pane struct {
	source Source
	look   post.Look
	width  int
	window scroll.Window
	cache  *simplelru.LRU[drawnKey, post.Drawn]

	at       timeline.Key // the selected row
	placed   bool         // at is set
	pinned   bool         // nobody has moved yet: the newest post stays on top
	newest   timeline.Key // the newest row that has been on the screen
	fresh    int          // posts about it or newer that have not
	shown    map[timeline.ID]struct{}
	revealed map[timeline.ID]bool
	health   []timeline.Health
	tail     string
}

// drawnKey is what a drawn post depends on.
type drawnKey struct {
	id       timeline.ID
	revision uint64
	look     post.Look
}

// New makes a Pane. Its size is set by Resize.
func New(source Source, look post.Look) *Pane {
	cache, err := simplelru.NewLRU[drawnKey, post.Drawn](cached, nil)
	if err != nil {
		panic(err) // only a size below 1 is an error, and the size is a constant
	}
	p := &Pane{
		source: source, look: look, cache: cache, pinned: true,
		shown: map[timeline.ID]struct{}{}, revealed: map[timeline.ID]bool{},
	}
	p.window.Tail = 1
	return p
}

// Resize sets the cells and lines that the pane may use.
func (p *Pane) Resize(width, height int) {
	p.width, p.window.Height = width, max(0, height)
	p.look.Width = max(1, width-gutter-margin)
	p.refresh()
}

// SetLook changes how posts are drawn; its width is the pane's own.
func (p *Pane) SetLook(l post.Look) {
	l.Width = p.look.Width
	p.look = l
	p.refresh()
}

// SetHealth tells how the accounts do, for the words of gap rows.
func (p *Pane) SetHealth(h []timeline.Health) { p.health = h }

// SetTail sets the line that stands below the last post.
func (p *Pane) SetTail(s string) { p.tail = s }

// Changed says that the source's rows have changed.
func (p *Pane) Changed() { p.refresh() }

// Refiltered says that the source now shows other rows, between which arrivals
// cannot be told.
func (p *Pane) Refiltered() {
	p.refresh()
	p.see()
}

// refresh finds the place again after anything has changed.
func (p *Pane) refresh() {
	if p.source.Len() == 0 {
		p.window.Hold(p, 0)
		p.fresh = 0
		return // the place is kept for the rows that a filter hides now
	}
	switch {
	case p.pinned || !p.placed:
		p.begin()
	default:
		i, _ := p.source.Find(p.at) // where it is gone: the next newer row
		p.window.Hold(p, p.fromTop(min(i, p.source.Len()-1)))
	}
	p.note()
}

// begin goes to the newest post; a gap above it is on the screen but not selected.
func (p *Pane) begin() {
	p.window.Begin(p, 0)
	for i := 0; i+1 < p.Len() && p.row(i).Gap != nil; i++ {
		p.window.Select(p, i+1)
	}
}

// note remembers where the reader is, and what the screen shows.
func (p *Pane) note() {
	if p.source.Len() == 0 {
		return
	}
	p.at, p.placed = p.row(p.window.Selected()).Key(), true
	p.see()
}

// see marks what is on the screen as shown and counts what waits above it.
func (p *Pane) see() {
	if p.source.Len() == 0 || p.window.Height == 0 {
		return
	}
	first, row := p.window.First(p)
	if key := p.row(first).Key(); p.newest.Less(key) {
		p.newest = key
	}
	for i := first; i < p.Len() && row < p.window.Height; i++ {
		if r := p.row(i); r.Post != nil {
			p.shown[r.Post.ID] = struct{}{}
		}
		row += p.Height(i)
	}
	p.fresh = 0
	for i := 0; i < first && p.fresh < newCount; i++ {
		if p.newest.Time.Sub(p.row(i).Key().Time) > slack {
			break
		}
		if p.unseen(i) {
			p.fresh++
		}
	}
}

// fromTop turns an index of the source, oldest first, into one of the screen's,
// newest first, and back.
func (p *Pane) fromTop(i int) int { return p.source.Len() - 1 - i }

func (p *Pane) row(i int) timeline.Row { return p.source.At(p.fromTop(i)) }

// Len and Height make a Pane the scroll.Items of its own window: posts from the
// newest down.
func (p *Pane) Len() int { return p.source.Len() }

// Height is the lines of row i with the empty line after it.
func (p *Pane) Height(i int) int {
	if r := p.row(i); r.Post != nil {
		return p.draw(r.Post).Len() + 1
	}
	return 2
}

func (p *Pane) draw(t *timeline.Post) post.Drawn {
	look := p.look
	look.Revealed = p.revealed[t.ID]
	key := drawnKey{t.ID, t.Revision, look}
	if d, ok := p.cache.Get(key); ok {
		return d
	}
	d := post.Draw(t, look)
	p.cache.Add(key, d)
	return d
}

// Lines draws the pane: exactly the height it was given, every line exactly its
// width. Without focus the selection's bar is not drawn.
func (p *Pane) Lines(now time.Time, focus bool) []string {
	out := make([]string, 0, p.window.Height)
	if p.source.Len() > 0 {
		out = p.rows(out, now, focus)
	}
	if len(out) < p.window.Height {
		out = append(out, p.fill(cell.Blank(gutter)+p.look.Theme.Dim.Paint(p.tail)))
	}
	for len(out) < p.window.Height {
		out = append(out, cell.Blank(p.width))
	}
	return out
}

func (p *Pane) rows(out []string, now time.Time, focus bool) []string {
	bar := p.look.Theme.Accent.Paint(p.look.Theme.Signs.Selected) + cell.Blank(gutter-1)
	i, row := p.window.First(p)
	for ; i < p.Len() && len(out) < p.window.Height; i++ {
		side := cell.Blank(gutter)
		if focus && i == p.window.Selected() {
			side = bar
		}
		r := p.row(i)
		if r.Gap != nil {
			out, row = p.put(out, row, side, p.gap(*r.Gap, now))
		} else {
			d := p.draw(r.Post)
			for n := range d.Len() {
				if row >= 0 {
					out, row = p.put(out, row, side, d.Line(n, now))
				} else {
					row++
				}
			}
		}
		out, row = p.put(out, row, cell.Blank(gutter), cell.Blank(p.look.Width))
	}
	return out
}

// put appends a line where it is on the screen.
func (p *Pane) put(out []string, row int, side, line string) ([]string, int) {
	if row >= 0 && row < p.window.Height {
		out = append(out, side+line+cell.Blank(p.width-gutter-p.look.Width))
	}
	return out, row + 1
}

func (p *Pane) fill(s string) string {
	return cell.Fit(p.look.Measure, s, p.width, p.look.Theme.Signs.More)
}
