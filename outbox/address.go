package outbox

import (
	"database/sql"
	"errors"
	"fmt"

	"skein/timeline"
)

// addressStep is the note of where the post acted upon is to be seen: what a
// network answers to an edit or a delete may be no more than its name.
const addressStep = ownSteps + "url"

// addressOf is the web address of one of some posts.
func addressOf(posts []Parent, id timeline.ID) string {
	for _, p := range posts {
		if p.ID == id {
			return p.URL
		}
	}
	return ""
}

// address keeps where the post is to be seen that a new row acts upon.
func (e *entry) address(r *row) error {
	if r.url == "" {
		return nil
	}
	_, err := e.tx.ExecContext(e.ctx, "INSERT INTO note(delivery, step, value) VALUES(?, ?, json_quote(?))", r.ID, addressStep, r.url)
	if err != nil {
		return fmt.Errorf("keeping an address: %w", err)
	}
	return nil
}

// addressed fills in the addresses that a network has not told of the posts acted
// upon.
func (e *entry) addressed(r *row) error {
	if r.Kind == timeline.DoPost {
		return nil
	}
	for i, p := range r.Receipt.Posts {
		if !p.URL.Empty() || p.ID != r.On {
			continue
		}
		var url string
		err := e.tx.QueryRowContext(e.ctx, `SELECT value ->> '$' FROM note WHERE delivery = ? AND step = ?
			UNION ALL SELECT url FROM copy WHERE network = ? AND local = ? AND url <> '' LIMIT 1`,
			r.ID, addressStep, p.ID.Network, p.ID.Local).Scan(&url)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("looking for the address of a post: %w", err)
		}
		r.Receipt.Posts[i].URL = timeline.CleanLine(url)
	}
	return nil
}
