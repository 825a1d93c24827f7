package pds

// The AppView makes lists of people of records, the newest first: who liked a post, who
// reposted it, who follows whom.

func (s *Server) getLikes(c *call) (any, error) {
	uri, err := c.required("uri")
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	page, cursor, err := pageOf(c, s.about[link{colLike, s.canonical(uri)}], recordName)
	if err != nil {
		return nil, err
	}
	likes := []object{}
	for _, r := range page {
		likes = append(likes, object{
			"indexedAt": stamp(r.indexed), "createdAt": stamp(r.created), "actor": s.profileView(c.viewer, s.people[r.did]),
		})
	}
	return withCursor(object{"uri": uri, "likes": likes}, cursor), nil
}

func recordName(r *record) string { return r.uri }

func (s *Server) getRepostedBy(c *call) (any, error) {
	uri, err := c.required("uri")
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	page, cursor, err := pageOf(c, s.about[link{colRepost, s.canonical(uri)}], recordName)
	if err != nil {
		return nil, err
	}
	people := []object{}
	for _, r := range page {
		people = append(people, s.profileView(c.viewer, s.people[r.did]))
	}
	return withCursor(object{"uri": uri, "repostedBy": people}, cursor), nil
}

func (s *Server) getFollowers(c *call) (any, error) {
	return s.circle(c, "followers", func(p *person) ([]*record, func(*record) string) {
		return s.about[link{colFollow, p.did}], func(r *record) string { return r.did }
	})
}

func (s *Server) getFollows(c *call) (any, error) {
	return s.circle(c, "follows", func(p *person) ([]*record, func(*record) string) {
		return s.about[link{"follower", p.did}], func(r *record) string { return dig(r.value, "subject") }
	})
}

// circle serves people around one: of gives the follows in question, and whom each is
// about.
func (s *Server) circle(c *call, field string, of func(*person) ([]*record, func(*record) string)) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, err := s.actor(c)
	if err != nil {
		return nil, err
	}
	follows, whom := of(p)
	page, cursor, err := pageOf(c, follows, recordName)
	if err != nil {
		return nil, err
	}
	people := []object{}
	for _, r := range page {
		if who := s.people[whom(r)]; who != nil {
			people = append(people, s.profileView(c.viewer, who))
		}
	}
	return withCursor(object{"subject": s.profileView(c.viewer, p), field: people}, cursor), nil
}
