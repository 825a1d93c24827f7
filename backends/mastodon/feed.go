package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"

	masto "github.com/mattn/go-mastodon"

	"skein/backends/transport"
	"skein/timeline"
)

// pageSize is the most statuses that Mastodon gives at once.
const pageSize = 40

// feed is one list of statuses on the server.
type feed struct {
	name   string // for messages
	path   string
	query  url.Values
	stream url.Values // of its live updates
}

// Home implements timeline.Backend. After reads all that is newer, as long as
// transport.MaxPages allow, whatever the limit; a longer absence is answered by
// the newest page and Gap.
//
// Source: docs.joinmastodon.org/methods/timelines#home
func (b *Backend) Home(ctx context.Context, p timeline.Page) (timeline.Batch, error) {
	return b.read(ctx, homeFeed(), p)
}

func homeFeed() feed {
	return feed{name: "home timeline", path: "/api/v1/timelines/home", stream: url.Values{"stream": {"user"}}}
}

func (b *Backend) read(ctx context.Context, f feed, p timeline.Page) (timeline.Batch, error) {
	batch, err := b.batch(ctx, f, p)
	if err != nil {
		return timeline.Batch{}, b.failed(f.name, err)
	}
	return batch, nil
}

func (b *Backend) batch(ctx context.Context, f feed, p timeline.Page) (timeline.Batch, error) {
	for _, c := range []timeline.Cursor{p.Before, p.After} {
		if c != "" && !validID(string(c)) {
			return timeline.Batch{}, timeline.Errorf(timeline.CodeUsage, "%s: not a position in a timeline", b.base.Host)
		}
	}
	if p.Before != "" && p.After != "" {
		return timeline.Batch{}, timeline.Errorf(timeline.CodeUsage, "%s: a page is before or after a position, not both", b.base.Host)
	}
	a, err := b.open(ctx)
	if err != nil {
		return timeline.Batch{}, err
	}
	if p.After != "" {
		return b.newer(ctx, a, f, masto.ID(p.After))
	}
	want := pageSize
	if p.Limit > 0 {
		want = min(p.Limit, timeline.MaxPage)
	}
	return b.older(ctx, a, f, masto.ID(p.Before), want)
}

// older reads up to want statuses below before, the newest ones when that is "".
func (b *Backend) older(ctx context.Context, a *api, f feed, before masto.ID, want int) (timeline.Batch, error) {
	out := timeline.Batch{Newer: timeline.Cursor(before)}
	for want > 0 {
		page, err := b.page(ctx, a, f, masto.Pagination{MaxID: before, Limit: int64(min(want, pageSize))})
		if err != nil {
			return timeline.Batch{}, err
		}
		if page.low == "" || before != "" && page.low.Compare(before) >= 0 { // the end, or a server that goes in circles
			out.Older = ""
			return out, nil
		}
		if len(out.Posts) == 0 {
			out.Newer = timeline.Cursor(page.high)
		}
		before, out.Older = page.low, timeline.Cursor(page.low)
		out.Posts = append(out.Posts, page.posts...)
		want -= len(page.posts)
	}
	return out, nil
}

// newer reads what is above after, oldest page first. A page shorter than asked
// for is no end: the server leaves out what was deleted. Only an empty one is.
func (b *Backend) newer(ctx context.Context, a *api, f feed, after masto.ID) (timeline.Batch, error) {
	out := timeline.Batch{Newer: timeline.Cursor(after)}
	at, lowest, full := after, masto.ID(""), false
	for pages := 0; ; pages++ {
		if pages == transport.MaxPages {
			out, err := b.older(ctx, a, f, "", pageSize)
			out.Gap = true
			return out, err
		}
		page, err := b.page(ctx, a, f, masto.Pagination{MinID: at, Limit: pageSize})
		if err != nil {
			return timeline.Batch{}, err
		}
		if page.high.Compare(at) <= 0 {
			break
		}
		if lowest == "" {
			lowest = page.low
		}
		full = full || len(page.posts) >= pageSize
		out.Posts = append(out.Posts, b.above(page.posts, at)...)
		at, out.Newer = page.high, timeline.Cursor(page.high)
	}
	if full {
		reached, err := b.reaches(ctx, a, f, lowest, after)
		if err != nil {
			return timeline.Batch{}, err
		}
		out.Gap = !reached
	}
	if lowest != "" {
		out.Older = timeline.Cursor(lowest)
	}
	return out, nil
}

// above keeps the posts newer than at: a server that does not know min_id sends
// its newest page instead.
func (b *Backend) above(posts []*timeline.Post, at masto.ID) []*timeline.Post {
	kept := posts[:0]
	for _, p := range posts {
		if v, _ := p.View(b.account.ID); masto.ID(v.ServerID).Compare(at) > 0 {
			kept = append(kept, p)
		}
	}
	return kept
}

// reaches tells whether nothing is missing between after and low: the server's
// next older status is after itself or older. It has none once it trimmed the
// timeline (Mastodon keeps about 800), and then nobody knows.
func (b *Backend) reaches(ctx context.Context, a *api, f feed, low, after masto.ID) (bool, error) {
	if low.Compare(after) <= 0 {
		return true, nil
	}
	page, err := b.page(ctx, a, f, masto.Pagination{MaxID: low, Limit: 1})
	if err != nil {
		return false, err
	}
	return page.high != "" && page.high.Compare(after) <= 0, nil
}

// page reads and decodes one page.
func (b *Backend) page(ctx context.Context, a *api, f feed, p masto.Pagination) (page, error) {
	q := url.Values{}
	for k, v := range f.query {
		q[k] = v
	}
	for k, v := range map[string]masto.ID{"max_id": p.MaxID, "min_id": p.MinID} {
		if v != "" {
			q.Set(k, string(v))
		}
	}
	q.Set("limit", strconv.FormatInt(p.Limit, 10))
	var raws []json.RawMessage
	if err := a.get(ctx, f.path, q, &raws); err != nil {
		return page{}, err
	}
	return b.decode.page(raws), nil
}

// oldestFirst orders posts by this server's ids.
func oldestFirst(posts []*timeline.Post, who timeline.AccountID) []*timeline.Post {
	id := func(p *timeline.Post) masto.ID {
		v, _ := p.View(who)
		return masto.ID(v.ServerID)
	}
	return slices.SortedFunc(slices.Values(posts), func(x, y *timeline.Post) int { return id(x).Compare(id(y)) })
}
