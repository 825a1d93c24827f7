package ui_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"skein/timeline"
	"skein/ui"
	"skein/ui/overlay"
	"skein/ui/uitest"
)

// feeds is what there is to read beside home, in a test.
type feeds struct {
	own, kept []ui.Tab
	known     bool
	err       error

	mu     sync.Mutex
	shelf  map[timeline.FeedName]*uitest.Shelf // those that are open
	opened []string
}

func newFeeds(own ...ui.Tab) *feeds {
	return &feeds{own: own, shelf: map[timeline.FeedName]*uitest.Shelf{}}
}

func (f *feeds) Configured() []ui.Tab { return f.own }

func (f *feeds) Arranged(context.Context) ([]ui.Tab, bool, error) { return f.kept, f.known, nil }

func (f *feeds) Arrange(_ context.Context, tabs []ui.Tab) error {
	f.kept, f.known = tabs, true
	return f.err
}

func (f *feeds) Open(_ context.Context, t ui.Tab) (ui.Hub, func(), error) {
	if f.err != nil {
		return nil, nil, f.err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opened = append(f.opened, string(t.Feed))
	boost := uitest.Post(timeline.Nostr, "boosted "+string(t.Feed), time.Hour, "fern", "boosted in "+string(t.Feed))
	by := *uitest.Post(timeline.Nostr, "boost "+string(t.Feed), 2*time.Minute, "bo", "")
	by.Boosted = boost
	s := uitest.NewShelf(
		uitest.Post(timeline.Mastodon, "one "+string(t.Feed), 3*time.Minute, "ana", "one of "+string(t.Feed)),
		uitest.Post(timeline.Bluesky, "two "+string(t.Feed), time.Minute, "bo", "two of "+string(t.Feed)), &by,
	)
	f.shelf[t.Feed] = s
	return s, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.shelf[t.Feed] == s {
			delete(f.shelf, t.Feed)
			s.Close()
		}
	}, nil
}

// end closes what is open.
func (f *feeds) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, s := range f.shelf {
		delete(f.shelf, name)
		s.Close()
	}
}

func (f *feeds) Choices(context.Context) ([]timeline.FeedChoice, []timeline.FeedFailure) {
	m, b := uitest.NewBackend(timeline.Mastodon), uitest.NewBackend(timeline.Bluesky)
	info := func(n timeline.FeedName, about string) timeline.FeedInfo {
		return timeline.FeedInfo{Name: n, Title: timeline.CleanLine(n.Title()), About: timeline.CleanLine(about)}
	}
	return []timeline.FeedChoice{
		{FeedInfo: info(timeline.FeedLocal, "mastodon.example"), Accounts: []timeline.Account{m.Account()}},
		{FeedInfo: info("list:Workshop", "list"), Accounts: []timeline.Account{m.Account(), b.Account()}},
		{FeedInfo: info("tag:birds", "you follow it"), Accounts: []timeline.Account{m.Account()}},
	}, []timeline.FeedFailure{{Account: b.Account(), Err: timeline.Errorf(timeline.CodeOffline, "bluesky.example does not answer")}}
}

func playTabs(t *testing.T, f *feeds, play func(s *uitest.Session)) {
	t.Helper()
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out, Feeds: f, Marks: timeline.NewMemoryMarks()}, nets, func(s *uitest.Session) {
		defer f.end()
		s.Sleep(time.Second)
		play(s)
	})
}

// TestATabIsReadAtItsFirstVisit, and stands as it was left afterwards.
func TestATabIsReadAtItsFirstVisit(t *testing.T) {
	f := newFeeds(ui.Tab{Name: "Birds", Feed: "tag:birds"})
	playTabs(t, f, func(s *uitest.Session) {
		s.See("Home", "Birds", "runners moved")
		if len(f.opened) != 0 {
			t.Errorf("opened before anybody looked: %v", f.opened)
		}
		s.Press("l")
		s.See("two of tag:birds", "boosted in tag:birds")
		s.DontSee("runners moved")
		s.Press("j")
		at := s.Selected()
		s.Press("g", "h")
		s.See("runners moved")
		s.Press("2")
		if s.Selected() != at || len(f.opened) != 1 {
			t.Errorf("it is at %q, was at %q; opened %v", s.Selected(), at, f.opened)
		}
	})
}

// TestEveryTabIsReadOnWhereItWasLeft after a restart, also tabs that read the same and
// show different parts of it, and one that reads what home does.
func TestEveryTabIsReadOnWhereItWasLeft(t *testing.T) {
	marks, cache := timeline.NewMemoryMarks(), timeline.NewMemory()
	tabs := []ui.Tab{
		{Name: "Birds", Feed: "tag:birds"},
		{Name: "Birds, no boosts", Feed: "tag:birds", Sieve: overlay.Sieve{NoBoosts: true}},
		{Name: "Calm", Feed: timeline.FeedHome},
		{Name: "Workshop", Feed: "list:Workshop"},
	}
	moves := []int{2, 0, 1, 2, 1} // down from the top, in home and in each tab
	var left []string
	for _, again := range []bool{false, true} {
		f := newFeeds(tabs...)
		uitest.Again(t, ui.Options{Feeds: f, Marks: marks}, cache, three(), func(s *uitest.Session) {
			defer f.end()
			s.Sleep(time.Second)
			for i, n := range moves {
				s.Press(fmt.Sprint(i + 1))
				s.Sleep(time.Second)
				if again {
					if got := s.Selected(); got != left[i] {
						t.Errorf("tab %d is on %q, was left on %q", i+1, got, left[i])
					}
					continue
				}
				s.Press("g", "g")
				for range n {
					s.Press("j")
				}
				left = append(left, s.Selected())
				s.Sleep(2 * time.Second)
			}
		})
	}
}

// TestATabIsArrangedOnTheScreen: found, kept, moved and closed without any file.
func TestATabIsArrangedOnTheScreen(t *testing.T) {
	f := newFeeds()
	playTabs(t, f, func(s *uitest.Session) {
		s.See("Home", "Bookmarks") // of who has arranged nothing
		s.Press("g", "l")
		s.See("Workshop", "#birds", "bluesky.example does not answer")
		s.Type("bir")
		s.DontSee("Workshop")
		s.Press("enter")
		s.See("#birds", "two of tag:birds")
		s.Press("esc") // it was not kept
		s.DontSee("#birds")
		if len(f.shelf) != 0 {
			t.Errorf("open although nobody reads it: %v", f.shelf)
		}
		s.Press("g", "l")
		s.Type("#heron")
		s.Press("enter")
		s.See("two of tag:heron")
		s.Press("g", "k")
		s.Press("esc")
		s.See("#heron")
		s.Press("<")
		if got := names(f.kept); got != "tag:heron bookmarks" {
			t.Errorf("kept: %s", got)
		}
		s.Press("<")
		s.See("nowhere to move")
		s.Press("g", "x")
		s.DontSee("#heron")
		if got := names(f.kept); got != "bookmarks" {
			t.Errorf("kept after closing: %s", got)
		}
		s.Press("g", "h", "g", "x")
		s.See("this tab stays")
	})
	f.kept, f.known = nil, true
	playTabs(t, f, func(s *uitest.Session) { s.DontSee("Bookmarks") }) // who closed all has none
}

func names(tabs []ui.Tab) string {
	var out []string
	for _, t := range tabs {
		out = append(out, string(t.Feed))
	}
	return strings.Join(out, " ")
}

// TestATabShowsAPart of its posts, and remembers which.
func TestATabShowsAPart(t *testing.T) {
	f := newFeeds()
	f.known, f.kept = true, []ui.Tab{{Name: "Birds", Feed: "tag:birds"}}
	playTabs(t, f, func(s *uitest.Session) {
		s.Press("l")
		s.See("boosted in tag:birds")
		s.Press("alt+f", "enter", "esc")
		s.See("no boosts")
		s.DontSee("boosted in tag:birds")
		if !f.kept[0].Sieve.NoBoosts {
			t.Error("that is not remembered")
		}
		s.Press("alt+f", "j", "j", "j", "j", "enter")
		s.Type("two, heron")
		s.Press("enter", "esc")
		s.See("two of tag:birds", "only two, heron")
		s.DontSee("one of tag:birds")
	})
}

// TestATabThatCannotBeOpenedSaysWhy, and can be asked again.
func TestATabThatCannotBeOpenedSaysWhy(t *testing.T) {
	f := newFeeds(ui.Tab{Name: "Birds", Feed: "tag:birds"})
	f.err = timeline.Errorf(timeline.CodeUsage, "no account of that name")
	playTabs(t, f, func(s *uitest.Session) {
		s.Press("l")
		s.See("no account of that name")
		f.err = nil
		s.Press("ctrl+r")
		s.See("two of tag:birds")
	})
}

// TestTabsLookAsTheyWereAccepted in all widths: the header, the picker and the sieve.
func TestTabsLookAsTheyWereAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		f := newFeeds(
			ui.Tab{Name: "Birds", Feed: "tag:birds", Sieve: overlay.Sieve{NoBoosts: true}},
			ui.Tab{Name: "Workshop", Feed: "list:Workshop"},
			ui.Tab{Name: "What the server here says", Feed: "local"},
			ui.Tab{Name: "Bookmarks", Feed: "bookmarks"},
		)
		nets, out := writing()
		return uitest.Scene{Options: ui.Options{Outbox: out, Feeds: f, Marks: timeline.NewMemoryMarks()}, Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			defer f.end()
			s.Press("3")
			look("tab")
			s.Press("h")
			look("sieved")
			s.Press("alt+f")
			look("sieve")
			s.Press("esc", "g", "l")
			look("picker")
			s.Press("esc", "5")
			look("last")
		}}
	})
}
