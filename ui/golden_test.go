package ui_test

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// TestWritingLooksAsItWasAccepted holds the compose screen and the outbox to what was
// read and accepted, in the smallest, the usual and a wide window.
func TestWritingLooksAsItWasAccepted(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {80, 24}, {160, 45}} {
		nets, out := writing()
		out.Refuses(timeline.Bluesky, "this account is suspended")
		uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
			s.Resize(size[0], size[1])
			look := func(name string) {
				t.Run(fmt.Sprintf("%s-%d", name, size[0]), func(t *testing.T) {
					s.Sleep(500 * time.Millisecond)
					golden.RequireEqual(t, s.Screen.Text()+"\n")
				})
			}
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
		})
	}
}
