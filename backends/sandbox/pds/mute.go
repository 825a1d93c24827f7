package pds

import "slices"

// A mute is kept by the AppView, not by the repository, and shown to nobody else; a
// block is a record, for the other side to see.

// mutable reads the subject of a mute call. The server's mu is held.
func (s *Server) mutable(c *call) (string, error) {
	var in struct{ Actor string }
	if err := c.input(&in); err != nil {
		return "", err
	}
	p := s.lookup(in.Actor)
	if p == nil {
		return "", invalid("Actor not found")
	}
	return p.did, nil
}

// muteActor does nothing to somebody who is muted.
func (s *Server) muteActor(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	did, err := s.mutable(c)
	if err == nil && !s.muted(c.viewer, did) {
		s.mutes[c.viewer.did] = append(s.mutes[c.viewer.did], did)
	}
	return nil, err
}

func (s *Server) unmuteActor(c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	did, err := s.mutable(c)
	if err == nil {
		s.mutes[c.viewer.did] = slices.DeleteFunc(s.mutes[c.viewer.did], func(d string) bool { return d == did })
	}
	return nil, err
}

// getMutes lists whom the caller has muted, the latest first.
func (s *Server) getMutes(c *call) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	page, cursor, err := pageOf(c, s.mutes[c.viewer.did], func(did string) string { return did })
	if err != nil {
		return nil, err
	}
	people := []object{}
	for _, did := range page {
		people = append(people, s.profileBasic(c.viewer, s.people[did]))
	}
	return withCursor(object{"mutes": people}, cursor), nil
}

// muted tells whether somebody has muted a person. The server's mu is held.
func (s *Server) muted(p *person, did string) bool {
	return p != nil && slices.Contains(s.mutes[p.did], did)
}

// blocked tells whether there is a block between two people, whoever made it. The
// server's mu is held.
func (s *Server) blocked(p *person, did string) bool {
	return p != nil && (s.by(p, link{colBlock, did}) != nil || s.by(s.people[did], link{colBlock, p.did}) != nil)
}

// pageOf is the page of a list, the latest last, that a call asks for. A cursor is the
// name of a page's last item; below one that is not there any more is nothing.
func pageOf[T any](c *call, all []T, name func(T) string) (page []T, cursor string, err error) {
	const usual, most = 50, 100
	limit, err := c.number("limit", usual, 1, most)
	if err != nil {
		return nil, "", err
	}
	from := c.query.Get("cursor")
	for _, item := range slices.Backward(all) {
		switch {
		case from != "":
			if name(item) == from {
				from = ""
			}
		case len(page) == limit:
			return page, name(page[limit-1]), nil
		default:
			page = append(page, item)
		}
	}
	return page, "", nil
}

// withCursor adds a cursor to an answer, where there is one.
func withCursor(out object, cursor string) object {
	if cursor != "" {
		out["cursor"] = cursor
	}
	return out
}
