package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"skein/timeline"
	"skein/timeline/sqlite"
)

// People returns the address book in the order of its names.
func (s *Store) People(ctx context.Context) ([]timeline.Person, error) {
	people, err := s.people(ctx, "")
	return people, sqlite.Explain(err, s.path)
}

// Person returns one entry, whatever the case of name; CodeNotFound when there is
// none.
func (s *Store) Person(ctx context.Context, name string) (timeline.Person, error) {
	people, err := s.people(ctx, key(name))
	if err != nil {
		return timeline.Person{}, sqlite.Explain(err, s.path)
	}
	if len(people) == 0 || key(name) == "" { // an empty key reads all
		return timeline.Person{}, unknown(name)
	}
	return people[0], nil
}

// people reads the entry with a key, or all.
func (s *Store) people(ctx context.Context, only string) (people []timeline.Person, err error) {
	rows, err := s.db.QueryContext(ctx, `
SELECT person.id, name, coalesce(network, ''), coalesce(handle, ''), coalesce(author_id, ''), coalesce(url, '')
FROM person LEFT JOIN handle ON handle.person = person.id
WHERE ?1 = '' OR person.key = ?1
ORDER BY person.key, place`, only)
	if err != nil {
		return nil, fmt.Errorf("reading the address book: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	last := int64(-1)
	for rows.Next() {
		var id int64
		var name string
		var h timeline.Handle
		if err := rows.Scan(&id, &name, &h.Network, &h.Handle, &h.ID, &h.URL); err != nil {
			return nil, fmt.Errorf("reading the address book: %w", err)
		}
		if id != last {
			people, last = append(people, timeline.Person{Name: name}), id
		}
		if p := &people[len(people)-1]; h.Handle != "" {
			p.Handles = append(p.Handles, h)
		}
	}
	return people, rows.Err()
}

// AddPerson makes an entry. It fails with CodeUsage when the name is no name or
// taken, or a handle is no handle or another person's; then nothing has changed.
func (s *Store) AddPerson(ctx context.Context, name string, handles ...timeline.Handle) error {
	name, err := checkName(name)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		if err := free(ctx, tx, name, 0); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, "INSERT INTO person(name, key) VALUES(?, ?)", name, key(name))
		if err != nil {
			return fmt.Errorf("adding %s: %w", name, err)
		}
		id, err := res.LastInsertId()
		if err != nil {
			return fmt.Errorf("adding %s: %w", name, err)
		}
		for _, h := range handles {
			if err := link(ctx, tx, id, h); err != nil {
				return err
			}
		}
		return nil
	})
}

// Link adds a handle to an entry, behind those it has. One that is there already
// keeps its place, and takes the ID and URL of h where those are not empty. It
// fails with CodeNotFound when there is no such entry, and with CodeUsage when h is
// no handle or another person's.
func (s *Store) Link(ctx context.Context, name string, h timeline.Handle) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		id, err := find(ctx, tx, name)
		if err != nil {
			return err
		}
		return link(ctx, tx, id, h)
	})
}

// Unlink takes a handle from an entry; of h only the network and the handle
// matter. It fails with CodeNotFound when there is no such entry or handle.
func (s *Store) Unlink(ctx context.Context, name string, h timeline.Handle) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		id, err := find(ctx, tx, name)
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, "DELETE FROM handle WHERE person = ? AND network = ? AND key = ?", id, h.Network, handleKey(h.Handle))
		if err != nil {
			return fmt.Errorf("unlinking %s: %w", h.Handle, err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return fmt.Errorf("unlinking %s: %w", h.Handle, err)
		}
		if n == 0 {
			return timeline.Errorf(timeline.CodeNotFound, "%s is not %s on %s", name, h.Handle, h.Network)
		}
		return nil
	})
}

// RemovePerson removes an entry and its handles, which stay muted where the person
// was. It fails with CodeNotFound when there is none.
func (s *Store) RemovePerson(ctx context.Context, name string) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		id, err := find(ctx, tx, name)
		if err != nil {
			return err
		}
		if err := staysMuted(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM person WHERE id = ?", id); err != nil {
			return fmt.Errorf("removing %s: %w", name, err)
		}
		return nil
	})
}

// RenamePerson gives an entry another name, or another case. It fails with
// CodeNotFound when there is none, and with CodeUsage when the new name is no name
// or taken.
func (s *Store) RenamePerson(ctx context.Context, from, to string) error {
	to, err := checkName(to)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		id, err := find(ctx, tx, from)
		if err != nil {
			return err
		}
		if err := free(ctx, tx, to, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE person SET name = ?, key = ? WHERE id = ?", to, key(to), id); err != nil {
			return fmt.Errorf("renaming %s: %w", from, err)
		}
		return nil
	})
}

// find returns the row of an entry.
func find(ctx context.Context, tx *sql.Tx, name string) (int64, error) {
	var id int64
	err := tx.QueryRowContext(ctx, "SELECT id FROM person WHERE key = ?", key(name)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, unknown(name)
	}
	if err != nil {
		return 0, fmt.Errorf("looking for %s: %w", name, err)
	}
	return id, nil
}

// free fails when an entry other than self has the name.
func free(ctx context.Context, tx *sql.Tx, name string, self int64) error {
	var taken string
	err := tx.QueryRowContext(ctx, "SELECT name FROM person WHERE key = ? AND id <> ?", key(name), self).Scan(&taken)
	switch {
	case err == nil:
		return timeline.Errorf(timeline.CodeUsage, "the address book has %s already", taken)
	case !errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("looking for %s: %w", name, err)
	}
	return nil
}

// link adds a handle to the entry with that row.
func link(ctx context.Context, tx *sql.Tx, id int64, h timeline.Handle) error {
	if err := checkHandle(h); err != nil {
		return err
	}
	var owner int64
	var name string
	err := tx.QueryRowContext(ctx, `SELECT person.id, name FROM handle JOIN person ON person.id = person WHERE network = ? AND handle.key = ?`,
		h.Network, handleKey(h.Handle)).Scan(&owner, &name)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("looking for %s: %w", h.Handle, err)
	}
	if err == nil && owner != id {
		return timeline.Errorf(timeline.CodeUsage, "%s is %s already: unlink it there first", h.Handle, name)
	}
	_, err = tx.ExecContext(ctx, `
INSERT INTO handle(person, network, handle, key, author_id, url) VALUES(?, ?, ?, ?, ?, ?)
ON CONFLICT(network, key) DO UPDATE SET
	handle = excluded.handle,
	author_id = CASE excluded.author_id WHEN '' THEN author_id ELSE excluded.author_id END,
	url = CASE excluded.url WHEN '' THEN url ELSE excluded.url END`,
		id, h.Network, h.Handle, handleKey(h.Handle), h.ID, h.URL)
	if err != nil {
		return fmt.Errorf("linking %s: %w", h.Handle, err)
	}
	return nil
}

func unknown(name string) error {
	return timeline.Errorf(timeline.CodeNotFound, "%s is not in the address book", name)
}
