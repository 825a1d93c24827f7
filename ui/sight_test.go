package ui_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

func hasKey(keys []timeline.Key, p *timeline.Post) bool {
	return slices.ContainsFunc(keys, func(k timeline.Key) bool { return k.Compare(p.Key()) == 0 })
}

func TestUnreadIsCountedUntilItWasOnTheScreen(t *testing.T) {
	posts := kept(300)
	uitest.Recall(t, ui.Options{}, posts, func(s *uitest.Session, shelf *uitest.Shelf) {
		s.Press("j")
		a, b := fresh("first"), fresh("second")
		shelf.Brings(a, b)
		s.See("Home 2", "↑ 2 new")
		s.Press("g", "g")
		s.See("• B  carol", "Home 2")
		s.DontSee("new\n")
		if len(shelf.Tally().Seen) != 0 {
			t.Error("what has come into view this moment counts as seen")
		}
		s.Sleep(500 * time.Millisecond)
		s.See("Home 2")
		s.Sleep(700 * time.Millisecond)
		s.DontSee("Home 2")
		s.See("• B  carol") // the sign stays as long as the post is on the screen
		if seen := shelf.Tally().Seen; !hasKey(seen, a) || !hasKey(seen, b) || len(seen) != 2 {
			t.Errorf("seen are %v", seen)
		}
		s.Press("G", "g", "g")
		s.DontSee("•")
	})
}

func TestKeyShowsThatTheScreenWasSeen(t *testing.T) {
	posts := kept(300)
	uitest.Recall(t, ui.Options{}, posts, func(s *uitest.Session, shelf *uitest.Shelf) {
		shelf.Brings(fresh("first"))
		s.See("Home 1", "first")
		s.Press("down")
		if !hasKey(shelf.Tally().Seen, fresh("first")) {
			t.Error("what was on the screen when a key was pressed was not seen")
		}
	})
}

// TestNobodyLooks: what comes while the terminal is in the background, or under an
// overlay, stays unread.
func TestNobodyLooks(t *testing.T) {
	uitest.Recall(t, ui.Options{}, kept(300), func(s *uitest.Session, shelf *uitest.Shelf) {
		s.Send(tea.BlurMsg{})
		shelf.Brings(fresh("first"))
		s.See("first", "Home 1")
		s.Sleep(time.Minute)
		s.See("Home 1")
		s.Send(tea.FocusMsg{})
		s.Sleep(2 * time.Second)
		s.DontSee("Home 1")
		s.Press("?")
		shelf.Brings(fresh("second"))
		s.Settle()
		s.Sleep(time.Minute)
		if hasKey(shelf.Tally().Seen, fresh("second")) {
			t.Error("help hid it, and yet it was seen")
		}
		s.Press("esc")
	})
}

func TestTabGoesThroughTheUnread(t *testing.T) {
	posts := kept(3000)
	uitest.Recall(t, ui.Options{Marks: uitest.At(timeline.Position{At: posts[1500].Key(), Line: 5})}, posts, func(s *uitest.Session, shelf *uitest.Shelf) {
		shelf.Brings(fresh("newest")) // far above all that is loaded
		s.DontSee("newest")
		s.See("↑ 1 new")
		s.Press("tab")
		s.See("newest", "post 0")
		if !strings.HasPrefix(s.Selected(), "B  carol") {
			t.Errorf("selected is %q", s.Selected())
		}
		s.Press("tab")
		s.See("everything is read")
	})
	below := kept(3000)
	uitest.Recall(t, ui.Options{}, below, func(s *uitest.Session, shelf *uitest.Shelf) {
		s.Press("j")
		shelf.Reports(timeline.Changes{Unread: []timeline.Key{below[2000].Key(), below[2500].Key()}, Settled: true})
		s.See("Home 2")
		s.DontSee("new\n")
		s.Press("tab")
		s.See("post 2000")
		s.Press("tab")
		s.See("post 2500")
		s.Press("tab")
		s.See("everything is read")
		s.DontSee("Home 2", "Home 1")
	})
}

// TestUnreadPostThatIsGone: Tab does not come back to it for ever.
func TestUnreadPostThatIsGone(t *testing.T) {
	uitest.Recall(t, ui.Options{}, kept(300), func(s *uitest.Session, shelf *uitest.Shelf) {
		gone := uitest.Post(timeline.Nostr, "gone", 90*time.Minute+time.Second, "fern", "x")
		shelf.Reports(timeline.Changes{Unread: []timeline.Key{gone.Key()}, Settled: true})
		s.Settle()
		s.Press("tab", "tab")
		s.See("everything is read")
	})
}

func TestUnreadOfTheLastTimeIsKnownAtTheStart(t *testing.T) {
	posts := kept(300)
	synced := posts[10]
	uitest.Recall(t, ui.Options{Marks: uitest.At(timeline.Position{At: posts[200].Key()})}, posts, func(s *uitest.Session, shelf *uitest.Shelf) {
		s.See("Home 3", "↑ 3 new")
		shelf.Reports(timeline.Changes{Read: []timeline.Key{synced.Key()}, Settled: true}) // on another machine
		s.See("Home 2", "↑ 2 new")
		shelf.Reports(timeline.Changes{Removed: []timeline.ID{posts[11].ID}, Settled: true})
		s.See("Home 1")
	}, posts[10:13]...)
}

func TestEverythingIsMarkedAsRead(t *testing.T) {
	uitest.Recall(t, ui.Options{}, kept(300), func(s *uitest.Session, shelf *uitest.Shelf) {
		s.Press("j")
		for i := range 30 {
			shelf.Brings(fresh(fmt.Sprint("n", i)))
		}
		s.See("Home 30")
		s.Press("g", "r")
		s.See("30 posts are marked as read")
		s.DontSee("Home 30", "new\n")
		if n := len(shelf.Tally().Seen); n != 30 {
			t.Errorf("%d are marked", n)
		}
		s.Press(":")
		s.Type("as read")
		s.See("mark everything as read (everything is read)")
		s.Press("esc")
	})
}

func TestForgetfulIsToldOnce(t *testing.T) {
	uitest.Recall(t, ui.Options{}, kept(30), func(s *uitest.Session, shelf *uitest.Shelf) {
		full := timeline.Changes{Settled: true, Forgetful: timeline.CleanLine("the disk is full")}
		shelf.Reports(full)
		s.See("what is read now is not kept: the disk is full")
		s.Press("j")
		shelf.Reports(full)
		s.DontSee("the disk is full")
		shelf.Reports(timeline.Changes{Settled: true})
		s.See("what is read is kept again")
	})
}
