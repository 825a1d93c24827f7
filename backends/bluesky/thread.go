package bluesky

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

// How much of a conversation is asked for. Each level nests the answer by one
// object upwards and by two downwards; together with the deepest post view both
// stay within the transport's cap on nesting.
const (
	threadDepth  = 20
	parentHeight = 40
)

// threadView is app.bsky.feed.defs#threadViewPost, or #notFoundPost or
// #blockedPost, which only have a URI.
type threadView struct {
	Type    string            `json:"$type"`
	URI     string            `json:"uri"`
	Post    json.RawMessage   `json:"post"`
	Parent  json.RawMessage   `json:"parent"`
	Replies []json.RawMessage `json:"replies"`
}

// tree builds a Thread and keeps a post from standing in it twice.
type tree struct {
	decode    decoder
	seen      map[timeline.ID]bool
	truncated bool
}

// Thread implements timeline.Backend with app.bsky.feed.getPostThread.
func (b *Backend) Thread(ctx context.Context, id timeline.ID) (*timeline.Thread, error) {
	uri, err := own(id)
	if err != nil {
		return nil, err
	}
	if uri.Collection() == repostNSID { // the conversation is that of the reposted post
		p, err := b.repost(ctx, uri)
		if err != nil {
			return nil, tried("repost "+uri.String(), err)
		}
		uri = syntax.ATURI(p.Boosted.ID.Local)
	}
	var out struct {
		Thread json.RawMessage `json:"thread"`
	}
	err = b.get(ctx, "app.bsky.feed.getPostThread", map[string]any{
		"uri": uri.String(), "depth": threadDepth, "parentHeight": parentHeight,
	}, &out)
	if err != nil {
		return nil, tried("thread of "+uri.String(), err)
	}
	b.moderated(ctx)
	t := &tree{decode: b.decode, seen: map[timeline.ID]bool{}}
	v, focus := t.node(out.Thread)
	if focus == nil || focus.ID.Local != uri.String() {
		return nil, timeline.Errorf(timeline.CodeMalformed, "%s answered with another thread", b.host)
	}
	if focus.Post == nil {
		code := timeline.CodeNotFound
		if v.Type == "app.bsky.feed.defs#blockedPost" {
			code = timeline.CodeRefused
		}
		return nil, timeline.Errorf(code, "%s: %s", uri, focus.Missing)
	}
	top := t.climb(v, focus)
	t.fill(focus, v.Replies)
	return &timeline.Thread{Focus: focus.ID, Roots: []*timeline.Node{top}, Truncated: t.truncated}, nil
}

// node decodes one element without its relatives; nil when it has no valid name
// or stands in the tree already.
func (t *tree) node(raw json.RawMessage) (threadView, *timeline.Node) {
	var v threadView
	if json.Unmarshal(raw, &v) != nil {
		return v, nil
	}
	n := &timeline.Node{}
	switch v.Type {
	case "app.bsky.feed.defs#threadViewPost":
		n.Post = t.decode.post(v.Post, 0)
		if n.Post == nil {
			return v, nil
		}
		n.ID = n.Post.ID
	default:
		id, ok := postID(v.URI)
		if !ok {
			return v, nil
		}
		n.ID, n.Missing = id, missing(v.Type)
	}
	if t.seen[n.ID] {
		return v, nil
	}
	t.seen[n.ID] = true
	return v, n
}

// missing says why there is no post.
func missing(kind string) timeline.Safe {
	switch kind {
	case "app.bsky.feed.defs#notFoundPost":
		return timeline.Literal("deleted, or never there")
	case "app.bsky.feed.defs#blockedPost":
		return timeline.Literal("blocked")
	}
	return timeline.CleanLine("not shown: " + kind)
}

// climb hangs the node below its ancestors and returns the topmost.
func (t *tree) climb(v threadView, n *timeline.Node) *timeline.Node {
	for len(v.Parent) > 0 {
		above, parent := t.node(v.Parent)
		if parent == nil {
			break
		}
		nameParent(n, parent)
		parent.Replies = []*timeline.Node{n}
		v, n = above, parent
	}
	if n.Post != nil && n.Post.ReplyTo != nil {
		t.truncated = true
	}
	return n
}

// fill adds the replies below a node, oldest first.
func (t *tree) fill(n *timeline.Node, replies []json.RawMessage) {
	if len(replies) == 0 && n.Post != nil && n.Post.Counts.Replies > 0 {
		t.truncated = true
	}
	for _, raw := range replies {
		v, child := t.node(raw)
		if child == nil {
			continue
		}
		nameParent(child, n)
		t.fill(child, v.Replies)
		n.Replies = append(n.Replies, child)
	}
	slices.SortStableFunc(n.Replies, func(a, b *timeline.Node) int {
		if a.Post == nil || b.Post == nil {
			return 0
		}
		return a.Post.Key().Compare(b.Post.Key())
	})
}

// nameParent tells a reply whom it answers: views of a thread leave that out.
func nameParent(n, parent *timeline.Node) {
	if n.Post != nil && parent.Post != nil && n.Post.ReplyTo != nil && n.Post.ReplyTo.ID == parent.ID {
		n.Post.ReplyTo.Handle = parent.Post.Author.Handle
	}
}
