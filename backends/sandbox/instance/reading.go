package instance

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// How many statuses a page holds.
const (
	defaultPage = 20
	maxPage     = 40
)

func homeTimeline(c *call) (any, error) {
	return c.page(c.s.town.home(c.viewer)), nil
}

func publicTimeline(c *call) (any, error) {
	return c.page(c.s.town.filter(inPublic)), nil
}

func tagTimeline(c *call) (any, error) {
	return c.page(c.s.town.filter(tagged(c.PathValue("tag")))), nil
}

// page cuts one page out of a feed that is oldest first, newest first in the
// answer. max_id and since_id take it from the top, min_id from just above.
//
// Source: docs.joinmastodon.org/api/guidelines#pagination
func (c *call) page(feed []*post) []statusEntity {
	q := c.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 {
		limit = defaultPage
	}
	limit = min(limit, maxPage)
	below, above := parseID(q.Get("max_id")), max(parseID(q.Get("since_id")), parseID(q.Get("min_id")))
	feed = slices.DeleteFunc(slices.Clone(feed), func(p *post) bool {
		return below > 0 && p.id >= below || p.id <= above
	})
	if len(feed) > limit {
		if q.Has("min_id") {
			feed = feed[:limit]
		} else {
			feed = feed[len(feed)-limit:]
		}
	}
	slices.Reverse(feed)
	if len(feed) > 0 {
		c.link(limit, feed[len(feed)-1].ID(), feed[0].ID())
	}
	return c.statuses(feed)
}

// parseID reads an id; what is none is 0, which bounds nothing.
func parseID(s string) uint64 {
	id, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// link sets the Link header with the neighbours of a page; a last of "" has none below.
func (c *call) link(limit int, last, first string) {
	address := func(name, id, rel string) string {
		q := url.Values{"limit": {strconv.Itoa(limit)}, name: {id}}
		return fmt.Sprintf(`<%s%s?%s>; rel="%s"`, c.s.base, c.URL.Path, q.Encode(), rel)
	}
	prev := address("min_id", first, "prev")
	if last == "" {
		c.reply.Set("Link", prev)
		return
	}
	c.reply.Set("Link", address("max_id", last, "next")+", "+prev)
}

func getStatus(c *call) (any, error) {
	p, err := c.named()
	if err != nil {
		return nil, err
	}
	return c.status(p), nil
}

// named is the post in the path, if the viewer may see it.
func (c *call) named() (*post, error) {
	p := c.s.town.ids[c.PathValue("id")]
	if p == nil || !c.s.town.visible(p, c.viewer) {
		return nil, errNotFound()
	}
	return p, nil
}

func getContext(c *call) (any, error) {
	p, err := c.named()
	if err != nil {
		return nil, err
	}
	var ancestors []*post
	for up := p.replyTo; up != nil; up = up.replyTo {
		if c.s.town.ids[up.ID()] == up && c.s.town.visible(up, c.viewer) {
			ancestors = append(ancestors, up)
		}
	}
	slices.Reverse(ancestors)
	below := map[*post]bool{p: true}
	descendants := c.s.town.filter(func(d *post) bool { // in order of id, so parents come first
		if d.replyTo == nil || !below[d.replyTo] || !c.s.town.visible(d, c.viewer) {
			return false
		}
		below[d] = true
		return true
	})
	return contextEntity{Ancestors: c.statuses(ancestors), Descendants: c.statuses(descendants)}, nil
}

func (c *call) statuses(posts []*post) []statusEntity {
	out := make([]statusEntity, 0, len(posts))
	for _, p := range posts {
		out = append(out, c.status(p))
	}
	return out
}
