package bluesky

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"skein/timeline"
)

const (
	// lateness is how much later than a newer post an older one may turn up: the
	// AppView indexes servers at different speeds and sorts by the earlier of
	// claim and indexing.
	lateness = 2 * time.Minute
	// maxSeen is how many posts a mark names.
	maxSeen = 200
)

// mark is what is known of a feed's top: the content of a Newer cursor. Posts
// sorted at or above Floor are known when Seen names them; what lies below Floor
// is old. It is JSON in a cursor, so that it survives a restart.
type mark struct {
	Newest int64    `json:"t"` // Unix milliseconds of the newest post
	Floor  int64    `json:"f"` // Unix milliseconds
	Seen   []string `json:"s"` // digests of post IDs, newest first
}

func (m mark) cursor() timeline.Cursor {
	b, err := json.Marshal(m)
	if err != nil {
		return "" // numbers and strings always encode
	}
	return timeline.Cursor(b)
}

// parseMark reads a cursor; ok is false for what another version may have left.
func parseMark(c timeline.Cursor) (m mark, ok bool) {
	if json.Unmarshal([]byte(c), &m) != nil || len(m.Seen) > maxSeen {
		return mark{}, false
	}
	return m, true
}

// digest shortens a post's ID. It is no plain checksum, so that nobody can make a
// post that passes for another.
func digest(id timeline.ID) string {
	const size = 9 // bytes; 12 letters
	sum := sha256.Sum256([]byte(id.Local))
	return base64.RawURLEncoding.EncodeToString(sum[:size])
}

// fresh returns the posts that m does not know.
func (m mark) fresh(posts []*timeline.Post) []*timeline.Post {
	seen := make(map[string]bool, len(m.Seen))
	for _, d := range m.Seen {
		seen[d] = true
	}
	var out []*timeline.Post
	for _, p := range posts {
		if p.Sorted.UnixMilli() >= m.Floor && !seen[digest(p.ID)] {
			out = append(out, p)
		}
	}
	return out
}

// reached tells whether a page goes down to what m knows.
func (m mark) reached(page []*timeline.Post) bool {
	return len(page) > 0 && page[len(page)-1].Sorted.UnixMilli() < m.Floor
}

// next is the mark after posts were read that are complete down to floor.
func (m mark) next(posts []*timeline.Post, floor int64) mark {
	sorted := slices.Clone(posts)
	slices.SortFunc(sorted, func(a, b *timeline.Post) int { return cmp.Compare(b.Sorted.UnixMilli(), a.Sorted.UnixMilli()) })
	if len(sorted) > 0 {
		m.Newest = max(m.Newest, sorted[0].Sorted.UnixMilli())
	}
	m.Floor = max(floor, m.Newest-lateness.Milliseconds())
	m.Seen = nil
	for _, p := range sorted {
		if p.Sorted.UnixMilli() < m.Floor {
			break
		}
		if len(m.Seen) == maxSeen {
			m.Floor = p.Sorted.UnixMilli() + 1
			break
		}
		m.Seen = append(m.Seen, digest(p.ID))
	}
	return m
}
