package timeline_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

// What was unread before it was muted, while nobody looked, is not told as unread at the
// next start, and is again once the mute is taken back.
func TestHubPassesOverWhatIsMutedAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, book := mutedDesk()
		s := newServer("mastodon", 3, time.Minute)
		r := d.sitMuted(t, book, streaming{s}).start()
		for i := range 300 {
			s.stream <- timeline.Event{Post: post("mastodon", fmt.Sprintf("N%03d", i), -time.Duration(i)*time.Second)}
			r.sync()
		}
		r.hub.Close()
		for _, w := range []string{"N007", "N190", "N299"} {
			if _, err := book.Mute(t.Context(), muteWord(w)); err != nil {
				t.Fatal(err)
			}
		}
		r = d.sitMuted(t, book, streaming{s})
		got := r.unread()
		if len(got) != 300 || slices.Contains(got, "N007") || slices.Contains(got, "N190") || slices.Contains(got, "N299") {
			t.Errorf("%d are unread", len(got))
		}
		r.hub.Close()
		r = d.sitMuted(t, timeline.NewMemoryMutes(), streaming{s})
		if got = r.unread(); len(got) != 303 || !slices.Contains(got, "N190") {
			t.Errorf("%d are unread without the mutes", len(got))
		}
	})
}

// A network that is muted for long does not take the others' marks away: of what is
// hidden the oldest is read at last.
func TestHubKeepsNotAllThatIsMutedUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const kept = 2000
		_, book := mutedDesk("rain")
		s := newServer("mastodon", kept+301, time.Second)
		for _, p := range s.posts[1:] { // the oldest is to be seen
			p.Text = timeline.PlainText(timeline.Clean("rain"))
		}
		o, accounts := options(s)
		cache := timeline.NewMemory()
		haul := timeline.Haul{
			Feed: timeline.HomeOf(accounts[0].ID), Posts: s.posts,
			Up: &timeline.ReachUp{Newest: s.posts[kept+300].Key()}, Down: &timeline.ReachDown{Oldest: s.posts[0].Key(), Done: true},
		}
		if _, err := cache.Keep(t.Context(), haul); err != nil {
			t.Fatal(err)
		}
		o.Cache, o.Mutes = cache, book
		r := &reader{t: t, hub: timeline.NewHub(o, accounts...)}
		r.wantUnread("M000")
		r.hub.Close()
		o.Mutes = timeline.NewMemoryMutes()
		r = &reader{t: t, hub: timeline.NewHub(o, accounts...)}
		defer r.hub.Close()
		if got := r.unread(); len(got) != kept+1 || slices.Contains(got, s.posts[300].ID.Local) || !slices.Contains(got, s.posts[301].ID.Local) {
			t.Errorf("%d are unread once nothing is muted", len(got))
		}
	})
}
