package mastodon

import (
	"context"
	"encoding/json"
	"net/url"

	"golang.org/x/sync/errgroup"

	"skein/timeline"
)

// contextLimit is how many statuses Mastodon puts into one context for somebody
// who is signed in.
const contextLimit = 4096

// status reads the status that id names.
func (b *Backend) status(ctx context.Context, id timeline.ID) (*status, error) {
	a, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	sid, err := b.serverID(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return b.statusByID(ctx, a, sid)
}

func (b *Backend) statusByID(ctx context.Context, a *api, sid string) (*status, error) {
	var raw json.RawMessage
	if err := a.get(ctx, "/api/v1/statuses/"+sid, nil, &raw); err != nil {
		return nil, err
	}
	st := decodeStatus(raw)
	if st == nil {
		return nil, timeline.Errorf(timeline.CodeMalformed, "%s: the answer is no post", b.base.Host)
	}
	return st, nil
}

// serverID is what this server calls a post: remembered, read from the post's own
// address where that is on this server, or asked for, which may make the server
// fetch the post from another one.
func (b *Backend) serverID(ctx context.Context, a *api, id timeline.ID) (string, error) {
	if id.Network != timeline.Mastodon || !validURI(id.Local) {
		return "", timeline.Errorf(timeline.CodeNotMine, "%s: %s is no post of this network", b.base.Host, id)
	}
	if sid, ok := b.decode.index.ids.get(id.Local); ok {
		return sid, nil
	}
	if u, err := url.Parse(id.Local); err == nil && b.local(u) {
		if sid := localStatusID(u.Path); sid != "" {
			return sid, nil
		}
	}
	st, err := b.searchStatus(ctx, a, id.Local)
	if err != nil {
		return "", err
	}
	return string(st.ID), nil
}

// Thread implements timeline.Backend.
//
// Source: docs.joinmastodon.org/methods/statuses#context
func (b *Backend) Thread(ctx context.Context, id timeline.ID) (*timeline.Thread, error) {
	t, err := b.thread(ctx, id)
	if err != nil {
		return nil, b.failed("thread", err)
	}
	return t, nil
}

func (b *Backend) thread(ctx context.Context, id timeline.ID) (*timeline.Thread, error) {
	a, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	sid, err := b.serverID(ctx, a, id)
	if err != nil {
		return nil, err
	}
	var focus *status
	var around struct {
		Ancestors   []json.RawMessage `json:"ancestors"`
		Descendants []json.RawMessage `json:"descendants"`
	}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		focus, err = b.statusByID(gctx, a, sid)
		return err
	})
	g.Go(func() error { return a.get(gctx, "/api/v1/statuses/"+sid+"/context", nil, &around) })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if focus.boosted != nil { // the conversation is that of the boosted post
		focus = focus.boosted
	}
	t := newTree(b.decode)
	t.add(around.Ancestors)
	t.addStatus(focus)
	t.add(around.Descendants)
	return &timeline.Thread{
		Focus:     b.decode.id(focus),
		Roots:     t.build(),
		Truncated: len(around.Ancestors)+len(around.Descendants) >= contextLimit,
	}, nil
}

// tree puts the statuses of a conversation under each other. Whatever a server
// says about who replies to whom, each status ends up in it once.
type tree struct {
	decode   *decoder
	statuses []*status           // in the server's order: parents before replies
	known    map[string]bool     // by server id
	replies  map[string][]string // parent's id → ids
	byID     map[string]*status
}

func newTree(d *decoder) *tree {
	return &tree{decode: d, known: map[string]bool{}, replies: map[string][]string{}, byID: map[string]*status{}}
}

func (t *tree) add(raws []json.RawMessage) {
	for _, raw := range raws {
		if st := decodeStatus(raw); st != nil {
			t.addStatus(st)
		}
	}
}

func (t *tree) addStatus(st *status) {
	id := string(st.ID)
	if t.byID[id] != nil {
		return
	}
	t.decode.remember(st)
	t.byID[id] = st
	t.statuses = append(t.statuses, st)
	if parent := textID(st.InReplyToID); parent != "" {
		t.replies[parent] = append(t.replies[parent], id)
	}
}

// build makes the nodes. Tops are statuses that reply to nothing, and stand-ins
// for parents that were not sent. What a circle of replies keeps from all tops
// becomes a top of its own.
func (t *tree) build() []*timeline.Node {
	var roots []*timeline.Node
	for _, st := range t.statuses {
		parent := textID(st.InReplyToID)
		switch {
		case parent == "":
			roots = append(roots, t.node(st))
		case t.byID[parent] == nil && !t.known[parent]:
			roots = append(roots, t.missing(st, parent))
		}
	}
	for _, st := range t.statuses {
		if !t.known[string(st.ID)] {
			roots = append(roots, t.node(st))
		}
	}
	return roots
}

func (t *tree) node(st *status) *timeline.Node {
	t.known[string(st.ID)] = true
	p := t.decode.post(st)
	return &timeline.Node{Post: p, ID: p.ID, Replies: t.children(string(st.ID))}
}

// missing stands for the parent that st names.
func (t *tree) missing(st *status, parent string) *timeline.Node {
	t.known[parent] = true
	n := &timeline.Node{Missing: timeline.Literal("a post that was deleted, or that this account may not see")}
	if ref := t.decode.parent(st); ref != nil {
		n.ID = ref.ID
	}
	n.Replies = t.children(parent)
	return n
}

func (t *tree) children(id string) []*timeline.Node {
	var nodes []*timeline.Node
	for _, reply := range t.replies[id] {
		if !t.known[reply] {
			nodes = append(nodes, t.node(t.byID[reply]))
		}
	}
	return nodes
}
