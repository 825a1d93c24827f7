package instance

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"skein/backends/sandbox/world"
)

// search finds a post or a person by address or handle, and posts and people by a
// word in them. With nobody to federate with, resolve changes nothing.
//
// Source: docs.joinmastodon.org/methods/search#v2
func search(c *call) (any, error) {
	query := c.URL.Query()
	q, kind := strings.TrimSpace(query.Get("q")), query.Get("type")
	out := searchEntity{Accounts: []accountEntity{}, Statuses: []statusEntity{}, Hashtags: []foundTag{}}
	if q == "" {
		return out, nil
	}
	if kind == "" || kind == "accounts" {
		for _, p := range c.s.matchingPeople(q) {
			out.Accounts = append(out.Accounts, c.account(p))
		}
		out.Accounts = cutFound(c, out.Accounts)
	}
	if kind == "" || kind == "statuses" {
		out.Statuses = cutFound(c, c.statuses(c.matchingPosts(q)))
	}
	if kind == "" || kind == "hashtags" {
		out.Hashtags = cutFound(c, c.matchingTags(q))
	}
	return out, nil
}

// cutFound is the page of what was found that limit and offset ask for.
func cutFound[T any](c *call, all []T) []T {
	number := func(name string, standard int) int {
		n, err := strconv.Atoi(c.URL.Query().Get(name))
		if err != nil || n < 0 {
			return standard
		}
		return n
	}
	all = all[min(number("offset", 0), len(all)):]
	return all[:min(number("limit", defaultPage), maxPage, len(all))]
}

// matchingTags are the tags of public posts that begin with what is sought.
func (c *call) matchingTags(q string) []foundTag {
	q = strings.ToLower(strings.TrimPrefix(q, "#"))
	uses, authors := map[string]int{}, map[string]map[*person]bool{}
	for _, p := range c.s.town.posts {
		for _, part := range p.parts {
			tag := strings.ToLower(part.Text)
			if part.Kind != world.Tag || p.visibility != "public" || !strings.HasPrefix(tag, q) {
				continue
			}
			if authors[tag] == nil {
				authors[tag] = map[*person]bool{}
			}
			uses[tag]++
			authors[tag][p.by] = true
		}
	}
	found := []foundTag{}
	today := strconv.FormatInt(c.s.opts.Now().Truncate(24*time.Hour).Unix(), 10)
	for _, tag := range slices.Sorted(maps.Keys(uses)) {
		found = append(found, foundTag{
			tagEntity: tagEntity{Name: tag, URL: c.s.tagURL(tag)}, ID: strconv.Itoa(len(found) + 1),
			History: []usedEntity{{Day: today, Uses: strconv.Itoa(uses[tag]), Accounts: strconv.Itoa(len(authors[tag]))}},
		})
	}
	return found
}

func (s *Server) matchingPeople(q string) []*person {
	if p := s.byAcct(q); p != nil {
		return []*person{p}
	}
	var found []*person
	word, whole := strings.ToLower(q), strings.HasPrefix(q, "@")
	for _, key := range slices.Sorted(maps.Keys(s.town.people)) {
		p := s.town.people[key]
		named := !whole && strings.Contains(strings.ToLower(p.Handle+" "+p.Name), word)
		if s.profileURL(p) == q || s.actor(p) == q || named {
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
	slices.Reverse(found)
	return found
}
