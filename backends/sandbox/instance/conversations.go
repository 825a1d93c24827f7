package instance

import (
	"slices"
	"strings"

	"skein/backends/sandbox/world"
)

// conversation is the direct posts of one thread that are for the same people, as
// somebody sees it.
type conversation struct {
	id     string // of its first post
	people []*person
	last   *post
}

type conversationEntity struct {
	ID       string          `json:"id"`
	Unread   bool            `json:"unread"`
	Accounts []accountEntity `json:"accounts"`
	Last     *statusEntity   `json:"last_status"`
}

// receivers are who may read a direct post, but viewer; viewer alone where nobody else.
func (t *town) receivers(p *post, viewer *person) []*person {
	all := map[*person]bool{p.by: true}
	for _, part := range p.parts {
		if who := t.people[part.Target]; part.Kind == world.Mention && who != nil {
			all[who] = true
		}
	}
	if len(all) > 1 {
		delete(all, viewer)
	}
	var out []*person
	for who := range all {
		out = append(out, who)
	}
	slices.SortFunc(out, func(a, b *person) int { return strings.Compare(a.id, b.id) })
	return out
}

// conversations are viewer's, that with the newest post first.
//
// Source: app/models/account_conversation.rb
func (t *town) conversations(viewer *person) []*conversation {
	byKey := map[string]*conversation{}
	var all []*conversation
	for _, p := range t.posts {
		if p.visibility != "direct" || !t.visible(p, viewer) {
			continue
		}
		root := p
		for root.replyTo != nil {
			root = root.replyTo
		}
		people := t.receivers(p, viewer)
		key := root.ID()
		for _, who := range people {
			key += " " + who.id
		}
		c := byKey[key]
		if c == nil {
			c = &conversation{id: p.ID(), people: people}
			byKey[key] = c
			all = append(all, c)
		}
		c.last = p
	}
	slices.SortFunc(all, func(a, b *conversation) int { return strings.Compare(b.last.ID(), a.last.ID()) })
	return all
}

func (c *call) conversation(t *conversation) conversationEntity {
	last := c.status(t.last)
	e := conversationEntity{ID: t.id, Last: &last, Accounts: []accountEntity{}}
	e.Unread = t.last.by != c.viewer && t.last.id > c.viewer.talks[t.id]
	for _, who := range t.people {
		e.Accounts = append(e.Accounts, c.account(who))
	}
	return e
}

// getConversations pages by the ids of the last posts.
//
// Source: app/controllers/api/v1/conversations_controller.rb
func getConversations(c *call) (any, error) {
	var lasts []*post
	byLast := map[string]*conversation{}
	for _, t := range c.s.town.conversations(c.viewer) {
		lasts = append(lasts, t.last)
		byLast[t.last.ID()] = t
	}
	slices.Reverse(lasts)
	out := []conversationEntity{}
	for _, e := range c.page(lasts) {
		out = append(out, c.conversation(byLast[e.ID]))
	}
	return out, nil
}

// readConversation marks one as read.
func readConversation(c *call) (any, error) {
	for _, t := range c.s.town.conversations(c.viewer) {
		if t.id == c.PathValue("id") {
			c.viewer.talks[t.id] = t.last.id
			return c.conversation(t), nil
		}
	}
	return nil, errNotFound()
}
