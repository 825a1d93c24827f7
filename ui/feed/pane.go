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
	gutter  = 2   // cells left of a post: the selection's bar or the sign of an unread post, and a blank
	margin  = 1   // cells right of it
	cached  = 256 // drawn posts kept
	nearEnd = 60  // rows from the selection to an end at which more are wanted
	glimpse = 2   // lines of a post on the screen by which it was seen
)

// Pane shows a Source. It is for one goroutine.
type Pane struct {
	source Source
	unread *Unread
	look   post.Look
	width  int
	window scroll.Window
	cache  *simplelru.LRU[drawnKey, post.Drawn]

	at       timeline.Key // the selected row
	placed   bool         // at is set
	pinned   bool         // nobody has moved yet: the newest post stays on top
	seen     []timeline.Key
	revealed map[timeline.ID]bool
	health   []timeline.Health
	tail     string
}

// drawnKey is what a drawn post depends on. A post is immutable: a changed one is
// another.
type drawnKey struct {
	post *timeline.Post
	look post.Look
}

// New makes a Pane that marks the unread. Its size is set by Resize.
func New(source Source, unread *Unread, look post.Look) *Pane {
	cache, err := simplelru.NewLRU[drawnKey, post.Drawn](cached, nil)
	if err != nil {
		panic(err) // only a size below 1 is an error, and the size is a constant
	}
	p := &Pane{source: source, unread: unread, look: look, cache: cache, pinned: true, revealed: map[timeline.ID]bool{}}
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

// refresh finds the place again after anything has changed.
func (p *Pane) refresh() {
	if p.source.Len() == 0 {
		p.window.Hold(p, 0)
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

// note remembers where the reader is.
func (p *Pane) note() {
	if p.source.Len() > 0 {
		p.at, p.placed = p.row(p.window.Selected()).Key(), true
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
	key := drawnKey{t, look}
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
	t := p.look.Theme
	bar := t.Accent.Paint(t.Signs.Selected) + cell.Blank(gutter-1)
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
			first := side
			if first != bar && p.marked(r.Key()) {
				first = t.Accent.Paint(t.Signs.Unread) + cell.Blank(gutter-1)
			}
			d := p.draw(r.Post)
			for n := range d.Len() {
				if row >= 0 {
					out, row = p.put(out, row, first, d.Line(n, now))
				} else {
					row++
				}
				first = side
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
