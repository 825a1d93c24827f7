package mastodon

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"skein/timeline"
)

var (
	_ timeline.Feeder       = (*Backend)(nil)
	_ timeline.FeedStreamer = (*Backend)(nil)
)

// LacksFeed implements timeline.Feeder.
func (*Backend) LacksFeed(n timeline.FeedName) timeline.Safe {
	switch n.Kind() {
	case timeline.FeedCustom:
		return timeline.Literal("Mastodon has no custom feeds")
	case timeline.FeedRelay:
		return timeline.Literal("Mastodon has no relays to read")
	}
	return timeline.Safe{}
}

// Feed implements timeline.Feeder. A server may keep its public timelines to itself, or
// from those who are not signed in; then its own words say so.
//
// Source: docs.joinmastodon.org/methods/timelines#public, #tag, #list
func (b *Backend) Feed(ctx context.Context, n timeline.FeedName, p timeline.Page) (timeline.Batch, error) {
	if n.Shelf() {
		return b.shelf(ctx, n, p)
	}
	f, err := b.feedOf(ctx, n)
	if err != nil {
		return timeline.Batch{}, b.failed(string(n), err)
	}
	return b.read(ctx, f, p)
}

// feedOf is where a feed is read.
func (b *Backend) feedOf(ctx context.Context, n timeline.FeedName) (feed, error) {
	switch n.Kind() {
	case string(timeline.FeedHome):
		return homeFeed(), nil
	case string(timeline.FeedLocal):
		return feed{
			name: "local timeline", path: "/api/v1/timelines/public", query: url.Values{"local": {"true"}},
			stream: url.Values{"stream": {"public:local"}},
		}, nil
	case string(timeline.FeedFederated):
		return feed{name: "federated timeline", path: "/api/v1/timelines/public", stream: url.Values{"stream": {"public"}}}, nil
	case timeline.FeedTag:
		tag := n.Argument()
		return feed{
			name: "timeline of #" + tag, path: "/api/v1/timelines/tag/" + url.PathEscape(tag),
			stream: url.Values{"stream": {"hashtag"}, "tag": {tag}},
		}, nil
	case timeline.FeedList:
		id, err := b.listNamed(ctx, n.Argument())
		if err != nil {
			return feed{}, err
		}
		return feed{
			name: "list " + n.Argument(), path: "/api/v1/timelines/list/" + id,
			stream: url.Values{"stream": {"list"}, "list": {id}},
		}, nil
	}
	return feed{}, &timeline.Error{Code: timeline.CodeUnsupported, Message: b.LacksFeed(n)}
}

// shelf reads what the person has put aside, or written: newest first, whatever After
// says.
func (b *Backend) shelf(ctx context.Context, n timeline.FeedName, p timeline.Page) (timeline.Batch, error) {
	l := map[timeline.FeedName]timeline.List{
		timeline.FeedBookmarks: timeline.ListBookmarks, timeline.FeedLikes: timeline.ListLikes, timeline.FeedPosts: timeline.ListPosts,
	}[n]
	got, err := b.List(ctx, l, p)
	return timeline.Batch{Posts: got.Posts, Older: got.Older}, err
}

// listEntity is what matters of a List.
//
// Source: docs.joinmastodon.org/entities/List
type listEntity struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// listNamed is the server's id of a list that is named by id or by title.
func (b *Backend) listNamed(ctx context.Context, name string) (string, error) {
	if id, known := b.lists.get(name); known {
		return id, nil
	}
	a, err := b.open(ctx)
	if err != nil {
		return "", err
	}
	lists, err := b.ownLists(ctx, a)
	if err != nil {
		return "", err
	}
	found := ""
	for _, l := range lists {
		if l.ID == name || found == "" && strings.EqualFold(l.Title, name) {
			found = l.ID
		}
	}
	if found == "" {
		return "", timeline.Errorf(timeline.CodeNotFound, "%s: you have no list %s", b.base.Host, timeline.CleanLine(name))
	}
	b.lists.put(name, found)
	return found, nil
}

// ownLists reads the account's lists.
//
// Source: docs.joinmastodon.org/methods/lists#get
func (b *Backend) ownLists(ctx context.Context, a *api) ([]listEntity, error) {
	var all, out []listEntity
	if err := a.get(ctx, "/api/v1/lists", nil, &all); err != nil {
		return nil, err
	}
	for _, l := range all {
		if validID(l.ID) {
			out = append(out, l)
		}
	}
	return out, nil
}

// followedTags reads the tags that the account follows, of very many the first page.
//
// Source: docs.joinmastodon.org/methods/followed_tags
func (b *Backend) followedTags(ctx context.Context, a *api) ([]string, error) {
	var all []struct {
		Name string `json:"name"`
	}
	if err := a.get(ctx, "/api/v1/followed_tags", url.Values{"limit": {"200"}}, &all); err != nil {
		return nil, err
	}
	out := make([]string, 0, len(all))
	for _, t := range all {
		out = append(out, t.Name)
	}
	return out, nil
}

// Feeds implements timeline.Feeder with two requests.
func (b *Backend) Feeds(ctx context.Context) ([]timeline.FeedInfo, error) {
	host := timeline.CleanLine(b.base.Host)
	out := []timeline.FeedInfo{
		{Name: timeline.FeedLocal, Title: timeline.Literal("Local"), About: host},
		{Name: timeline.FeedFederated, Title: timeline.Literal("Federated"), About: timeline.CleanLine("all that " + host.String() + " knows of")},
		{Name: timeline.FeedBookmarks, Title: timeline.Literal("Bookmarks")},
		{Name: timeline.FeedLikes, Title: timeline.Literal("Likes")},
		{Name: timeline.FeedPosts, Title: timeline.Literal("Your posts")},
	}
	a, err := b.open(ctx)
	if err != nil {
		return out, b.failed("feeds", err)
	}
	lists, failed := b.ownLists(ctx, a)
	for _, l := range lists {
		title := timeline.CleanLine(l.Title)
		if n, err := timeline.ParseFeedName(timeline.FeedList + ":" + title.String()); err == nil {
			out = append(out, timeline.FeedInfo{Name: n, Title: title, About: timeline.Literal("list")})
		}
	}
	tags, err := b.followedTags(ctx, a)
	for _, t := range tags {
		if n, err := timeline.ParseFeedName("#" + t); err == nil {
			out = append(out, timeline.FeedInfo{Name: n, Title: timeline.CleanLine("#" + t), About: timeline.Literal("you follow it")})
		}
	}
	if failed = errors.Join(failed, err); failed != nil {
		return out, b.failed("lists and followed tags", failed)
	}
	return out, nil
}

// StreamsFeed implements timeline.FeedStreamer.
func (*Backend) StreamsFeed(n timeline.FeedName) bool {
	switch n.Kind() {
	case string(timeline.FeedLocal), string(timeline.FeedFederated), timeline.FeedTag, timeline.FeedList:
		return true
	}
	return false
}

// StreamFeed implements timeline.FeedStreamer, each feed over a socket of its own.
//
// Source: docs.joinmastodon.org/methods/streaming#streams
func (b *Backend) StreamFeed(ctx context.Context, n timeline.FeedName, from timeline.Cursor, emit func(timeline.Event)) error {
	f, err := b.feedOf(ctx, n)
	if err != nil {
		return b.failed(string(n), err)
	}
	return b.streamed(ctx, f, from, emit)
}
