package instance

// action changes what viewer has done with p and returns the post to send.
type action func(c *call, p *post) *post

// actions are the verbs of /api/v1/statuses/:id. Doing one twice changes nothing
// more, as on the real server.
func actions() map[string]action {
	return map[string]action{
		"favourite":   mark(func(p *post) ties[*person] { return p.liked }, true),
		"unfavourite": mark(func(p *post) ties[*person] { return p.liked }, false),
		"bookmark":    mark(func(p *post) ties[*person] { return p.bookmarked }, true),
		"unbookmark":  mark(func(p *post) ties[*person] { return p.bookmarked }, false),
		"reblog":      reblog,
		"unreblog":    unreblog,
	}
}

// onStatus serves an action on the post in the path; one on a boost means what
// was boosted.
func onStatus(act action) answer {
	return func(c *call) (any, error) {
		p, err := c.named()
		if err != nil {
			return nil, err
		}
		if p.boostOf != nil {
			p = p.boostOf
		}
		return c.status(act(c, p)), nil
	}
}

func mark(set func(*post) ties[*person], on bool) action {
	return func(c *call, p *post) *post {
		if on {
			first := !set(p).has(c.viewer)
			tie(c.s.town, set(p), c.viewer)
			if first && p.liked.has(c.viewer) {
				c.s.town.notify(p.by, noticeLike, c.viewer, p, c.s.opts.Now())
				c.s.announceNotices()
			}
		} else {
			delete(set(p), c.viewer)
		}
		return p
	}
}

// reblog answers with the boost, unreblog with the post.
func reblog(c *call, p *post) *post {
	for _, other := range c.s.town.posts {
		if other.boostOf == p && other.by == c.viewer {
			return other
		}
	}
	return c.s.publish(c.viewer, draft{boostOf: p, visibility: p.visibility})
}

func unreblog(c *call, p *post) *post {
	for _, other := range c.s.town.posts {
		if other.boostOf == p && other.by == c.viewer {
			c.s.retract(other)
			break
		}
	}
	return p
}

// deleteStatus answers with what was deleted, its source text included, so that a
// client can offer it for another try.
func deleteStatus(c *call) (any, error) {
	p, err := c.named()
	if err != nil || p.by != c.viewer {
		return nil, errNotFound()
	}
	e := c.status(p)
	text := p.source()
	e.Text = &text
	c.s.retract(p)
	return e, nil
}

// Delete removes one of the instance's posts by its uri or its id, whoever wrote
// it, and tells those who listen. It reports whether there was such a post.
func (s *Server) Delete(uri string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.town.posts {
		if p.ID() == uri || s.uri(p) == uri {
			s.retract(p)
			return true
		}
	}
	return false
}

// retract removes a post and says so on the stream.
func (s *Server) retract(p *post) {
	for _, gone := range s.town.remove(p) {
		s.forget(gone)
	}
}
