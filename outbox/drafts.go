package outbox

import (
	"context"
	"encoding/json"
	"fmt"

	"skein/timeline"
	"skein/timeline/sqlite"
)

// SaveDraft keeps a draft, and returns its id; an empty id makes a new one. Files
// are not copied before Add: a draft refers to the person's own.
func (o *Outbox) SaveDraft(ctx context.Context, id string, d Draft) (string, error) {
	if id == "" {
		id = newID()
	}
	b, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("keeping a draft: %w", err)
	}
	err = o.write(ctx, "draft", func(e *entry) error {
		_, err := e.tx.ExecContext(e.ctx, `INSERT INTO draft(id, draft, updated) VALUES(?, ?, ?)
			ON CONFLICT(id) DO UPDATE SET draft = excluded.draft, updated = excluded.updated`, id, string(b), millis(e.now))
		return err
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// Drafts lists the drafts that were put aside, the latest first.
func (o *Outbox) Drafts(ctx context.Context) ([]Saved, error) {
	rows, err := o.db.QueryContext(ctx, "SELECT id, draft, updated FROM draft ORDER BY updated DESC, id")
	if err != nil {
		return nil, sqlite.Explain(err, o.path)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var all []Saved
	for rows.Next() {
		var s Saved
		var draft string
		var updated int64
		if err := rows.Scan(&s.ID, &draft, &updated); err != nil {
			return nil, sqlite.Explain(err, o.path)
		}
		if err := json.Unmarshal([]byte(draft), &s.Draft); err != nil {
			return nil, sqlite.Explain(fmt.Errorf("reading draft %s: %w", s.ID, err), o.path)
		}
		s.Updated = fromMillis(updated)
		all = append(all, s)
	}
	return all, sqlite.Explain(rows.Err(), o.path)
}

// DropDraft forgets a draft; CodeNotFound when there is none of that id.
func (o *Outbox) DropDraft(ctx context.Context, id string) error {
	return o.write(ctx, "draft", func(e *entry) error {
		res, err := e.tx.ExecContext(e.ctx, "DELETE FROM draft WHERE id = ?", id)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err == nil && n == 0 {
			return timeline.Errorf(timeline.CodeNotFound, "there is no draft %q", id)
		}
		return err
	})
}
