package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

const (
	listNSID      = "app.bsky.graph.list"
	generatorNSID = "app.bsky.feed.generator"
	mostSaved     = 100 // saved feeds whose names are asked for
)

var _ timeline.Feeder = (*Backend)(nil)

// LacksFeed implements timeline.Feeder.
func (*Backend) LacksFeed(n timeline.FeedName) timeline.Safe {
	switch n.Kind() {
	case string(timeline.FeedLocal), string(timeline.FeedFederated):
		return timeline.Literal("Bluesky has no timeline of a server: everybody is on one network")
	case timeline.FeedRelay:
		return timeline.Literal("Bluesky has no relays that show posts")
	}
	return timeline.Safe{}
}

// Feed implements timeline.Feeder: app.bsky.feed.getListFeed, getFeed, and for a tag
// searchPosts, newest first. Nothing of these is streamed.
func (b *Backend) Feed(ctx context.Context, n timeline.FeedName, p timeline.Page) (timeline.Batch, error) {
	if b.session == nil {
		return timeline.Batch{}, timeline.Errorf(timeline.CodeUnsupported, "there are no feeds without signing in to Bluesky")
	}
	batch, err := b.named(ctx, n, p)
	return batch, tried(string(n), err)
}

func (b *Backend) named(ctx context.Context, n timeline.FeedName, p timeline.Page) (timeline.Batch, error) {
	switch n.Kind() {
	case string(timeline.FeedHome):
		return b.Home(ctx, p)
	case timeline.FeedTag:
		return b.read(ctx, feed{endpoint: "app.bsky.feed.searchPosts", field: "posts", params: map[string]any{
			"q": "#" + n.Argument(), "tag": n.Argument(), "sort": "latest",
		}}, p)
	case timeline.FeedList:
		uri, err := b.listNamed(ctx, n.Argument())
		if err != nil {
			return timeline.Batch{}, err
		}
		return b.read(ctx, feed{endpoint: "app.bsky.feed.getListFeed", params: map[string]any{"list": uri}}, p)
	case timeline.FeedCustom:
		uri, err := syntax.ParseATURI(n.Argument())
		if err != nil || uri.Collection().String() != generatorNSID {
			return timeline.Batch{}, timeline.Errorf(timeline.CodeNotFound, "%s is no custom feed", timeline.CleanLine(n.Argument()))
		}
		p.After = "" // it is in the order of whoever makes it
		batch, err := b.read(ctx, feed{endpoint: "app.bsky.feed.getFeed", params: map[string]any{"feed": uri.String()}}, p)
		batch.Newer = ""
		return batch, err
	}
	list, shelf := map[timeline.FeedName]timeline.List{
		timeline.FeedBookmarks: timeline.ListBookmarks, timeline.FeedLikes: timeline.ListLikes, timeline.FeedPosts: timeline.ListPosts,
	}[n]
	if !shelf {
		return timeline.Batch{}, &timeline.Error{Code: timeline.CodeUnsupported, Message: b.LacksFeed(n)}
	}
	got, err := b.List(ctx, list, p)
	return timeline.Batch{Posts: got.Posts, Older: got.Older}, err
}

// ownList is app.bsky.graph.defs#listView.
type ownList struct {
	URI     string `json:"uri"`
	Name    string `json:"name"`
	Purpose string `json:"purpose"`
}

// ownLists reads the account's lists of people to read (app.bsky.graph.getLists): not
// those that mute or block, nor those of starter packs.
func (b *Backend) ownLists(ctx context.Context) ([]ownList, error) {
	var out []ownList
	for cursor := timeline.Cursor(""); ; {
		params := map[string]any{"actor": b.did, "limit": timeline.MaxPage, "purposes": []string{"curatelist"}}
		if cursor != "" {
			params["cursor"] = string(cursor)
		}
		var page struct {
			Lists  []ownList       `json:"lists"`
			Cursor timeline.Cursor `json:"cursor"`
		}
		if err := b.get(ctx, "app.bsky.graph.getLists", params, &page); err != nil {
			return nil, err
		}
		for _, l := range page.Lists {
			uri, err := syntax.ParseATURI(l.URI)
			if err == nil && uri.Collection().String() == listNSID && l.Purpose == "app.bsky.graph.defs#curatelist" {
				out = append(out, l)
			}
		}
		if page.Cursor == "" || page.Cursor == cursor || len(out) >= mostSaved {
			return out, nil
		}
		cursor = page.Cursor
	}
}

// listNamed is the URI of a list that is named by that or by what it is called.
func (b *Backend) listNamed(ctx context.Context, name string) (string, error) {
	if uri, err := syntax.ParseATURI(name); err == nil && uri.Collection().String() == listNSID {
		return uri.String(), nil
	}
	b.mu.Lock()
	uri, known := b.listURIs[name]
	b.mu.Unlock()
	if known {
		return uri, nil
	}
	lists, err := b.ownLists(ctx)
	if err != nil {
		return "", err
	}
	for _, l := range lists {
		if strings.EqualFold(timeline.CleanLine(l.Name).String(), name) {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.listURIs == nil || len(b.listURIs) >= mostSaved {
				b.listURIs = map[string]string{}
			}
			b.listURIs[name] = l.URI
			return l.URI, nil
		}
	}
	return "", timeline.Errorf(timeline.CodeNotFound, "you have no list %s", timeline.CleanLine(name))
}

// Feeds implements timeline.Feeder: lists (getLists), and the saved feeds of the
// preferences (getPreferences) with their names (getFeedGenerators).
func (b *Backend) Feeds(ctx context.Context) ([]timeline.FeedInfo, error) {
	out := []timeline.FeedInfo{
		{Name: timeline.FeedBookmarks, Title: timeline.Literal("Bookmarks")},
		{Name: timeline.FeedLikes, Title: timeline.Literal("Likes")},
		{Name: timeline.FeedPosts, Title: timeline.Literal("Your posts")},
	}
	if b.session == nil {
		return nil, timeline.Errorf(timeline.CodeUnsupported, "there are no feeds without signing in to Bluesky")
	}
	lists, failed := b.ownLists(ctx)
	for _, l := range lists {
		title := timeline.CleanLine(l.Name)
		if n, err := timeline.ParseFeedName(timeline.FeedList + ":" + title.String()); err == nil {
			out = append(out, timeline.FeedInfo{Name: n, Title: title, About: timeline.Literal("list")})
		}
	}
	saved, err := b.savedFeeds(ctx)
	out = append(out, saved...)
	return out, tried("lists and saved feeds of "+b.account.Handle.String(), errors.Join(failed, err))
}

// savedFeeds are the feed generators of app.bsky.actor.defs#savedFeedsPrefV2, those
// that are pinned first, as the person has ordered them.
func (b *Backend) savedFeeds(ctx context.Context) ([]timeline.FeedInfo, error) {
	var prefs struct {
		Preferences []json.RawMessage `json:"preferences"`
	}
	if err := b.get(ctx, "app.bsky.actor.getPreferences", nil, &prefs); err != nil {
		return nil, err
	}
	var pinned, others []string
	for _, raw := range prefs.Preferences {
		var pref struct {
			Type  string `json:"$type"`
			Items []struct {
				Type   string `json:"type"`
				Value  string `json:"value"`
				Pinned bool   `json:"pinned"`
			} `json:"items"`
		}
		if json.Unmarshal(raw, &pref) != nil || pref.Type != "app.bsky.actor.defs#savedFeedsPrefV2" {
			continue
		}
		for _, i := range pref.Items {
			switch {
			case i.Type != "feed":
			case i.Pinned:
				pinned = append(pinned, i.Value)
			default:
				others = append(others, i.Value)
			}
		}
	}
	uris := append(pinned, others...)
	uris = uris[:min(len(uris), mostSaved)]
	byURI := map[string]timeline.FeedInfo{}
	err := b.lookUp(ctx, "app.bsky.feed.getFeedGenerators", "feeds", "feeds", uris, func(raw json.RawMessage) {
		var v struct {
			URI     string `json:"uri"`
			Name    string `json:"displayName"`
			Creator actor  `json:"creator"`
		}
		if json.Unmarshal(raw, &v) != nil {
			return
		}
		if n, err := timeline.ParseFeedName(timeline.FeedCustom + ":" + v.URI); err == nil {
			byURI[v.URI] = timeline.FeedInfo{Name: n, Title: timeline.CleanLine(v.Name), About: timeline.CleanLine("by @" + v.Creator.Handle)}
		}
	})
	var out []timeline.FeedInfo
	for _, uri := range uris {
		if info, ok := byURI[uri]; ok {
			out = append(out, info)
		}
	}
	return out, err
}
