package feed_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/feed"
	"skein/ui/post"
	"skein/ui/theme"
	"skein/ui/uitest"
)

func look() post.Look {
	return post.Look{Theme: theme.New("dark", true, false), Measure: cell.PerCluster, Keys: post.Keys{Reveal: "z", Open: "⏎"}}
}

// pane makes a feed of n posts, a minute apart.
func pane(n int) (*feed.Pane, *feed.Window) {
	tl := &feed.Window{}
	tl.Apply(timeline.Changes{Posts: uitest.Many(timeline.Mastodon, n)})
	p := feed.New(tl, &feed.Unread{}, look())
	p.Resize(80, 24)
	return p, tl
}

// line is the screen line on which a text stands, or -1.
func line(p *feed.Pane, text string) int {
	return slices.IndexFunc(p.Lines(uitest.Start(), true), func(l string) bool { return strings.Contains(ansi.Strip(l), text) })
}

// bar is the first screen line of the selected post.
func bar(p *feed.Pane) int {
	return slices.IndexFunc(p.Lines(uitest.Start(), true), func(l string) bool { return strings.HasPrefix(ansi.Strip(l), "▌") })
}

// TestSelectedPostStaysOnItsLine is the promise of the feed: whatever arrives,
// wherever, the post that is read stays where it is.
func TestSelectedPostStaysOnItsLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, tl := pane(rapid.IntRange(60, 200).Draw(t, "posts"))
		for range rapid.IntRange(1, 25).Draw(t, "moves") {
			rapid.SampledFrom([]func(){
				func() { p.Move(1) }, func() { p.Move(1) }, func() { p.Move(-1) }, func() { p.Scroll(3) },
				func() { p.HalfPage(1) }, func() { p.HalfPage(-1) }, func() { p.Page(1) },
			}).Draw(t, "move")()
		}
		p.Stay()
		if p.NearOldest() {
			return // where nothing is left below, the screen fills from above
		}
		before, id := bar(p), p.Post().ID
		for i := range rapid.IntRange(1, 20).Draw(t, "events") {
			c := timeline.Changes{}
			switch rapid.IntRange(0, 3).Draw(t, "event") {
			case 0, 1: // a post, at the top or anywhere
				at := time.Duration(rapid.IntRange(-600, 200*60).Draw(t, "when")) * time.Second
				text := strings.Repeat("word ", rapid.IntRange(1, 120).Draw(t, "length"))
				c.Posts = []*timeline.Post{uitest.Post(timeline.Bluesky, fmt.Sprint("late", i), at, "bo", text)}
			case 2: // another post grows
				at := rapid.IntRange(0, tl.Len()-1).Draw(t, "grows")
				if old := tl.At(at).Post; old != nil && old.ID != id {
					grown := *old
					grown.Text = timeline.PlainText(timeline.Clean(strings.Repeat("more ", 60)))
					c.Posts = []*timeline.Post{&grown}
				}
			case 3: // an account goes offline
				c.Gaps = []timeline.Gap{{Key: timeline.Key{Time: uitest.Start().Add(-time.Duration(i)*time.Hour - 1), ID: timeline.ID{Network: timeline.Nostr, Local: "gap"}}}}
			}
			tl.Apply(c)
			p.Changed()
			if got := p.Post(); got == nil || got.ID != id {
				t.Fatalf("the selection went to %+v", got)
			}
			if now := bar(p); now != before {
				t.Fatalf("the selected post moved from line %d to %d", before, now)
			}
		}
		// Another width keeps the line as well, as long as the screen is as high.
		p.Resize(rapid.IntRange(40, 120).Draw(t, "width"), 24)
		if now := bar(p); now != before || p.Post().ID != id {
			t.Fatalf("after a resize the selected post is on line %d, not %d", now, before)
		}
		p.Resize(80, rapid.IntRange(3, 40).Draw(t, "height"))
		if p.Post().ID != id || bar(p) < 0 {
			t.Fatal("after a resize the selected post is not on the screen")
		}
	})
}

// TestLinesAreExact: any size, any place.
func TestLinesAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := pane(rapid.IntRange(0, 40).Draw(t, "posts"))
		w, h := rapid.IntRange(20, 200).Draw(t, "width"), rapid.IntRange(0, 60).Draw(t, "height")
		p.Resize(w, h)
		for range rapid.IntRange(0, 10).Draw(t, "moves") {
			rapid.SampledFrom([]func(){
				func() { p.Move(1) }, func() { p.Move(-1) }, p.Top, p.Bottom, func() { p.Page(1) }, func() { p.Page(-1) },
				func() { p.Click(3) },
			}).Draw(t, "move")()
		}
		lines := p.Lines(uitest.Start(), true)
		if len(lines) != h {
			t.Fatalf("%d lines, not %d", len(lines), h)
		}
		for _, l := range lines {
			if got := cell.Width(cell.PerCluster, l); got != w {
				t.Fatalf("%d cells, not %d: %q", got, w, l)
			}
		}
	})
}

func TestFilteredViewFollowsChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tl feed.Window
		keep := func(p *timeline.Post) bool { return strings.Contains(p.Text.Plain().String(), "yes") }
		gaps := func(g timeline.Gap) bool { return g.Account == "a" }
		on := false
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				if on = !on; on {
					tl.Filter(keep, gaps)
				} else {
					tl.Filter(nil, nil)
				}
			case 1:
				id := timeline.ID{Network: timeline.Mastodon, Local: fmt.Sprint(rapid.IntRange(0, 20).Draw(t, "gone"))}
				tl.Apply(timeline.Changes{Removed: []timeline.ID{id}})
			case 2:
				n := rapid.IntRange(0, 20).Draw(t, "post")
				text := rapid.SampledFrom([]string{"yes", "no"}).Draw(t, "text")
				tl.Apply(timeline.Changes{Posts: []*timeline.Post{uitest.Post(timeline.Mastodon, fmt.Sprint(n), time.Duration(n)*time.Minute, "ana", text)}})
			case 3:
				acct := rapid.SampledFrom([]timeline.AccountID{"a", "b"}).Draw(t, "account")
				tl.Apply(timeline.Changes{Gaps: []timeline.Gap{{Key: timeline.Key{Time: uitest.Start().Add(-90 * time.Second), ID: timeline.ID{Local: "gap"}}, Account: acct}}})
			}
			check(t, &tl, on, keep, gaps)
		}
	})
}

// check compares what a filter shows with what it should show of all there is.
func check(t *rapid.T, tl *feed.Window, on bool, keep func(*timeline.Post) bool, gaps func(timeline.Gap) bool) {
	var got []timeline.Key
	for i := range tl.Len() {
		got = append(got, tl.At(i).Key())
		if at, ok := tl.Find(tl.At(i).Key()); !ok || at != i {
			t.Fatalf("row %d is found at %d, %v", i, at, ok)
		}
	}
	if !on {
		return
	}
	tl.Filter(nil, nil)
	var want []timeline.Key
	for i := range tl.Len() {
		r := tl.At(i)
		if r.Gap != nil && gaps(*r.Gap) || r.Post != nil && keep(r.Post) {
			want = append(want, r.Key())
		}
	}
	tl.Filter(keep, gaps)
	if !slices.EqualFunc(got, want, func(a, b timeline.Key) bool { return a.Compare(b) == 0 }) {
		t.Fatalf("shows %v, should show %v", got, want)
	}
}

func TestTallPostIsReadThrough(t *testing.T) {
	var tl feed.Window
	p := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", "top")
	for i := range 4 {
		p.Media = append(p.Media, timeline.Media{Kind: timeline.Image, Alt: timeline.CleanLine(fmt.Sprint("picture ", i))})
	}
	tl.Apply(timeline.Changes{Posts: []*timeline.Post{p, uitest.Post(timeline.Mastodon, "2", 2*time.Minute, "bo", "next")}})
	f := feed.New(&tl, &feed.Unread{}, look())
	f.Resize(80, 4)
	seen := map[string]bool{}
	for range 6 {
		for i := range 4 {
			if name := fmt.Sprint("picture ", i); line(f, name) >= 0 {
				seen[name] = true
			}
		}
		f.Move(1)
	}
	if len(seen) != 4 || f.Post().ID.Local != "2" {
		t.Errorf("saw %v and stands on %s", seen, f.Post().ID.Local)
	}
}

func TestRevealedPostIsDrawnAnew(t *testing.T) {
	var tl feed.Window
	p := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", "the twist")
	p.Sensitive = true
	tl.Apply(timeline.Changes{Posts: []*timeline.Post{p}})
	f := feed.New(&tl, &feed.Unread{}, look())
	f.Resize(80, 10)
	if line(f, "the twist") >= 0 {
		t.Fatal("hidden text is shown")
	}
	if !f.Reveal() || line(f, "the twist") < 0 {
		t.Fatal("revealed text is not shown")
	}
}

// BenchmarkFeedFrame draws a frame of 80×24 at 100,000 posts with warm caches.
func BenchmarkFeedFrame(b *testing.B) {
	p, _ := pane(100_000)
	for range 200 {
		p.HalfPage(1)
	}
	now := uitest.Start()
	p.Lines(now, true)
	b.ReportAllocs()
	for b.Loop() {
		p.Lines(now, true)
	}
}

// BenchmarkFeedScroll moves by a post, each of which is drawn for the first time.
func BenchmarkFeedScroll(b *testing.B) {
	p, _ := pane(100_000)
	now := uitest.Start()
	b.ReportAllocs()
	for b.Loop() {
		p.Move(1)
		p.Lines(now, true)
		if p.NearOldest() {
			p.Top()
		}
	}
}

// BenchmarkArrival takes in a post at the top of 100,000 and draws.
func BenchmarkArrival(b *testing.B) {
	p, tl := pane(100_000)
	p.Move(1)
	now := uitest.Start()
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		tl.Apply(timeline.Changes{Posts: []*timeline.Post{uitest.Post(timeline.Bluesky, fmt.Sprint(n), -time.Duration(n), "bo", "text")}})
		p.Changed()
		p.Lines(now, true)
	}
}
