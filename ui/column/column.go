// Package column shows a short list of posts and other blocks, in an order of its
// own: a thread, a person's posts. It draws an item when it first comes near the
// screen and keeps it until the look changes.
//
// It knows no network and no key binding. A Column is for one goroutine.
package column

import (
	"slices"
	"strings"
	"time"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/post"
	"skein/ui/scroll"
)

const (
	gutter   = 2  // cells left of an item: the selection's bar and a blank
	margin   = 1  // cells right of it
	step     = 2  // cells of one level of depth
	maxDepth = 8  // levels drawn; deeper ones stand with the deepest
	minText  = 34 // cells that levels leave to a post
)

// Item is one block of a column: a post, or what Lines draws.
type Item struct {
	Post *timeline.Post
	// Draw draws the post otherwise than post.Draw does; nil for that.
	Draw func(p *timeline.Post, look post.Look) post.Drawn
	// Lines draws an item that is no post, in lines of at most look.Width cells.
	Lines func(look post.Look) []string
	Depth int  // levels of indentation
	Focus bool // marked: what the column was opened for
}

// Column is the items and the place among them.
type Column struct {
	items    []Item
	drawn    []block
	look     post.Look
	width    int
	window   scroll.Window
	revealed map[timeline.ID]bool
}

// block is a drawn item; rows is set for one that is no post.
type block struct {
	ok   bool
	post post.Drawn
	rows []string
}

// New makes a Column of items. Its size is set by Resize.
func New(look post.Look, items []Item) *Column {
	c := &Column{look: look, revealed: map[timeline.ID]bool{}}
	c.look.Full = true
	c.Set(items, 0)
	return c
}

// Set replaces the items and keeps the place on the selected post or, where that
// is not among them, on the item whose index is at.
func (c *Column) Set(items []Item, at int) {
	if p := c.Post(); p != nil {
		same := func(i Item) bool { return i.Post != nil && i.Post.ID == p.ID }
		if i := slices.IndexFunc(items, same); i >= 0 {
			at = i
		}
	}
	c.items = items
	c.redraw()
	c.window.Hold(c, at)
}

// Resize sets the cells and lines that the column may use.
func (c *Column) Resize(width, height int) {
	c.width, c.window.Height = width, max(0, height)
	c.look.Width = max(1, width-gutter-margin)
	c.redraw()
	c.window.Hold(c, c.window.Selected())
}

// SetLook changes how posts are drawn; the width is the column's own.
func (c *Column) SetLook(l post.Look) {
	l.Width, l.Full = c.look.Width, true
	c.look = l
	c.redraw()
	c.window.Hold(c, c.window.Selected())
}

func (c *Column) redraw() { c.drawn = make([]block, len(c.items)) }

// Len is the number of items, and Height the lines of one with the empty line
// after it.
func (c *Column) Len() int { return len(c.items) }

// Height is the lines of item i with the empty line after it.
func (c *Column) Height(i int) int {
	b := c.draw(i)
	if c.items[i].Post == nil {
		return len(b.rows) + 1
	}
	return b.post.Len() + 1
}

// indent is the levels of item i that there is room to draw.
func (c *Column) indent(i int) int {
	return max(0, min(c.items[i].Depth, maxDepth, (c.look.Width-minText)/step))
}

func (c *Column) draw(i int) block {
	if c.drawn[i].ok {
		return c.drawn[i]
	}
	item, look := c.items[i], c.look
	look.Width -= step * c.indent(i)
	b := block{ok: true}
	if item.Post != nil {
		look.Revealed = c.revealed[item.Post.ID]
		if item.Draw != nil {
			b.post = item.Draw(item.Post, look)
		} else {
			b.post = post.Draw(item.Post, look)
		}
	} else {
		for _, l := range item.Lines(look) {
			b.rows = append(b.rows, cell.Fit(look.Measure, l, look.Width, look.Theme.Signs.More))
		}
	}
	c.drawn[i] = b
	return b
}

// Lines draws the column: exactly the height it was given, every line exactly its
// width.
func (c *Column) Lines(now time.Time, focus bool) []string {
	out := make([]string, 0, c.window.Height)
	if len(c.items) > 0 {
		i, row := c.window.First(c)
		for ; i < len(c.items) && len(out) < c.window.Height; i++ {
			for n := range c.Height(i) {
				if row >= 0 && len(out) < c.window.Height {
					out = append(out, c.row(i, n, now, focus))
				}
				row++
			}
		}
	}
	for len(out) < c.window.Height {
		out = append(out, cell.Blank(c.width))
	}
	return out
}

// row is line n of item i between its gutter and the margin.
func (c *Column) row(i, n int, now time.Time, focus bool) string {
	t, item, levels := c.look.Theme, c.items[i], c.indent(i)
	last := n == c.Height(i)-1
	side := cell.Blank(gutter)
	switch {
	case last:
	case i == c.window.Selected() && focus:
		side = t.Accent.Paint(t.Signs.Selected) + cell.Blank(gutter-1)
	case item.Focus:
		side = t.Faint.Paint(t.Signs.Focused) + cell.Blank(gutter-1)
	}
	if last && i+1 < len(c.items) { // the empty line carries the guides that go on
		levels = min(levels, c.indent(i+1))
	} else if last {
		levels = 0
	}
	guides := ""
	if levels > 0 {
		guides = t.Faint.Paint(strings.Repeat(t.Signs.Guide+cell.Blank(step-1), levels))
	}
	line := ""
	switch b := c.draw(i); {
	case last:
	case item.Post != nil:
		line = b.post.Line(n, now)
	default:
		line = b.rows[n]
	}
	return cell.Fit(c.look.Measure, side+guides+line, c.width, "")
}

// Move selects the next item (d > 0) or the one before.
func (c *Column) Move(d int) { c.window.Move(c, d) }

// Scroll moves the screen by n lines, down when n is positive.
func (c *Column) Scroll(n int) { c.window.Scroll(c, n) }

// HalfPage scrolls by half a screen.
func (c *Column) HalfPage(d int) { c.Scroll(d * max(1, c.window.Height/2)) }

// Page scrolls by a screen, leaving a line for the eye to hold on to.
func (c *Column) Page(d int) { c.Scroll(d * max(1, c.window.Height-1)) }

// Top goes to the first item.
func (c *Column) Top() { c.window.Begin(c, 0) }

// Bottom goes to the last item.
func (c *Column) Bottom() { c.window.Select(c, len(c.items)-1) }

// Click selects what covers a line and tells whether it was selected before.
func (c *Column) Click(line int) (again bool) {
	i, ok := c.window.At(c, line)
	if !ok {
		return false
	}
	again = i == c.window.Selected()
	c.window.Select(c, i)
	return again
}

// Selected is the index of the selected item.
func (c *Column) Selected() int { return c.window.Selected() }

// Post is the selected post; nil where what is selected is none.
func (c *Column) Post() *timeline.Post {
	if len(c.items) == 0 {
		return nil
	}
	return c.items[c.window.Selected()].Post
}

// Focused tells whether the selected item is the one that is marked.
func (c *Column) Focused() bool {
	return len(c.items) > 0 && c.items[c.window.Selected()].Focus
}

// Revise replaces every post with an ID by what revise makes of it.
func (c *Column) Revise(id timeline.ID, revise func(*timeline.Post) *timeline.Post) {
	for i := range c.items {
		if p := c.items[i].Post; p != nil && p.Content().ID == id {
			c.items[i].Post = post.Revised(p, revise)
			c.drawn[i] = block{}
		}
	}
	c.window.Hold(c, c.window.Selected())
}

// Reveal shows or hides what the selected post keeps behind a warning, and tells
// whether there is anything.
func (c *Column) Reveal() bool {
	p := c.Post()
	if p == nil || !post.Hides(p, c.look) {
		return false
	}
	c.revealed[p.ID] = !c.revealed[p.ID]
	c.redraw()
	c.window.Hold(c, c.window.Selected())
	return true
}
