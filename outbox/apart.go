package outbox

import (
	"fmt"
	"time"

	"skein/timeline"
)

// apart dates a post a second later, or as many as it takes, when the account has
// another of the same text in that second: where a post's name is made of its text
// and its second, as a Nostr event's is, the two would be one.
func (e *entry) apart(r *row) error {
	if r.Kind != timeline.DoPost {
		return nil
	}
	for {
		var taken bool
		err := e.tx.QueryRowContext(e.ctx, `SELECT EXISTS(SELECT 1 FROM delivery
			WHERE kind = 'post' AND account = ? AND fingerprint = ? AND substr(intent ->> '$.created', 1, 19) = ? AND id <> ?)`,
			r.Account.ID, r.fingerprint, r.intent.Created.Format("2006-01-02T15:04:05"), r.ID).Scan(&taken)
		if err != nil {
			return fmt.Errorf("looking for a post of the same text: %w", err)
		}
		if !taken {
			return nil
		}
		r.intent.Created = r.intent.Created.Add(time.Second)
	}
}
