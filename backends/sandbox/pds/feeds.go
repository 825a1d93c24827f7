package pds

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"skein/backends/sandbox/world"
)

const (
	colList      = "app.bsky.graph.list"
	colListItem  = "app.bsky.graph.listitem"
	colGenerator = "app.bsky.feed.generator"
	purposeRead  = "app.bsky.graph.defs#curatelist"
)

// arrange gives the viewer their lists, and the custom feeds that they have saved. It
// runs before anybody else can call.
func (s *Server) arrange(w *world.World) error {
	you := s.keys[world.Viewer]
	if you == nil {
		return nil
	}
	at := s.opts.Now().Add(-profileAge / 2)
	for _, l := range w.Lists {
		if l.Network != world.Bluesky {
			continue
		}
		rkey := strings.ToLower(l.Name)
		if err := s.put(you, colList, rkey, at, object{"name": l.Name, "purpose": purposeRead}); err != nil {
			return err
		}
		for _, key := range l.People {
			item := object{"subject": s.DID(key), "list": "at://" + you.did + "/" + colList + "/" + rkey}
			if err := s.put(you, colListItem, "", at, item); err != nil {
				return err
			}
		}
	}
	var saved []object
	for i, f := range w.Feeds {
		by := s.keys[f.By]
		if by == nil {
			return fmt.Errorf("feed %s: nobody is called %q", f.Key, f.By)
		}
		if err := s.put(by, colGenerator, f.Key, at, object{"did": by.did, "displayName": f.Name}); err != nil {
			return err
		}
		uri := "at://" + by.did + "/" + colGenerator + "/" + f.Key
		s.generators[uri] = f.Tag
		saved = append(saved, object{"id": fmt.Sprint(i), "type": "feed", "value": uri, "pinned": true})
	}
	raw, err := json.Marshal(object{"$type": "app.bsky.actor.defs#savedFeedsPrefV2", "items": saved})
	you.preferences = append(you.preferences, raw)
	return err
}

// getLists lists the lists that somebody keeps.
func (s *Server) getLists(c *call) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, err := s.actor(c)
	if err != nil {
		return nil, err
	}
	var own []*record
	for _, r := range s.records {
		if r.did == p.did && r.collection == colList {
			own = append(own, r)
		}
	}
	slices.SortFunc(own, func(x, y *record) int { return strings.Compare(x.uri, y.uri) })
	page, cursor, err := pageOf(c, own, func(r *record) string { return r.uri })
	if err != nil {
		return nil, err
	}
	lists := []object{}
	for _, r := range page {
		lists = append(lists, object{
			"uri": r.uri, "cid": r.cid, "creator": s.profileBasic(c.viewer, p), "indexedAt": stamp(r.indexed),
			"name": dig(r.value, "name"), "purpose": dig(r.value, "purpose"),
		})
	}
	return withCursor(object{"lists": lists}, cursor), nil
}

// getListFeed shows what those on a list post and repost.
func (s *Server) getListFeed(c *call) (any, error) {
	uri, err := c.required("list")
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r := s.records[s.canonical(uri)]; r == nil || r.collection != colList {
		return nil, invalid("List not found")
	}
	on := map[string]bool{}
	for _, r := range s.records {
		if r.collection == colListItem && dig(r.value, "list") == s.canonical(uri) {
			on[dig(r.value, "subject")] = true
		}
	}
	return s.page(c, s.feed, func(r *record) bool { return on[r.did] && !s.unwanted(c.viewer, r.did) })
}

// getFeed shows a custom feed: here, posts with a tag.
func (s *Server) getFeed(c *call) (any, error) {
	uri, err := c.required("feed")
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	tag, ok := s.generators[s.canonical(uri)]
	if !ok {
		return nil, &failure{400, "UnknownFeed", "could not find feed"}
	}
	return s.page(c, s.feed, func(r *record) bool { return tagged(r, tag) && !s.unwanted(c.viewer, r.did) })
}

// getFeedGenerators says what custom feeds are called.
func (s *Server) getFeedGenerators(c *call) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	views := []object{}
	for _, uri := range c.query["feeds"] {
		r := s.records[s.canonical(uri)]
		if r == nil || r.collection != colGenerator {
			continue
		}
		views = append(views, object{
			"uri": r.uri, "cid": r.cid, "did": r.did, "creator": s.profileBasic(c.viewer, s.people[r.did]),
			"displayName": dig(r.value, "displayName"), "indexedAt": stamp(r.indexed),
		})
	}
	return object{"feeds": views}, nil
}

// taggedAll tells whether a post has all of some tags.
func taggedAll(r *record, tags []string) bool {
	return !slices.ContainsFunc(tags, func(tag string) bool { return !tagged(r, tag) })
}

// tagged tells whether a post has a tag in its text.
func tagged(r *record, tag string) bool {
	facets, _ := r.value["facets"].([]any)
	for _, f := range facets {
		facet, _ := f.(map[string]any)
		features, _ := facet["features"].([]any)
		for _, one := range features {
			feature, _ := one.(map[string]any)
			if name, _ := feature["tag"].(string); name != "" && strings.EqualFold(name, tag) {
				return true
			}
		}
	}
	return false
}
