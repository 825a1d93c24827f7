package pds

import "strings"

// searchPosts finds posts that have all words of the question, the newest last in the
// feed and so first in the answer. The real one stems and ranks.
func (s *Server) searchPosts(c *call) (any, error) {
	question, err := c.required("q")
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	words := strings.Fields(strings.ToLower(question))
	var found []*record
	for _, r := range s.feed {
		if r.collection == colPost && !s.blocked(c.viewer, r.did) && taggedAll(r, c.query["tag"]) && hasAll(dig(r.value, "text"), words) {
			found = append(found, r)
		}
	}
	page, cursor, err := pageOf(c, found, recordName)
	if err != nil {
		return nil, err
	}
	posts := []object{}
	for _, r := range page {
		posts = append(posts, s.postView(c.viewer, r))
	}
	return withCursor(object{"posts": posts, "hitsTotal": len(found)}, cursor), nil
}

// searchActors finds people by words of their handle, name and description.
func (s *Server) searchActors(c *call) (any, error) {
	question, err := c.required("q")
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	words := strings.Fields(strings.ToLower(strings.TrimPrefix(question, "@")))
	var found []*person
	for _, p := range s.everybody() {
		profile := s.profileRecord(p).value
		if hasAll(p.handle+" "+dig(profile, "displayName")+" "+dig(profile, "description"), words) {
			found = append(found, p)
		}
	}
	page, cursor, err := pageOf(c, found, func(p *person) string { return p.did })
	if err != nil {
		return nil, err
	}
	actors := []object{}
	for _, p := range page {
		actors = append(actors, s.profileView(c.viewer, p))
	}
	return withCursor(object{"actors": actors}, cursor), nil
}

func hasAll(text string, words []string) bool {
	text = strings.ToLower(text)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
