package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"skein/timeline"
	"skein/timeline/sqlite"
)

// maxNote bounds what is remembered under one name, in bytes.
const maxNote = 256 << 10

// noteSchema is what the screen remembers by a name, such as which tabs there are.
const noteSchema = `
CREATE TABLE note(
	what TEXT PRIMARY KEY,
	body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`

// Note is what was remembered by a name; ok is false where nothing was.
func (s *Store) Note(ctx context.Context, what string) (body string, ok bool, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT body FROM note WHERE what = ?", what).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, sqlite.Explain(fmt.Errorf("recalling %s: %w", what, err), s.path)
	}
	return body, true, nil
}

// SetNote remembers it, in the place of what was remembered before.
func (s *Store) SetNote(ctx context.Context, what, body string) error {
	if len(body) > maxNote {
		return timeline.Errorf(timeline.CodeTooLarge, "%s: %d bytes are too many to be remembered", what, len(body))
	}
	return s.mark(ctx, "note", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO note(what, body) VALUES(?, ?) ON CONFLICT DO UPDATE SET body = excluded.body", what, body)
		return err
	})
}
