package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"skein/timeline"
	"skein/timeline/failpoint"
	"skein/timeline/sqlite"
)

var _ timeline.Marks = (*Store)(nil)

// ReadTo is how far a feed has been read by the person.
func (s *Store) ReadTo(ctx context.Context, f timeline.Feed) (timeline.Key, error) {
	k, err := readTo(ctx, s.db, f)
	return k, sqlite.Explain(err, s.path)
}

// querier is a database or a transaction of it.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readTo(ctx context.Context, q querier, f timeline.Feed) (timeline.Key, error) {
	var at []byte
	err := q.QueryRowContext(ctx, "SELECT at FROM read_to WHERE account = ? AND name = ?", f.Account, f.Name).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return timeline.Key{}, nil
	}
	if err != nil {
		return timeline.Key{}, fmt.Errorf("how far %s was read: %w", f.Account, err)
	}
	u := unpacker{b: at}
	return u.key(), u.err
}

// SetReadTo moves that mark, only ever forward.
func (s *Store) SetReadTo(ctx context.Context, f timeline.Feed, to timeline.Key) error {
	return s.mark(ctx, "read", func(tx *sql.Tx) error {
		old, err := readTo(ctx, tx, f)
		if err != nil || !old.Less(to) {
			return err
		}
		var p packer
		p.key(to)
		_, err = tx.ExecContext(ctx, "INSERT INTO read_to(account, name, at) VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
			f.Account, f.Name, p.b)
		return err
	})
}

// Position is where the person left a screen.
func (s *Store) Position(ctx context.Context, screen string) (p timeline.Position, ok bool, err error) {
	var at []byte
	err = s.db.QueryRowContext(ctx, "SELECT at, line, pinned FROM position WHERE screen = ?", screen).Scan(&at, &p.Line, &p.Pinned)
	if errors.Is(err, sql.ErrNoRows) {
		return timeline.Position{}, false, nil
	}
	u := unpacker{b: at}
	if err == nil {
		p.At, err = u.key(), u.err
	}
	if err != nil {
		return timeline.Position{}, false, sqlite.Explain(fmt.Errorf("where %s was left: %w", screen, err), s.path)
	}
	return p, true, nil
}

// SetPosition remembers it. It is written often and matters little, so it is not
// flushed to the disk: a power cut may bring back an older one.
func (s *Store) SetPosition(ctx context.Context, screen string, p timeline.Position) error {
	var at packer
	at.key(p.At)
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return sqlite.Explain(err, s.path)
	}
	return sqlite.Explain(errors.Join(s.setPosition(ctx, conn, screen, p, at.b), conn.Close()), s.path)
}

func (s *Store) setPosition(ctx context.Context, conn *sql.Conn, screen string, p timeline.Position, at []byte) (err error) {
	if _, err := conn.ExecContext(ctx, "PRAGMA synchronous = normal"); err != nil {
		return fmt.Errorf("where %s was left: %w", screen, err)
	}
	defer func() { // before anybody else gets this connection
		_, full := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA synchronous = full")
		err = errors.Join(err, full)
	}()
	return sqlite.On(ctx, conn, true, func() error {
		_, err := conn.ExecContext(ctx, `INSERT INTO position(screen, at, line, pinned) VALUES(?, ?, ?, ?)
ON CONFLICT DO UPDATE SET at = excluded.at, line = excluded.line, pinned = excluded.pinned`, screen, at, p.Line, p.Pinned)
		return err
	})
}

// maxSeen is how many posts that claim the future are remembered, of more the
// newest: anybody can make them up.
const maxSeen = 50_000

// FirstSeen tells when posts that claim the future were first seen.
func (s *Store) FirstSeen(ctx context.Context, seen map[timeline.ID]time.Time) (map[timeline.ID]time.Time, error) {
	if len(seen) == 0 {
		return nil, nil
	}
	kept := make(map[timeline.ID]time.Time, len(seen))
	err := s.mark(ctx, "seen", func(tx *sql.Tx) error {
		for id, at := range seen {
			var first int64
			err := tx.QueryRowContext(ctx, `INSERT INTO first_seen(id, at) VALUES(?, ?)
ON CONFLICT DO UPDATE SET at = at RETURNING at`, id.String(), at.UnixNano()).Scan(&first)
			if err != nil {
				return fmt.Errorf("when %s was first seen: %w", id, err)
			}
			kept[id] = time.Unix(0, first).UTC()
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM first_seen WHERE at <
(SELECT at FROM first_seen ORDER BY at DESC LIMIT 1 OFFSET ?)`, maxSeen)
		return err
	})
	if err != nil {
		return nil, err
	}
	return kept, nil
}

// mark runs do in a transaction, with failpoints around its commit.
func (s *Store) mark(ctx context.Context, what string, do func(*sql.Tx) error) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		err := do(tx)
		failpoint.Hit("store." + what + ".before")
		return err
	})
	if err == nil {
		failpoint.Hit("store." + what + ".after")
	}
	return err
}
