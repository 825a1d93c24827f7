package nostr

import (
	"fmt"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// at makes a note by fern with a date.
func at(t *testing.T, s *sandbox.Server, when nostr.Timestamp, text string) nostr.Event {
	t.Helper()
	e := nostr.Event{CreatedAt: when, Kind: kindNote, Content: text}
	if err := e.Sign(s.SecretKey("fern")); err != nil {
		t.Fatal(err)
	}
	return e
}

// TestPagesThroughOneSecond: many posts of the same second, on a relay that cuts
// its answers, come once each, whatever the page's size.
func TestPagesThroughOneSecond(t *testing.T) {
	for _, size := range []int{1, 3, 7, 100} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			servers := startRelays(t, small(), sandbox.Options{Limit: 30})
			second := nostr.Now() - 3600
			want := map[string]bool{}
			for i := range 20 {
				e := at(t, servers[0], second, fmt.Sprintf("imported %d", i))
				servers[0].Put(e)
				want[e.ID] = true
			}
			b := reader(t, servers)
			p, seen := timeline.Page{Limit: size}, map[string]bool{}
			for pages := 0; ; pages++ {
				if pages == 200 {
					t.Fatalf("no end, at %q", p.Before)
				}
				batch, err := b.Home(t.Context(), p)
				if err != nil {
					t.Fatal(err)
				}
				for _, post := range batch.Posts {
					if seen[post.ID.Local] {
						t.Errorf("%s comes twice", post.ID)
					}
					seen[post.ID.Local] = true
				}
				if batch.Older == "" {
					break
				}
				if batch.Older == p.Before {
					t.Fatalf("the cursor %q does not advance", p.Before)
				}
				p.Before = batch.Older
			}
			for id := range want {
				if !seen[id] {
					t.Errorf("%s is lost", id)
				}
			}
		})
	}
}

// TestAfterDrop: whatever was posted while nobody looked is shown once, or there is
// a gap.
func TestAfterDrop(t *testing.T) {
	for _, n := range []int{0, 1, 40, 900, 1500} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			servers := startRelays(t, small(), sandbox.Options{})
			b := unhurried(reader(t, servers))
			first, err := b.Home(t.Context(), timeline.Page{Limit: 40})
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]bool{}
			for i := range n {
				e := at(t, servers[0], nostr.Now()-60+nostr.Timestamp(i*60/max(n, 1)), fmt.Sprintf("missed %d", i))
				servers[0].Put(e)
				want[e.ID] = true
			}
			got, gap := map[string]int{}, false
			cursor := first.Newer
			for range n/timeline.MaxPage + 2 {
				batch, err := b.Home(t.Context(), timeline.Page{After: cursor, Limit: timeline.MaxPage})
				if err != nil {
					t.Fatal(err)
				}
				cursor, gap = batch.Newer, gap || batch.Gap
				for _, p := range batch.Posts {
					got[p.ID.Local]++
				}
			}
			for id, times := range got {
				if times != 1 || !want[id] {
					t.Errorf("%s came %d times, missed: %t", id, times, want[id])
				}
			}
			if len(got) < len(want) && !gap {
				t.Errorf("%d of %d came, and no gap is told", len(got), len(want))
			}
			if n <= 900 && gap {
				t.Error("a gap is told where nothing is lost")
			}
		})
	}
}

// TestRelayReturns: a relay that was away is asked from when it was last read.
func TestRelayReturns(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	now := time.Now()
	b := reader(t, servers, func(c *Config) { c.Now = func() time.Time { return now } })
	first, err := b.Home(t.Context(), timeline.Page{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	for url := range b.marks { // as if it had been away for two hours
		b.marks[url] -= 7200
	}
	b.floor -= 7200
	b.mu.Unlock()
	late := at(t, servers[0], nostr.Timestamp(now.Unix())-3600, "posted while the relay was away")
	servers[0].Put(late)
	batch, err := b.Home(t.Context(), timeline.Page{After: first.Newer})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, p := range batch.Posts {
		found = found || p.ID.Local == late.ID
	}
	if !found {
		t.Error("what was posted meanwhile is lost")
	}
}

// TestFutureNeverPins: events from the future are marked, sorted to now, and move
// no cursor.
func TestFutureNeverPins(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	for i := range 100 {
		servers[0].Put(at(t, servers[0], nostr.Now()+nostr.Timestamp(86400*(i+1)), fmt.Sprintf("tomorrow %d", i)))
	}
	batch, err := reader(t, servers).Home(t.Context(), timeline.Page{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	future := 0
	for _, p := range batch.Posts {
		checkHonest(t, p)
		if p.Future {
			future++
		}
	}
	if future == 0 || future > futureLimit {
		t.Errorf("%d of %d posts are from the future, want 1 to %d", future, len(batch.Posts), futureLimit)
	}
	c, err := parseCursor(batch.Newer)
	if err != nil || c.at > nostr.Now() {
		t.Errorf("the cursor is %q (%v)", batch.Newer, err)
	}
}

func TestCursorRoundTrip(t *testing.T) {
	id := func(c byte) string { return fmt.Sprintf("%064x", c) }
	events := []*nostr.Event{{ID: id(1), CreatedAt: 9}, {ID: id(2), CreatedAt: 7}}
	c := cursorAt(7, events, cursor{})
	back, err := parseCursor(c.encode())
	if err != nil || !back.holds(events[1]) || back.holds(events[0]) || back.at != 7 {
		t.Errorf("%q reads as %+v (%v)", c.encode(), back, err)
	}
	for _, bad := range []timeline.Cursor{"", "x", "-1", "1:zz", "1:", "999999999999999"} {
		if _, err := parseCursor(bad); timeline.CodeOf(err) != timeline.CodeUsage {
			t.Errorf("cursor %q: %v", bad, err)
		}
	}
}

// TestSilentCut: a relay that cuts its answers to ten events without saying so is
// read to its end all the same.
func TestSilentCut(t *testing.T) {
	want := idsOfHome(t, reader(t, startRelays(t, small(), sandbox.Options{})))
	got := idsOfHome(t, reader(t, startRelays(t, small(), sandbox.Options{Limit: 10})))
	if len(got) != len(want) {
		t.Errorf("%d posts are found behind the cut, %d without it", len(got), len(want))
	}
}
