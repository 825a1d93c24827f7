package store

import (
	"context"
	"slices"
	"time"

	"skein/timeline"
)

// The most that is put together of a kept conversation: whoever makes up replies
// must not fill the screen for ever.
const (
	maxAncestors = 200
	maxThread    = 2000
)

// KeptThread puts together what is known of the conversation around a post. A post
// that others reply to and that is not kept is a Node with Missing.
func (c *Cache) KeptThread(ctx context.Context, id timeline.ID) (t *timeline.Thread, err error) {
	err = c.view(ctx, func(s *session) error {
		t, err = s.thread(id)
		return err
	})
	return t, err
}

func (s *session) thread(id timeline.ID) (*timeline.Thread, error) {
	focus, read, err := s.known(id)
	if err != nil {
		return nil, err
	}
	if focus == nil {
		return nil, unkept("this post")
	}
	w := weaver{session: s, seen: map[timeline.ID]bool{}, read: read}
	root := &timeline.Node{ID: focus.Content().ID, Post: focus.Content()}
	for range maxAncestors {
		if root.Post == nil || root.Post.ReplyTo == nil || w.seen[root.Post.ReplyTo.ID] {
			break
		}
		w.seen[root.ID] = true
		if root, err = w.parent(root.Post.ReplyTo.ID); err != nil {
			return nil, err
		}
	}
	clear(w.seen)
	if err := w.grow(root); err != nil {
		return nil, err
	}
	return &timeline.Thread{Focus: focus.Content().ID, Roots: []*timeline.Node{root}, Truncated: w.full(), Kept: w.read}, nil
}

// weaver puts a conversation together.
type weaver struct {
	*session
	seen map[timeline.ID]bool // ids come from strangers: they may go round in circles
	read time.Time            // when its newest part was read
}

func (w *weaver) full() bool { return len(w.seen) >= maxThread }

// parent returns the node of what a post replies to.
func (w *weaver) parent(id timeline.ID) (*timeline.Node, error) {
	p, read, err := w.known(id)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return &timeline.Node{ID: id, Missing: timeline.Literal("this post was not read before")}, nil
	}
	w.note(read)
	return &timeline.Node{ID: id, Post: p}, nil
}

func (w *weaver) note(read time.Time) {
	if read.After(w.read) {
		w.read = read
	}
}

// grow adds the replies to root, those to them, and so on, level by level.
func (w *weaver) grow(root *timeline.Node) error {
	w.seen[root.ID] = true
	for level := []*timeline.Node{root}; len(level) > 0; {
		var next []*timeline.Node
		for _, n := range level {
			if err := w.replies(n); err != nil {
				return err
			}
			next = append(next, n.Replies...)
		}
		level = next
	}
	return nil
}

func (w *weaver) replies(n *timeline.Node) error {
	rows, err := w.rows("place IN (SELECT place FROM leads WHERE kind = 2 AND key = ?) AND inner IS NULL ORDER BY place LIMIT ?", short(n.ID), maxThread)
	if err != nil {
		return err
	}
	for _, r := range rows {
		p, err := w.post(r, 0)
		if err != nil {
			return err
		}
		if p == nil || p.ReplyTo == nil || p.ReplyTo.ID != n.ID || w.seen[p.ID] || w.full() {
			continue
		}
		w.seen[p.ID] = true
		w.note(time.Unix(r.read, 0).UTC())
		n.Replies = append(n.Replies, &timeline.Node{ID: p.ID, Post: p})
	}
	slices.SortFunc(n.Replies, func(a, b *timeline.Node) int { return a.Post.Key().Compare(b.Post.Key()) })
	return nil
}
