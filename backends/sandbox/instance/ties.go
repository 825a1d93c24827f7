package instance

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// ties are what somebody is tied to, by a follow, a like and the like. The number of
// a tie grows with time; lists are ordered by it, and their cursors are made of it.
// They are names of nothing else, as the ids of such rows on the real server.
type ties[K comparable] map[K]uint64

func (t ties[K]) has(k K) bool { return t[k] != 0 }

// tie makes a tie unless there is one.
func tie[K comparable](t *town, in ties[K], k K) {
	if !in.has(k) {
		const step = 3 // others tie, too
		t.lastTie += step
		in[k] = t.lastTie
	}
}

// How many people a page of a list holds.
const (
	defaultPeople = 40
	maxPeople     = 80
)

// tied cuts a page out of ties, the newest first, and links to its neighbours. The
// last page has no next one; but one that is just full has, as on the real server.
//
// Source: docs.joinmastodon.org/api/guidelines#pagination
func tied[K comparable](c *call, all ties[K], standard, most int) []K {
	q := c.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 {
		limit = standard
	}
	limit = min(limit, most)
	below, above := parseID(q.Get("max_id")), max(parseID(q.Get("since_id")), parseID(q.Get("min_id")))
	page := slices.SortedFunc(maps.Keys(all), func(x, y K) int { return cmp.Compare(all[y], all[x]) })
	page = slices.DeleteFunc(page, func(k K) bool { return below > 0 && all[k] >= below || all[k] <= above })
	if len(page) > limit {
		if q.Has("min_id") {
			page = page[len(page)-limit:]
		} else {
			page = page[:limit]
		}
	}
	if len(page) > 0 {
		number := func(k K) string { return strconv.FormatUint(all[k], 10) }
		last := number(page[len(page)-1])
		if len(page) < limit {
			last = ""
		}
		c.link(limit, last, number(page[0]))
	}
	return page
}

// people serves a list of people whom somebody is tied to.
func (c *call) people(all ties[string]) []accountEntity {
	out := []accountEntity{}
	for _, key := range tied(c, all, defaultPeople, maxPeople) {
		out = append(out, c.account(c.s.town.people[key]))
	}
	return out
}

// following is open to all but those whom the person blocks.
func following(c *call) (any, error) {
	who := c.s.town.byID[c.PathValue("id")]
	switch {
	case who == nil:
		return nil, errNotFound()
	case c.viewer != nil && who.blocks.has(c.viewer.Key):
		return []accountEntity{}, nil
	}
	return c.people(who.follows), nil
}

// followers is following from the other side.
func followers(c *call) (any, error) {
	who := c.s.town.byID[c.PathValue("id")]
	switch {
	case who == nil:
		return nil, errNotFound()
	case c.viewer != nil && who.blocks.has(c.viewer.Key):
		return []accountEntity{}, nil
	}
	all := ties[string]{}
	for key, p := range c.s.town.people {
		if at := p.follows[who.Key]; at != 0 {
			all[key] = at
		}
	}
	return c.people(all), nil
}

// favouritedBy and rebloggedBy list those who live here; the world's numbers count
// others, too, of whom nobody here knows more.
func favouritedBy(c *call) (any, error) {
	p, err := c.named()
	if err != nil {
		return nil, err
	}
	all := ties[string]{}
	for who, at := range p.liked {
		all[who.Key] = at
	}
	return c.people(all), nil
}

func rebloggedBy(c *call) (any, error) {
	p, err := c.named()
	if err != nil {
		return nil, err
	}
	all := ties[string]{}
	for _, boost := range c.s.town.posts {
		if boost.boostOf == p {
			all[boost.by.Key] = boost.id
		}
	}
	return c.people(all), nil
}

func blocks(c *call) (any, error) { return c.people(c.viewer.blocks), nil }

// mutedEntity is an account with the end of its mute, where that ends by itself.
type mutedEntity struct {
	accountEntity
	Until *string `json:"mute_expires_at"`
}

func mutes(c *call) (any, error) {
	out := []mutedEntity{}
	for _, e := range c.people(c.viewer.mutes) {
		m := mutedEntity{accountEntity: e}
		if at := c.viewer.muteEnds[c.s.town.byID[e.ID].Key]; !at.IsZero() {
			until := timestamp(at)
			m.Until = &until
		}
		out = append(out, m)
	}
	return out, nil
}

func bookmarks(c *call) (any, error) {
	return c.marked(func(p *post) ties[*person] { return p.bookmarked }), nil
}

func favourites(c *call) (any, error) {
	return c.marked(func(p *post) ties[*person] { return p.liked }), nil
}

// marked serves the posts on which the viewer has put a mark, in the order of the
// marks.
func (c *call) marked(marks func(*post) ties[*person]) []statusEntity {
	all := ties[*post]{}
	for _, p := range c.s.town.posts {
		if at := marks(p)[c.viewer]; at != 0 && c.s.town.visible(p, c.viewer) {
			all[p] = at
		}
	}
	return c.statuses(tied(c, all, defaultPage, maxPage))
}
