package feed

import (
	"slices"
	"sort"

	"skein/timeline"
	"skein/ui/post"
)

const (
	windowRows = 800 // rows that stay when a window is trimmed
	windowMost = 1000
)

// Source is the rows to show, oldest first. *timeline.Rows is one.
type Source interface {
	Len() int
	// At returns row i, 0 being the oldest.
	At(i int) timeline.Row
	// Find returns the index of the row with key k, or of the first row newer
	// than it, and whether it is k itself.
	Find(k timeline.Key) (int, bool)
}

// Window is the rows around the reader, seen through a filter. Between its two ends
// it misses nothing. What is kept beyond them is read in pages: an Ask says which,
// Take puts the answer in its place. A Window is for one goroutine; the zero value
// is empty, and open at both ends.
type Window struct {
	all timeline.Rows

	above, below bool         // rows are kept beyond that end
	high, low    timeline.Key // that end, where there are
	only         timeline.Network

	asked int       // the reading that is awaited
	busy  bool      // it is
	late  []arrival // what has changed since it was asked for

	keep  func(*timeline.Post) bool // nil keeps all
	gaps  func(timeline.Gap) bool
	kept  []timeline.Key // with a filter: what passes it, oldest first
	given []timeline.Gap // all that the hub tells of
	shown []timeline.Gap // those between the ends
}

// arrival is what a reading that is under way may not know.
type arrival struct {
	posts   []*timeline.Post
	removed []timeline.ID
}

// Len is the number of rows that pass the filter.
func (w *Window) Len() int {
	if w.keep == nil {
		return w.all.Len()
	}
	return len(w.kept)
}

// At returns row i of those that pass the filter.
func (w *Window) At(i int) timeline.Row {
	if w.keep == nil {
		return w.all.At(i)
	}
	at, _ := w.all.Find(w.kept[i])
	return w.all.At(at)
}

// Find looks among the rows that pass the filter.
func (w *Window) Find(k timeline.Key) (int, bool) {
	if w.keep == nil {
		return w.all.Find(k)
	}
	return w.find(k)
}

// All is the number of rows there are without a filter.
func (w *Window) All() int { return w.all.Len() }

// Above and Below tell whether rows are kept beyond that end.
func (w *Window) Above() bool { return w.above }

// Below tells it of the older end.
func (w *Window) Below() bool { return w.below }

// Apply takes in what the hub reports, as far as it lies between the ends. With a
// filter the cost is that of what changed.
func (w *Window) Apply(c timeline.Changes) {
	a := arrival{c.Posts, c.Removed}
	if w.busy && len(a.posts)+len(a.removed) > 0 {
		w.late = append(w.late, a)
	}
	w.admit(a)
	if !slices.Equal(w.given, c.Gaps) {
		w.given = slices.Clone(c.Gaps)
		w.setGaps()
	}
}

func (w *Window) admit(a arrival) {
	for _, id := range a.removed {
		if p, ok := w.all.Post(id); ok {
			w.all.Remove(id)
			w.drop(p.Key())
		}
	}
	w.insert(slices.DeleteFunc(slices.Clone(a.posts), func(p *timeline.Post) bool {
		_, known := w.all.Post(p.ID)
		return !known && (!w.spans(p.Key()) || w.only != "" && p.ID.Network != w.only)
	}))
}

// spans tells whether a key lies between the ends.
func (w *Window) spans(k timeline.Key) bool {
	return (!w.below || !k.Less(w.low)) && (!w.above || !w.high.Less(k))
}

// insert weaves posts in and shows those that pass the filter.
func (w *Window) insert(posts []*timeline.Post) {
	w.all.Insert(posts...)
	if w.keep == nil {
		return
	}
	for _, p := range posts {
		if p, ok := w.all.Post(p.ID); ok { // as it was combined
			w.put(p.Key(), w.keep(p))
		}
	}
}

// Trim lets go of the rows that are furthest from the reader, who is at a key, when
// there are too many.
func (w *Window) Trim(at timeline.Key) {
	n := w.all.Len()
	if n <= windowMost {
		return
	}
	i, _ := w.all.Find(at)
	from := min(max(0, i-windowRows/2), n-windowRows)
	to := from + windowRows
	if from > 0 {
		w.below, w.low = true, w.all.At(from).Key()
	}
	if to < n {
		w.above, w.high = true, w.all.At(to-1).Key()
	}
	var posts []*timeline.Post
	for ; from < to; from++ {
		if p := w.all.At(from).Post; p != nil {
			posts = append(posts, p)
		}
	}
	w.fill(posts)
}

// fill makes posts, which are sorted, all that there is.
func (w *Window) fill(posts []*timeline.Post) {
	w.all, w.shown = timeline.Rows{}, nil
	w.all.Insert(posts...)
	w.setGaps()
	w.Filter(w.keep, w.gaps)
}

// Posts returns up to n posts, the newest first, whether or not they pass the
// filter.
func (w *Window) Posts(n int) []*timeline.Post {
	var out []*timeline.Post
	for i := w.all.Len() - 1; i >= 0 && len(out) < n; i-- {
		if p := w.all.At(i).Post; p != nil {
			out = append(out, p)
		}
	}
	return out
}

// Revise replaces every post whose content has an ID, a boost of it among them, by
// what revise makes of that content.
func (w *Window) Revise(id timeline.ID, revise func(*timeline.Post) *timeline.Post) {
	for i := range w.all.Len() {
		if p := w.all.At(i).Post; p != nil && p.Content().ID == id {
			w.all.Insert(post.Revised(p, revise))
		}
	}
}

// Filter shows only the posts that keep holds for, and the gaps that gaps holds
// for. A nil keep shows everything.
func (w *Window) Filter(keep func(*timeline.Post) bool, gaps func(timeline.Gap) bool) {
	w.keep, w.gaps, w.kept = keep, gaps, nil
	if keep == nil {
		return
	}
	for i := range w.all.Len() {
		row := w.all.At(i)
		if row.Gap != nil && gaps(*row.Gap) || row.Post != nil && keep(row.Post) {
			w.kept = append(w.kept, row.Key())
		}
	}
}

// setGaps shows the gap rows that lie between the ends.
func (w *Window) setGaps() {
	gaps := slices.DeleteFunc(slices.Clone(w.given), func(g timeline.Gap) bool { return !w.spans(g.Key) })
	if slices.Equal(w.shown, gaps) {
		return
	}
	for _, g := range w.shown {
		w.drop(g.Key)
	}
	w.shown = gaps
	w.all.SetGaps(gaps)
	if w.keep == nil {
		return
	}
	for _, g := range gaps {
		w.put(g.Key, w.gaps(g))
	}
}

func (w *Window) find(k timeline.Key) (int, bool) {
	return sort.Find(len(w.kept), func(i int) int { return k.Compare(w.kept[i]) })
}

func (w *Window) drop(k timeline.Key) { w.put(k, false) }

func (w *Window) put(k timeline.Key, keep bool) {
	if w.keep == nil {
		return
	}
	switch i, there := w.find(k); {
	case keep && !there:
		w.kept = slices.Insert(w.kept, i, k)
	case there && !keep:
		w.kept = slices.Delete(w.kept, i, i+1)
	}
}
