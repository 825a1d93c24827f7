package uitest

import (
	"context"
	"maps"
	"slices"
	"strings"

	"skein/timeline"
)

var (
	_ timeline.Sectioner  = (*Backend)(nil)
	_ timeline.Acquainter = (*Backend)(nil)
	_ timeline.Who        = (*Backend)(nil)
	_ timeline.Searcher   = (*Backend)(nil)
	_ timeline.Resolver   = (*Backend)(nil)
)

// ProfileSection implements timeline.Sectioner: posts are those without a parent, the
// oldest is pinned, and what somebody likes nobody tells.
func (b *Backend) ProfileSection(ctx context.Context, id string, s timeline.Section, p timeline.Page) (timeline.Batch, error) {
	batch, err := b.ProfilePosts(ctx, id, p)
	if err != nil {
		return timeline.Batch{}, err
	}
	var out timeline.Batch
	for i, post := range batch.Posts {
		pinned := i == len(batch.Posts)-1 && i > 0
		switch {
		case s == timeline.SectionLikes:
			return timeline.Batch{}, timeline.Errorf(timeline.CodeUnsupported, "%s shows nobody what others like", b.account.Network)
		case s == timeline.SectionPinned && !pinned, s == timeline.SectionMedia && len(post.Media) == 0, s == timeline.SectionPosts && post.ReplyTo != nil:
			continue
		}
		out.Posts = append(out.Posts, post)
	}
	return out, nil
}

// names are the people's ids in order. mu is held.
func (b *Backend) names() []string { return slices.Sorted(maps.Keys(b.people)) }

// People implements timeline.Acquainter: everybody whom Knows has told of.
func (b *Backend) People(ctx context.Context, id string, _ timeline.Circle, _ timeline.Page) (timeline.Listing, error) {
	if err := b.begin(ctx); err != nil {
		return timeline.Listing{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var l timeline.Listing
	for _, name := range b.names() {
		if name != id {
			l.People = append(l.People, b.people[name])
		}
	}
	return l, nil
}

// Who implements timeline.Who: everybody whom Knows has told of likes everything, and
// nobody boosts.
func (b *Backend) Who(ctx context.Context, _ timeline.ID, did timeline.Kind, p timeline.Page) (timeline.Listing, error) {
	if did != timeline.DoLike {
		return timeline.Listing{}, b.begin(ctx)
	}
	return b.People(ctx, "", timeline.CircleFollowers, p)
}

// Filters implements timeline.Filterer: what Hides has said.
func (b *Backend) Filters(ctx context.Context) ([]timeline.Filter, error) {
	if err := b.begin(ctx); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.filters, nil
}

// Hides says what Filters answers.
func (b *Backend) Hides(filters ...timeline.Filter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.filters = filters
}

// Search implements timeline.Searcher: by what posts say, and by names.
func (b *Backend) Search(ctx context.Context, s timeline.Sought, question string, _ timeline.Page) (timeline.Findings, error) {
	if err := b.begin(ctx); err != nil {
		return timeline.Findings{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var f timeline.Findings
	switch s {
	case timeline.SoughtPosts:
		for _, p := range b.posts {
			if strings.Contains(p.Text.Plain().String(), question) {
				f.Posts = append(f.Posts, p)
			}
		}
	case timeline.SoughtPeople:
		for _, name := range b.names() {
			if strings.Contains(name, question) {
				f.People = append(f.People, b.people[name])
			}
		}
	default:
		return f, timeline.Errorf(timeline.CodeUnsupported, "%s lists no %s", b.account.Network, s)
	}
	return f, nil
}

// Resolve implements timeline.Resolver: addresses of posts, and @handles.
func (b *Backend) Resolve(ctx context.Context, ref string) (timeline.Target, error) {
	if err := b.begin(ctx); err != nil {
		return timeline.Target{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.posts {
		if p.URL.String() == ref {
			return timeline.Target{Post: p.ID}, nil
		}
	}
	for _, p := range b.people {
		if p.Handle.String() == ref {
			return timeline.Target{Person: p.ID}, nil
		}
	}
	return timeline.Target{}, timeline.Errorf(timeline.CodeNotMine, "not of this network")
}
