package instance

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// The calls that change lists, and tell who is in them.
//
// Source: docs.joinmastodon.org/methods/lists, app/models/list_account.rb

func (l list) entity() listEntity { return listEntity{ID: l.id, Title: l.title, RepliesPolicy: "list"} }

// ownList is the list in the path.
func (c *call) ownList() (*list, error) {
	i := slices.IndexFunc(c.viewer.lists, func(l list) bool { return l.id == c.PathValue("id") })
	if i < 0 {
		return nil, errNotFound()
	}
	return &c.viewer.lists[i], nil
}

func postList(c *call) (any, error) {
	var in struct {
		Title string `json:"title"`
	}
	if json.NewDecoder(c.Body).Decode(&in) != nil || strings.TrimSpace(in.Title) == "" {
		return nil, errInvalid("Title can't be blank")
	}
	c.s.town.lastTie++
	l := list{id: strconv.FormatUint(1000+c.s.town.lastTie, 10), title: strings.TrimSpace(in.Title)}
	c.viewer.lists = append(c.viewer.lists, l)
	return l.entity(), nil
}

func deleteList(c *call) (any, error) {
	if _, err := c.ownList(); err != nil {
		return nil, err
	}
	c.viewer.lists = slices.DeleteFunc(c.viewer.lists, func(l list) bool { return l.id == c.PathValue("id") })
	return struct{}{}, nil
}

func listAccounts(c *call) (any, error) {
	l, err := c.ownList()
	if err != nil {
		return nil, err
	}
	all := ties[string]{}
	for i, key := range l.people {
		all[key] = uint64(i) + 1
	}
	return c.people(all), nil
}

// enlist takes those whom the viewer follows, or has asked to, and themself; anybody
// else is not found, and who is there already is refused.
func enlist(c *call) (any, error) {
	l, err := c.ownList()
	if err != nil {
		return nil, err
	}
	named, err := c.toEnlist()
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, id := range named {
		who := c.s.town.byID[id]
		switch {
		case who == nil, who != c.viewer && !c.viewer.follows.has(who.Key) && !c.viewer.asked[who.Key]:
			return nil, errNotFound()
		case slices.Contains(l.people, who.Key):
			return nil, errInvalid("Account has already been taken")
		}
		keys = append(keys, who.Key)
	}
	l.people = append(slices.Clone(l.people), keys...)
	return struct{}{}, nil
}

// toEnlist are the ids of those whom a request names.
func (c *call) toEnlist() ([]string, error) {
	var in struct {
		People []string `json:"account_ids"`
	}
	if json.NewDecoder(c.Body).Decode(&in) != nil || len(in.People) == 0 {
		return nil, errInvalid("Account can't be blank")
	}
	return in.People, nil
}

// unlist takes people out; who is not in it is none the worse.
func unlist(c *call) (any, error) {
	l, err := c.ownList()
	if err != nil {
		return nil, err
	}
	gone, err := c.toEnlist()
	if err != nil {
		return nil, err
	}
	l.people = slices.DeleteFunc(slices.Clone(l.people), func(key string) bool {
		return slices.Contains(gone, c.s.town.people[key].id)
	})
	return struct{}{}, nil
}

// listsHolding are the viewer's lists that somebody is in.
func listsHolding(c *call) (any, error) {
	who := c.s.town.byID[c.PathValue("id")]
	if who == nil {
		return nil, errNotFound()
	}
	out := []listEntity{}
	for _, l := range c.viewer.lists {
		if slices.Contains(l.people, who.Key) {
			out = append(out, l.entity())
		}
	}
	return out, nil
}
