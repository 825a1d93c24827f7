package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"skein/e2e"
	"skein/timeline"
)

// Lists, mutes, blocks and the archive on a real PDS with its AppView.
func TestListsBluesky(t *testing.T) {
	p := newSkyPublisher(t)
	p.me.Follows(t, p.ana)
	t.Run("posts", p.listPosts)
	t.Run("likes and bookmarks", p.listMarked)
	t.Run("mute", p.mute)
	t.Run("block", p.block)
	t.Run("archive", p.archive)
}

// list walks a list to its end, and names what is in it.
func (p *skyPublisher) list(ctx context.Context, l timeline.List) ([]string, error) {
	var out []string
	for page := (timeline.Page{Limit: 2}); ; {
		got, err := p.b.List(ctx, l, page)
		if err != nil {
			return nil, err
		}
		for _, who := range got.People {
			out = append(out, who.Handle.String())
		}
		for _, post := range got.Posts {
			name := post.Content().Text.Plain().String()
			if post.Boosted != nil {
				name = "boost of " + name
			}
			out = append(out, name)
		}
		for _, u := range got.Unread {
			out = append(out, "unread "+u.String())
		}
		if page.Before = got.Older; got.Older == "" {
			return out, nil
		}
	}
}

// listed waits until a list reads as wanted.
func (p *skyPublisher) listed(t *testing.T, l timeline.List, want ...string) {
	t.Helper()
	e2e.Eventually(t, patience, fmt.Sprintf("the list %s", l), func(ctx context.Context) error {
		got, err := p.list(ctx, l)
		if err == nil && !slices.Equal(got, want) {
			err = fmt.Errorf("it reads %q, not %q", got, want)
		}
		return err
	})
}

func (p *skyPublisher) listPosts(t *testing.T) {
	hers := p.ana.Posts(t, "hers")
	if err := p.ana.HasIndexed(t.Context(), hers); err != nil {
		t.Fatal(err)
	}
	first := p.publish(t, p.intent(timeline.DoPost, "first", "and more"))
	boost := p.intent(timeline.DoBoost)
	boost.On.ID = timeline.ID{Network: timeline.Bluesky, Local: hers.URI}
	p.publish(t, boost)
	answer := p.intent(timeline.DoPost, "an answer")
	answer.ReplyTo.ID = first.Posts[0].ID
	p.publish(t, answer)
	p.listed(t, timeline.ListPosts, "an answer", "boost of hers", "and more", "first")
	if err := p.ana.Delete(t.Context(), hers.URI); err != nil {
		t.Fatal(err)
	}
	e2e.Eventually(t, patience, "what is gone is told", func(ctx context.Context) error {
		got, err := p.list(ctx, timeline.ListPosts)
		if err == nil && (len(got) != 4 || !strings.HasPrefix(got[1], "unread at://"+p.me.DID+"/app.bsky.feed.repost/")) {
			err = fmt.Errorf("it reads %q", got)
		}
		return err
	})
}

func (p *skyPublisher) listMarked(t *testing.T) {
	var want []string
	for n := range 3 {
		text := fmt.Sprintf("number %d", n)
		ref := p.ana.Posts(t, text)
		if err := p.ana.HasIndexed(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []timeline.Kind{timeline.DoLike, timeline.DoBookmark} {
			i := p.intent(kind)
			i.On.ID = timeline.ID{Network: timeline.Bluesky, Local: ref.URI}
			p.publish(t, i)
		}
		want = append(want, text)
		p.indexed(t, timeline.ID{Network: timeline.Bluesky, Local: ref.URI}, func(post *timeline.Post) bool {
			v, ok := post.View("sky")
			return ok && v.Bookmarked && v.Liked
		})
	}
	slices.Reverse(want)
	p.listed(t, timeline.ListLikes, want...)
	p.listed(t, timeline.ListBookmarks, want...)
	p.listed(t, timeline.ListFollows, "@ana.test")
}

// homeHas waits until her posts are in home, or are not.
func (p *skyPublisher) homeHas(t *testing.T, want bool) {
	t.Helper()
	e2e.Eventually(t, patience, fmt.Sprintf("her posts are in home: %t", want), func(ctx context.Context) error {
		batch, err := p.b.Home(ctx, timeline.Page{})
		if err != nil {
			return err
		}
		if has := slices.ContainsFunc(batch.Posts, func(post *timeline.Post) bool { return post.Author.ID == p.ana.DID }); has != want {
			err = errors.New("it is not so yet")
		}
		return err
	})
}

// about does something about her, twice, settles it, and holds list, profile and home
// to it.
func (p *skyPublisher) about(t *testing.T, kind timeline.Kind, l timeline.List, undo bool) {
	t.Helper()
	i := p.intent(kind)
	i.Person, i.Undo = p.ana.DID, undo
	r := p.prepare(t, i)
	published(t, p.b.Send(t.Context(), r))
	published(t, p.b.Send(t.Context(), r))
	e2e.Eventually(t, patience, "it is settled", func(ctx context.Context) error {
		if o := p.b.Settle(ctx, r); o.Verdict != timeline.Published {
			return fmt.Errorf("%s: %w", o.Verdict, o.Err)
		}
		return nil
	})
	if undo {
		p.listed(t, l)
	} else {
		p.listed(t, l, "@ana.test")
	}
	e2e.Eventually(t, patience, "her profile says so", func(ctx context.Context) error {
		who, err := p.b.Profile(ctx, p.ana.DID)
		if err == nil && (kind == timeline.DoMute && who.Muted == undo || kind == timeline.DoBlock && who.Blocked == undo) {
			err = fmt.Errorf("muted %t, blocked %t", who.Muted, who.Blocked)
		}
		return err
	})
	p.homeHas(t, undo)
}

func (p *skyPublisher) mute(t *testing.T) {
	p.homeHas(t, true)
	p.about(t, timeline.DoMute, timeline.ListMutes, false)
	p.about(t, timeline.DoMute, timeline.ListMutes, true)
}

func (p *skyPublisher) block(t *testing.T) {
	p.about(t, timeline.DoBlock, timeline.ListBlocks, false)
	if n := p.count(t, "app.bsky.graph.block"); n != 1 {
		t.Errorf("%d blocks", n)
	}
	got, err := p.list(t.Context(), timeline.ListBookmarks)
	if err != nil || len(got) != 3 || !strings.HasPrefix(got[0], "unread at://"+p.ana.DID) {
		t.Errorf("her posts among the bookmarks, behind a block: %q, %v", got, err)
	}
	if got, err = p.list(t.Context(), timeline.ListFollows); err != nil || !slices.Equal(got, []string{"@ana.test"}) {
		t.Errorf("followed and blocked: %q, %v", got, err)
	}
	p.about(t, timeline.DoBlock, timeline.ListBlocks, true)
	if n := p.count(t, "app.bsky.graph.block"); n != 0 {
		t.Errorf("%d blocks are left", n)
	}
}

// archive holds the archive to what is in it: the words of a post that came last.
func (p *skyPublisher) archive(t *testing.T) {
	var parts []string
	for n := range 60 {
		parts = append(parts, fmt.Sprintf("for the archive, %d", n))
	}
	p.publish(t, p.intent(timeline.DoPost, parts...))
	var car bytes.Buffer
	ending, err := p.b.Archive(t.Context(), &car, nil)
	if err != nil || ending != "car" {
		t.Fatalf("%s, %v", ending, err)
	}
	for _, text := range parts {
		if !bytes.Contains(car.Bytes(), []byte(text)) {
			t.Errorf("%d bytes, and %q is not among them", car.Len(), text)
		}
	}
}
