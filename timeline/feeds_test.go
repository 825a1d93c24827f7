package timeline_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

// TestParseFeedName holds the names that are part of configuration and output.
func TestParseFeedName(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"home", "home"},
		{" likes ", "likes"},
		{"#GoLang", "tag:golang"},
		{"tag:#Go", "tag:go"},
		{"tag:日本", "tag:日本"},
		{"list:Close friends", "list:Close friends"},
		{"list: 17", "list:17"},
		{"feed:at://did:plc:abc/app.bsky.feed.generator/birds", "feed:at://did:plc:abc/app.bsky.feed.generator/birds"},
		{"relay:wss://Relay.Example/", "relay:wss://relay.example"},
		{"relay:ws://127.0.0.1:7447/in", "relay:ws://127.0.0.1:7447/in"},
		{"", ""},
		{"homes", ""},
		{"tag:", ""},
		{"tag:two words", ""},
		{"list:", ""},
		{"feed:https://x", ""},
		{"relay:https://x", ""},
		{"relay:wss://me:secret@x", ""},
		{"list:a\nb", ""},
		{"x:y", ""},
		{"home:x", ""},
	} {
		got, err := timeline.ParseFeedName(c.in)
		switch {
		case string(got) != c.want:
			t.Errorf("%q is %q, want %q (%v)", c.in, got, c.want, err)
		case c.want == "" && timeline.CodeOf(err) != timeline.CodeUsage:
			t.Errorf("%q: %v", c.in, err)
		case c.want != "":
			if again, err := timeline.ParseFeedName(string(got)); again != got || err != nil {
				t.Errorf("%q read again is %q, %v", got, again, err)
			}
		}
	}
}

// fed is a server that has one feed besides.
type fed struct {
	streaming
	has     timeline.FeedName
	streams bool
	open    atomic.Int32
}

func (f *fed) LacksFeed(n timeline.FeedName) timeline.Safe {
	if n != f.has {
		return timeline.Literal("no such feed here")
	}
	return timeline.Safe{}
}

func (f *fed) Feed(ctx context.Context, _ timeline.FeedName, p timeline.Page) (timeline.Batch, error) {
	return f.Home(ctx, p)
}

func (f *fed) Feeds(context.Context) ([]timeline.FeedInfo, error) { return nil, nil }

func (f *fed) StreamsFeed(timeline.FeedName) bool { return f.streams }

func (f *fed) StreamFeed(ctx context.Context, _ timeline.FeedName, from timeline.Cursor, emit func(timeline.Event)) error {
	f.open.Add(1)
	defer f.open.Add(-1)
	return f.Stream(ctx, from, emit)
}

func newFed(n timeline.Network, has timeline.FeedName) *fed {
	return &fed{streaming: streaming{newServer(n, 5, time.Minute)}, has: has}
}

// readFeed is read of a feed.
func readFeed(t *testing.T, name timeline.FeedName, cache timeline.Cache, backends ...timeline.Backend) *reader {
	o, accounts := options(backends...)
	o.Feed, o.Cache = name, cache
	r := &reader{t: t, hub: timeline.NewHub(o, accounts...)}
	r.hub.Start()
	t.Cleanup(r.hub.Close)
	return r
}

// TestAFeedIsMerged: the accounts that have it are merged, one that lacks it says why
// and holds nobody back, and what is kept of it is not the home timeline's.
func TestAFeedIsMerged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, none := newFed("mastodon", "tag:go"), newFed("bluesky", "tag:go"), newFed("nostr", "tag:rust")
		cache := timeline.NewMemory()
		r := readFeed(t, "tag:go", cache, a, b, none).sync()
		if r.posts() != 10 || !r.last.Settled || !r.last.End {
			t.Fatalf("%d posts, settled %v, end %v", r.posts(), r.last.Settled, r.last.End)
		}
		if len(r.last.Health) != 2 || len(r.last.Lacking) != 1 || r.last.Lacking[0].Why.String() != "no such feed here" {
			t.Errorf("health %v, lacking %v", r.last.Health, r.last.Lacking)
		}
		if len(r.last.Gaps) != 0 {
			t.Errorf("gaps %v", r.last.Gaps)
		}
		for name, want := range map[timeline.FeedName]int{"tag:go": 5, timeline.FeedHome: 0} {
			page, err := cache.Page(t.Context(), timeline.Query{Feeds: []timeline.Feed{name.Of("mastodon")}})
			if err != nil || len(page.Posts) != want {
				t.Errorf("%s holds %d, want %d (%v)", name, len(page.Posts), want, err)
			}
		}
		before := none.requests()
		time.Sleep(time.Hour)
		r.sync()
		if n := none.requests(); n != before {
			t.Errorf("who lacks the feed was asked %d times more", n-before)
		}
	})
}

// TestAFeedIsPolled as often as somebody looks.
func TestAFeedIsPolled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFed("mastodon", "tag:go")
		r := readFeed(t, "tag:go", nil, a).sync()
		asked := func(d time.Duration) int {
			before := a.requests()
			time.Sleep(d)
			r.sync()
			return a.requests() - before
		}
		if n := asked(10*time.Minute + time.Second); n != 10 {
			t.Errorf("asked %d times in ten minutes of looking", n)
		}
		r.hub.SetPace(timeline.PaceIdle)
		if n := asked(time.Hour + time.Second); n != 6 {
			t.Errorf("asked %d times in an hour of looking away", n)
		}
		time.Sleep(time.Minute)
		a.add(post("mastodon", "Mnew", 0))
		r.hub.SetPace(timeline.PaceActive)
		if n := asked(time.Second); n != 1 || r.posts() != 6 {
			t.Errorf("asked %d times on coming back, %d posts", n, r.posts())
		}
	})
}

// TestAFeedStreamsWhileSomebodyLooks, and what came meanwhile is read afterwards.
func TestAFeedStreamsWhileSomebodyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFed("mastodon", "local")
		a.streams = true
		r := readFeed(t, "local", nil, a).sync()
		if a.open.Load() != 1 {
			t.Fatalf("%d streams are open", a.open.Load())
		}
		a.stream <- timeline.Event{Post: post("mastodon", "Mlive", 0)}
		if r.sync(); r.posts() != 6 {
			t.Errorf("%d posts", r.posts())
		}
		r.hub.SetPace(timeline.PaceIdle)
		if r.sync(); a.open.Load() != 0 {
			t.Error("the stream goes on although nobody looks")
		}
		time.Sleep(time.Minute)
		a.add(post("mastodon", "Mmeanwhile", 0))
		r.hub.SetPace(timeline.PaceActive)
		if r.sync(); r.posts() != 7 || a.open.Load() != 1 {
			t.Errorf("%d posts, %d streams", r.posts(), a.open.Load())
		}
	})
}

// TestAShelfIsNeverUnread, whatever is put there.
func TestAShelfIsNeverUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFed("mastodon", timeline.FeedBookmarks)
		r := readFeed(t, timeline.FeedBookmarks, nil, a).sync()
		a.add(post("mastodon", "Mold", 100*time.Hour))
		time.Sleep(2 * time.Minute)
		r.sync()
		keys, err := r.hub.Unread(t.Context())
		if err != nil || len(keys) != 0 || r.posts() != 6 || len(r.last.Gaps) != 0 {
			t.Errorf("unread %v (%v), %d posts, gaps %v", keys, err, r.posts(), r.last.Gaps)
		}
	})
}

// TestFetchAFeed once: it ends although nobody has it.
func TestFetchAFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, none := newFed("mastodon", "tag:go"), newFed("nostr", "tag:rust")
		o, accounts := options(a, none)
		o.Feed = "tag:go"
		found, err := timeline.Fetch(t.Context(), o, 3, accounts...)
		if err != nil || len(found.Posts) != 3 || len(found.Lacking) != 1 || len(found.Health) != 1 {
			t.Errorf("%d posts, lacking %v, health %v, %v", len(found.Posts), found.Lacking, found.Health, err)
		}
		o.Feed = "local"
		found, err = timeline.Fetch(t.Context(), o, 3, accounts...)
		if err != nil || len(found.Posts) != 0 || len(found.Lacking) != 2 || len(found.Health) != 0 {
			t.Errorf("%d posts, lacking %v, health %v, %v", len(found.Posts), found.Lacking, found.Health, err)
		}
	})
}
