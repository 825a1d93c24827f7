package feed

import (
	"slices"
	"sort"

	"skein/timeline"
	"skein/ui/post"
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

// Timeline is all rows that have been read, seen through a filter.
type Timeline struct {
	all   timeline.Rows
	keep  func(*timeline.Post) bool // nil keeps all
	gaps  func(timeline.Gap) bool
	kept  []timeline.Key // with a filter: what passes it, oldest first
	given []timeline.Gap
}

// Len is the number of rows that pass the filter.
func (t *Timeline) Len() int {
	if t.keep == nil {
		return t.all.Len()
	}
	return len(t.kept)
}

// At returns row i of those that pass the filter.
func (t *Timeline) At(i int) timeline.Row {
	if t.keep == nil {
		return t.all.At(i)
	}
	at, _ := t.all.Find(t.kept[i])
	return t.all.At(at)
}

// Find looks among the rows that pass the filter.
func (t *Timeline) Find(k timeline.Key) (int, bool) {
	if t.keep == nil {
		return t.all.Find(k)
	}
	return t.find(k)
}

// All is the number of rows there are without a filter.
func (t *Timeline) All() int { return t.all.Len() }

// Apply takes in what the hub reports. With a filter the cost is that of what
// changed.
func (t *Timeline) Apply(c timeline.Changes) {
	for _, id := range c.Removed {
		if p, ok := t.all.Post(id); ok {
			t.all.Remove(id)
			t.drop(p.Key())
		}
	}
	t.all.Insert(c.Posts...)
	if t.keep != nil {
		for _, p := range c.Posts {
			if p, ok := t.all.Post(p.ID); ok { // as it was combined
				t.put(p.Key(), t.keep(p))
			}
		}
	}
	t.setGaps(c.Gaps)
}

// Newest returns up to n posts, the newest first, whether or not they pass the
// filter.
func (t *Timeline) Newest(n int) []*timeline.Post {
	var out []*timeline.Post
	for i := t.all.Len() - 1; i >= 0 && len(out) < n; i-- {
		if p := t.all.At(i).Post; p != nil {
			out = append(out, p)
		}
	}
	return out
}

// Revise replaces every post whose content has an ID, a boost of it among them, by
// what revise makes of that content. Its cost is that of looking at all rows.
func (t *Timeline) Revise(id timeline.ID, revise func(*timeline.Post) *timeline.Post) {
	for i := range t.all.Len() {
		if p := t.all.At(i).Post; p != nil && p.Content().ID == id {
			t.all.Insert(post.Revised(p, revise))
		}
	}
}

// Filter shows only the posts that keep holds for, and the gaps that gaps holds
// for. A nil keep shows everything.
func (t *Timeline) Filter(keep func(*timeline.Post) bool, gaps func(timeline.Gap) bool) {
	t.keep, t.gaps, t.kept = keep, gaps, nil
	if keep == nil {
		return
	}
	for i := range t.all.Len() {
		row := t.all.At(i)
		if row.Gap != nil && gaps(*row.Gap) || row.Post != nil && keep(row.Post) {
			t.kept = append(t.kept, row.Key())
		}
	}
}

func (t *Timeline) setGaps(gaps []timeline.Gap) {
	if slices.Equal(t.given, gaps) {
		return
	}
	for _, g := range t.given {
		t.drop(g.Key)
	}
	t.given = slices.Clone(gaps)
	t.all.SetGaps(gaps)
	if t.keep == nil {
		return
	}
	for _, g := range gaps {
		t.put(g.Key, t.gaps(g))
	}
}

func (t *Timeline) find(k timeline.Key) (int, bool) {
	return sort.Find(len(t.kept), func(i int) int { return k.Compare(t.kept[i]) })
}

func (t *Timeline) drop(k timeline.Key) { t.put(k, false) }

func (t *Timeline) put(k timeline.Key, keep bool) {
	if t.keep == nil {
		return
	}
	switch i, there := t.find(k); {
	case keep && !there:
		t.kept = slices.Insert(t.kept, i, k)
	case there && !keep:
		t.kept = slices.Delete(t.kept, i, i+1)
	}
}
