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

// playWide plays in a window with three columns.
func playWide(t *testing.T, nets []*uitest.Backend, play func(s *uitest.Session)) {
	t.Helper()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Resize(170, 40)
		play(s)
	})
}

// column is the number of the column, from 0, in which a text stands: of three in 170
// cells.
func column(s *uitest.Session, text string) int {
	at := strings.Index(string([]rune(s.Screen.Row(s.Line(text)))), text)
	return at / 57
}

// focused is the column with the selection's bar; -1 where there is none.
func focused(s *uitest.Session) int {
	for y := range s.Screen.Lines {
		for x, r := range []rune(s.Screen.Row(y)) {
			if r == '▌' {
				return x / 57
			}
		}
	}
	return -1
}

func TestThirdColumnShowsWhoWroteThePost(t *testing.T) {
	nets, _ := town()
	nets[0].Threads(conversation())
	playWide(t, nets, func(s *uitest.Session) {
		s.See("Thread", "Profile")
		s.DontSee("Runs the lab.")
		s.Sleep(time.Second)
		s.See("which ones?", "Runs the lab.", "1.2k followers")
		if c := column(s, "1.2k followers"); c != 2 {
			t.Errorf("the profile stands in column %d", c)
		}
		s.Press("enter", "j") // of the thread: a post of somebody else
		s.Sleep(time.Second)
		s.See("Rain, mostly.")
		s.DontSee("Runs the lab.")
		if focused(s) != 1 {
			t.Errorf("the keys go to column %d", focused(s))
		}
	})
}

// TestNobodyIsAskedForWhileSomebodyScrolls, and nobody twice within minutes.
func TestNobodyIsAskedForWhileSomebodyScrolls(t *testing.T) {
	people := uitest.NewBackend(timeline.Mastodon)
	for i := range 40 {
		name := fmt.Sprint("p", i)
		people.Has(uitest.Post(timeline.Mastodon, name, time.Duration(i)*time.Minute, name, "by "+name))
		people.Knows(person(timeline.Mastodon, name, "Person "+name, "I am "+name))
	}
	playWide(t, []*uitest.Backend{people}, func(s *uitest.Session) {
		for range 20 {
			s.Press("j")
			s.Sleep(100 * time.Millisecond)
		}
		if n := people.Looked(); n != 0 {
			t.Errorf("%d were asked for while nobody rested", n)
		}
		s.Sleep(time.Second)
		s.See("I am p20")
		s.Press("k")
		s.Sleep(time.Second)
		s.Press("j")
		s.See("I am p20") // at once: it was read before
		s.Sleep(time.Second)
		if n := people.Looked(); n != 2 {
			t.Errorf("asked %d times, not twice", n)
		}
		s.Press("k", "u")
		if n := people.Looked(); n != 2 {
			t.Errorf("asked %d times on opening what was there", n)
		}
	})
}

func TestThirdColumnTakesTheKeys(t *testing.T) {
	nets, _ := town()
	nets[0].Threads(conversation())
	playWide(t, nets, func(s *uitest.Session) {
		s.Press("u") // before it was asked for
		s.Sleep(time.Second)
		s.See("Runs the lab.", "which ones?")
		if focused(s) != 2 {
			t.Errorf("the keys go to column %d", focused(s))
		}
		s.Press("]")
		s.See("[posts]")
		s.Press("[", "G")
		for !strings.Contains(s.Screen.Row(s.Line("welcome to my corner")), "▌") {
			s.Press("k")
		}
		s.Press("enter") // a post of theirs opens its thread, in the second column
		s.Sleep(time.Second)
		if focused(s) != 1 {
			t.Errorf("the keys go to column %d", focused(s))
		}
		s.DontSee("which ones?")
		s.Press("esc", "esc")
		if focused(s) != 0 {
			t.Errorf("the keys go to column %d", focused(s))
		}
		s.Press("g", "v")
		if focused(s) != 2 {
			t.Errorf("the keys go to column %d", focused(s))
		}
		s.Press("g", "v")
		if focused(s) != 0 {
			t.Errorf("the keys go to column %d", focused(s))
		}
	})
}

func TestThirdColumnShowsNotifications(t *testing.T) {
	nets := happened()
	playWide(t, nets, func(s *uitest.Session) {
		s.Press("v")
		s.See("the third column shows your notifications")
		row := s.Line("tamsin")
		if row < 0 || column(s, "tamsin") != 2 {
			t.Fatalf("no notifications in the third column:\n%s", s.Screen.Text())
		}
		s.Press("g", "v", "j")
		if focused(s) != 2 {
			t.Errorf("the keys go to column %d", focused(s))
		}
		s.Press("K")
		s.See("only ")
		s.Press("esc", "esc", "v")
		s.See("there is no third column; v brings it back")
		s.DontSee("tamsin")
		s.Press("g", "v")
		s.See("v brings it back")
		s.Press("g", "n")
		s.See("tamsin")
		s.Press("v", "v", "esc") // among the notifications they do not stand beside themselves
		s.Press("u")
		s.See("Profile")
	})
}

// TestThirdColumnGoesWithTheWindow: what was opened from it stays open in a narrower one.
func TestThirdColumnGoesWithTheWindow(t *testing.T) {
	nets, _ := town()
	playWide(t, nets, func(s *uitest.Session) {
		s.Press("u")
		s.Resize(130, 40)
		s.See("Runs the lab.", "a heron")
		s.Resize(80, 40)
		s.See("Runs the lab.")
		s.DontSee("a heron")
		s.Press("v")
		s.See("a third column needs a wider window: 160 cells")
		s.Resize(170, 40)
		s.Press("esc")
		if focused(s) != 0 {
			t.Errorf("the keys go to column %d", focused(s))
		}
	})
}

func TestThirdColumnSaysWhyNobodyIsShown(t *testing.T) {
	nets := three()
	playWide(t, nets, func(s *uitest.Session) {
		nets[0].Fails(timeline.Errorf(timeline.CodeUnsupported, "mastodon shows no profiles"))
		s.Sleep(2 * time.Second)
		s.See("Profile   not read: mastodon shows no profiles")
		s.DontSee("shows no profiles · C-r")
		nets[0].Fails(timeline.Errorf(timeline.CodeServer, "502 bad gateway"))
		s.Press("j", "j", "j")
		s.Sleep(2 * time.Second)
		s.See("Thread   not read: 502 bad gateway · C-r", "Profile   not read: 502 bad gateway · C-r")
		nets[0].Fails(nil)
		nets[0].Knows(person(timeline.Mastodon, "bo", "Bo", "Rain, mostly."))
		s.Press("ctrl+r")
		s.See("Rain, mostly.")
		s.DontSee("502")
	})
}

func TestClicksInTheThirdColumn(t *testing.T) {
	nets, _ := town()
	nets[0].Threads(conversation())
	playWide(t, nets, func(s *uitest.Session) {
		s.Sleep(time.Second)
		at := func(text string, column int) tea.Mouse {
			return tea.Mouse{X: column*57 + 10, Y: s.Line(text), Button: tea.MouseLeft}
		}
		s.Send(tea.MouseClickMsg(at("welcome to my corner", 2)))
		if focused(s) != 2 || !strings.Contains(s.Screen.Row(s.Line("welcome to my corner")), "▌") {
			t.Errorf("the keys go to column %d", focused(s))
		}
		s.Send(tea.MouseClickMsg(at("which ones?", 1)))
		if focused(s) != 1 || !strings.Contains(s.Screen.Row(s.Line("which ones?")), "▌") {
			t.Errorf("the keys go to column %d", focused(s))
		}
		s.Send(tea.MouseClickMsg(at("a heron", 0)))
		if focused(s) != 0 {
			t.Errorf("the keys go to column %d", focused(s))
		}
	})
}

// TestColumnsLookAsTheyWereAccepted holds what stands beside the feed, as far as the
// window has room for it, to what was accepted.
func TestColumnsLookAsTheyWereAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		nets := happened()
		nets[0].Threads(conversation())
		nets[0].Knows(person(timeline.Mastodon, "ana", "Ana Lima", "Runs the lab. Backups are a love language."))
		return uitest.Scene{Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			s.Sleep(time.Second)
			look("home")
			s.Press("u")
			look("person")
			s.Press("esc", "esc", "v")
			look("notifications")
			s.Press("enter", "Z")
			look("zoom")
		}}
	})
}
