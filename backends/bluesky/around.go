package bluesky

import (
	"context"
	"encoding/json"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

// ProfileSection implements timeline.Sectioner with app.bsky.feed.getAuthorFeed. What
// somebody likes the AppView shows to nobody but them.
func (b *Backend) ProfileSection(ctx context.Context, id string, s timeline.Section, p timeline.Page) (timeline.Batch, error) {
	did, err := syntax.ParseDID(id)
	if err != nil {
		return timeline.Batch{}, timeline.Errorf(timeline.CodeNotFound, "%q is nobody on Bluesky", id)
	}
	p.After = ""
	what := string(s) + " of " + did.String()
	filter := map[timeline.Section]string{
		timeline.SectionPosts: "posts_and_author_threads", timeline.SectionReplies: "posts_with_replies", timeline.SectionMedia: "posts_with_media",
	}[s]
	var batch timeline.Batch
	switch {
	case filter != "":
		f := feed{endpoint: "app.bsky.feed.getAuthorFeed", params: map[string]any{"actor": did.String(), "filter": filter}}
		batch, err = b.read(ctx, f, p)
	case s == timeline.SectionPinned:
		batch, err = b.pinned(ctx, did, p)
	case s == timeline.SectionLikes && did.String() == b.did:
		batch, err = b.ownLikes(ctx, p)
	default:
		err = timeline.Errorf(timeline.CodeUnsupported, "Bluesky shows nobody what others like")
	}
	return batch, tried(what, err)
}

// pinned is the one post that somebody may have on top.
func (b *Backend) pinned(ctx context.Context, did syntax.DID, p timeline.Page) (timeline.Batch, error) {
	if p.Before != "" {
		return timeline.Batch{}, nil
	}
	v, err := b.profile(ctx, did)
	if err != nil || v.PinnedPost.URI == "" {
		return timeline.Batch{}, err
	}
	found, err := b.postsNamed(ctx, []string{v.PinnedPost.URI})
	if err != nil {
		return timeline.Batch{}, err
	}
	var batch timeline.Batch
	if post := found[v.PinnedPost.URI]; post != nil && post.Author.ID == did.String() {
		batch.Posts = []*timeline.Post{post}
	}
	return batch, nil
}

// ownLikes are the posts that the account likes.
func (b *Backend) ownLikes(ctx context.Context, p timeline.Page) (timeline.Batch, error) {
	l, err := b.List(ctx, timeline.ListLikes, p)
	return timeline.Batch{Posts: l.Posts, Older: l.Older}, err
}

// People implements timeline.Acquainter with app.bsky.graph.getFollowers and
// getFollows.
func (b *Backend) People(ctx context.Context, id string, c timeline.Circle, p timeline.Page) (timeline.Listing, error) {
	did, err := syntax.ParseDID(id)
	if err != nil {
		return timeline.Listing{}, timeline.Errorf(timeline.CodeNotFound, "%q is nobody on Bluesky", id)
	}
	query, field := syntax.NSID("app.bsky.graph.getFollowers"), "followers"
	if c == timeline.CircleFollowing {
		query, field = "app.bsky.graph.getFollows", "follows"
	}
	l, err := b.peopleIn(ctx, query, field, map[string]any{"actor": did.String()}, p, func(raw json.RawMessage) json.RawMessage { return raw })
	return l, tried(string(c)+" of "+did.String(), err)
}

// Who implements timeline.Who with app.bsky.feed.getLikes and getRepostedBy.
func (b *Backend) Who(ctx context.Context, post timeline.ID, did timeline.Kind, p timeline.Page) (timeline.Listing, error) {
	uri, err := own(post)
	if err != nil {
		return timeline.Listing{}, err
	}
	params, what := map[string]any{"uri": uri.String()}, "who did "+string(did)+" "+uri.String()
	var l timeline.Listing
	switch did {
	case timeline.DoLike:
		l, err = b.peopleIn(ctx, "app.bsky.feed.getLikes", "likes", params, p, func(raw json.RawMessage) json.RawMessage {
			var like struct {
				Actor json.RawMessage `json:"actor"`
			}
			_ = json.Unmarshal(raw, &like) // what is no like names nobody
			return like.Actor
		})
	case timeline.DoBoost:
		l, err = b.peopleIn(ctx, "app.bsky.feed.getRepostedBy", "repostedBy", params, p, func(raw json.RawMessage) json.RawMessage { return raw })
	default:
		err = timeline.Errorf(timeline.CodeUnsupported, "nobody is told who did that")
	}
	return l, tried(what, err)
}

// peopleIn reads a page of people whom the AppView lists; actor finds a person's view
// in an item.
func (b *Backend) peopleIn(ctx context.Context, query syntax.NSID, field string, params map[string]any, p timeline.Page, actor func(json.RawMessage) json.RawMessage) (timeline.Listing, error) {
	var out timeline.Listing
	older, err := b.appViewPage(ctx, query, field, params, p, func(raw json.RawMessage) {
		if who := readProfile(actor(raw)); who != nil {
			out.People = append(out.People, who)
		} else {
			out.Unread = append(out.Unread, timeline.Literal("somebody whom skein could not read"))
		}
	})
	out.Older = older
	return out, err
}

// appViewPage is appViewList of what has parameters of its own.
func (b *Backend) appViewPage(ctx context.Context, query syntax.NSID, field string, params map[string]any, p timeline.Page, take func(json.RawMessage)) (timeline.Cursor, error) {
	limit := p.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	return b.appViewList(ctx, query, field, params, p.Before, min(limit, timeline.MaxPage), take)
}
