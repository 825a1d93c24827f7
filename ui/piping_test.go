package ui_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// counting is a command that says what it was given, and "wait" one that takes its time.
func counting(ctx context.Context, p *timeline.Post, command string) (timeline.Safe, error) {
	if command == "wait" {
		<-ctx.Done()
		return timeline.Safe{}, ctx.Err()
	}
	said := timeline.Clean(fmt.Sprintf("%s of %s\n", command, p.ID.Local) + strings.Repeat("a line\n", 40) + "the last line")
	if command == "bad" {
		return said, timeline.Errorf(timeline.CodeRefused, "exit 3")
	}
	return said, nil
}

func TestPipeLooksAsItWasAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		nets, _ := shown()
		return uitest.Scene{Options: ui.Options{Pipe: counting}, Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			s.Press("|")
			s.Type("jq .text")
			look("asks")
			s.Press("enter", "j")
			look("said")
			s.Press("q")
		}}
	})
}

func TestPipeIsReadAndLeft(t *testing.T) {
	nets, _ := shown()
	uitest.Play(t, ui.Options{Pipe: counting}, nets, func(s *uitest.Session) {
		s.Press("|")
		s.Type("bad")
		s.Press("enter")
		s.See("exit 3: bad", "bad of one")
		s.DontSee("the last line")
		s.Press("G")
		s.See("the last line")
		s.Press("esc", "j", "|") // the command is there again, for another post
		s.Press("ctrl+u")
		s.Type("wait")
		s.Press("enter")
		s.See("running")
		s.Press("esc")
		s.DontSee("running", "pipe to a command")
		s.Press("|", "esc")
		s.DontSee("pipe to a command")
	})
}
