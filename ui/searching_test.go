package ui_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// everRead are posts of which every tenth speaks of herons.
func everRead(n int) []*timeline.Post {
	var out []*timeline.Post
	for i := range n {
		text := fmt.Sprintf("note %d on the weather", i)
		if i%10 == 0 {
			text = fmt.Sprintf("heron %d on a jetty", i/10)
		}
		out = append(out, uitest.Post(timeline.Networks()[i%3], fmt.Sprint("r", i), time.Duration(i)*time.Hour, []string{"ana", "bo", "carol"}[i%3], text))
	}
	return out
}

func TestSearchFindsAsItIsTyped(t *testing.T) {
	library := uitest.NewLibrary(everRead(500)...)
	uitest.Recall(t, ui.Options{Library: library}, kept(30), func(s *uitest.Session, _ *uitest.Shelf) {
		s.Press("j", "/")
		s.See("Search", "Everything that you have read", "from:carol")
		s.Type("he")
		s.Sleep(time.Second)
		if n := len(library.Asked()); n != 0 {
			t.Errorf("two letters were asked for: %v", library.Asked())
		}
		s.Type("r")
		s.Sleep(50 * time.Millisecond)
		s.Type("on")
		s.Sleep(time.Second)
		if asked := library.Asked(); len(asked) != 1 || asked[0].Begins != "heron" {
			t.Errorf("asked were %+v", asked)
		}
		s.See("heron 0 on a jetty", "heron 3 on a jetty", "more than 40 found, newest first")
		s.Press("ctrl+n", "ctrl+n")
		if !strings.HasPrefix(s.Selected(), "N  carol") {
			t.Errorf("selected is %q", s.Selected())
		}
		s.Type(" 17")
		s.Sleep(time.Second)
		s.See("heron 17 on a jetty", "1 found, newest first")
		s.Press("esc")
		s.See("Home", "post 1")
		if row := s.Screen.Row(s.Line("post 1") - 1); !strings.HasPrefix(row, "▌") {
			t.Error("the place in the feed is lost")
		}
	})
}

func TestSearchGoesOnBelow(t *testing.T) {
	library := uitest.NewLibrary(everRead(2000)...)
	uitest.Recall(t, ui.Options{Library: library}, kept(30), func(s *uitest.Session, _ *uitest.Shelf) {
		s.Press("/")
		s.Type("heron")
		s.Sleep(time.Second)
		s.Press("enter")
		s.See("j/k move")
		for range 199 {
			s.Press("j")
		}
		s.See("heron 199 on a jetty", "200 found, newest first")
		if n := len(library.Asked()); n != 5 {
			t.Errorf("%d searches", n)
		}
	})
}

func TestSearchOpensTheThreadAndComesBack(t *testing.T) {
	library := uitest.NewLibrary(append(everRead(100), uitest.Post(timeline.Mastodon, "m1", 2*time.Minute, "ana", "runners moved"))...)
	nets := three()
	nets[0].Threads(conversation())
	uitest.Play(t, ui.Options{Library: library}, nets, func(s *uitest.Session) {
		s.Press("/")
		s.Type("runners")
		s.Sleep(time.Second)
		s.Press("enter", "enter")
		s.See("Thread", "which ones?")
		s.Press("esc")
		s.See("/ runners", "1 found")
		if !strings.HasPrefix(s.Selected(), "M  ana") {
			t.Errorf("selected is %q", s.Selected())
		}
		s.Press("/")
		s.Press("ctrl+u")
		s.Send(tea.PasteMsg{Content: "heron\n"})
		s.Sleep(time.Second)
		s.See("heron 0")
		s.Press("esc")
		s.See("Home", "a heron")
	})
}

// TestMatchesAreReadOneAfterTheOther: from the thread of one to that of the next.
func TestMatchesAreReadOneAfterTheOther(t *testing.T) {
	library := uitest.NewLibrary(everRead(50)...)
	uitest.Recall(t, ui.Options{Library: library}, kept(3), func(s *uitest.Session, _ *uitest.Shelf) {
		s.Press("/")
		s.Type("heron")
		s.Sleep(time.Second)
		s.Press("enter", "n", "enter")
		s.See("Thread", "heron 1 on")
		s.Press("n")
		s.See("Thread", "heron 2 on")
		s.DontSee("heron 1 on")
		s.Press("N", "N", "N")
		s.See("Thread", "heron 0 on")
		s.Press("esc")
		s.See("Search", "5 found")
		s.Press("esc", "n")
		s.See("nothing was searched for")
	})
}

func TestStaleAnswersAreDropped(t *testing.T) {
	library := uitest.NewLibrary(everRead(300)...)
	uitest.Recall(t, ui.Options{Library: library}, kept(3), func(s *uitest.Session, _ *uitest.Shelf) {
		library.Drags(2 * time.Second)
		s.Press("/")
		s.Type("heron")
		s.Sleep(200 * time.Millisecond) // asked
		library.Drags(0)
		s.Press("ctrl+u")
		s.Type("note 11 ")
		s.Sleep(time.Second)
		s.See("note 11 on the weather")
		s.Sleep(5 * time.Second)
		s.DontSee("heron")
		s.See("note 11 on the weather")
	})
}

// TestAnswersOfASearchThatIsOverAreDropped: the next one counts its questions anew.
func TestAnswersOfASearchThatIsOverAreDropped(t *testing.T) {
	library := uitest.NewLibrary(everRead(300)...)
	uitest.Recall(t, ui.Options{Library: library}, kept(3), func(s *uitest.Session, _ *uitest.Shelf) {
		library.Drags(2 * time.Second)
		s.Press("/")
		s.Send(tea.PasteMsg{Content: "heron"})
		s.Sleep(200 * time.Millisecond) // asked
		library.Drags(0)
		s.Press("esc", "/")
		s.Send(tea.PasteMsg{Content: "note 11 "})
		s.Sleep(time.Second)
		s.See("note 11 on the weather")
		s.Sleep(5 * time.Second)
		s.DontSee("heron")
		s.See("note 11 on the weather")
	})
}

func TestSearchByRelevance(t *testing.T) {
	long := uitest.Post(timeline.Nostr, "long", 900*time.Hour, "fern", "the heron of all herons, who stands on every jetty there is")
	library := uitest.NewLibrary(append(everRead(300), long)...)
	uitest.Recall(t, ui.Options{Library: library}, kept(3), func(s *uitest.Session, _ *uitest.Shelf) {
		s.Press("/")
		s.Type("heron")
		s.Sleep(time.Second)
		s.DontSee("of all herons")
		s.Press("ctrl+r")
		s.Sleep(time.Second)
		s.See("of all herons", "31 found, the best first")
		s.Press("enter", "ctrl+r")
		s.Sleep(time.Second)
		s.DontSee("of all herons")
	})
}

func TestSearchThatFails(t *testing.T) {
	library := uitest.NewLibrary(everRead(30)...)
	uitest.Recall(t, ui.Options{Library: library}, kept(3), func(s *uitest.Session, _ *uitest.Shelf) {
		library.Breaks(errors.New("disk I/O error"))
		s.Press("/")
		s.Type("heron")
		s.Sleep(time.Second)
		s.See("disk I/O error")
		library.Breaks(nil)
		s.Type(" 1")
		s.Sleep(time.Second)
		s.See("heron 1 on a jetty")
		s.Type("zzz")
		s.Sleep(time.Second)
		s.See("Nothing that you have read says this.")
	})
}

func TestSearchWithoutALibrarySaysWhy(t *testing.T) {
	uitest.Recall(t, ui.Options{}, kept(3), func(s *uitest.Session, _ *uitest.Shelf) {
		s.Press("/")
		s.See("nothing is kept that could be searched")
		s.DontSee("Search")
	})
}

// TestWhatIsFoundCanBeActedUpon: likes and warnings are those of the post.
func TestWhatIsFoundCanBeActedUpon(t *testing.T) {
	nets := three()
	hidden := uitest.Post(timeline.Mastodon, "h", time.Hour, "ana", "the plot twist of the heron")
	hidden.Sensitive, hidden.Warning = true, timeline.CleanLine("spoilers")
	library := uitest.NewLibrary(hidden)
	uitest.Play(t, ui.Options{Library: library, Outbox: uitest.NewOutbox(nets...)}, nets, func(s *uitest.Session) {
		s.Press("/")
		s.Type("heron")
		s.Sleep(time.Second)
		s.See("warning: spoilers")
		s.DontSee("plot twist")
		s.Press("enter", "z")
		s.See("plot twist")
		s.Press("f")
		s.See("♥ 1")
	})
}

func TestKeptThreadIsShownWhenTheServerDoesNotAnswer(t *testing.T) {
	nets := three()
	c := conversation()
	c.Kept = uitest.Start().Add(-3 * time.Hour)
	library := uitest.NewLibrary()
	library.Keeps(c)
	uitest.Play(t, ui.Options{Library: library}, nets, func(s *uitest.Session) {
		nets[0].Fails(timeline.Errorf(timeline.CodeOffline, "thread: 127.0.0.1: connection refused"))
		s.Settle()
		s.Press("enter")
		s.See("which ones?", "as read 3 h ago — mastodon does not answer · C-r tries again")
		nets[0].Fails(nil)
		nets[0].Threads(conversation())
		s.Press("ctrl+r")
		s.DontSee("as read")
		s.See("which ones?")
		s.Press("esc")
	})
}

func TestKeptThreadIsShownUntilTheServerAnswers(t *testing.T) {
	nets := three()
	nets[0].Threads(conversation())
	library := uitest.NewLibrary()
	old := conversation()
	old.Roots = old.Roots[0].Replies // before anybody knew what it answered
	library.Keeps(old)
	uitest.Play(t, ui.Options{Library: library}, nets, func(s *uitest.Session) {
		nets[0].Slow(2 * time.Second)
		s.Press("enter")
		s.See("reading the thread", "which ones?")
		s.DontSee("what are you up to?")
		s.Press("j")
		before := s.Selected()
		s.Sleep(3 * time.Second)
		s.DontSee("reading the thread", "as read")
		if s.Selected() != before {
			t.Errorf("selected is %q, was %q", s.Selected(), before)
		}
		s.Press("k", "k")
		s.See("what are you up to?")
	})
}

func TestKeptProfileIsShownWhenTheServerDoesNotAnswer(t *testing.T) {
	nets := three()
	library := uitest.NewLibrary(uitest.Post(timeline.Mastodon, "old", 99*time.Hour, "ana", "from last week"))
	library.Met(&timeline.Profile{
		Network: timeline.Mastodon, Kept: uitest.Start().Add(-50 * time.Hour),
		Author: timeline.Author{ID: "ana", Name: timeline.CleanLine("Ana Lima")},
		Bio:    timeline.PlainText(timeline.Clean("Runs the lab.")),
	})
	uitest.Play(t, ui.Options{Library: library}, nets, func(s *uitest.Session) {
		nets[0].Fails(timeline.Errorf(timeline.CodeOffline, "no route to host"))
		s.Settle()
		s.Press("u")
		s.See("Runs the lab.", "from last week", "as read 2 days ago — mastodon does not answer · C-r tries again")
	})
}

// TestTheSearchIsATab says that the search stands beside the timeline, as it was left,
// until it is closed.
func TestTheSearchIsATab(t *testing.T) {
	uitest.Play(t, ui.Options{Library: uitest.NewLibrary(everRead(30)...)}, three(), func(s *uitest.Session) {
		s.Sleep(time.Second)
		s.Press("l")
		s.See("there is one tab")
		s.Press("/")
		s.Type("heron")
		s.Sleep(time.Second)
		s.Press("enter")
		s.See("3 found")
		s.Press("h")
		s.See("Home", "Search")
		s.DontSee("3 found")
		s.Press("2")
		s.See("3 found")
		s.Press("g", "h")
		s.DontSee("3 found")
		s.Press("/")
		s.See("3 found")
		s.Press("esc", "esc")
		s.DontSee("Search")
		s.Press("9")
		s.See("there is one tab")
	})
}
