package ui_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi/kitty"

	"skein/backends/sandbox/world"
	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

const (
	heronAt  = "https://files.example/heron.png"
	bowlAt   = "https://files.example/bowl.png"
	hiddenAt = "https://files.example/hidden.png"
)

// shown is a post with a heron, one with two pictures, and one whose picture is sensitive.
func shown() ([]*uitest.Backend, *uitest.Pictures) {
	files := &uitest.Pictures{}
	files.Has(heronAt, world.Draw(world.Picture{Seed: 5, Scene: world.Heron, Width: 400, Height: 300}))
	files.Has(bowlAt, world.Draw(world.Picture{Seed: 7, Scene: world.Bowl, Width: 300, Height: 300}))
	files.Has(hiddenAt, world.Draw(world.Picture{Seed: 8, Scene: world.Night, Width: 300, Height: 300}))
	heron := timeline.Media{Kind: timeline.Image, URL: timeline.CleanLine(heronAt), Alt: timeline.CleanLine("a heron at dawn"), Width: 400, Height: 300, Blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj"}
	bowl := timeline.Media{Kind: timeline.Image, URL: timeline.CleanLine(bowlAt), Alt: timeline.CleanLine("a bowl"), Width: 300, Height: 300, Blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj"}
	one := uitest.Post(timeline.Mastodon, "one", time.Minute, "ana", "the first one")
	one.Media = []timeline.Media{heron}
	two := uitest.Post(timeline.Mastodon, "two", 2*time.Minute, "bo", "two of them")
	two.Media = []timeline.Media{heron, bowl}
	three := uitest.Post(timeline.Mastodon, "three", 3*time.Minute, "carol", "not for everybody")
	bowl.URL = timeline.CleanLine(hiddenAt)
	three.Media, three.Sensitive, three.MediaOnly = []timeline.Media{bowl}, true, true
	return []*uitest.Backend{uitest.NewBackend(timeline.Mastodon).Has(one, two, three)}, files
}

func TestPicturesLookAsTheyWereAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		nets, files := shown()
		return uitest.Scene{Options: ui.Options{Pictures: files.Options()}, Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			look("one")
			s.Press("j")
			look("two")
			s.Press("j")
			look("sensitive")
			s.Press("z")
			look("revealed")
		}}
	})
}

// TestPostsStayWhenPicturesCome: the room is known before the picture is.
func TestPostsStayWhenPicturesCome(t *testing.T) {
	nets, files := shown()
	o := files.Options()
	o.Fetcher = late{files}
	uitest.Play(t, ui.Options{Pictures: o}, nets, func(s *uitest.Session) {
		s.Resize(80, 40)
		before := s.Line("two of them")
		blurred := s.Frame()
		s.Sleep(5 * time.Second)
		if got := s.Line("two of them"); got != before || before < 0 {
			t.Errorf("the post went from line %d to %d", before, got)
		}
		if s.Frame() == blurred {
			t.Error("the pictures have not come")
		}
	})
}

// late brings pictures after a while.
type late struct{ timeline.Fetcher }

func (l late) Fetch(ctx context.Context, id timeline.AccountID, address timeline.Safe, most int64) ([]byte, error) {
	select {
	case <-time.After(3 * time.Second):
		return l.Fetcher.Fetch(ctx, id, address, most)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// TestHiddenPictureIsNotFetched: what waits behind a warning sends nothing.
func TestHiddenPictureIsNotFetched(t *testing.T) {
	nets, files := shown()
	uitest.Play(t, ui.Options{Pictures: files.Options()}, nets, func(s *uitest.Session) {
		asked := func() bool { return slices.Contains(files.Asked(), hiddenAt) }
		s.Press("G")
		s.Sleep(time.Second)
		if asked() {
			t.Error("what is hidden was fetched")
		}
		s.Press("z")
		s.Sleep(time.Second)
		if !asked() {
			t.Error("what was revealed is not fetched")
		}
	})
}

func TestKittyGetsPixels(t *testing.T) {
	nets, files := shown()
	uitest.Play(t, ui.Options{Pictures: files.Options()}, nets, func(s *uitest.Session) {
		s.Send(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
		s.Send(tea.TerminalVersionMsg{Name: "kitty(0.42.0)"})
		s.Send(uv.KittyGraphicsEvent{Payload: []byte("OK")})
		s.Send(uv.CellSizeEvent{Width: 9, Height: 20})
		s.Sleep(time.Second)
		raw := strings.Join(s.Raw, "")
		if !strings.Contains(raw, "\x1b[>q\x1b[c\x1b[16t") || !strings.Contains(raw, "a=q") || !strings.Contains(raw, "U=1") {
			t.Errorf("the terminal was sent %.300q", raw)
		}
		if !strings.ContainsRune(s.Frame(), kitty.Placeholder) || strings.Contains(s.Frame(), "▀") {
			t.Error("the frame holds no place for pixels")
		}
		s.Send(tea.ColorProfileMsg{Profile: colorprofile.ASCII})
		s.Sleep(time.Second)
		if strings.ContainsRune(s.Frame(), kitty.Placeholder) || s.Line("two of them") > 10 {
			t.Error("a terminal without colours is shown pictures")
		}
	})
}

// TestRefreshTriesPicturesAgain: one that was not to be had may be by now.
func TestRefreshTriesPicturesAgain(t *testing.T) {
	nets, _ := shown()
	files := &uitest.Pictures{}
	uitest.Play(t, ui.Options{Pictures: files.Options()}, nets, func(s *uitest.Session) {
		s.Sleep(time.Second)
		before := len(files.Asked())
		s.Press("j", "k")
		s.Sleep(time.Second)
		if got := len(files.Asked()); got != before {
			t.Errorf("asked for %d and then for %d more without being told to", before, got-before)
		}
		files.Has(heronAt, world.Draw(world.Picture{Seed: 5, Scene: world.Heron, Width: 400, Height: 300}))
		blurred := s.Frame()
		s.Press("ctrl+r")
		s.Sleep(5 * time.Second)
		if len(files.Asked()) == before || s.Frame() == blurred {
			t.Error("it was not tried again")
		}
	})
}
