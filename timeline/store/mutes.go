package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"skein/timeline"
	"skein/timeline/sqlite"
)

var _ timeline.MuteBook = (*Store)(nil)

// maxMutes is how many mutes there may be: each is looked for in every post.
const maxMutes = 2000

// Muted returns every mute, the oldest first, and the version of them.
func (s *Store) Muted(ctx context.Context, known int64) (list []timeline.Mute, version int64, err error) {
	// The version first: what changes in between is read again with the next.
	err = s.db.QueryRowContext(ctx, "SELECT count FROM change WHERE what = 'mute'").Scan(&version)
	if err == nil && version != known {
		list, err = mutes(ctx, s.db, "")
	}
	if err != nil {
		return nil, 0, sqlite.Explain(fmt.Errorf("what is muted: %w", err), s.path)
	}
	return list, version, nil
}

// asker is a database or a transaction of it.
type asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// mutes reads the mutes that a condition holds for, with everything that is known of
// who they name.
func mutes(ctx context.Context, q asker, where string, args ...any) (list []timeline.Mute, err error) {
	rows, err := q.QueryContext(ctx, `
SELECT mute.id, kind, coalesce(person.name, ''), word, created, until,
	coalesce(handle.network, mute.network), coalesce(handle.handle, mute.handle),
	coalesce(handle.author_id, mute.author_id), coalesce(handle.url, mute.url)
FROM mute LEFT JOIN person ON person.id = mute.person LEFT JOIN handle ON handle.person = mute.person
`+where+` ORDER BY mute.id, place`, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var m timeline.Mute
		var h timeline.Handle
		var created, until int64
		if err := rows.Scan(&m.ID, &m.Kind, &m.Name, &m.Word, &created, &until, &h.Network, &h.Handle, &h.ID, &h.URL); err != nil {
			return nil, err
		}
		if n := len(list); n == 0 || list[n-1].ID != m.ID {
			m.Created, m.Until = moment(created), moment(until)
			if m.Kind == timeline.MuteNetwork {
				m.Network = h.Network
			}
			list = append(list, m)
		}
		if last := &list[len(list)-1]; h.Handle != "" {
			last.Handles = append(last.Handles, h)
		}
	}
	return list, rows.Err()
}

// moment is a time as it is kept, and nanoseconds what is kept of one.
func moment(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// Mute keeps a mute and forgets those that had ended when it was made. Of what is
// muted already it changes Until. It fails with CodeUsage for a mute that is none, with
// CodeNotFound where nobody of the address book has the Name, and with CodeRefused
// where there are too many.
func (s *Store) Mute(ctx context.Context, m timeline.Mute) (kept timeline.Mute, err error) {
	if err := m.Check(); err != nil {
		return kept, err
	}
	if m.Created.IsZero() {
		m.Created = time.Now()
	}
	err = s.mark(ctx, "mute", func(tx *sql.Tx) error {
		row, err := muteRow(ctx, tx, m)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM mute WHERE until <> 0 AND until <= ?", m.Created.UnixNano()); err != nil {
			return fmt.Errorf("forgetting what was muted: %w", err)
		}
		id, err := row.insert(ctx, tx, m, saidLast)
		if err != nil {
			return fmt.Errorf("muting %s: %w", m.What(), err)
		}
		var count int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM mute").Scan(&count); err != nil {
			return fmt.Errorf("muting %s: %w", m.What(), err)
		}
		if count > maxMutes {
			return timeline.Errorf(timeline.CodeRefused, "there are %d mutes already, and there is no room for more: take some back first", maxMutes)
		}
		list, err := mutes(ctx, tx, "WHERE mute.id = ?", id)
		if err != nil {
			return fmt.Errorf("muting %s: %w", m.What(), err)
		}
		kept = list[0]
		return nil
	})
	return kept, err
}

// muted is what the row of a mute holds besides its times.
type muted struct {
	key    string
	person *int64
	handle timeline.Handle
}

// muteRow is the row of a mute that is right in itself.
func muteRow(ctx context.Context, tx *sql.Tx, m timeline.Mute) (muted, error) {
	switch {
	case m.Kind == timeline.MuteWord:
		return muted{key: timeline.MuteWordKey(m.Word)}, nil
	case m.Kind == timeline.MuteNetwork:
		return muted{key: string(m.Network), handle: timeline.Handle{Network: m.Network}}, nil
	case m.Name != "":
		id, err := find(ctx, tx, m.Name)
		return muted{key: fmt.Sprint("person ", id), person: &id}, err
	}
	h := m.Handles[0]
	if err := checkHandle(h); err != nil {
		return muted{}, err
	}
	return muted{key: mutedHandle(h), handle: h}, nil
}

// mutedHandle is the key of the mute of one handle: a person's own id where it is
// known.
func mutedHandle(h timeline.Handle) string {
	if h.ID != "" {
		return string(h.Network) + " " + h.ID
	}
	return string(h.Network) + " @" + handleKey(h.Handle)
}

// insert keeps the mute; where it is there already, until says what becomes of its
// end.
func (r muted) insert(ctx context.Context, tx *sql.Tx, m timeline.Mute, until string) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `
INSERT INTO mute(kind, key, person, network, handle, author_id, url, word, created, until) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(kind, key) DO UPDATE SET handle = excluded.handle, word = excluded.word, until = `+until+`
RETURNING id`, m.Kind, r.key, r.person, r.handle.Network, r.handle.Handle, r.handle.ID, r.handle.URL, m.Word,
		nanoseconds(m.Created), nanoseconds(m.Until)).Scan(&id)
	return id, err
}

// What becomes of the end of a mute that is there already.
const (
	saidLast = "excluded.until"
	later    = "CASE WHEN 0 IN (until, excluded.until) THEN 0 ELSE max(until, excluded.until) END"
)

// Unmute forgets a mute; CodeNotFound where there is none.
func (s *Store) Unmute(ctx context.Context, id int64) error {
	return s.mark(ctx, "mute", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "DELETE FROM mute WHERE id = ?", id)
		if err != nil {
			return fmt.Errorf("taking a mute back: %w", err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return fmt.Errorf("taking a mute back: %w", err)
		}
		if n == 0 {
			return timeline.Errorf(timeline.CodeNotFound, "there is no such mute any more")
		}
		return nil
	})
}

// staysMuted keeps the handles of a muted person hidden who is about to leave the
// address book: to forget a name is not to want to see somebody again.
func staysMuted(ctx context.Context, tx *sql.Tx, person int64) error {
	list, err := mutes(ctx, tx, "WHERE mute.person = ?", person)
	if err != nil {
		return fmt.Errorf("what is muted: %w", err)
	}
	for _, m := range list {
		for _, h := range m.Handles {
			one := timeline.Mute{Kind: m.Kind, Created: m.Created, Until: m.Until}
			if _, err := (muted{key: mutedHandle(h), handle: h}).insert(ctx, tx, one, later); err != nil {
				return fmt.Errorf("keeping %s muted: %w", h.Handle, err)
			}
		}
	}
	return nil
}
