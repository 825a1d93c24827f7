package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"skein/timeline"
)

// reading is one backend that understands a reference.
type reading struct {
	backend timeline.Backend
	target  timeline.Target
}

// post is the post that ref names; a person is wrong usage.
func (r reading) post(ref string) (timeline.ID, error) {
	if r.target.Post.Zero() {
		return timeline.ID{}, timeline.Errorf(timeline.CodeUsage, "%s is a person: `skein profile` shows people", ref)
	}
	return r.target.Post, nil
}

// person is the Author.ID of the person that ref names; a post stands for who wrote
// it.
func (r reading) person(ctx context.Context) (string, error) {
	if r.target.Person != "" {
		return r.target.Person, nil
	}
	post, err := r.backend.Post(ctx, r.target.Post)
	if err != nil {
		return "", err
	}
	return post.Content().Author.ID, nil
}

// resolve finds what ref names: a short id by what was read before, all else by
// asking each backend in turn whether it is its own. The first that finds it wins; a
// failure of one is told only when no other understands.
func (a *app) resolve(ctx context.Context, all []timeline.Backend, ref string) (reading, error) {
	if timeline.IsShort(ref) {
		r, err := a.short(ctx, all, ref)
		if err == nil || timeline.CodeOf(err) != timeline.CodeNotFound {
			return r, err
		}
	}
	var failed error
	for _, b := range all {
		resolver, ok := timeline.As[timeline.Resolver](b)
		if !ok {
			continue
		}
		target, err := resolver.Resolve(ctx, ref)
		if err == nil {
			return reading{b, target}, nil
		}
		if ctx.Err() != nil {
			return reading{}, ctx.Err()
		}
		if timeline.CodeOf(err) != timeline.CodeNotMine && failed == nil {
			failed = err
		}
	}
	if r, ok := a.known(ctx, all, ref, failed); ok {
		return r, nil
	}
	switch {
	case failed != nil:
		return reading{}, failed
	case timeline.IsShort(ref):
		return reading{}, timeline.Errorf(timeline.CodeNotFound,
			"%s is no reference that an account here understands, and no post in the cache has that short id; `skein timeline` reads posts into it", ref)
	}
	return reading{}, timeline.Errorf(timeline.CodeUsage, "%s is no reference that an account here understands; `skein show --help` lists what is", ref)
}

// known finds what ref names among what was read before, where a server could not be
// asked: a post by its own id, a person by theirs.
func (a *app) known(ctx context.Context, all []timeline.Backend, ref string, failed error) (r reading, ok bool) {
	if code := timeline.CodeOf(failed); code != timeline.CodeOffline && code != timeline.CodeServer {
		return r, false
	}
	cache, err := a.cache(ctx)
	if err != nil {
		return r, false
	}
	for _, b := range all {
		n := b.Account().Network
		if p, err := cache.KeptPost(ctx, timeline.ID{Network: n, Local: ref}); err == nil {
			c := p.Content()
			return reading{reads(all, n, c.Views), timeline.Target{Post: c.ID}}, true
		}
		if who, err := cache.KeptProfile(ctx, n, strings.TrimPrefix(ref, "@")); err == nil {
			return reading{b, timeline.Target{Person: who.ID}}, true
		}
	}
	return r, false
}

// short finds the post with a short id among those that were read before.
func (a *app) short(ctx context.Context, all []timeline.Backend, ref string) (reading, error) {
	cache, err := a.cache(ctx)
	if err != nil {
		return reading{}, timeline.Errorf(timeline.CodeNotFound, "no short id is known: %w", err)
	}
	return shortIn(ctx, cache, all, strings.ToLower(ref))
}

// shortIn fails with CodeNotFound where no post that a backend reads has the short
// id, and with CodeUsage where several have.
func shortIn(ctx context.Context, l timeline.Library, all []timeline.Backend, ref string) (reading, error) {
	ids, err := l.Short(ctx, ref)
	if err != nil {
		return reading{}, err
	}
	ids = slices.DeleteFunc(ids, func(id timeline.ID) bool { return reads(all, id.Network, nil) == nil })
	switch len(ids) {
	case 0:
		return reading{}, timeline.Errorf(timeline.CodeNotFound, "no post in the cache has the short id %s", ref)
	case 1:
		p, err := l.KeptPost(ctx, ids[0])
		if err != nil {
			return reading{}, err
		}
		c := p.Content()
		return reading{reads(all, c.ID.Network, c.Views), timeline.Target{Post: c.ID}}, nil
	}
	var posts []string
	for _, id := range ids {
		posts = append(posts, oneOfMany(ctx, l, id))
	}
	return reading{}, timeline.Errorf(timeline.CodeUsage, "%s is the short id of %d posts; name one by its id: %s", ref, len(ids), strings.Join(posts, "; "))
}

// oneOfMany tells a post from others: its id, who wrote it and how it begins.
func oneOfMany(ctx context.Context, l timeline.Library, id timeline.ID) string {
	p, err := l.KeptPost(ctx, id)
	if err != nil {
		return id.Local
	}
	c := p.Content()
	return fmt.Sprintf("%s (%s: %s)", id.Local, c.Author.Handle.Line(), ansi.Truncate(c.Text.Plain().Line().String(), 40, "…"))
}

// reads is the backend that reads a network's posts: of several that of an account
// which has seen this one. It is nil where there is none.
func reads(all []timeline.Backend, n timeline.Network, views []timeline.View) timeline.Backend {
	var first timeline.Backend
	for _, b := range all {
		acct := b.Account()
		if acct.Network != n {
			continue
		}
		if slices.ContainsFunc(views, func(v timeline.View) bool { return v.Account == acct.ID }) {
			return b
		}
		if first == nil {
			first = b
		}
	}
	return first
}
