package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// TestWritingLooksAsItWasAccepted holds the compose screen and the outbox to what was
// read and accepted, in the smallest, the usual and a wide window.
func TestWritingLooksAsItWasAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		nets, out := writing()
		out.Refuses(timeline.Bluesky, "this account is suspended")
		return uitest.Scene{Options: ui.Options{Outbox: out, Undo: -1}, Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			s.Press("c")
			s.Type("Reading all of you in one window now. Hello, everyone.")
			s.Press("alt+w")
			s.Type("a first post")
			look("sheet")
			s.Press("esc")
			look("compose")
			s.Type("\n:tad")
			look("completion")
			s.Press("tab")
			s.Send(tea.PasteMsg{Content: "\n" + long(300)})
			look("too-long")
			s.Press("alt+x", "x")
			look("preview")
			s.Press("esc", "ctrl+s")
			look("sent")
			s.Press("g", "o")
			look("outbox")
			s.Press("j", "enter")
			look("delivery")
			s.Press("esc", "esc", "r")
			look("reply")
			s.Press("esc")
		}}
	})
}

// TestReadingLooksAsItWasAccepted does the same for the feed with what is unread, the
// search, and a thread that was kept.
func TestReadingLooksAsItWasAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		nets := three()
		var posts []*timeline.Post
		for _, n := range uitest.Gallery() {
			posts = append(posts, n.Post)
		}
		library := uitest.NewLibrary(append(posts, everRead(300)...)...)
		kept := conversation()
		kept.Kept = uitest.Start().Add(-3 * time.Hour)
		library.Keeps(kept)
		return uitest.Scene{Options: ui.Options{Library: library}, Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			s.Sleep(time.Minute)
			s.Press("j")
			for i := range 12 {
				nets[1].Posts(uitest.Post(timeline.Bluesky, fmt.Sprint("new", i), time.Duration(-i)*time.Second, "carol", fmt.Sprintf("arrival %d", i)))
			}
			look("unread")
			s.Press("tab")
			look("next-unread")
			s.Press("/")
			look("search")
			s.Type("heron from:zoe")
			look("search-nothing")
			s.Press("ctrl+u")
			s.Type("heron on:instagram ")
			look("search-wrong")
			s.Press("ctrl+u")
			s.Type("heron")
			look("search-found")
			s.Press("enter", "j", "j")
			s.Sleep(time.Second)
			look("search-list")
			s.Press("esc")
			nets[0].Fails(timeline.Errorf(timeline.CodeOffline, "mastodon does not answer"))
			s.Settle()
			for !strings.HasPrefix(s.Selected(), "M  ana") {
				s.Press("j")
			}
			s.Press("enter", "ctrl+r")
			look("thread-kept")
		}}
	})
}

// TestMutingLooksAsItWasAccepted does the same for what is muted: the menu, the list,
// and the row that stands in a thread.
func TestMutingLooksAsItWasAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		nets, out := writing()
		nets[0].Threads(conversation())
		o := muted(mutedWord("which"))
		o.Outbox = out
		return uitest.Scene{Options: o, Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			s.Press("M")
			look("mute")
			s.Press("tab", "3")
			s.Type("herons")
			look("mute-word")
			s.Press("enter")
			look("muted-word")
			s.Press("g", "m")
			look("muted-list")
			s.Press("esc", "enter")
			look("muted-thread")
			s.Press("j", "z")
			look("muted-shown")
		}}
	})
}
