// Package search asks a Library for posts as the question is typed, and shows what
// is found, newest first.
//
// The package knows no database and no key binding but those that edit the question.
// What it asks is read in commands; an answer to what nobody asks any more is
// dropped.
package search

import (
	"context"
	"fmt"
	"reflect"
	"time"
	"unicode"

	"skein/timeline"
	"skein/ui/column"
	"skein/ui/overlay"
	"skein/ui/post"
)

// Rest is how long nobody types before a question is asked.
const Rest = 100 * time.Millisecond

const (
	letters    = 3    // of a question, below which it is not asked
	pageFound  = 40   // posts of a page
	rankedMost = 200  // posts shown by relevance, which has no next page
	foundMost  = 1000 // posts held; who wants more asks for less
	nearEnd    = 15   // posts from the selection to the last at which more are wanted
)

// Ask is a question, or the wish for more answers to it.
type Ask struct {
	n     int
	query timeline.Search
	more  bool
}

// Answer is what was found.
type Answer struct {
	Ask
	found timeline.Found
	err   error
}

// Find asks a Library.
func (a Ask) Find(ctx context.Context, l timeline.Library) Answer {
	found, err := l.Search(ctx, a.query)
	return Answer{a, found, err}
}

// Pane is a question and what was found. It is for one goroutine.
type Pane struct {
	*column.Column
	look   post.Look
	width  int
	height int

	input  overlay.Input
	typing bool
	ranked bool
	n      int  // which question this is; an answer to another is dropped
	due    bool // it has not been asked
	sure   bool // it is asked however short it is
	busy   bool // the answer is awaited
	query  timeline.Search
	hits   []timeline.Hit
	more   bool
	asked  bool  // there is an answer
	err    error // the question makes no sense, or could not be answered
	wide   wide  // what the networks were asked

	named  map[int]*timeline.Profile // people whom they found, by the index of their item
	tagged map[int]string
}

// New makes a Pane that waits for a question.
func New(look post.Look) *Pane {
	return &Pane{Column: column.New(look, nil), look: look, typing: true}
}

// Typing tells whether keys write the question.
func (p *Pane) Typing() bool { return p.typing }

// Type goes back to the question.
func (p *Pane) Type() { p.typing = true }

// Question tells which question this is, and whether it is yet to be asked.
func (p *Pane) Question() (n int, due bool) { return p.n, p.due }

// changed takes note of another question.
func (p *Pane) changed() {
	p.n++
	p.due, p.busy = true, false
	p.wide = wide{}
}

// Rank shows the best first, or the newest again.
func (p *Pane) Rank() {
	p.ranked = !p.ranked
	p.changed()
}

// Paste writes the clipboard into the question.
func (p *Pane) Paste(text string) {
	p.typing = true
	p.input.Paste(text)
	p.changed()
}

// Ask is what a Library is to be asked now; there may be nothing to ask.
func (p *Pane) Ask(now time.Time) (Ask, bool) {
	if !p.due {
		return Ask{}, false
	}
	p.due = false
	q, err := timeline.ParseTyping(p.input.Text(), now)
	p.err = err
	if err != nil { // what was found for the question before is still there
		return Ask{}, false
	}
	short := count(p.input.Text()) < letters && !p.sure
	if p.sure = false; short || reflect.DeepEqual(q, timeline.Search{}) {
		p.show(nil, false)
		p.asked = false
		return Ask{}, false
	}
	q.Ranked, q.Limit = p.ranked, pageFound
	if p.ranked {
		q.Limit = rankedMost
	}
	p.query, p.busy = q, true
	return Ask{n: p.n, query: q}, true
}

func count(s string) (n int) {
	for _, r := range s {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// More asks for older posts where the reader comes near the last.
func (p *Pane) More() (Ask, bool) {
	if p.busy || p.due || !p.more || p.ranked || p.err != nil || len(p.hits) == 0 ||
		len(p.hits) >= foundMost || len(p.hits)-p.Selected() > nearEnd {
		return Ask{}, false
	}
	p.busy = true
	q := p.query
	q.Below = p.hits[len(p.hits)-1].Post.Key()
	return Ask{n: p.n, query: q, more: true}, true
}

// Take takes an answer. One to another question changes nothing.
func (p *Pane) Take(a Answer) {
	if a.n != p.n {
		return
	}
	p.busy, p.err = false, a.err
	if a.err != nil {
		return
	}
	p.asked = true
	if a.more {
		p.show(append(p.hits, a.found.Hits...), a.found.More && len(a.found.Hits) > 0)
	} else {
		p.Column = column.New(p.look, nil) // another question begins at its top
		p.show(a.found.Hits, a.found.More)
	}
}

func (p *Pane) show(hits []timeline.Hit, more bool) {
	p.hits, p.more = hits, more
	items := make([]column.Item, len(hits))
	for i, h := range hits {
		items[i] = column.Item{Post: h.Post, Draw: func(t *timeline.Post, l post.Look) post.Drawn {
			h.Post = t
			return post.DrawFound(h, l)
		}}
	}
	p.Set(append(items, p.networks(len(items))...), 0)
	p.Resize(p.width, p.height)
}

// Resize sets the cells and lines that the pane may use.
func (p *Pane) Resize(width, height int) {
	p.width, p.height = width, height
	p.Column.Resize(width, height)
}

// SetLook changes how posts are drawn.
func (p *Pane) SetLook(l post.Look) {
	p.look = l
	p.Column.SetLook(l)
}

// Status says in a few words what is shown, or what is awaited.
func (p *Pane) Status() string {
	switch n := len(p.hits); {
	case p.err != nil || !p.asked:
		return ""
	case n == 0:
		return "nothing found"
	case p.ranked:
		return fmt.Sprintf("%d found, the best first", n)
	case p.more:
		return fmt.Sprintf("more than %d found, newest first", n)
	default:
		return fmt.Sprintf("%d found, newest first", n)
	}
}

// Err is why the question cannot be answered; "" where it can.
func (p *Pane) Err() string {
	if p.err == nil {
		return ""
	}
	return timeline.AsError(p.err).Error()
}
