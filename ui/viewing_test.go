package ui_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// exhibition is shown, with a post above that has a film and a sound.
func exhibition() ([]*uitest.Backend, *uitest.Pictures) {
	nets, files := shown()
	film := uitest.Post(timeline.Mastodon, "film", time.Second, "zoe", "how it moves, and how it sounds")
	film.Media = []timeline.Media{
		{Kind: timeline.Video, URL: timeline.CleanLine("https://films.example/a.mp4"), Preview: timeline.CleanLine(bowlAt), Width: 300, Height: 300, Duration: 42 * time.Second},
		{Kind: timeline.Audio, URL: timeline.CleanLine("https://films.example/b.ogg"), Alt: timeline.CleanLine(strings.Repeat("a long whistle, then a short one; ", 40))},
	}
	nets[0].Has(film)
	return nets, files
}

func TestGalleryLooksAsItWasAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		nets, files := exhibition()
		return uitest.Scene{Options: ui.Options{Pictures: files.Options(), Media: &uitest.Media{}}, Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			s.Press("m")
			look("film")
			s.Press("l", "j", "j")
			look("sound")
			s.Press("esc", "j", "j", "m")
			look("picture")
			s.Press("esc", "j", "m")
			look("sensitive")
			s.Press("z")
			look("revealed")
			s.Press("esc")
		}}
	})
}

func TestGalleryOpensSavesAndPlays(t *testing.T) {
	nets, files := exhibition()
	out := &uitest.Media{}
	uitest.Play(t, ui.Options{Pictures: files.Options(), Media: out}, nets, func(s *uitest.Session) {
		s.Press("m", "enter")
		s.See("mpv connects to", "films.example")
		if len(out.Done()) > 0 {
			t.Fatalf("%v was done before the person agreed", out.Done())
		}
		s.Press("esc", "enter", "y")
		s.See("playing films.example with mpv")
		s.Press("l", "o") // the host is known by now
		s.Press("esc", "j", "m", "o", "S")
		s.See("saved as /home/me/Downloads/one.png")
		want := []string{"play https://films.example/a.mp4", "play https://films.example/b.ogg", "view one 1", "save one 1"}
		if got := out.Done(); !slices.Equal(got, want) {
			t.Errorf("done: %v", got)
		}
		out.Fails(timeline.Errorf(timeline.CodeOffline, "files.example does not answer"))
		s.Press("S")
		s.See("files.example does not answer")
		s.Press("esc")
	})
}

// TestGalleryWithoutPictures: descriptions are there whatever a terminal can show.
func TestGalleryWithoutPictures(t *testing.T) {
	nets, _ := exhibition()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Press("j", "j", "m")
		s.See("1 of 2", "a heron at dawn", "files.example")
		s.Press("l")
		s.See("2 of 2", "a bowl")
		s.Press("S")
		s.See("nothing here opens or saves files")
		s.Press("esc")
	})
}
