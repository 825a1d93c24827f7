package bluesky

import (
	"context"
	"encoding/json"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/transport"
	"skein/timeline"
)

const (
	defaultPage = 50
	// catchUpPages is how many pages are read down from the top in search of what
	// is known, those after the first as large as can be; more is a gap, which the
	// person can fill.
	catchUpPages = 10
)

// feed is a query that answers with posts and a cursor.
type feed struct {
	endpoint syntax.NSID
	params   map[string]any
	field    string // where its posts are: "" for feedViewPosts in feed, or "posts" for postViews
}

// Home implements timeline.Backend with app.bsky.feed.getTimeline. The Older
// cursor is the server's, the Newer one a mark. An answer to After may hold more
// than Limit posts: all that is new within ten pages, most of MaxPage.
func (b *Backend) Home(ctx context.Context, p timeline.Page) (timeline.Batch, error) {
	if b.session == nil {
		return timeline.Batch{}, timeline.Errorf(timeline.CodeUnsupported, "there is no home timeline without signing in to Bluesky")
	}
	batch, err := b.read(ctx, feed{endpoint: "app.bsky.feed.getTimeline"}, p)
	return batch, tried("home timeline of "+b.account.Handle.String(), err)
}

// read answers a Page out of any feed.
func (b *Backend) read(ctx context.Context, f feed, p timeline.Page) (timeline.Batch, error) {
	limit := p.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, timeline.MaxPage)
	if p.After == "" {
		return b.down(ctx, f, p.Before, limit)
	}
	known, ok := parseMark(p.After)
	if !ok { // another version's cursor: what lies between is unknown
		batch, err := b.down(ctx, f, "", limit)
		batch.Gap = true
		return batch, err
	}
	return b.up(ctx, f, known, max(limit, defaultPage))
}

// down reads the page below a cursor, skipping pages that the server filtered
// until nothing was left of them.
func (b *Backend) down(ctx context.Context, f feed, before timeline.Cursor, limit int) (timeline.Batch, error) {
	cursor := string(before)
	for range transport.MaxPages {
		posts, next, err := b.page(ctx, f, cursor, limit)
		if err != nil {
			return timeline.Batch{}, err
		}
		if len(posts) == 0 && next != "" {
			cursor = next
			continue
		}
		batch := timeline.Batch{Posts: posts, Older: timeline.Cursor(next)}
		if before == "" {
			batch.Newer = mark{}.next(posts, floorOf(posts, next)).cursor()
		}
		return batch, nil
	}
	return timeline.Batch{}, timeline.Errorf(timeline.CodeMalformed, "%s: %d pages without a post", b.host, transport.MaxPages)
}

// floorOf is down to where a page is complete: its last post, or everything when
// the feed ends there. In Unix milliseconds.
func floorOf(posts []*timeline.Post, next string) int64 {
	if next == "" || len(posts) == 0 {
		return 0
	}
	return posts[len(posts)-1].Sorted.UnixMilli()
}

// up reads from the top down to what is known.
func (b *Backend) up(ctx context.Context, f feed, known mark, limit int) (timeline.Batch, error) {
	var all []*timeline.Post
	cursor, given := "", map[timeline.ID]bool{}
	for n := 1; ; n++ {
		posts, next, err := b.page(ctx, f, cursor, limit)
		if err != nil {
			return timeline.Batch{}, err
		}
		for _, p := range posts {
			if !given[p.ID] { // what is posted meanwhile shifts pages
				given[p.ID] = true
				all = append(all, p)
			}
		}
		batch := timeline.Batch{Posts: known.fresh(all), Older: timeline.Cursor(next)}
		switch {
		case next == "" || known.reached(posts):
			batch.Newer = known.next(all, known.Floor).cursor()
			return batch, nil
		case n == catchUpPages:
			batch.Gap = true
			batch.Newer = known.next(all, floorOf(all, next)).cursor()
			return batch, nil
		}
		cursor, limit = next, timeline.MaxPage
	}
}

// page asks for one page and decodes it item by item.
func (b *Backend) page(ctx context.Context, f feed, cursor string, limit int) ([]*timeline.Post, string, error) {
	params := map[string]any{"limit": limit}
	for k, v := range f.params {
		params[k] = v
	}
	if cursor != "" {
		params["cursor"] = cursor
	}
	var out struct {
		Feed   []json.RawMessage `json:"feed"`
		Posts  []json.RawMessage `json:"posts"`
		Cursor string            `json:"cursor"`
	}
	if err := b.get(ctx, f.endpoint, params, &out); err != nil {
		return nil, "", err
	}
	if out.Cursor != "" && out.Cursor == cursor {
		return nil, "", timeline.Errorf(timeline.CodeMalformed, "%s repeats a page without end", b.host)
	}
	if f.field == "posts" {
		return b.decode.posts(out.Posts), out.Cursor, nil
	}
	b.moderated(ctx) // after the page: who cannot read that hears why
	return b.decode.feed(out.Feed), out.Cursor, nil
}
