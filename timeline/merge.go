package timeline

import (
	"slices"
	"time"
)

// Merge joins batches of several sources into one list, oldest first, each post
// once. The batches are nearly sorted, newest first or oldest first; sorted ones
// cost least. The arguments are not changed.
func Merge(batches ...[]*Post) []*Post {
	total := 0
	runs := make([][]*Post, 0, len(batches))
	for _, b := range batches {
		if len(b) > 0 {
			runs = append(runs, oldestFirst(b))
			total += len(b)
		}
	}
	for len(runs) > 1 { // join neighbours, so that each post moves log(sources) times
		next := runs[:0:0]
		for i := 0; i < len(runs); i += 2 {
			if i+1 == len(runs) {
				next = append(next, runs[i])
				break
			}
			next = append(next, join(runs[i], runs[i+1]))
		}
		runs = next
	}
	if len(runs) == 0 {
		return nil
	}
	return distinct(runs[0], total)
}

func comparePosts(a, b *Post) int { return a.Key().Compare(b.Key()) }

// oldestFirst returns a sorted copy of a nearly sorted batch.
func oldestFirst(b []*Post) []*Post {
	s := slices.Clone(b)
	if len(s) > 1 && comparePosts(s[0], s[len(s)-1]) > 0 {
		slices.Reverse(s)
	}
	if !slices.IsSortedFunc(s, comparePosts) {
		slices.SortFunc(s, comparePosts)
	}
	return s
}

// join merges two sorted runs.
func join(a, b []*Post) []*Post {
	out := make([]*Post, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if comparePosts(a[0], b[0]) <= 0 {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// distinct drops repeats of a post, wherever they stand, and combines them.
func distinct(s []*Post, total int) []*Post {
	at := make(map[ID]int, total)
	out := s[:0:0]
	out = slices.Grow(out, len(s))
	for _, p := range s {
		if i, seen := at[p.ID]; seen {
			out[i] = Combine(out[i], p)
			continue
		}
		at[p.ID] = len(out)
		out = append(out, p)
	}
	return out
}

// outlier is how far a post may at least stand from the rest of its page.
const outlier = 24 * time.Hour

// Extent is how far one source has been read.
type Extent struct {
	Oldest Key  // the oldest key it has given
	Done   bool // it has nothing older, or failed: it holds nobody back
}

// Floor is the key down to which a merged timeline is complete: the newest of the
// oldest keys of the sources that may still have older posts. Rows below it may
// yet be joined by others and are held back. ok is false when nothing is held
// back.
func Floor(sources ...Extent) (floor Key, ok bool) {
	for _, s := range sources {
		if s.Done {
			continue
		}
		if !ok || floor.Less(s.Oldest) {
			floor, ok = s.Oldest, true
		}
	}
	return floor, ok
}

// Place settles where a post just received stands: no later than now, because a
// post cannot be read before it was written, whatever its clock says. It returns
// p itself when nothing is to be settled.
func Place(p *Post, now time.Time) *Post {
	sorted, future := p.Sorted, p.Future
	if sorted.IsZero() {
		sorted = p.Created
	}
	if sorted.After(now.Add(FutureSlack)) || p.Created.After(now.Add(FutureSlack)) {
		future = true
	}
	if sorted.After(now) {
		sorted = now
	}
	sorted = sorted.UTC().Round(0) // no monotonic reading, which would not survive storage
	if sorted.Equal(p.Sorted) && future == p.Future {
		return p
	}
	placed := *p
	placed.Sorted, placed.Future = sorted, future
	return &placed
}

// placeBatch places the posts of a page. A page does not tell when a post that
// claims the future was really written; it goes to the page's foot, because at
// its head it would stand on top again after every start.
func placeBatch(posts []*Post, now time.Time) []*Post {
	placed := make([]*Post, len(posts))
	foot := now
	for i, p := range posts {
		placed[i] = Place(p, now)
		if !placed[i].Future && placed[i].Sorted.Before(foot) {
			foot = placed[i].Sorted
		}
	}
	for i, p := range placed {
		if p.Future {
			low := *p
			low.Sorted = foot
			placed[i] = &low
		}
	}
	return placed
}

// reach is the key down to which a page is complete: its oldest one, but for a few
// posts that claim to be far older than the rest. Servers sort by arrival, and one
// post of "1970" must not pass for everything down to there. To reach less far
// than a page does costs nothing: what is below waits for the next page.
func reach(placed []*Post) Key {
	keys := make([]Key, len(placed))
	for i, p := range placed {
		keys[i] = p.Key()
	}
	slices.SortFunc(keys, func(a, b Key) int { return b.Compare(a) })
	for i := (len(keys) + 1) / 2; i > 0 && i < len(keys); i++ {
		span, step := keys[0].Time.Sub(keys[i-1].Time), keys[i-1].Time.Sub(keys[i].Time)
		if step > outlier && step/3 > span {
			return keys[i-1]
		}
	}
	return keys[len(keys)-1]
}
