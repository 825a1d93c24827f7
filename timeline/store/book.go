package store

import (
	"context"
	"slices"
	"strings"

	"skein/timeline"
)

// Book is the address book as it was when Store.Book returned it: in memory, so
// that it can be asked at each key, and unchanging, so that many may ask. The zero
// value and nil are empty books.
type Book struct {
	people []timeline.Person // in the order of keys
	keys   []string
}

// Book reads the whole address book.
func (s *Store) Book(ctx context.Context) (*Book, error) {
	people, err := s.People(ctx)
	if err != nil {
		return nil, err
	}
	b := &Book{people: people}
	for _, p := range people {
		b.keys = append(b.keys, key(p.Name))
	}
	return b, nil
}

// Find returns the person with a name, whatever its case.
func (b *Book) Find(name string) (timeline.Person, bool) {
	if b == nil {
		return timeline.Person{}, false
	}
	i, ok := slices.BinarySearch(b.keys, key(name))
	if !ok {
		return timeline.Person{}, false
	}
	return b.people[i], true
}

// Complete returns the people who may be meant by the beginning of a name, in the
// order of their names, and after those the people with such a beginning of a
// handle. An empty prefix is everybody.
func (b *Book) Complete(prefix string) []timeline.Person {
	if b == nil {
		return nil
	}
	var byName, byHandle []timeline.Person
	name, handle := key(prefix), handleKey(prefix)
	for i, p := range b.people {
		switch {
		case strings.HasPrefix(b.keys[i], name):
			byName = append(byName, p)
		case slices.ContainsFunc(p.Handles, func(h timeline.Handle) bool { return strings.HasPrefix(handleKey(h.Handle), handle) }):
			byHandle = append(byHandle, p)
		}
	}
	return append(byName, byHandle...)
}
