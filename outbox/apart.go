package outbox

import (
	"fmt"
	"time"

	"skein/timeline"
)

// apart dates a post a second later, or as many as it takes, when the account has
// another of the same text in that second: where a post's name is made of its text
// and its second, as a Nostr event's is, the two would be one. Messages of one
// conversation are put apart whatever they say: where clocks tell no less than seconds
// they would be read in any order.
func (e *entry) apart(r *row) error {
	what, which := "kind IN ('post', 'message') AND account = ? AND fingerprint = ?", r.fingerprint
	switch r.Kind {
	case timeline.DoPost:
	case timeline.DoMessage:
		what, which = "kind = 'message' AND account = ? AND lane = ?", r.lane
	default:
		return nil
	}
	for {
		var taken bool
		err := e.tx.QueryRowContext(e.ctx, "SELECT EXISTS(SELECT 1 FROM delivery WHERE "+what+` AND substr(intent ->> '$.created', 1, 19) = ? AND id <> ?)`,
			r.Account.ID, which, r.intent.Created.Format("2006-01-02T15:04:05"), r.ID).Scan(&taken)
		if err != nil {
			return fmt.Errorf("looking for a post of the same second: %w", err)
		}
		if !taken {
			return nil
		}
		r.intent.Created = r.intent.Created.Add(time.Second)
	}
}
