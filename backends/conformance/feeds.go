package conformance

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"skein/timeline"
)

// feeder is the ability to read feeds, if the backend has it.
func (c *suite) feeder(t *testing.T) timeline.Feeder {
	t.Helper()
	f, ok := timeline.As[timeline.Feeder](c.Backend)
	if !ok {
		t.Skip("this backend reads no feeds")
	}
	return f
}

// testFeeds reads everything that there is to choose from.
func (c *suite) testFeeds(t *testing.T) {
	f := c.feeder(t)
	all, err := f.Feeds(t.Context())
	if err != nil {
		t.Fatalf("Feeds: %v", err)
	}
	for _, info := range all {
		if n, err := timeline.ParseFeedName(string(info.Name)); n != info.Name || err != nil {
			t.Errorf("the name %q reads as %q, %v", info.Name, n, err)
		}
		if info.Title.Empty() {
			t.Errorf("%s has no title", info.Name)
		}
		if why := f.LacksFeed(info.Name); !why.Empty() {
			t.Errorf("%s can be chosen and is lacking: %s", info.Name, why)
		}
		b, err := f.Feed(t.Context(), info.Name, timeline.Page{Limit: c.PageSize})
		if err != nil {
			t.Errorf("%s: %v", info.Name, err)
		}
		for _, p := range b.Posts {
			checkPost(t, c.account, p)
		}
		if info.Name.Loose() && b.Newer != "" {
			t.Errorf("%s is in no order and has a place above it", info.Name)
		}
	}
}

// testLackingFeeds: what the network does not have is told alike by both methods, and
// a list that nobody made is not found.
func (c *suite) testLackingFeeds(t *testing.T) {
	f := c.feeder(t)
	for _, n := range []timeline.FeedName{
		timeline.FeedLocal, timeline.FeedFederated, "feed:at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.generator/none", "relay:ws://127.0.0.1:9",
	} {
		_, err := f.Feed(t.Context(), n, timeline.Page{})
		if why := f.LacksFeed(n); !why.Empty() {
			if err := wantCode(err, timeline.CodeUnsupported); err != nil {
				t.Errorf("%s: %v", n, err)
			}
		}
	}
	_, err := f.Feed(t.Context(), "list:nobody made this list", timeline.Page{})
	if err := wantCode(err, timeline.CodeNotFound); err != nil {
		t.Error(err)
	}
}

// testTagFeed finds what the account itself wrote by its tag, page by page upwards, and
// live where that is.
func (c *suite) testTagFeed(t *testing.T) {
	f := c.feeder(t)
	tag := fmt.Sprintf("skein%d", time.Now().UnixNano())
	n := timeline.FeedName(timeline.FeedTag + ":" + tag)
	b, err := f.Feed(t.Context(), n, timeline.Page{})
	if err != nil || len(b.Posts) > 0 {
		t.Fatalf("a tag that nobody used: %d posts, %v", len(b.Posts), err)
	}
	first := c.says(t, "the first #"+tag, timeline.ID{})
	holds := func(p timeline.Page, want timeline.ID) (got timeline.Batch) {
		t.Helper()
		c.eventually(t, func(ctx context.Context) (err error) {
			got, err = f.Feed(ctx, n, p)
			if err == nil && !slices.ContainsFunc(got.Posts, func(p *timeline.Post) bool { return p.ID == want }) {
				err = fmt.Errorf("%s lacks %s", n, want)
			}
			return err
		})
		for _, p := range got.Posts {
			checkPost(t, c.account, p)
		}
		return got
	}
	at := holds(timeline.Page{Limit: c.PageSize}, first).Newer
	live := c.liveFeed(t, n, at)
	second := c.says(t, "the second #"+tag, timeline.ID{})
	holds(timeline.Page{After: at, Limit: c.PageSize}, second)
	if live == nil {
		return
	}
	deadline := time.After(c.Patience)
	for {
		select {
		case e := <-live:
			if e.Post != nil && e.Post.ID == second {
				return
			}
		case <-deadline:
			t.Fatalf("%s did not come by itself within %s", second, c.Patience)
		}
	}
}

// liveFeed streams a feed until the test ends; nil where it is not streamed.
func (c *suite) liveFeed(t *testing.T, n timeline.FeedName, from timeline.Cursor) <-chan timeline.Event {
	t.Helper()
	s, ok := timeline.As[timeline.FeedStreamer](c.Backend)
	if !ok || !s.StreamsFeed(n) {
		return nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	events, ended := make(chan timeline.Event, 1024), make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.StreamFeed(ctx, n, from, func(e timeline.Event) { events <- e })
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return events
}
