package pds

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// position is a cursor: the place of the last record of a page, in the form that
// the AppView uses, "milliseconds::cid".
type position struct {
	at  int64 // Unix milliseconds
	cid string
}

func (p position) String() string { return fmt.Sprintf("%d::%s", p.at, p.cid) }

func parsePosition(raw string) (position, error) {
	ms, cid, ok := strings.Cut(raw, "::")
	at, err := strconv.ParseInt(ms, 10, 64)
	if !ok || err != nil {
		return position{}, invalid("Malformed cursor")
	}
	return position{at, cid}, nil
}

// holds tells whether r stands below the position.
func (p position) holds(r *record) bool {
	at := r.sorted().UnixMilli()
	return at < p.at || at == p.at && r.cid < p.cid
}

// page walks a feed down from the cursor and hydrates what passes want. The
// server's mu is held.
func (s *Server) page(c *call, feed []*record, want func(*record) bool) (any, error) {
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
	items, out := []object{}, object{}
	for i := len(feed) - 1; i >= 0; i-- {
		r := feed[i]
		if !from.holds(r) || !want(r) {
			continue
		}
		if len(items) == limit {
			out["cursor"] = from.String() // there is more
			break
		}
		if item := s.feedView(c.viewer, r); item != nil {
			items = append(items, item)
		}
		from = position{r.sorted().UnixMilli(), r.cid}
	}
	out["feed"] = items
	return out, nil
}

// getTimeline shows what those whom the caller follows post and repost, but nothing by
// whom the caller has muted, and nothing across a block.
func (s *Server) getTimeline(c *call) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	followed := map[string]bool{c.viewer.did: true}
	for _, f := range s.about[link{"follower", c.viewer.did}] {
		followed[dig(f.value, "subject")] = true
	}
	return s.page(c, s.feed, func(r *record) bool {
		if !followed[r.did] || s.unwanted(c.viewer, r.did) {
			return false
		}
		of := s.records[dig(r.value, "subject", "uri")]
		return of == nil || !s.unwanted(c.viewer, of.did)
	})
}

// unwanted tells whether a person's posts are kept out of a viewer's timeline. The
// server's mu is held.
func (s *Server) unwanted(viewer *person, did string) bool {
	return s.muted(viewer, did) || s.blocked(viewer, did)
}

func (s *Server) getAuthorFeed(c *call) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, err := s.actor(c)
	if err != nil {
		return nil, err
	}
	switch {
	case c.viewer == nil:
	case s.by(c.viewer, link{colBlock, p.did}) != nil:
		return nil, &failure{http.StatusBadRequest, "BlockedActor", "Requester has blocked actor: " + p.did}
	case s.blocked(c.viewer, p.did):
		return nil, &failure{http.StatusBadRequest, "BlockedByActor", "Requester is blocked by actor: " + p.did}
	}
	filter := c.query.Get("filter")
	return s.page(c, s.feed, func(r *record) bool {
		switch {
		case r.did != p.did:
			return false
		case filter == "posts_with_media":
			return r.collection == colPost && dig(r.value, "embed", "$type") == "app.bsky.embed.images"
		case filter == "posts_no_replies", filter == "posts_and_author_threads":
			return r.value["reply"] == nil
		}
		return true
	})
}

func (s *Server) getPosts(c *call) (any, error) {
	const most = 25
	uris := c.query["uris"]
	if len(uris) == 0 || len(uris) > most {
		return nil, invalid("Error: uris must have between 1 and %d elements", most)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	posts := []object{}
	for _, uri := range uris {
		if r := s.records[s.canonical(uri)]; r != nil && r.collection == colPost && !s.blocked(c.viewer, r.did) {
			posts = append(posts, s.postView(c.viewer, r))
		}
	}
	return object{"posts": posts}, nil
}

// canonical puts a DID where an at:// URI has a handle.
func (s *Server) canonical(uri string) string {
	rest, ok := strings.CutPrefix(uri, "at://")
	authority, path, _ := strings.Cut(rest, "/")
	if p := s.lookup(authority); ok && p != nil {
		return "at://" + p.did + "/" + path
	}
	return uri
}

func (s *Server) getPostThread(c *call) (any, error) {
	const usualDepth, usualHeight, most = 6, 80, 1000
	uri, err := c.required("uri")
	if err != nil {
		return nil, err
	}
	depth, err := c.number("depth", usualDepth, 0, most)
	if err != nil {
		return nil, err
	}
	height, err := c.number("parentHeight", usualHeight, 0, most)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.records[s.canonical(uri)]
	if r == nil || r.collection != colPost {
		return nil, &failure{http.StatusBadRequest, "NotFound", "Post not found: " + uri}
	}
	thread := s.threadView(c.viewer, r, depth)
	s.addParents(c.viewer, thread, r, height)
	return object{"thread": thread}, nil
}

// threadView is a post with the replies below it, newest first as the AppView
// sends them.
func (s *Server) threadView(viewer *person, r *record, depth int) object {
	out := object{"$type": "app.bsky.feed.defs#threadViewPost", "post": s.postView(viewer, r), "threadContext": object{}}
	if depth == 0 {
		return out
	}
	below := s.about[link{"reply", r.uri}]
	replies := make([]object, 0, len(below))
	for i := len(below) - 1; i >= 0; i-- {
		replies = append(replies, s.threadView(viewer, below[i], depth-1))
	}
	out["replies"] = replies
	return out
}

// addParents hangs a post's ancestors above it.
func (s *Server) addParents(viewer *person, below object, r *record, height int) {
	for ; height > 0; height-- {
		uri := dig(r.value, "reply", "parent", "uri")
		if uri == "" {
			return
		}
		if r = s.records[uri]; r == nil {
			below["parent"] = notFound(uri)
			return
		}
		parent := object{"$type": "app.bsky.feed.defs#threadViewPost", "post": s.postView(viewer, r), "threadContext": object{}}
		below["parent"], below = parent, parent
	}
}

func notFound(uri string) object {
	return object{"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": true}
}

// stamp writes a time as atproto prefers it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
