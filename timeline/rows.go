package timeline

import (
	"reflect"
	"slices"
	"sort"
)

// Row is one line of a timeline: a post, or a gap. One field is set.
type Row struct {
	Post *Post
	Gap  *Gap
}

// Key is the row's place.
func (r Row) Key() Key {
	if r.Gap != nil {
		return r.Gap.Key
	}
	return r.Post.Key()
}

// Gap says that posts of one account may be missing just below Key.
type Gap struct {
	Key     Key
	Account AccountID
	Reason  Safe // "offline since 14:02", "more than 2,000 posts were missed"
	Loading bool // somebody asked for it and the answer is awaited
	Outage  bool // the account does not answer; its Health says since when
}

// Rows is a timeline: rows oldest first, in Key order, each post once. A live
// arrival is an append; a late one is inserted in its place. Rows never moves a
// post that it holds: an update keeps the place of what it replaces.
//
// Rows is for one goroutine. The zero value is empty and ready.
type Rows struct {
	rows  []Row
	place map[ID]Key // where each post stands
	gaps  int
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.rows) }

// At returns row i, 0 being the oldest. It panics outside 0…Len-1.
func (r *Rows) At(i int) Row { return r.rows[i] }

// Find returns the index of the row with key k, or of the first row newer than
// it, and whether it is k itself.
func (r *Rows) Find(k Key) (int, bool) {
	i := sort.Search(len(r.rows), func(i int) bool { return r.rows[i].Key().Compare(k) >= 0 })
	return i, i < len(r.rows) && r.rows[i].Key().Compare(k) == 0
}

// Post returns the post with an ID.
func (r *Rows) Post(id ID) (*Post, bool) {
	k, ok := r.place[id]
	if !ok {
		return nil, false
	}
	i, ok := r.Find(k)
	if !ok {
		return nil, false
	}
	return r.rows[i].Post, true
}

// Insert adds posts and updates those that are there. It returns how many were
// new. The posts may come in any order; sorted input, oldest first, is fastest.
func (r *Rows) Insert(posts ...*Post) (added int) {
	if r.place == nil {
		r.place = make(map[ID]Key, len(posts))
	}
	fresh := make([]Row, 0, len(posts))
	for _, p := range posts {
		if k, ok := r.place[p.ID]; ok {
			r.update(k, p, fresh)
			continue
		}
		r.place[p.ID] = p.Key()
		fresh = append(fresh, Row{Post: p})
	}
	byKey := func(a, b Row) int { return a.Key().Compare(b.Key()) }
	if !slices.IsSortedFunc(fresh, byKey) {
		slices.SortFunc(fresh, byKey)
	}
	r.weave(fresh)
	return len(fresh)
}

// update replaces the post at k, which stands in the rows or, when the same call
// brought it, still in fresh.
func (r *Rows) update(k Key, p *Post, fresh []Row) {
	if i, ok := r.Find(k); ok {
		r.rows[i].Post = Combine(r.rows[i].Post, p)
		return
	}
	for i := range fresh {
		if fresh[i].Post.ID == p.ID {
			fresh[i].Post = Combine(fresh[i].Post, p)
			return
		}
	}
}

// weave merges sorted rows in, from the newest end, moving whole blocks and only
// those that must move.
func (r *Rows) weave(fresh []Row) {
	end := len(r.rows)
	r.rows = append(r.rows, fresh...)
	for j := len(fresh) - 1; j >= 0; j-- {
		k := fresh[j].Key()
		at := end
		if end > 0 && r.rows[end-1].Key().Compare(k) > 0 {
			at = sort.Search(end, func(i int) bool { return r.rows[i].Key().Compare(k) > 0 })
		}
		copy(r.rows[at+j+1:end+j+1], r.rows[at:end])
		r.rows[at+j] = fresh[j]
		end = at
	}
}

// Remove takes a post out and tells whether it was there.
func (r *Rows) Remove(id ID) bool {
	k, ok := r.place[id]
	if !ok {
		return false
	}
	delete(r.place, id)
	if i, ok := r.Find(k); ok {
		r.rows = slices.Delete(r.rows, i, i+1)
	}
	return true
}

// SetGaps replaces all gap rows.
func (r *Rows) SetGaps(gaps []Gap) {
	if r.gaps > 0 {
		r.rows = slices.DeleteFunc(r.rows, func(row Row) bool { return row.Gap != nil })
	}
	r.gaps = len(gaps)
	for _, g := range gaps {
		i, _ := r.Find(g.Key)
		r.rows = slices.Insert(r.rows, i, Row{Gap: &g})
	}
}

// Combine returns old updated by a newer reading of the same post. It keeps old's
// place, joins what each account knows, and raises Revision when anything that
// is drawn has changed; when nothing has, it returns old itself. Neither argument
// is changed.
func Combine(old, next *Post) *Post {
	merged := *next
	merged.Sorted = old.Sorted
	merged.Future = old.Future
	merged.Revision = old.Revision
	merged.Views = joinViews(old.Views, next.Views)
	if old.Boosted != nil && next.Boosted != nil {
		merged.Boosted = Combine(old.Boosted, next.Boosted)
	}
	if reflect.DeepEqual(*old, merged) {
		return old
	}
	merged.Revision = max(old.Revision, next.Revision) + 1
	return &merged
}

// joinViews keeps the newer view of each account.
func joinViews(old, next []View) []View {
	out := slices.Clone(old)
	for _, v := range next {
		i := slices.IndexFunc(out, func(o View) bool { return o.Account == v.Account })
		if i < 0 {
			out = append(out, v)
		} else {
			out[i] = v
		}
	}
	return out
}
