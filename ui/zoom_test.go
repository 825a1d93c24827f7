package ui_test

import (
	"testing"
	"time"

	"skein/ui"
	"skein/ui/uitest"
)

func TestOnePaneFillsTheScreen(t *testing.T) {
	nets, _ := town()
	nets[0].Threads(conversation())
	playWide(t, nets, func(s *uitest.Session) {
		s.Sleep(time.Second)
		s.See("which ones?", "Runs the lab.")
		s.Press("Z")
		s.See("a heron", "Z brings the other columns back")
		s.DontSee("which ones?", "Runs the lab.")
		s.Press("v")
		s.See("one pane fills the screen; Z brings the others back")
		looked := nets[0].Looked()
		s.Press("j", "j")
		s.Sleep(2 * time.Second)
		if n := nets[0].Looked(); n != looked {
			t.Errorf("asked for somebody whom nobody sees")
		}
		s.Press("k", "k", "enter")
		s.See("Thread", "which ones?")
		s.DontSee("a heron", "Runs the lab.")
		s.Press("Z")
		s.Sleep(time.Second)
		s.See("which ones?", "a heron", "Runs the lab.")
		if focused(s) != 1 {
			t.Errorf("the keys go to column %d", focused(s))
		}
		s.Press("u", "Z")
		s.See("Profile", "Runs the lab.")
		s.DontSee("which ones?", "a heron")
	})
}

// TestUnreadPostsThatNobodySeesStayUnread while another pane fills the screen.
func TestUnreadPostsThatNobodySeesStayUnread(t *testing.T) {
	nets, _ := town()
	playWide(t, nets, func(s *uitest.Session) {
		s.Sleep(5 * time.Second)
		s.DontSee("Home 1")
		s.Press("enter", "Z")
		nets[1].Posts(uitest.Post(nets[1].Account().Network, "late", 0, "carol", "just in"))
		s.Settle()
		s.Sleep(5 * time.Second)
		s.Press("Z")
		s.See("Home 1")
	})
}

func TestZoomSaysWhenItHasNothingToDo(t *testing.T) {
	uitest.Play(t, ui.Options{}, three(), func(s *uitest.Session) {
		s.Resize(40, 12)
		s.Press("Z")
		s.See("one pane fills the screen already")
	})
}
