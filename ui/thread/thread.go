// Package thread shows a conversation as a tree.
//
// It reads through a Reader and knows no hub. The post that it was opened for is
// shown at once and keeps its place when the rest arrives.
package thread

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/column"
	"skein/ui/post"
)

// Reader reads the conversation around a post.
type Reader func(ctx context.Context, p *timeline.Post) (*timeline.Thread, error)

// Loaded is the message that a Reader has answered.
type Loaded struct {
	Of     timeline.ID
	Thread *timeline.Thread // nil with Err
	Err    error
	Early  bool // it is what was kept; the Reader's own answer is still awaited
}

// Load asks for the conversation around p.
func Load(ctx context.Context, read Reader, p *timeline.Post) tea.Cmd {
	p = p.Content()
	return func() tea.Msg {
		t, err := read(ctx, p)
		return Loaded{Of: p.ID, Thread: t, Err: err}
	}
}

// Recall is Load with what was kept, to be shown until the network has answered.
func Recall(ctx context.Context, kept Reader, p *timeline.Post) tea.Cmd {
	load := Load(ctx, kept, p)
	return func() tea.Msg {
		l, _ := load().(Loaded)
		l.Early = true
		return l
	}
}

// Pane is one conversation. It is for one goroutine.
type Pane struct {
	*column.Column
	column.Reading
	of *timeline.Post
}

// New makes a Pane that shows p and waits for the rest.
func New(p *timeline.Post, look post.Look) *Pane {
	pane := &Pane{of: p.Content()}
	pane.Reload()
	pane.Column = column.New(look, pane.alone())
	return pane
}

// Of is the post that the conversation was opened for.
func (p *Pane) Of() *timeline.Post { return p.of }

// Title is what the pane is called.
func (p *Pane) Title() string { return "Thread" }

// Status is one line on what is awaited or went wrong; "" when all is there.
func (p *Pane) Status() string { return p.StatusOf("thread") }

// Take takes the answer. One that is for another post changes nothing, nor does what
// was kept once the network has answered.
func (p *Pane) Take(l Loaded) {
	if l.Of != p.of.ID || !p.Heard(l.Early, l.Err) || l.Err != nil || l.Thread == nil {
		return
	}
	p.Show(l.Early, l.Thread.Kept)
	items, focus := flatten(l.Thread)
	if len(items) == 0 {
		return
	}
	if l.Thread.Truncated {
		items = append(items, column.Item{Lines: note("the server holds back a part of this thread")})
	}
	p.Set(items, focus)
}

func (p *Pane) alone() []column.Item { return []column.Item{{Post: p.of, Focus: true}} }

// flatten sets the tree in reading order and finds the post it was opened for.
func flatten(t *timeline.Thread) (items []column.Item, focus int) {
	var walk func(nodes []*timeline.Node, depth int, straight bool)
	walk = func(nodes []*timeline.Node, depth int, straight bool) {
		for _, n := range nodes {
			if n == nil {
				continue
			}
			item := column.Item{Post: n.Post, Depth: depth, Focus: n.ID == t.Focus}
			if n.Post == nil {
				item.Lines = note(missing(n))
			}
			if item.Focus {
				focus = len(items)
			}
			items = append(items, item)
			// A conversation that has not branched yet reads straight down; from
			// the first branch on, every answer goes one level in.
			on := straight && len(n.Replies) == 1
			next := depth + 1
			if on {
				next = depth
			}
			walk(n.Replies, next, on)
		}
	}
	walk(t.Roots, 0, len(t.Roots) == 1)
	return items, focus
}

func missing(n *timeline.Node) string {
	if why := n.Missing.Line().String(); why != "" {
		return why
	}
	return "this post could not be read"
}

// note draws a line that is no post, indented as one.
func note(text string) func(post.Look) []string {
	return func(l post.Look) []string {
		dim := l.Theme.Dim
		run := cell.Run{Text: l.Theme.Signs.Gap + " " + text, Open: dim.Open(), Close: dim.Close()}
		return cell.Wrap(l.Measure, []cell.Run{run}, l.Width)
	}
}
