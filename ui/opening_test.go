package ui_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// conversation is a thread of five posts, one of them missing, around "m1".
func conversation() *timeline.Thread {
	node := func(local, author, text string, replies ...*timeline.Node) *timeline.Node {
		p := uitest.Post(timeline.Mastodon, local, time.Minute, author, text)
		return &timeline.Node{ID: p.ID, Post: p, Replies: replies}
	}
	gone := &timeline.Node{ID: timeline.ID{Network: timeline.Mastodon, Local: "x"}, Missing: timeline.CleanLine("deleted by its author")}
	focus := node("m1", "ana", "runners moved", node("r1", "bo", "which ones?", node("r2", "ana", "all of them")), gone)
	return &timeline.Thread{
		Focus: focus.ID,
		Roots: []*timeline.Node{node("r0", "gus", "what are you up to?", focus)},
	}
}

func TestThreadOpensAroundThePost(t *testing.T) {
	nets := three()
	nets[0].Threads(conversation())
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Press("enter")
		s.See("Thread", "which ones?", "all of them", "deleted by its author")
		s.DontSee("a heron")
		if got := s.Selected(); !strings.HasPrefix(got, "M  ana") {
			t.Errorf("selected is %q", got)
		}
		s.Press("k")
		s.See("what are you up to?")
		if strings.Index(s.Screen.Row(s.Line("all of them")), "all") <= strings.Index(s.Screen.Row(s.Line("which ones")), "which") {
			t.Error("an answer is not set further in than what it answers")
		}
		s.Press("j", "j", "enter") // a reply opens its own thread
		s.Press("esc")
		s.See("what are you up to?")
		s.Press("esc")
		s.See("Home", "a heron")
	})
}

func TestThreadSaysWhatItWaitsForAndWhatFailed(t *testing.T) {
	nets := three()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		nets[0].Slow(time.Second)
		s.Press("enter")
		s.See("reading the thread", "runners moved")
		s.Sleep(2 * time.Second)
		s.DontSee("reading the thread")
		s.Press("esc")
		nets[1].Fails(timeline.Errorf(timeline.CodeServer, "502 bad gateway"))
		s.Press("j", "enter")
		s.See("the thread could not be read", "502 bad gateway", "C-r tries again")
		nets[1].Fails(nil)
		s.Press("ctrl+r")
		s.DontSee("could not be read")
	})
}

func TestSecondPaneShowsTheThreadOfTheSelection(t *testing.T) {
	nets := three()
	nets[0].Threads(conversation())
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Resize(140, 30)
		s.DontSee("which ones?")
		s.Sleep(time.Second)
		s.See("which ones?", "a heron", "Thread")
		s.Press("enter", "j")
		if row := s.Screen.Row(s.Line("which ones?")); !strings.Contains(row, "▌") {
			t.Errorf("the second pane did not take the keys: %q", row)
		}
		s.Press("esc")
		s.See("which ones?")
		if got := s.Selected(); !strings.HasPrefix(got, "M  ana") {
			t.Errorf("selected is %q", got)
		}
	})
}

// TestThreadIsReadThoughItOpensAtOnce opens the thread in the second pane before
// the selection has rested long enough for it to be read.
func TestThreadIsReadThoughItOpensAtOnce(t *testing.T) {
	nets := three()
	nets[0].Threads(conversation())
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Resize(140, 30)
		s.Press("enter")
		s.Sleep(time.Second)
		s.DontSee("reading the thread")
		s.See("which ones?")
	})
}

func TestRefreshKeepsThePlaceInAThread(t *testing.T) {
	nets := three()
	nets[0].Threads(conversation())
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Press("enter", "j", "j")
		before := s.Selected()
		s.Press("ctrl+r")
		if got := s.Selected(); got != before {
			t.Errorf("selected is %q, was %q", got, before)
		}
	})
}

func TestSecondPaneDoesNotHideThatOneNetworkIsShown(t *testing.T) {
	uitest.Play(t, ui.Options{}, three(), func(s *uitest.Session) {
		s.Resize(140, 30)
		s.Press("F", "enter")
		s.See("Home · mastodon only")
	})
}

func TestProfileOfTheAuthor(t *testing.T) {
	nets := three()
	nets[0].Knows(&timeline.Profile{
		Network: timeline.Mastodon, Followers: 1234,
		Author: timeline.Author{ID: "ana", Name: timeline.CleanLine("Ana Lima"), Handle: timeline.CleanLine("@ana@mastodon.example")},
		Bio:    timeline.PlainText(timeline.Clean("Runs the lab.")),
		Fields: []timeline.Field{{Name: timeline.CleanLine("home"), Value: timeline.PlainText(timeline.Clean("lab.example")), Verified: true}},
	})
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Press("u")
		s.See("Profile", "Ana Lima", "1.2k followers", "Runs the lab.", "lab.example ✓", "runners moved")
		s.DontSee("rain again")
		s.Press("esc", "j", "u")
		s.See("the profile could not be read: nobody of that name")
	})
}

func link(label, target string) timeline.Span {
	return timeline.Span{Kind: timeline.SpanLink, Text: timeline.Clean(label), Target: timeline.Clean(target)}
}

func TestLinksOpen(t *testing.T) {
	single := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", "")
	single.Text = timeline.Text{link("lab.example/notes", "https://lab.example/notes")}
	several := uitest.Post(timeline.Mastodon, "2", 2*time.Minute, "ana", "")
	several.Text = timeline.Text{link("one", "https://one.example/"), link("two", "https://two.example/a")}
	liar := uitest.Post(timeline.Mastodon, "3", 3*time.Minute, "ana", "")
	liar.Text = timeline.Text{link("bank.example", "https://evil.example/")}
	uitest.Play(t, ui.Options{}, one(single, several, liar), func(s *uitest.Session) {
		s.See("bank.example (evil.example)", "one (one.example)")
		s.Press("o")
		s.See("opened lab.example")
		s.Press("j", "o")
		s.See("links", "1 one", "2 two")
		s.Press("2")
		s.Press("j", "o")
		s.See("open this?", "evil.example")
		s.Press("esc", "o", "enter", "O")
		want := []string{"https://lab.example/notes", "https://two.example/a", "https://evil.example/", "https://mastodon.example/3"}
		if !slices.Equal(s.Opened, want) {
			t.Errorf("opened %q, want %q", s.Opened, want)
		}
	})
}

// TestNoBrowser: what failed is told in plain words, with the address to go on by.
func TestNoBrowser(t *testing.T) {
	p := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", "")
	p.Text = timeline.Text{link("lab.example/notes", "https://lab.example/notes")}
	o := ui.Options{OpenURL: func(context.Context, string) error { return errors.New("exec: no file") }}
	uitest.Play(t, o, one(p), func(s *uitest.Session) {
		s.Press("o")
		s.See("no browser could be started for https://lab.example/notes")
		s.DontSee("exec")
	})
}

func TestCopy(t *testing.T) {
	uitest.Play(t, ui.Options{}, three(), func(s *uitest.Session) {
		s.Press("y")
		s.See("copied the text")
		if s.Clipboard != "runners moved" {
			t.Errorf("clipboard holds %q", s.Clipboard)
		}
		s.Sleep(5 * time.Second)
		s.DontSee("copied")
		s.Press("Y")
		if s.Clipboard != "https://mastodon.example/m1" {
			t.Errorf("clipboard holds %q", s.Clipboard)
		}
	})
}

func TestWarningIsRevealed(t *testing.T) {
	p := uitest.Post(timeline.Nostr, "1", time.Minute, "fern", "the plot twist")
	p.Sensitive, p.Warning = true, timeline.CleanLine("spoilers")
	net := uitest.NewBackend(timeline.Nostr).Has(p)
	uitest.Play(t, ui.Options{}, []*uitest.Backend{net}, func(s *uitest.Session) {
		s.See("▸ warning: spoilers — z shows it")
		s.DontSee("plot twist")
		s.Press("z")
		s.See("▾ warning: spoilers", "the plot twist")
		s.Press("z")
		s.DontSee("plot twist")
	})
}

func TestHelpAndPalette(t *testing.T) {
	uitest.Play(t, ui.Options{}, three(), func(s *uitest.Session) {
		s.Press("?")
		s.See("keys", "next post", "half a screen down")
		s.Press("G")
		s.See("quit")
		s.Press("esc", ":")
		s.Type("how accnts")
		s.See("how the accounts do")
		s.Press("enter")
		s.See("asks all again", "@me@nostr.example")
	})
}

func TestKeysCanBeRebound(t *testing.T) {
	o := ui.Options{Keys: map[string][]string{"reveal": {"w"}, "open": {"x", "enter"}}}
	p := uitest.Post(timeline.Mastodon, "1", time.Minute, "fern", "the plot twist")
	p.Sensitive = true
	uitest.Play(t, o, one(p), func(s *uitest.Session) {
		s.See("w shows it", "x open", "w reveal")
		s.Press("z")
		s.DontSee("plot twist")
		s.Press("w")
		s.See("plot twist")
	})
}

// TestInterestKeepsThePlace: after a click or the wheel on the thread beside the
// feed, and with the palette on the screen, arrivals do not take what is read away.
func TestInterestKeepsThePlace(t *testing.T) {
	nets := three()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Press(":")
		s.Type("copy the text")
		nets[0].Posts(uitest.Post(timeline.Mastodon, "m9", 0, "ana", "just in"))
		s.Settle()
		s.Press("enter")
		if s.Clipboard != "runners moved" {
			t.Errorf("clipboard holds %q", s.Clipboard)
		}
	})
	for _, by := range []tea.Msg{
		tea.MouseClickMsg{X: 100, Y: 3, Button: tea.MouseLeft},
		tea.MouseWheelMsg{X: 100, Y: 3, Button: tea.MouseWheelDown},
	} {
		nets = three()
		uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
			s.Resize(140, 12)
			s.Send(by)
			nets[0].Posts(uitest.Post(timeline.Mastodon, "m9", 0, "ana", "just in"))
			s.Settle()
			s.DontSee("just in")
			s.See("1 new")
		})
	}
}

func TestMouse(t *testing.T) {
	uitest.Play(t, ui.Options{}, one(uitest.Many(timeline.Mastodon, 60)...), func(s *uitest.Session) {
		click := tea.MouseClickMsg{X: 10, Y: s.Line("post 2"), Button: tea.MouseLeft}
		s.Send(click)
		s.See("▌    post 2")
		s.Send(click)
		s.See("Thread")
		s.Press("esc")
		s.Send(tea.MouseWheelMsg{X: 10, Y: 10, Button: tea.MouseWheelDown})
		s.DontSee("post 0")
	})
}

func TestEverySizeIsDrawn(t *testing.T) {
	library := uitest.NewLibrary(everRead(300)...)
	uitest.Play(t, ui.Options{Library: library}, three(), func(s *uitest.Session) {
		for _, w := range []int{0, 1, 5, 29, 30, 39, 40, 80, 119, 120, 121, 200} {
			for _, h := range []int{0, 1, 5, 6, 7, 12, 24, 60} {
				s.Resize(w, h)
				for _, overlay := range []string{"?", ":", "H", `\`, "/"} {
					s.Press(overlay)
					if overlay == "/" {
						s.Type("heron")
						s.Sleep(200 * time.Millisecond)
					}
					rows := strings.Split(s.Frame(), "\n")
					if w >= 30 && h >= 6 && len(rows) != h {
						t.Fatalf("%d×%d with %s: %d lines", w, h, overlay, len(rows))
					}
					for _, row := range rows {
						if got := ansi.StringWidth(row); w >= 30 && h >= 6 && got != w || got > w {
							t.Fatalf("%d×%d with %s: a row of %d cells: %q", w, h, overlay, got, row)
						}
					}
					s.Press("esc")
				}
				s.Press("j", "k", "G", "g", "g")
			}
		}
		s.Resize(29, 5)
		s.See("too small: 40x12 at least")
		s.Resize(40, 12)
		s.See("skein", "Home", "M ●  B ●  N ●", "? help")
	})
}

// TestReasonsAreReadAt80: help and the palette say why a key does not work now, and
// say it to the end where the window has the usual width.
func TestReasonsAreReadAt80(t *testing.T) {
	uitest.Play(t, ui.Options{}, three(), func(s *uitest.Session) {
		for _, key := range []string{"?", ":"} {
			s.Press(key)
			s.See("show what a warning or mute hides (nothing is hidden)", "open a link (this post has no links)")
			s.Press("esc")
		}
	})
}
