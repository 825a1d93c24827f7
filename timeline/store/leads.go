package store

import (
	"cmp"
	"database/sql"
	"errors"
	"slices"
	"strings"
)

// leadKind is by what a lead leads to a post.
type leadKind int64

const (
	byHash   leadKind = iota // short of its ID
	byAuthor                 // the row of person of who wrote it
	byParent                 // short of the ID of what it replies to
)

// lead leads to the post at a place.
type lead struct {
	kind leadKind
	key  int64
	at   place
}

// Leads come in no order, and of a million posts each would change a page of its own.
// So they are collected in a table that is small enough to be changed all over, and
// carried over to the large one in its order, whenever there are mostFresh of them.
const mostFresh = 64_000

// leadRows are how many leads one statement writes, so that few are needed for many
// and no more than one for each.
func leadRows() []int { return []int{64, 8, 1} }

func insertLeads(n int) string {
	return "INSERT OR IGNORE INTO fresh(kind, key, place) VALUES(?, ?, ?)" + strings.Repeat(", (?, ?, ?)", n-1)
}

// lead makes a post one that is found by a key; tie writes it.
func (s *session) lead(kind leadKind, key int64, at place) {
	s.leads = append(s.leads, lead{kind, key, at})
}

// tie writes the leads that were made.
func (s *session) tie() error {
	if len(s.leads) == 0 {
		return nil
	}
	leads := s.leads
	s.leads = nil
	slices.SortFunc(leads, func(a, b lead) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.key, b.key), cmp.Compare(a.at, b.at))
	})
	var fresh int64
	if _, err := s.one("UPDATE change SET count = count + ? WHERE what = 'fresh' RETURNING count", []any{len(leads)}, &fresh); err != nil {
		return err
	}
	for _, n := range leadRows() {
		for len(leads) >= n {
			args := make([]any, 0, 3*n)
			for _, l := range leads[:n] {
				args = append(args, int64(l.kind), l.key, int64(l.at))
			}
			if _, err := s.exec(insertLeads(n), args...); err != nil {
				return err
			}
			leads = leads[n:]
		}
	}
	if fresh < s.cache.mostFresh {
		return nil
	}
	return s.carry()
}

// carry moves the fresh leads to where the others are.
func (s *session) carry() error {
	for _, query := range []string{
		"INSERT OR IGNORE INTO lead SELECT kind, key, place FROM fresh ORDER BY kind, key, place",
		"DELETE FROM fresh",
		"UPDATE change SET count = 0 WHERE what = 'fresh'",
	} {
		if _, err := s.exec(query); err != nil {
			return err
		}
	}
	return nil
}

// unlink forgets a lead, if there is one.
func (s *session) unlink(kind leadKind, key int64, at place) error {
	if err := s.tie(); err != nil {
		return err
	}
	n, err := s.exec("DELETE FROM fresh WHERE kind = ? AND key = ? AND place = ?", int64(kind), key, int64(at))
	if err == nil && n == 0 {
		_, err = s.exec("DELETE FROM lead WHERE kind = ? AND key = ? AND place = ?", int64(kind), key, int64(at))
	}
	return err
}

// relink makes a post found by another key of a kind, or by none.
func (s *session) relink(kind leadKind, at place, before, now sql.NullInt64) error {
	if before.Valid {
		if err := s.unlink(kind, before.Int64, at); err != nil {
			return err
		}
	}
	if now.Valid {
		s.lead(kind, now.Int64, at)
	}
	return nil
}

// forsake forgets all leads to the post of a row.
func (s *session) forsake(r row) error {
	p, _, err := r.bare()
	if err != nil {
		return err
	}
	err = errors.Join(s.unlink(byHash, short(p.ID), r.at), s.unlink(byAuthor, r.writer, r.at))
	if parent := parent(p); parent.Valid {
		err = errors.Join(err, s.unlink(byParent, parent.Int64, r.at))
	}
	return err
}
