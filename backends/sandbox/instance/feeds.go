package instance

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"skein/backends/sandbox/world"
)

// list is a list of people that somebody reads together.
type list struct {
	id, title string
	people    []string // keys
}

// arrange gives the viewer their lists and followed tags.
func (t *town) arrange(w *world.World) {
	you := t.people[world.Viewer]
	if you == nil {
		return
	}
	for i, l := range w.Lists {
		if l.Network == world.Mastodon {
			you.lists = append(you.lists, list{strconv.Itoa(100 + i), l.Name, l.People})
		}
	}
	for _, tag := range w.Tags {
		tie(t, you.tags, tag)
	}
}

// feeding adds the calls of lists and followed tags.
func (s *Server) feeding(signedIn func(pattern, scope string, a answer)) {
	signedIn("GET /api/v1/lists", "read:lists", getLists)
	signedIn("POST /api/v1/lists", "write:lists", postList)
	signedIn("DELETE /api/v1/lists/{id}", "write:lists", deleteList)
	signedIn("GET /api/v1/lists/{id}/accounts", "read:lists", listAccounts)
	signedIn("POST /api/v1/lists/{id}/accounts", "write:lists", enlist)
	signedIn("DELETE /api/v1/lists/{id}/accounts", "write:lists", unlist)
	signedIn("GET /api/v1/accounts/{id}/lists", "read:lists", listsHolding)
	signedIn("GET /api/v1/timelines/list/{id}", "read:lists", listTimeline)
	signedIn("GET /api/v1/followed_tags", "read:follows", followedTags)
	signedIn("GET /api/v1/tags/{tag}", "read:follows", getTag)
	signedIn("POST /api/v1/tags/{tag}/follow", "write:follows", func(c *call) (any, error) {
		tie(c.s.town, c.viewer.tags, strings.ToLower(c.PathValue("tag")))
		return getTag(c)
	})
	signedIn("POST /api/v1/tags/{tag}/unfollow", "write:follows", func(c *call) (any, error) {
		delete(c.viewer.tags, strings.ToLower(c.PathValue("tag")))
		return getTag(c)
	})
}

// listEntity is a List.
//
// Source: docs.joinmastodon.org/entities/List
type listEntity struct {
	ID            string `json:"id"`
	Title         string `json:"title"`
	RepliesPolicy string `json:"replies_policy"`
	Exclusive     bool   `json:"exclusive"`
}

func getLists(c *call) (any, error) {
	out := []listEntity{}
	for _, l := range c.viewer.lists {
		out = append(out, l.entity())
	}
	return out, nil
}

func listTimeline(c *call) (any, error) {
	in := c.s.town.inList(c.viewer, c.PathValue("id"))
	if in == nil {
		return nil, errNotFound()
	}
	return c.page(c.s.town.filter(in)), nil
}

// fullTag is a Tag.
//
// Source: docs.joinmastodon.org/entities/Tag
type fullTag struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	URL       string   `json:"url"`
	History   []string `json:"history"`
	Following bool     `json:"following"`
}

func (c *call) tag(name string) fullTag {
	return fullTag{
		ID: strconv.Itoa(1000 + len(name)), Name: name, URL: c.s.base + "/tags/" + url.PathEscape(name),
		History: []string{}, Following: c.viewer.tags.has(strings.ToLower(name)),
	}
}

func getTag(c *call) (any, error) { return c.tag(c.PathValue("tag")), nil }

func followedTags(c *call) (any, error) {
	const standard, most = 100, 200
	out := []fullTag{}
	for _, name := range tied(c, c.viewer.tags, standard, most) {
		out = append(out, c.tag(name))
	}
	return out, nil
}

// Below: what belongs in which timeline.

func inPublic(p *post) bool {
	return p.visibility == "public" && p.boostOf == nil && p.replyTo == nil
}

func tagged(tag string) func(*post) bool {
	return func(p *post) bool {
		return p.visibility == "public" && slices.ContainsFunc(p.parts, func(part world.Part) bool {
			return part.Kind == world.Tag && strings.EqualFold(part.Text, tag)
		})
	}
}

// inList is what a list of somebody shows; nil where they have no such list.
func (t *town) inList(viewer *person, id string) func(*post) bool {
	i := slices.IndexFunc(viewer.lists, func(l list) bool { return l.id == id })
	if i < 0 {
		return nil
	}
	people := viewer.lists[i].people
	return func(p *post) bool { return slices.Contains(people, p.by.Key) && t.visible(p, viewer) }
}

// streamed is a stream by its name, and what it brings; nil where there is none.
//
// Source: docs.joinmastodon.org/methods/streaming#streams
func (t *town) streamed(viewer *person, q url.Values) (name []string, wants func(*post) bool) {
	switch stream := q.Get("stream"); stream {
	case "user":
		return []string{stream}, func(p *post) bool { return t.inHome(p, viewer) }
	case "public", "public:local":
		return []string{stream}, inPublic
	case "hashtag":
		return []string{stream, q.Get("tag")}, tagged(q.Get("tag"))
	case "list":
		return []string{stream, q.Get("list")}, t.inList(viewer, q.Get("list"))
	}
	return nil, nil
}
