package instance

import (
	"strings"
)

// search finds a post or a person by address or handle, and posts and people by a
// word in them. With nobody to federate with, resolve changes nothing.
//
// Source: docs.joinmastodon.org/methods/search#v2
func search(c *call) (any, error) {
	query := c.URL.Query()
	q, kind := strings.TrimSpace(query.Get("q")), query.Get("type")
	out := searchEntity{Accounts: []accountEntity{}, Statuses: []statusEntity{}, Hashtags: []any{}}
	if q == "" {
		return out, nil
	}
	if kind == "" || kind == "accounts" {
		for _, p := range c.s.matchingPeople(q) {
			out.Accounts = append(out.Accounts, c.account(p))
		}
	}
	if kind == "" || kind == "statuses" {
		out.Statuses = c.statuses(c.matchingPosts(q))
	}
	return out, nil
}

func (s *Server) matchingPeople(q string) []*person {
	if p := s.byAcct(q); p != nil {
		return []*person{p}
	}
	var found []*person
	for _, p := range s.town.people {
		if s.profileURL(p) == q || s.actor(p) == q {
			found = append(found, p)
		}
	}
	return found
}

func (c *call) matchingPosts(q string) []*post {
	isAddress := strings.HasPrefix(q, "https://") || strings.HasPrefix(q, "http://")
	found := c.s.town.filter(func(p *post) bool {
		if !c.s.town.visible(p, c.viewer) {
			return false
		}
		if isAddress {
			return c.s.uri(p) == q || c.s.webURL(p) == q
		}
		return c.viewer != nil && p.boostOf == nil && strings.Contains(strings.ToLower(source(p.parts)), strings.ToLower(q))
	})
	return found[max(0, len(found)-defaultPage):]
}
