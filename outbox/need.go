package outbox

import (
	"fmt"
	"slices"

	"skein/timeline"
)

// resolve puts into an intent what it needs of other deliveries, which are all
// over. It refuses the row, and says so, where one of them did not become a post.
func (e *entry) resolve(r *row) (refused bool, err error) {
	rows, err := e.tx.QueryContext(e.ctx, "SELECT "+shown+", n.how FROM need n JOIN delivery d ON d.id = n.other WHERE n.delivery = ?", r.ID)
	if err != nil {
		return false, fmt.Errorf("reading what a delivery waits for: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		var other timeline.Delivery
		var how string
		if err := scanShown(rows, &other, &how); err != nil {
			return false, err
		}
		if why := r.follow(other, how); why != nil {
			r.blame(why, chance{now: e.now})
			r.settle(timeline.Refused)
			refused = true
		}
	}
	if err := rows.Err(); err != nil {
		return false, fmt.Errorf("reading what a delivery waits for: %w", err)
	}
	if refused {
		return true, e.save(r)
	}
	r.print()
	return false, nil
}

// hang tells of all that need r, directly or not, why they do not go on: nobody
// knows what became of it.
func (e *entry) hang(r *row) error {
	ids, err := columnOf[int64](e.ctx, e.tx, `WITH RECURSIVE after(id) AS (
			SELECT delivery FROM need WHERE other = ? UNION SELECT n.delivery FROM need n JOIN after a ON n.other = a.id)
		SELECT d.id FROM after a JOIN delivery d ON d.id = a.id WHERE d.state = 'waiting'`, r.ID)
	if err != nil {
		return err
	}
	return e.each(ids, func(next *row) (bool, error) {
		next.Message = timeline.CleanLine("waits: nobody knows whether " + called(r.Delivery) + ", which it follows, was sent")
		return true, nil
	})
}

// called is a delivery in a message about another one.
func called(d timeline.Delivery) string {
	if d.Of > 1 {
		return fmt.Sprintf("part %d of %d", d.Part, d.Of)
	}
	return fmt.Sprintf("%q", d.Summary)
}

// follow makes r answer another delivery's post, or link to it.
func (r *row) follow(other timeline.Delivery, how string) *timeline.Error {
	name := called(other)
	switch {
	case other.State == timeline.Cancelled:
		return timeline.Errorf(timeline.CodeRefused, "not sent: %s, which it follows, was cancelled", name)
	case other.State == timeline.Refused:
		return timeline.Errorf(timeline.CodeRefused, "not sent: %s, which it follows, was refused: %s", name, other.Message)
	case len(other.Receipt.Posts) == 0:
		return timeline.Errorf(timeline.CodeRefused, "not sent: %s, which it follows, has no address", name)
	}
	if how == needParent {
		post := other.Receipt.Posts[len(other.Receipt.Posts)-1]
		r.intent.ReplyTo = timeline.Subject{ID: post.ID, ServerID: post.ServerID}
		return nil
	}
	url := other.Receipt.Posts[0].URL
	if url.Empty() {
		return timeline.Errorf(timeline.CodeRefused, "not sent: %s, to which it links, has no address", name)
	}
	first := &r.intent.Parts[0]
	if n := len(first.Text); n == 0 || first.Text[n-1].Target != url { // it may have been prepared before
		first.Text = withLink(slices.Clone(first.Text), url.String())
	}
	return nil
}
