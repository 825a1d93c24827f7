package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"skein/timeline"
	"skein/timeline/store"
)

// meeting is what a line of a file adds to the address book.
type meeting struct {
	name    string
	isNew   bool
	handles []timeline.Handle
}

// importPeople merges people into the address book. What it has stays.
func (m *importing) importPeople(ctx context.Context) error {
	file, err := m.read()
	if err != nil {
		return err
	}
	s, err := m.state(ctx)
	if err != nil {
		return err
	}
	book, err := s.People(ctx)
	if err != nil {
		return err
	}
	var meetings []meeting
	there := 0
	c := newContacts(book)
	for _, item := range file.Items {
		meets, conflicts := c.meet(item.Person)
		for _, why := range conflicts {
			m.leaveOut(item.Line, item.Raw, why)
		}
		switch {
		case meets.isNew || len(meets.handles) > 0:
			meetings = append(meetings, meets)
		case len(conflicts) == 0:
			there++
		}
	}
	m.lines = slices.CompactFunc(m.lines, func(a, b leftOutLine) bool { // several handles of one line
		return a.number == b.number && a.why == b.why
	})
	proceed, err := m.agree(ctx, m.sum("", len(meetings), there))
	if err != nil {
		return err
	}
	if proceed {
		for _, add := range meetings {
			if err := add.to(ctx, s); err != nil {
				return err
			}
		}
	}
	return m.end()
}

// to adds to the address book.
func (a meeting) to(ctx context.Context, s *store.Store) error {
	if a.isNew {
		return s.AddPerson(ctx, a.name, a.handles...)
	}
	for _, h := range a.handles {
		if err := s.Link(ctx, a.name, h); err != nil {
			return err
		}
	}
	return nil
}

// contacts are the address book as it will be, by names and by handles.
type contacts struct {
	names  map[string]string          // lower case: the name
	owners map[string]string          // called: the name
	had    map[string]timeline.Handle // called: as it is kept
}

func newContacts(book []timeline.Person) *contacts {
	c := &contacts{names: map[string]string{}, owners: map[string]string{}, had: map[string]timeline.Handle{}}
	for _, p := range book {
		c.names[strings.ToLower(p.Name)] = p.Name
		for _, h := range p.Handles {
			c.owners[called(h.Network, h.Handle)], c.had[called(h.Network, h.Handle)] = p.Name, h
		}
	}
	return c
}

// meet is what a person of a file adds, and why it is not all of it.
func (c *contacts) meet(p timeline.Person) (add meeting, conflicts []string) {
	name, known := c.names[strings.ToLower(p.Name)]
	add = meeting{name: name, isNew: !known}
	if !known {
		add.name = p.Name
	}
	for _, h := range p.Handles {
		key := called(h.Network, h.Handle)
		owner, taken := c.owners[key]
		had := c.had[key]
		switch {
		case taken && owner != add.name:
			conflicts = append(conflicts, fmt.Sprintf("%s: %s is %s in the address book", p.Name, h.Handle, owner))
		case taken && (h.ID == "" || had.ID != "") && (h.URL == "" || had.URL != ""): // it brings nothing
		case taken:
			h.Handle = had.Handle
			if had.ID != "" {
				h.ID = "" // what was looked up here stays
			}
			add.handles = append(add.handles, h)
		default:
			add.handles = append(add.handles, h)
			c.owners[key], c.had[key] = add.name, h
		}
	}
	if add.isNew && len(add.handles) == 0 && len(conflicts) > 0 {
		return meeting{}, conflicts
	}
	c.names[strings.ToLower(add.name)] = add.name
	return add, conflicts
}
