package ui_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// clickOn clicks on the first cell of a text.
func clickOn(s *uitest.Session, text string) {
	y := s.Line(text)
	before, _, _ := strings.Cut(s.Screen.Row(y), text)
	s.Send(tea.MouseClickMsg{X: utf8.RuneCountInString(before), Y: y, Button: tea.MouseLeft})
}

func TestHeaderIsClicked(t *testing.T) {
	f := newFeeds(ui.Tab{Name: "Birds", Feed: "tag:birds"}, ui.Tab{Name: "Workshop", Feed: "list:Workshop"})
	playTabs(t, f, func(s *uitest.Session) {
		for _, width := range []int{80, 140, 200} {
			s.Resize(width, 30)
			clickOn(s, "Workshop")
			s.See("two of list:Workshop")
			clickOn(s, "Birds")
			s.See("two of tag:birds")
			clickOn(s, "Home")
			s.See("runners moved")
			s.Send(tea.MouseClickMsg{X: 0, Y: 0, Button: tea.MouseLeft})
			s.See("runners moved")
			before, _, _ := strings.Cut(s.Screen.Row(0), "Workshop")
			s.Send(tea.MouseClickMsg{X: utf8.RuneCountInString(before) + len("Workshop") - 1, Y: 0, Button: tea.MouseLeft})
			s.See("two of list:Workshop")
			clickOn(s, "Home")
			clickOn(s, "B ●")
			s.See("asks all again")
			s.Press("esc")
		}
		s.Resize(40, 12)
		s.Press("2")
		clickOn(s, "M ●")
		s.See("asks all again")
	})
}

func TestLinksAreClicked(t *testing.T) {
	single := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", "")
	single.Text = timeline.Text{{Text: timeline.Clean("早 read ")}, link("lab.example/notes", "https://lab.example/notes"), {Text: timeline.Clean(" and tell")}}
	liar := uitest.Post(timeline.Mastodon, "3", 3*time.Minute, "ana", "")
	liar.Text = timeline.Text{link("bank.example", "https://evil.example/")}
	for _, width := range []int{80, 200} {
		uitest.Play(t, ui.Options{}, one(single, liar), func(s *uitest.Session) {
			s.Resize(width, 30)
			clickOn(s, "bank.example")
			s.See("open this?", "evil.example")
			s.Press("esc")
			if len(s.Opened) != 0 {
				t.Errorf("opened %q", s.Opened)
			}
			y := s.Line("早 read")
			x := utf8.RuneCountInString(strings.Split(s.Screen.Row(y), "lab.")[0]) + 1 // 早 has two cells
			s.Send(tea.MouseClickMsg{X: x - 1, Y: y, Button: tea.MouseLeft})
			s.DontSee("opened lab.example")
			s.Send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
			s.See("opened lab.example")
			if want := []string{"https://lab.example/notes"}; !slices.Equal(s.Opened, want) {
				t.Errorf("opened %q, want %q", s.Opened, want)
			}
		})
	}
}

// TestWheelScrollsWhatIsUnderIt, in each column.
func TestWheelScrollsWhatIsUnderIt(t *testing.T) {
	nets, _ := town()
	nets[0].Threads(conversation())
	playWide(t, nets, func(s *uitest.Session) {
		s.Resize(170, 12)
		s.Sleep(2 * time.Second)
		s.See("Runs the lab.", "runners moved", "which ones?")
		s.Send(tea.MouseWheelMsg{X: 150, Y: 6, Button: tea.MouseWheelDown}) // the profile
		s.Send(tea.MouseWheelMsg{X: 150, Y: 6, Button: tea.MouseWheelDown})
		s.Send(tea.MouseWheelMsg{X: 150, Y: 6, Button: tea.MouseWheelDown})
		s.DontSee("Runs the lab.")
		s.See("which ones?", "a heron")
	})
}
