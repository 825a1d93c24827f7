package mastodon

import (
	"context"
	"net/url"

	"skein/timeline"
)

// ProfileSection implements timeline.Sectioner. Likes are for nobody else to see.
//
// Source: docs.joinmastodon.org/methods/accounts#statuses
func (b *Backend) ProfileSection(ctx context.Context, id string, s timeline.Section, p timeline.Page) (timeline.Batch, error) {
	what := string(s) + " of " + timeline.CleanLine(id).String()
	q := url.Values{}
	switch s {
	case timeline.SectionPosts:
		q.Set("exclude_replies", "true")
	case timeline.SectionReplies:
	case timeline.SectionMedia:
		q.Set("only_media", "true")
	case timeline.SectionPinned:
		q.Set("pinned", "true")
	default:
		return timeline.Batch{}, b.failed(what, timeline.Errorf(timeline.CodeUnsupported, "Mastodon shows nobody what others like"))
	}
	sid, err := b.personOnServer(ctx, id)
	if err != nil {
		return timeline.Batch{}, b.failed(what, err)
	}
	p.After = ""
	f := feed{name: what, path: "/api/v1/accounts/" + sid + "/statuses", query: q}
	if s == timeline.SectionPinned {
		return b.pinned(ctx, f, p)
	}
	return b.read(ctx, f, p)
}

// pinned reads what is on top of a profile: at most five posts in an order of its own,
// of which there is no page below.
func (b *Backend) pinned(ctx context.Context, f feed, p timeline.Page) (timeline.Batch, error) {
	if p.Before != "" {
		return timeline.Batch{}, nil
	}
	batch, err := b.read(ctx, f, timeline.Page{Limit: pageSize})
	batch.Older = ""
	return batch, err
}

// People implements timeline.Acquainter. Who hides their network shows nobody.
//
// Source: docs.joinmastodon.org/methods/accounts#followers, #following
func (b *Backend) People(ctx context.Context, id string, c timeline.Circle, p timeline.Page) (timeline.Listing, error) {
	what := string(c) + " of " + timeline.CleanLine(id).String()
	sid, err := b.personOnServer(ctx, id)
	if err != nil {
		return timeline.Listing{}, b.failed(what, err)
	}
	if c != timeline.CircleFollowers && c != timeline.CircleFollowing {
		return timeline.Listing{}, b.failed(what, timeline.Errorf(timeline.CodeUnsupported, "there is no such circle of people"))
	}
	return b.peopleAt(ctx, what, "/api/v1/accounts/"+sid+"/"+string(c), p)
}

// Who implements timeline.Who.
//
// Source: docs.joinmastodon.org/methods/statuses#favourited_by, #reblogged_by
func (b *Backend) Who(ctx context.Context, post timeline.ID, did timeline.Kind, p timeline.Page) (timeline.Listing, error) {
	what := "who did " + string(did)
	verb := map[timeline.Kind]string{timeline.DoLike: "favourited_by", timeline.DoBoost: "reblogged_by"}[did]
	if verb == "" {
		return timeline.Listing{}, b.failed(what, timeline.Errorf(timeline.CodeUnsupported, "nobody is told who did that"))
	}
	a, err := b.open(ctx)
	if err != nil {
		return timeline.Listing{}, b.failed(what, err)
	}
	sid, err := b.serverID(ctx, a, post)
	if err != nil {
		return timeline.Listing{}, b.failed(what, err)
	}
	return b.peopleAt(ctx, what, "/api/v1/statuses/"+sid+"/"+verb, p)
}

// peopleAt reads a page of people that the server lists at a path.
func (b *Backend) peopleAt(ctx context.Context, what, path string, p timeline.Page) (timeline.Listing, error) {
	a, err := b.open(ctx)
	if err != nil {
		return timeline.Listing{}, b.failed(what, err)
	}
	l, err := b.listing(ctx, a, list{path: path, most: mostPeople, is: func(*timeline.Profile) {}}, p)
	if err != nil {
		return timeline.Listing{}, b.failed(what, err)
	}
	return l, nil
}
