package store

import (
	"bytes"
	"strings"

	"skein/timeline"
)

// knownPeople is how many people a Cache remembers between transactions, so that
// their rows need not be looked up for each of their posts.
const knownPeople = 4096

type personKey struct {
	network timeline.Network
	id      string
}

// known is a row of person as it was last seen.
type known struct {
	n      int64
	author timeline.Author
}

// keyOf is what an author's row is found by. Some have no ID, when a server names
// them in a form of its own.
func keyOf(network timeline.Network, a timeline.Author) personKey {
	if a.ID == "" {
		return personKey{network, " " + a.Handle.String()}
	}
	return personKey{network, a.ID}
}

// person returns the row of an author, made or brought up to date.
func (s *session) person(network timeline.Network, a timeline.Author) (int64, error) {
	key := keyOf(network, a)
	old, ok := s.cache.people.Get(key)
	if ok && old.author == a {
		return old.n, nil
	}
	var p packer
	p.author(a)
	find := strings.ToLower(a.Handle.String() + " " + a.Name.String())
	var n int64
	var there []byte
	found, err := s.one("SELECT n, author FROM person WHERE network = ? AND id = ?", []any{string(key.network), key.id}, &n, &there)
	switch {
	case err != nil:
		return 0, err
	case !found:
		_, err = s.one("INSERT INTO person(network, id, find, author) VALUES(?, ?, ?, ?) RETURNING n",
			[]any{string(key.network), key.id, find, p.b}, &n)
	case !bytes.Equal(there, p.b):
		_, err = s.exec("UPDATE person SET find = ?, author = ? WHERE n = ?", find, p.b, n)
		s.renamed = true
	}
	if err == nil {
		s.cache.people.Add(key, known{n, a})
	}
	return n, err
}

// meet forgets the people whose rows another process has changed since; part tells
// the others. They frame a transaction that writes.
func (s *session) meet() error {
	var count int64
	if _, err := s.one("SELECT count FROM change WHERE what = 'person'", nil, &count); err != nil {
		return err
	}
	if count != s.file.changes {
		s.cache.people.Purge()
		s.file.changes = count
	}
	return nil
}

func (s *session) part() error {
	if !s.renamed {
		return nil
	}
	s.file.changes++
	_, err := s.exec("UPDATE change SET count = ? WHERE what = 'person'", s.file.changes)
	return err
}
