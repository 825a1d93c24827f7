package ui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/profile"
	"skein/ui/search"
	"skein/ui/thread"
)

// The messages of what is looked for on the networks.
type (
	resolved struct { // a reference was looked for
		ref  string
		post *timeline.Post
		who  *timeline.Profile
		err  error
	}
	foundWide struct {
		of *findings
		search.WideAnswer
	}
)

// eachNetwork are backends of an account of each network that has one.
func (m *Model) eachNetwork() func(context.Context) []timeline.Backend {
	hub, networks := m.o.Hub, m.networks()
	return func(ctx context.Context) []timeline.Backend {
		var all []timeline.Backend
		for _, n := range networks {
			if b, err := hub.Reader(ctx, &timeline.Post{ID: timeline.ID{Network: n}}); err == nil {
				all = append(all, b)
			}
		}
		return all
	}
}

// seekWide asks the networks what the person asked them.
func (m *Model) seekWide() tea.Cmd {
	ask, ok := m.found.Wide()
	if !ok {
		return nil
	}
	of, ctx, backends := m.found, m.ctx, m.eachNetwork()
	return func() tea.Msg { return foundWide{of, ask.Find(ctx, backends(ctx))} }
}

func (m *Model) takeWide(a foundWide) {
	if m.found != nil && m.found == a.of { // else that search is over
		m.found.TakeWide(a.WideAnswer)
		m.reviseAll()
	}
}

// resolve looks for the post or the person that a reference names, and opens it.
func (m *Model) resolve(ref string) tea.Cmd {
	ref = strings.TrimSpace(ref)
	ctx, backends := m.ctx, m.eachNetwork()
	return tea.Batch(m.tell("looking for "+timeline.CleanLine(ref).String()+m.theme.Signs.More, plain), func() tea.Msg {
		return resolveWith(ctx, backends(ctx), ref)
	})
}

// resolveWith asks each network whether the reference is its own. The first that finds
// it wins; a failure of one is told where no other understands.
func resolveWith(ctx context.Context, all []timeline.Backend, ref string) resolved {
	var failed error
	for _, b := range all {
		resolver, ok := timeline.As[timeline.Resolver](b)
		if !ok {
			continue
		}
		target, err := resolver.Resolve(ctx, ref)
		switch {
		case err != nil && (timeline.CodeOf(err) == timeline.CodeNotMine || failed != nil):
		case err != nil:
			failed = err
		case target.Post.Zero():
			return resolved{ref: ref, who: &timeline.Profile{
				Network: b.Account().Network, Author: timeline.Author{ID: target.Person, Handle: timeline.CleanLine(ref), Name: timeline.CleanLine(ref)},
			}}
		default:
			post, err := b.Post(ctx, target.Post)
			return resolved{ref: ref, post: post, err: err}
		}
	}
	if failed == nil {
		failed = timeline.Errorf(timeline.CodeNotMine, "no account of yours understands %s; a browser may open it", timeline.CleanLine(ref))
	}
	return resolved{ref: ref, err: failed}
}

// takeResolved opens what was found.
func (m *Model) takeResolved(r resolved) tea.Cmd {
	switch {
	case r.err != nil:
		return m.tell(timeline.AsError(r.err).Message.Line().String(), bad)
	case r.post != nil:
		m.message.text = ""
		return m.push(thread.New(r.post, m.look()))
	}
	m.message.text = ""
	return m.push(profile.NewOf(r.who, m.look()))
}
