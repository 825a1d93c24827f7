package pds

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/sandbox/world"
)

const facetMention = "app.bsky.richtext.facet#mention"

// noticed is a record of which somebody is told, and why.
type noticed struct {
	*record
	reason  string
	subject string // at:// URI; "" for a follow or a mention
}

// noticesOf are what a person is told of, newest first, as the AppView sorts them: by
// when it met the record. The server's mu is held.
func (s *Server) noticesOf(p *person) []noticed {
	var out []noticed
	for _, r := range s.records {
		if r.did == p.did || s.unwanted(p, r.did) {
			continue
		}
		if reason, subject := s.concerns(p, r); reason != "" {
			out = append(out, noticed{r, reason, subject})
		}
	}
	slices.SortFunc(out, func(a, b noticed) int {
		if c := b.indexed.Compare(a.indexed); c != 0 {
			return c
		}
		return strings.Compare(b.cid, a.cid)
	})
	return out
}

// concerns tells why a record is news for a person; "" where it is none.
func (s *Server) concerns(p *person, r *record) (reason, subject string) {
	mine := func(uri string) bool { return strings.HasPrefix(uri, "at://"+p.did+"/") }
	switch r.collection {
	case colLike, colRepost:
		uri := dig(r.value, "subject", "uri")
		what := map[string]string{colLike: "like", colRepost: "repost"}[r.collection]
		if mine(uri) && s.records[uri] != nil {
			return what, uri
		}
		if via := dig(r.value, "via", "uri"); mine(via) {
			return what + "-via-repost", via
		}
	case colFollow:
		if dig(r.value, "subject") == p.did {
			return "follow", ""
		}
	case colPost:
		if parent := dig(r.value, "reply", "parent", "uri"); mine(parent) {
			return "reply", parent
		}
		if quoted := r.quoted(); mine(quoted) {
			return "quote", quoted
		}
		if slices.Contains(mentioned(r), p.did) {
			return "mention", ""
		}
	}
	return "", ""
}

// mentioned are the DIDs in a post's facets.
func mentioned(r *record) (dids []string) {
	facets, _ := r.value["facets"].([]any)
	for _, f := range facets {
		facet, _ := f.(object)
		features, _ := facet["features"].([]any)
		for _, one := range features {
			if feature, _ := one.(object); feature["$type"] == facetMention {
				dids = append(dids, dig(feature, "did"))
			}
		}
	}
	return dids
}

// listNotifications is app.bsky.notification.listNotifications. A cursor is the moment
// of a page's last record.
func (s *Server) listNotifications(c *call) (any, error) {
	const usual, most = 50, 100
	limit, err := c.number("limit", usual, 1, most)
	if err != nil {
		return nil, err
	}
	from := position{at: 1<<63 - 1}
	if raw := c.query.Get("cursor"); raw != "" {
		if from, err = parsePosition(raw); err != nil {
			return nil, err
		}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	items, out := []object{}, object{"priority": false}
	seen := c.viewer.seen
	for _, n := range s.noticesOf(c.viewer) {
		if seen.IsZero() && from.at == 1<<63-1 { // then the newest alone is not read, as on the real one
			seen = n.indexed
		}
		at := position{n.indexed.UnixMilli(), n.cid}
		if at.at > from.at || at.at == from.at && at.cid >= from.cid {
			continue
		}
		if len(items) == limit {
			out["cursor"] = from.String()
			break
		}
		items = append(items, s.noticeView(c.viewer, n, seen))
		from = at
	}
	if !seen.IsZero() {
		out["seenAt"] = stamp(seen)
	}
	out["notifications"] = items
	return out, nil
}

// noticeView is app.bsky.notification.listNotifications#notification. What was indexed
// before seen is read, as on the real one. The server's mu is held.
func (s *Server) noticeView(viewer *person, n noticed, seen time.Time) object {
	out := object{
		"uri": n.uri, "cid": n.cid, "author": s.profileBasic(viewer, s.people[n.did]), "reason": n.reason,
		"record": n.value, "isRead": stamp(n.indexed) < stamp(seen), "indexedAt": stamp(n.indexed), "labels": selfLabels(n.record),
	}
	if n.subject != "" {
		out["reasonSubject"] = n.subject
	}
	return out
}

func (s *Server) getUnreadCount(c *call) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	count := 0
	for _, n := range s.noticesOf(c.viewer) {
		if n.indexed.After(c.viewer.seen) {
			count++
		}
	}
	return object{"count": count}, nil
}

// updateSeen sets the mark to whatever it is told, as the real one does.
func (s *Server) updateSeen(c *call) (any, error) {
	var in struct{ SeenAt string }
	if err := c.input(&in); err != nil {
		return nil, err
	}
	at, err := syntax.ParseDatetimeTime(in.SeenAt)
	if err != nil {
		return nil, invalid("Error: seenAt must be an valid atproto datetime")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.viewer.seen = at
	return nil, nil
}

// Do has somebody do something to the Viewer now.
func (s *Server) Do(d world.Deed) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.do(d, s.opts.Now()); err != nil {
		return fmt.Errorf("bluesky sandbox: %s of %s: %w", d.Does, d.By, err)
	}
	return nil
}

// do puts the record of a deed. The server's mu is held, or nobody else can call yet.
func (s *Server) do(d world.Deed, at time.Time) error {
	by, you := s.keys[d.By], s.keys[world.Viewer]
	if by == nil || you == nil {
		return fmt.Errorf("nobody is called %q", d.By)
	}
	if d.Does == world.Follow {
		if old := s.by(by, link{colFollow, you.did}); old != nil {
			s.drop(old.uri)
		}
		return s.put(by, colFollow, "", at, object{"subject": you.did})
	}
	of := s.newestOf(you)
	if d.Of != "" {
		of = s.records[s.posts[d.Of]]
	}
	collection := map[world.Does]string{world.Like: colLike, world.Boost: colRepost}[d.Does]
	if of == nil || collection == "" || s.by(by, link{collection, of.uri}) != nil {
		return nil
	}
	if d.Does == world.Like {
		of.likes = max(0, of.likes-1) // one of those whom the world has counted
	} else {
		of.boosts = max(0, of.boosts-1)
	}
	return s.put(by, collection, "", at, object{"subject": of.ref()})
}

// newestOf is a person's newest post.
func (s *Server) newestOf(p *person) *record {
	for _, r := range slices.Backward(s.feed) {
		if r.did == p.did && r.collection == colPost {
			return r
		}
	}
	return nil
}
