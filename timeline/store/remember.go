package store

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"skein/timeline"
)

// recallTime is how long an answer may take that was kept, where the caller's time
// has run out while the server was awaited.
const recallTime = 2 * time.Second

// Remembering is b with a memory: the posts, threads and people that are read through
// it are kept in c, and where the server cannot be reached, or fails, they are
// answered from there. A Thread and a Profile say so themselves, in Kept and Why; a
// Post and a page of posts are as they were when they were read last. What b cannot do,
// the Backend that is returned cannot do either.
func Remembering(b timeline.Backend, c *Cache) timeline.Backend {
	r := &remembering{Backend: b, cache: c}
	if p, ok := timeline.As[timeline.Profiler](b); ok {
		return &rememberingPeople{remembering: r, profiler: p}
	}
	return r
}

type remembering struct {
	timeline.Backend

	cache *Cache
}

// Unwrap is the Backend without a memory.
func (r *remembering) Unwrap() timeline.Backend { return r.Backend }

// Post reads one post.
func (r *remembering) Post(ctx context.Context, id timeline.ID) (*timeline.Post, error) {
	p, err := r.Backend.Post(ctx, id)
	if err == nil {
		r.keep(ctx, p)
		return p, nil
	}
	return recalled(ctx, err, func(ctx context.Context) (*timeline.Post, error) { return r.cache.KeptPost(ctx, id) })
}

// Thread reads the conversation around a post.
func (r *remembering) Thread(ctx context.Context, id timeline.ID) (*timeline.Thread, error) {
	t, err := r.Backend.Thread(ctx, id)
	if err == nil {
		r.keep(ctx, postsOf(t.Roots)...)
		return t, nil
	}
	return recalled(ctx, err, func(ctx context.Context) (*timeline.Thread, error) {
		t, missing := r.cache.KeptThread(ctx, id)
		if missing == nil {
			t.Why = timeline.AsError(err).Message
		}
		return t, missing
	})
}

// postsOf are the posts of a tree.
func postsOf(nodes []*timeline.Node) []*timeline.Post {
	var posts []*timeline.Post
	for _, n := range nodes {
		if n.Post != nil {
			posts = append(posts, n.Post)
		}
		posts = append(posts, postsOf(n.Replies)...)
	}
	return posts
}

// keep remembers posts. That it fails takes nothing from what was read.
func (r *remembering) keep(ctx context.Context, posts ...*timeline.Post) {
	now := r.cache.opts.Now()
	placed := make([]*timeline.Post, len(posts))
	for i, p := range posts {
		placed[i] = timeline.Place(p, now)
	}
	if len(placed) == 0 {
		return
	}
	_, err := r.cache.Keep(context.WithoutCancel(ctx), timeline.Haul{Posts: placed, Reader: r.Account().ID})
	r.warn(err)
}

func (r *remembering) warn(err error) {
	if err != nil {
		r.cache.opts.Log.Warn("what was read is not kept", "account", r.Account().Name, "error", err)
	}
}

// recalled answers from memory what a server has failed to answer, or with the
// server's failure where that says more.
func recalled[T any](ctx context.Context, failure error, recall func(context.Context) (T, error)) (T, error) {
	var none T
	code := timeline.CodeOf(failure)
	if code != timeline.CodeOffline && code != timeline.CodeServer || errors.Is(ctx.Err(), context.Canceled) {
		return none, failure
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recallTime)
	defer cancel()
	answer, err := recall(ctx)
	if err != nil {
		return none, failure
	}
	return answer, nil
}

// rememberingPeople is remembering for a network that shows people.
type rememberingPeople struct {
	*remembering

	profiler timeline.Profiler
}

// Profile reads one person.
func (r *rememberingPeople) Profile(ctx context.Context, id string) (*timeline.Profile, error) {
	p, err := r.profiler.Profile(ctx, id)
	if err == nil {
		r.warn(r.cache.keepProfile(context.WithoutCancel(ctx), p))
		return p, nil
	}
	return recalled(ctx, err, func(ctx context.Context) (*timeline.Profile, error) {
		return r.cache.KeptProfile(ctx, r.Account().Network, id)
	})
}

// ProfilePosts reads what the person posted. Of pages that were answered from memory
// the next come from there, too: the server would not understand their cursors.
func (r *rememberingPeople) ProfilePosts(ctx context.Context, id string, p timeline.Page) (timeline.Batch, error) {
	below, kept := keptCursor(p.Before)
	if kept {
		return r.kept(ctx, id, below, p.Limit)
	}
	b, err := r.profiler.ProfilePosts(ctx, id, p)
	if err == nil {
		r.keep(ctx, b.Posts...)
		return b, nil
	}
	if p.Before != "" || p.After != "" { // only the server knows where that is
		return timeline.Batch{}, err
	}
	return recalled(ctx, err, func(ctx context.Context) (timeline.Batch, error) { return r.kept(ctx, id, below, p.Limit) })
}

func (r *rememberingPeople) kept(ctx context.Context, id string, below timeline.Key, limit int) (timeline.Batch, error) {
	found, err := r.cache.KeptPostsBy(ctx, r.Account().Network, id, below, limit)
	b := timeline.Batch{Posts: found.Posts}
	if n := len(found.Posts); found.More && n > 0 {
		b.Older = cursorBelow(found.Posts[n-1].Key())
	}
	return b, err
}

// keptPrefix begins the cursors of pages from memory. It is nothing that a server
// hands out: cursors hold no spaces.
const keptPrefix = "kept below "

func cursorBelow(k timeline.Key) timeline.Cursor {
	var p packer
	p.key(k)
	return timeline.Cursor(keptPrefix + base64.RawURLEncoding.EncodeToString(p.b))
}

func keptCursor(c timeline.Cursor) (below timeline.Key, ok bool) {
	text, ok := strings.CutPrefix(string(c), keptPrefix)
	if !ok {
		return timeline.Key{}, false
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	u := unpacker{b: b}
	below = u.key()
	return below, err == nil && u.err == nil
}
