package conformance

import (
	"context"
	"strings"
	"testing"

	"skein/timeline"
)

// ability is something that a backend may have beside timeline.Backend itself.
type ability struct {
	name string
	has  func(t *testing.T, c *suite) bool
	// lacking says why the backends of a network do not have it. Of every other network
	// it is expected.
	lacking map[timeline.Network]string
}

// abilities is the table of what each network's backends have. It is the one place
// where the suite knows networks apart, so that an ability that gets lost fails
// rather than passes for one that never was.
func abilities() []ability {
	return []ability{
		{name: "Streamer", has: implements[timeline.Streamer]},
		{name: "Profiler", has: implements[timeline.Profiler]},
		{name: "Resolver", has: implements[timeline.Resolver]},
		{name: "Checker", has: implements[timeline.Checker]},
		{name: "Publisher", has: implements[timeline.Publisher]},
		{name: "Lister", has: implements[timeline.Lister]},
		{name: "Sectioner", has: implements[timeline.Sectioner]},
		{name: "Acquainter", has: implements[timeline.Acquainter]},
		{name: "Who", has: implements[timeline.Who]},
		{name: "Searcher", has: implements[timeline.Searcher]},
		{name: "Feeder", has: implements[timeline.Feeder]},
		{name: "FeedStreamer", has: implements[timeline.FeedStreamer], lacking: map[timeline.Network]string{
			timeline.Bluesky: "the network streams nothing of a feed; it is polled",
			timeline.Nostr:   "feeds beside home are polled",
		}},
		{name: "Curator", has: implements[timeline.Curator]},
		{name: "Filterer", has: implements[timeline.Filterer]},
		{name: "Marker", has: implements[timeline.Marker], lacking: map[timeline.Network]string{
			timeline.Bluesky: "the network keeps no such mark",
			timeline.Nostr:   "the network keeps no such mark",
		}},
		{name: "Notifier", has: implements[timeline.Notifier]},
		{name: "NoticeMarker", has: implements[timeline.NoticeMarker], lacking: map[timeline.Network]string{
			timeline.Nostr: "the network keeps no such mark",
		}},
		{name: "Archiver", has: implements[timeline.Archiver], lacking: map[timeline.Network]string{
			timeline.Mastodon: "the API gives no archive",
		}},
		{name: "Messenger", has: implements[timeline.Messenger]},
		{name: "MessageMarker", has: implements[timeline.MessageMarker], lacking: map[timeline.Network]string{
			timeline.Nostr: "the network keeps no such mark",
		}},
		{name: "Translator", has: implements[timeline.Translator], lacking: map[timeline.Network]string{
			timeline.Bluesky: "the network translates nothing",
			timeline.Nostr:   "the network translates nothing",
		}},
		{name: "mute", has: takes(timeline.DoMute)},
		{name: "block", has: takes(timeline.DoBlock), lacking: map[timeline.Network]string{
			timeline.Nostr: "nobody can be kept from reading what relays give to all",
		}},
		{name: "report", has: reports},
		{name: "list posts", has: lists(timeline.ListPosts)},
		{name: "list follows", has: lists(timeline.ListFollows)},
		{name: "list mutes", has: lists(timeline.ListMutes)},
		{name: "list blocks", has: lists(timeline.ListBlocks), lacking: map[timeline.Network]string{
			timeline.Nostr: "there are no blocks",
		}},
		{name: "list bookmarks", has: lists(timeline.ListBookmarks)},
		{name: "list likes", has: lists(timeline.ListLikes)},
	}
}

func implements[T any](_ *testing.T, c *suite) bool {
	_, ok := timeline.As[T](c.Backend)
	return ok
}

// takes tells whether the backend does kind and takes it back; what it does not do
// it refuses with a reason.
func takes(kind timeline.Kind) func(*testing.T, *suite) bool {
	return func(t *testing.T, c *suite) bool {
		t.Helper()
		p, ok := timeline.As[timeline.Publisher](c.Backend)
		if !ok {
			return false
		}
		do, undo := p.Rules().Takes(kind, false), p.Rules().Takes(kind, true)
		if do.Empty() != undo.Empty() {
			t.Errorf("%s: doing it is answered by %q, undoing it by %q", kind, do, undo)
		}
		if do.Empty() {
			return true
		}
		_, err := p.Prepare(t.Context(), c.intent(timeline.Intent{Kind: kind, Person: c.anybody(t)}), notes{})
		if e := timeline.AsError(err); e == nil || e.Temporary() {
			t.Errorf("%s, which Rules refuse with %q, is prepared: %v", kind, do, err)
		}
		return false
	}
}

// reports tells whether the backend reports people. That cannot be taken back.
func reports(t *testing.T, c *suite) bool {
	t.Helper()
	p, ok := timeline.As[timeline.Publisher](c.Backend)
	if !ok {
		return false
	}
	if p.Rules().Takes(timeline.DoReport, true).Empty() {
		t.Error("a report can be taken back")
	}
	return p.Rules().Takes(timeline.DoReport, false).Empty()
}

// anybody is the Author.ID of somebody in home.
func (c *suite) anybody(t *testing.T) string {
	t.Helper()
	return c.home(t.Context(), t, timeline.Page{Limit: c.PageSize}).Posts[0].Author.ID
}

// lists tells whether the backend has a list; for one that it has not it answers
// CodeUnsupported. A server that is away for a moment is asked again.
func lists(l timeline.List) func(*testing.T, *suite) bool {
	return func(t *testing.T, c *suite) bool {
		t.Helper()
		lister, ok := timeline.As[timeline.Lister](c.Backend)
		if !ok {
			return false
		}
		var err error
		c.eventually(t, func(ctx context.Context) error {
			_, err = lister.List(ctx, l, timeline.Page{Limit: c.PageSize})
			if err != nil && timeline.AsError(err).Temporary() {
				return err
			}
			return nil
		})
		if err == nil {
			return true
		}
		if err := wantCode(err, timeline.CodeUnsupported); err != nil {
			t.Errorf("List(%s): %v", l, err)
		}
		return false
	}
}

// needs skips a test for which the backend lacks an ability. Whether it may is
// testAbilities' matter.
func (c *suite) needs(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		for _, a := range abilities() {
			if a.name == name && !a.has(t, c) {
				t.Skipf("this backend lacks %s (see Abilities)", name)
			}
		}
	}
}

// testAbilities holds the backend to the table, and prints its line of it.
func (c *suite) testAbilities(t *testing.T) {
	var has, lacks []string
	for _, a := range abilities() {
		why, excused := a.lacking[c.account.Network]
		switch ok := a.has(t, c); {
		case ok && excused:
			t.Errorf("it has %s, though the table says %q: take it out there", a.name, why)
		case ok:
			has = append(has, a.name)
		case excused:
			lacks = append(lacks, a.name+" ("+why+")")
		default:
			t.Errorf("it has no %s, and the table does not say why", a.name)
		}
	}
	t.Logf("%s has: %s", c.account.Network, strings.Join(has, ", "))
	t.Logf("%s lacks: %s", c.account.Network, strings.Join(lacks, ", "))
}
