package conformance

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
)

// reading is what of a post must be the same however it was asked for. Counts,
// revisions and names change; media may be counted but come at other addresses.
type reading struct {
	ID      timeline.ID
	Author  string
	Text    string
	Warning string
	Created int64
	Media   int
	ReplyTo timeline.ID
	Quote   timeline.ID
}

func read(p *timeline.Post) reading {
	r := reading{
		ID: p.ID, Author: p.Author.ID, Text: p.Text.Plain().String(), Warning: p.Warning.String(),
		Created: p.Created.UnixMilli(), Media: len(p.Media),
	}
	if p.ReplyTo != nil {
		r.ReplyTo = p.ReplyTo.ID
	}
	if p.Quote != nil {
		r.Quote = p.Quote.ID
	}
	return r
}

func (c *suite) testPost(t *testing.T) {
	for _, p := range c.home(t.Context(), t, timeline.Page{Limit: c.PageSize}).Posts {
		want := p.Content()
		got, err := c.Backend.Post(t.Context(), want.ID)
		if err != nil {
			t.Errorf("Post(%s): %v", want.ID, err)
			continue
		}
		checkPost(t, c.account, got)
		if d := cmp.Diff(read(want), read(got)); d != "" {
			t.Errorf("Post(%s) differs from home (-home +post):\n%s", want.ID, d)
		}
	}
}

func (c *suite) testNotFound(t *testing.T) {
	id := c.Missing
	if id.Zero() {
		id = mangle(c.home(t.Context(), t, timeline.Page{Limit: c.PageSize}).Posts[0].Content().ID)
	}
	_, err := c.Backend.Post(t.Context(), id)
	if err := wantCode(err, timeline.CodeNotFound); err != nil {
		t.Errorf("Post(%s): %v", id, err)
	}
	_, err = c.Backend.Thread(t.Context(), id)
	if err := wantCode(err, timeline.CodeNotFound); err != nil {
		t.Errorf("Thread(%s): %v", id, err)
	}
	for _, id := range []timeline.ID{{}, {Network: c.account.Network}, {Network: c.account.Network, Local: "\x1b[31m"}, {Network: "elsewhere", Local: id.Local}} {
		if p, err := c.Backend.Post(t.Context(), id); err == nil {
			t.Errorf("Post(%q) found %s", id, p.ID)
		}
		if _, err := c.Backend.Thread(t.Context(), id); err == nil {
			t.Errorf("Thread(%q) found something", id)
		}
	}
}

// mangle turns a post's name into one that no post has: its last characters
// become others that are digits in every network's alphabet.
func mangle(id timeline.ID) timeline.ID {
	const tail = 7
	local := []byte(id.Local)
	for i := max(0, len(local)-tail); i < len(local); i++ {
		if local[i] == '7' {
			local[i] = '6'
		} else {
			local[i] = '7'
		}
	}
	id.Local = string(local)
	return id
}

func (c *suite) testDeleted(t *testing.T) {
	if c.Delete == nil {
		t.Skip("this network's posts cannot be deleted here")
	}
	id := c.publish(t, "soon deleted", timeline.ID{})
	c.eventually(t, func(ctx context.Context) error {
		_, err := c.Backend.Post(ctx, id)
		return err
	})
	if err := c.Delete(t.Context(), id); err != nil {
		t.Fatalf("Delete(%s): %v", id, err)
	}
	c.eventually(t, func(ctx context.Context) error {
		_, err := c.Backend.Post(ctx, id)
		return wantCode(err, timeline.CodeNotFound)
	})
}

// testThread publishes root ◄ reply ◄ answer and a second reply, and looks at it
// from the middle and from the top.
func (c *suite) testThread(t *testing.T) {
	root := c.publish(t, "thread: the root", timeline.ID{})
	reply := c.publish(t, "thread: a reply", root)
	answer := c.publish(t, "thread: an answer to it", reply)
	second := c.publish(t, "thread: a second reply", root)

	for _, focus := range []timeline.ID{reply, root} {
		want := map[timeline.ID]timeline.ID{root: {}, reply: root, answer: reply}
		if focus == root { // from the middle a network may leave out other branches
			want[second] = root
		}
		c.eventually(t, func(ctx context.Context) error {
			th, err := c.Backend.Thread(ctx, focus)
			if err != nil {
				return err
			}
			return c.threadHolds(t, th, focus, want)
		})
	}
}

// threadHolds checks that the tree has each post of want below its parent.
func (c *suite) threadHolds(t *testing.T, th *timeline.Thread, focus timeline.ID, want map[timeline.ID]timeline.ID) error {
	t.Helper()
	if th.Focus != focus {
		return fmt.Errorf("the focus is %s, asked for %s", th.Focus, focus)
	}
	parents := map[timeline.ID]timeline.ID{}
	var errs []error
	var visit func(n *timeline.Node, parent timeline.ID)
	visit = func(n *timeline.Node, parent timeline.ID) {
		if _, twice := parents[n.ID]; twice {
			errs = append(errs, fmt.Errorf("%s is in the tree twice", n.ID))
			return
		}
		parents[n.ID] = parent
		switch {
		case n.Post == nil && n.Missing.Empty():
			errs = append(errs, fmt.Errorf("node %s has neither a post nor a reason", n.ID))
		case n.Post != nil && n.Post.ID != n.ID:
			errs = append(errs, fmt.Errorf("node %s holds post %s", n.ID, n.Post.ID))
		case n.Post != nil:
			checkPost(t, c.account, n.Post)
		}
		for _, r := range n.Replies {
			visit(r, n.ID)
		}
	}
	for _, r := range th.Roots {
		visit(r, timeline.ID{})
	}
	for id, parent := range want {
		got, ok := parents[id]
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("the tree around %s lacks %s", focus, id))
		case got != parent:
			errs = append(errs, fmt.Errorf("%s stands below %q, not below %q", id, got, parent))
		}
	}
	return errors.Join(errs...)
}

func (c *suite) testProfile(t *testing.T) {
	profiler, ok := timeline.As[timeline.Profiler](c.Backend)
	if !ok {
		t.Skip("this backend reads no profiles")
	}
	author := c.home(t.Context(), t, timeline.Page{Limit: c.PageSize}).Posts[0].Author
	p, err := profiler.Profile(t.Context(), author.ID)
	if err != nil {
		t.Fatalf("Profile(%s): %v", author.ID, err)
	}
	if p.ID != author.ID || p.Network != c.account.Network || p.Handle.Empty() || p.Name.Empty() {
		t.Errorf("Profile(%s) is %+v", author.ID, p)
	}
	b, err := profiler.ProfilePosts(t.Context(), author.ID, timeline.Page{Limit: c.PageSize})
	if err != nil {
		t.Fatalf("ProfilePosts(%s): %v", author.ID, err)
	}
	if len(b.Posts) == 0 {
		t.Errorf("%s has a post in home but none in the profile", author.ID)
	}
	for _, post := range b.Posts {
		checkPost(t, c.account, post)
		if post.Author.ID != author.ID {
			t.Errorf("the profile of %s shows a post by %s", author.ID, post.Author.ID)
		}
	}
}

// testConcurrent is for the race detector as much as for its assertions.
func (c *suite) testConcurrent(t *testing.T) {
	first := c.home(t.Context(), t, timeline.Page{Limit: c.PageSize})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			id := first.Posts[i%len(first.Posts)].Content().ID
			if _, err := c.Backend.Home(t.Context(), timeline.Page{Limit: c.PageSize}); err != nil {
				t.Errorf("Home: %v", err)
			}
			if _, err := c.Backend.Post(t.Context(), id); err != nil {
				t.Errorf("Post(%s): %v", id, err)
			}
			if _, err := c.Backend.Thread(t.Context(), id); err != nil {
				t.Errorf("Thread(%s): %v", id, err)
			}
			c.Backend.Limits()
		})
	}
	wg.Wait()
}
