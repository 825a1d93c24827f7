package pds

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// bookmark is a post that somebody has put aside. The AppView keeps it, not the
// repository, and shows it to nobody else.
type bookmark struct {
	uri, cid string
	at       time.Time
}

// bookmarkable reads the subject of a bookmark call.
func (c *call) bookmarkable() (uri, cid string, err error) {
	var in struct{ URI, CID string }
	if err := c.input(&in); err != nil {
		return "", "", err
	}
	if parts := strings.Split(in.URI, "/"); len(parts) < 4 || parts[3] != colPost {
		return "", "", &failure{http.StatusBadRequest, "UnsupportedCollection", "Only app.bsky.feed.post records are supported"}
	}
	return in.URI, in.CID, nil
}

// createBookmark does nothing when the bookmark is there.
func (s *Server) createBookmark(c *call) (any, error) {
	uri, cid, err := c.bookmarkable()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.bookmarked(c.viewer, uri) {
		s.bookmarks[c.viewer.did] = append(s.bookmarks[c.viewer.did], bookmark{uri, cid, s.opts.Now().UTC()})
	}
	return nil, nil
}

func (s *Server) deleteBookmark(c *call) (any, error) {
	uri, _, err := c.bookmarkable()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bookmarks[c.viewer.did] = slices.DeleteFunc(s.bookmarks[c.viewer.did], func(b bookmark) bool { return b.uri == uri })
	return nil, nil
}

// getBookmarks lists them, the latest first.
func (s *Server) getBookmarks(c *call) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	page, cursor, err := pageOf(c, s.bookmarks[c.viewer.did], func(b bookmark) string { return b.uri })
	if err != nil {
		return nil, err
	}
	items := []object{}
	for _, b := range page {
		items = append(items, object{"subject": object{"uri": b.uri, "cid": b.cid}, "createdAt": stamp(b.at), "item": s.bookmarkedItem(c.viewer, b.uri)})
	}
	return withCursor(object{"bookmarks": items}, cursor), nil
}

// bookmarkedItem is a post, or that there is none for the viewer. The server's mu is
// held.
func (s *Server) bookmarkedItem(viewer *person, uri string) object {
	r := s.records[uri]
	switch {
	case r == nil:
		return notFound(uri)
	case s.blocked(viewer, r.did):
		return object{
			"$type": "app.bsky.feed.defs#blockedPost", "uri": uri, "blocked": true,
			"author": object{"did": r.did},
		}
	}
	item := s.postView(viewer, r)
	item["$type"] = "app.bsky.feed.defs#postView"
	return item
}

// bookmarked tells whether somebody has put a post aside. The server's mu is held.
func (s *Server) bookmarked(p *person, uri string) bool {
	return slices.ContainsFunc(s.bookmarks[p.did], func(b bookmark) bool { return b.uri == uri })
}
