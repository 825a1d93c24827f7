package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"skein/timeline"
)

// session is one transaction at work.
type session struct {
	asked context.Context // the caller's, for what takes long
	ctx   context.Context // never ends: a statement that may be interrupted costs a goroutine
	cache *Cache
	file  *file
	lane  *lane

	sketches map[*timeline.Post]*sketch
	kept     map[int64][]place // the hashes of sketches that posts which are kept have, or share; the places of those that were written just now
	buffer   []byte            // what was packed last
	entries  []entry
	leads    []lead
	renamed  bool // a row of person was changed
}

func newSession(ctx context.Context, c *Cache, f *file, l *lane) *session {
	return &session{asked: ctx, ctx: context.WithoutCancel(ctx), cache: c, file: f, lane: l}
}

// statement is a statement of the session's connection, prepared at its first use.
func (s *session) statement(query string) (*sql.Stmt, error) {
	if stmt, ok := s.lane.statements[query]; ok {
		return stmt, nil
	}
	stmt, err := s.lane.conn.PrepareContext(s.ctx, query)
	if err != nil {
		return nil, fmt.Errorf("preparing %.40q: %w", query, err)
	}
	s.lane.statements[query] = stmt
	return stmt, nil
}

// exec runs a statement and returns how many rows it changed.
func (s *session) exec(query string, args ...any) (int64, error) {
	stmt, err := s.statement(query) //nolint:sqlclosecheck // the lane keeps it for the next time
	if err != nil {
		return 0, err
	}
	res, err := stmt.ExecContext(s.ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// one reads the only row of a query; ok is false where there is none.
func (s *session) one(query string, args []any, into ...any) (ok bool, err error) {
	stmt, err := s.statement(query) //nolint:sqlclosecheck // the lane keeps it for the next time
	if err != nil {
		return false, err
	}
	err = stmt.QueryRowContext(s.ctx, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// each calls take for every row of a query.
func (s *session) each(query string, args []any, take func(scan func(...any) error) error) (err error) {
	stmt, err := s.statement(query) //nolint:sqlclosecheck // the lane keeps it for the next time
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(s.ctx, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := take(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// numbers reads the one column of a query.
func (s *session) numbers(query string, args ...any) (out []int64, err error) {
	err = s.each(query, args, func(scan func(...any) error) error {
		var n int64
		if err := scan(&n); err != nil {
			return err
		}
		out = append(out, n)
		return nil
	})
	return out, err
}
