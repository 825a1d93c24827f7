package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
	"skein/timeline/store"
)

func safes() cmp.Option { return cmp.AllowUnexported(timeline.Safe{}) }

func reply(by string, minutes int, to timeline.ID) *timeline.Post {
	p := said(timeline.Mastodon, by, minutes, "a reply")
	p.ReplyTo = &timeline.Ref{ID: to}
	return p
}

// tree writes a conversation as ids with their replies behind them in brackets.
func tree(nodes []*timeline.Node) string {
	var parts []string
	for _, n := range nodes {
		s := n.ID.Local
		if n.Post == nil {
			s += "?"
		}
		if len(n.Replies) > 0 {
			s += "(" + tree(n.Replies) + ")"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func TestKeptThread(t *testing.T) {
	c := openCache(t, t.TempDir())
	top := said(timeline.Mastodon, "top", 0, "the beginning")
	lost := timeline.ID{Network: timeline.Mastodon, Local: "lost"}
	a, b := reply("a", 1, top.ID), reply("b", 2, top.ID)
	a1, b1 := reply("a1", 4, a.ID), reply("b1", 3, b.ID)
	orphan, child := reply("orphan", 5, lost), reply("sibling", 6, lost)
	round := reply("round", 7, timeline.ID{Network: timeline.Mastodon, Local: "trip/8"})
	trip := reply("trip", 8, round.ID)
	boost := said(timeline.Mastodon, "booster", 9, "")
	boost.Boosted = a
	posts := []*timeline.Post{b1, a1, top, b, a, orphan, child, round, trip, boost}
	if _, err := c.Keep(t.Context(), timeline.Haul{Posts: posts}); err != nil {
		t.Fatal(err)
	}
	for focus, want := range map[timeline.ID]string{
		top.ID:    "top/0(a/1(a1/4) b/2(b1/3))",
		b1.ID:     "top/0(a/1(a1/4) b/2(b1/3))",
		boost.ID:  "top/0(a/1(a1/4) b/2(b1/3))",
		orphan.ID: "lost?(orphan/5 sibling/6)",
		round.ID:  "trip/8(round/7)",
	} {
		th, err := c.KeptThread(t.Context(), focus)
		if err != nil {
			t.Errorf("%s: %v", focus, err)
			continue
		}
		if got := tree(th.Roots); got != want || th.Kept.IsZero() {
			t.Errorf("around %s: %s, not %s; kept %v", focus.Local, got, want, th.Kept)
		}
	}
	if _, err := c.KeptThread(t.Context(), lost); timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Errorf("a post that was never read: %v", err)
	}
}

func TestKeptPostsAndShort(t *testing.T) {
	c := openCache(t, t.TempDir())
	var mine []*timeline.Post
	for i := range 25 {
		p := said(timeline.Nostr, "cy", i/5, "x")
		p.ID.Local = fmt.Sprint("p", i)
		mine = append(mine, p)
	}
	mine[3].Boosted = said(timeline.Nostr, "other", 0, "y")
	if _, err := c.Keep(t.Context(), timeline.Haul{Posts: mine}, timeline.Haul{Posts: []*timeline.Post{said(timeline.Bluesky, "cy", 9, "of another network")}}); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(mine, func(a, b *timeline.Post) int { return b.Key().Compare(a.Key()) })
	for _, limit := range []int{1, 4, 5, 25, 0} {
		var got []*timeline.Post
		below := timeline.Key{}
		for more := true; more; {
			found, err := c.KeptPostsBy(t.Context(), timeline.Nostr, "cy", below, limit)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, found.Posts...)
			more, below = found.More, got[len(got)-1].Key()
		}
		if diff := cmp.Diff(mine, got, safes()); diff != "" {
			t.Errorf("pages of %d: %s", limit, diff)
		}
	}
	id := mine[7].ID
	if got, err := c.Short(t.Context(), strings.ToUpper(id.Short())); err != nil || !slices.Contains(got, id) || len(got) != 1 {
		t.Errorf("%s is short for %v, %v", id.Short(), got, err)
	}
	if got, err := c.Short(t.Context(), "2222222"); err != nil || len(got) != 0 {
		t.Errorf("nothing is called so: %v, %v", got, err)
	}
	if p, err := c.KeptPost(t.Context(), id); err != nil || p.ID != id {
		t.Errorf("%v, %v", p, err)
	}
}

// net is a network that answers until it is told not to.
type net struct {
	timeline.Backend

	fails error
	post  *timeline.Post
}

func (n *net) Account() timeline.Account {
	return timeline.Account{ID: "me", Network: timeline.Mastodon, Name: "me"}
}

func (n *net) Post(context.Context, timeline.ID) (*timeline.Post, error) { return n.post, n.fails }

func (n *net) Thread(_ context.Context, id timeline.ID) (*timeline.Thread, error) {
	if n.fails != nil {
		return nil, n.fails
	}
	r := reply("r", 1, id)
	return &timeline.Thread{Focus: id, Roots: []*timeline.Node{{ID: id, Post: n.post, Replies: []*timeline.Node{{ID: r.ID, Post: r}}}}}, nil
}

// people is a network that shows people, too.
type people struct{ net }

func (n *people) Profile(_ context.Context, id string) (*timeline.Profile, error) {
	if n.fails != nil {
		return nil, n.fails
	}
	p := &timeline.Profile{Network: timeline.Mastodon, Author: n.post.Author, Bio: timeline.PlainText(timeline.Literal("A bio")), Followers: 3}
	p.ID = id
	return p, nil
}

func (n *people) ProfilePosts(_ context.Context, id string, page timeline.Page) (timeline.Batch, error) {
	if n.fails != nil {
		return timeline.Batch{}, n.fails
	}
	var b timeline.Batch
	for i := range 5 {
		b.Posts = append(b.Posts, said(timeline.Mastodon, id, 20-i, "by them"))
	}
	b.Older = "server's own"
	return b, nil
}

func TestRememberingAnswersWhenTheServerDoesNot(t *testing.T) {
	ctx := t.Context()
	c, err := store.OpenCache(ctx, store.CacheOptions{Dir: t.TempDir(), Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	post := said(timeline.Mastodon, "ana@host.example", 0, "hello")
	server := &people{net{post: post}}
	b := store.Remembering(server, c)
	profiler, ok := timeline.As[timeline.Profiler](b)
	if !ok {
		t.Fatal("it cannot show people any more")
	}
	if inner, ok := timeline.As[*people](b); !ok || inner != server {
		t.Error("it hides what it wraps")
	}
	read := func() (*timeline.Thread, *timeline.Profile, timeline.Batch) {
		t.Helper()
		th, err1 := b.Thread(ctx, post.ID)
		pr, err2 := profiler.Profile(ctx, post.Author.ID)
		ba, err3 := profiler.ProfilePosts(ctx, post.Author.ID, timeline.Page{Limit: 3})
		p, err4 := b.Post(ctx, post.ID)
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		if p.Text.Plain().String() != "hello" {
			t.Errorf("the post is %v", p)
		}
		return th, pr, ba
	}
	if th, pr, _ := read(); !th.Kept.IsZero() || !pr.Kept.IsZero() {
		t.Error("an answer of the server passes for an old one")
	}

	server.fails = timeline.Errorf(timeline.CodeOffline, "host.example does not answer")
	th, pr, ba := read()
	if !th.Kept.Equal(noon) || th.Why.String() != "host.example does not answer" || tree(th.Roots) != "ana@host.example/0(r/1)" {
		t.Errorf("the thread is %s of %v because of %q", tree(th.Roots), th.Kept, th.Why)
	}
	if !pr.Kept.Equal(noon) || pr.Followers != 3 || pr.Bio.Plain().String() != "A bio" || pr.Handle != post.Author.Handle {
		t.Errorf("the profile is %+v", pr)
	}
	if len(ba.Posts) != 3 || ba.Posts[0].ID.Local != "ana@host.example/20" {
		t.Errorf("%d posts of the person", len(ba.Posts))
	}
	server.fails = nil // it is back, but does not know where we are
	ba, err = profiler.ProfilePosts(ctx, post.Author.ID, timeline.Page{Before: ba.Older, Limit: 3})
	if err != nil || len(ba.Posts) != 3 || ba.Posts[2].ID.Local != "ana@host.example/0" || ba.Older != "" {
		t.Errorf("the second page: %+v, %v", ba, err)
	}
}

func TestRememberingPassesFailuresOn(t *testing.T) {
	ctx := t.Context()
	c := openCache(t, t.TempDir())
	server := &people{net{post: said(timeline.Mastodon, "ana", 0, "hello")}}
	b := store.Remembering(server, c)
	if _, err := b.Post(ctx, server.post.ID); err != nil {
		t.Fatal(err)
	}
	server.fails = timeline.Errorf(timeline.CodeNotFound, "it was deleted")
	if _, err := b.Post(ctx, server.post.ID); !errors.Is(err, server.fails) {
		t.Errorf("what the server says is gone: %v", err)
	}
	server.fails = timeline.Errorf(timeline.CodeOffline, "no answer")
	never := timeline.ID{Network: timeline.Mastodon, Local: "never read"}
	if _, err := b.Thread(ctx, never); !errors.Is(err, server.fails) {
		t.Errorf("what was never read: %v", err)
	}
	profiler, _ := timeline.As[timeline.Profiler](b)
	if _, err := profiler.ProfilePosts(ctx, "ana", timeline.Page{Before: "cursor"}); !errors.Is(err, server.fails) {
		t.Errorf("a page that only the server knows: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := b.Post(cancelled, server.post.ID); !errors.Is(err, server.fails) {
		t.Errorf("after the person went away: %v", err)
	}
	late, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
	defer cancel()
	if p, err := b.Post(late, server.post.ID); err != nil || p.ID != server.post.ID {
		t.Errorf("after the caller's time: %v", err)
	}
	if _, ok := timeline.As[timeline.Profiler](store.Remembering(&server.net, c)); ok {
		t.Error("a network that shows nobody shows people")
	}
}

// A person who was only met as an author has no more than that.
func TestKeptProfileOfAnAuthor(t *testing.T) {
	c := openCache(t, t.TempDir())
	p := said(timeline.Mastodon, "ana@host.example", 0, "hello")
	if _, err := c.Keep(t.Context(), timeline.Haul{Posts: []*timeline.Post{p}}); err != nil {
		t.Fatal(err)
	}
	got, err := c.KeptProfile(t.Context(), timeline.Mastodon, "ana@host.example")
	if err != nil || got.Author != p.Author || got.Network != timeline.Mastodon || time.Since(got.Kept) > time.Minute {
		t.Errorf("%+v, %v", got, err)
	}
	for _, id := range []string{"bo@host.example", ""} {
		if _, err := c.KeptProfile(t.Context(), timeline.Mastodon, id); timeline.CodeOf(err) != timeline.CodeNotFound {
			t.Errorf("%q: %v", id, err)
		}
	}
}
