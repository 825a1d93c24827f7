package nostr

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// cursor is a place between events: a second, and the events of that second that
// are on the near side already. Relays' bounds are inclusive, so the second is
// asked for again and those events are left out.
//
// It is written as "1700000000:0123456789abcdef,…", each id by its first half-key.
type cursor struct {
	at  nostr.Timestamp
	ids []string
}

const (
	cursorDigits = 16  // of an id
	cursorIDs    = 200 // ids that a cursor names at most
)

func (c cursor) encode() timeline.Cursor {
	s := strconv.FormatInt(int64(c.at), 10)
	if len(c.ids) > 0 {
		s += ":" + strings.Join(c.ids, ",")
	}
	return timeline.Cursor(s)
}

// parseCursor reads what encode wrote.
func parseCursor(c timeline.Cursor) (cursor, error) {
	at, list, has := strings.Cut(string(c), ":")
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil || n < 0 || n > maxTime {
		return cursor{}, timeline.Errorf(timeline.CodeUsage, "not a place in a Nostr timeline: %s", cut(string(c), cursorDigits))
	}
	out := cursor{at: nostr.Timestamp(n)}
	if has {
		for _, id := range strings.Split(list, ",") {
			if !isHex(id, cursorDigits) || len(out.ids) == cursorIDs {
				return cursor{}, timeline.Errorf(timeline.CodeUsage, "not a place in a Nostr timeline: %s", cut(string(c), cursorDigits))
			}
			out.ids = append(out.ids, id)
		}
	}
	return out, nil
}

// holds tells whether e is of the cursor's second and was given already.
func (c cursor) holds(e *nostr.Event) bool {
	return e.CreatedAt == c.at && slices.Contains(c.ids, e.ID[:cursorDigits])
}

// cursorAt is the place just beyond the events given: their own at that second,
// and those that an earlier cursor at the same second held.
func cursorAt(at nostr.Timestamp, given []*nostr.Event, before cursor) cursor {
	c := cursor{at: at}
	if before.at == at {
		c.ids = slices.Clone(before.ids)
	}
	for _, e := range given {
		if e.CreatedAt == at {
			c.ids = append(c.ids, e.ID[:cursorDigits])
		}
	}
	slices.Sort(c.ids)
	c.ids = slices.Compact(c.ids)
	if len(c.ids) > cursorIDs { // a second with so many is passed over
		return cursor{at: at - 1}
	}
	return c
}
