package ui_test

import (
	"strings"
	"testing"
	"time"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

func muted(list ...timeline.Mute) ui.Options {
	return ui.Options{Mutes: timeline.NewMemoryMutes(list...)}
}

func mutedWord(s string) timeline.Mute { return timeline.Mute{Kind: timeline.MuteWord, Word: s} }

func TestMutedPostsAreLeftOut(t *testing.T) {
	nets := three()
	uitest.Play(t, muted(mutedWord("heron"), timeline.Mute{Kind: timeline.MuteNetwork, Network: timeline.Nostr}), nets, func(s *uitest.Session) {
		s.See("runners moved", "rain again")
		s.DontSee("a heron", "keys and relays", "hidden")
		nets[1].Posts(uitest.Post(timeline.Bluesky, "b9", -time.Minute, "carol", "more herons"), uitest.Post(timeline.Bluesky, "b8", -time.Minute, "carol", "that HERON!"))
		s.See("more herons")
		s.DontSee("HERON")
	})
}

// TestUnreadDoesNotCountTheMuted: neither what comes, nor what was unread when another
// skein muted it.
func TestUnreadDoesNotCountTheMuted(t *testing.T) {
	book := timeline.NewMemoryMutes(mutedWord("rain"))
	nets := one(uitest.Many(timeline.Mastodon, 60)...)
	uitest.Play(t, ui.Options{Mutes: book}, nets, func(s *uitest.Session) {
		s.Sleep(2 * time.Second)
		s.Press("g", "r", "j", "j", "j")
		for i, text := range []string{"rain", "snow", "more snow", "sun"} {
			nets[0].Posts(uitest.Post(timeline.Mastodon, text, time.Duration(-i-3)*time.Second, "ana", text))
		}
		s.See("Home 3", "↑ 3 new")
		if _, err := book.Mute(t.Context(), mutedWord("snow")); err != nil {
			t.Fatal(err)
		}
		s.Sleep(6 * time.Second)
		s.See("Home 1", "↑ 1 new")
		s.Press("tab")
		s.See("sun")
		s.DontSee("snow", "rain")
	})
}

// TestMuteAPersonAndTakeItBack: what is muted goes at once, and the list takes it back.
func TestMuteAPersonAndTakeItBack(t *testing.T) {
	nets, out := writing()
	o := muted()
	o.Outbox = out
	uitest.Play(t, o, nets, func(s *uitest.Session) {
		s.Press("j")
		nets[1].Posts(uitest.Post(timeline.Bluesky, "b9", -time.Minute, "carol", "another one of carol's"))
		if got := s.Selected(); !strings.HasPrefix(got, "B  carol") {
			t.Fatalf("selected is %q", got)
		}
		s.Press("M")
		s.See("mute", "here", "by bluesky: @carol@bluesky.example", "a word or phrase", "everything on bluesky", "[good]")
		s.Press("enter")
		s.See("is muted here; gm takes it back", "runners moved", "keys and relays")
		s.DontSee("a heron", "another one")
		if got := s.Selected(); got == "" {
			t.Error("nothing is selected")
		}
		s.Press("g", "m")
		s.See("muted here", "@carol", "x takes it back")
		s.Press("x")
		s.See("nothing is muted here", "is no longer muted")
		s.Press("esc")
		s.See("a heron", "another one of carol's")
	})
}

func TestMuteAWordForAWhile(t *testing.T) {
	uitest.Play(t, muted(), three(), func(s *uitest.Session) {
		s.Press("M", "tab", "tab")
		s.See("[a week]")
		for !strings.Contains(line(s, "▌ "), "a word or phrase") {
			s.Press("j")
		}
		s.Press("enter")
		s.Type("RAIN")
		s.See("hide RAIN")
		s.Press("enter")
		s.See(`"RAIN" is muted here until 8 Jan`)
		s.DontSee("rain again")
		time.Sleep(7 * 24 * time.Hour)
		s.Sleep(10 * time.Second)
		s.See("rain again")
	})
}

// line is the row of the screen's overlay that holds a text.
func line(s *uitest.Session, text string) string {
	for y := range s.Screen.Lines {
		if row := s.Screen.Row(y); strings.Contains(row, "│") && strings.Contains(row, text) {
			return row
		}
	}
	return ""
}

// TestMutedInAThreadIsOneRow: a conversation without one of its posts would not be
// understood, so a row says why, and z shows it.
func TestMutedInAThreadIsOneRow(t *testing.T) {
	nets := three()
	talk := conversation()
	nets[0].Threads(talk)
	word := mutedWord("which")
	word.Until = uitest.Start().AddDate(0, 0, 3)
	uitest.Play(t, muted(word), nets, func(s *uitest.Session) {
		s.Press("enter")
		s.See(`▸ hidden: you muted "which" until 4 Jan — z shows it`)
		for !strings.Contains(s.Selected(), "hidden:") {
			s.Press("j")
		}
		s.Press("z")
		s.See(`▾ you muted "which" until 4 Jan`)
		s.DontSee("hidden:")
		s.Press("z")
		s.See("hidden:")
	})
}

// TestAllMutedIsNotReadToItsEnd: who mutes a network that posts a lot shall not have it
// read to its end for want of anything to show.
func TestAllMutedIsNotReadToItsEnd(t *testing.T) {
	nets := one(uitest.Many(timeline.Mastodon, 5000)...)
	uitest.Play(t, muted(timeline.Mute{Kind: timeline.MuteNetwork, Network: timeline.Mastodon}), nets, func(s *uitest.Session) {
		s.See("older posts are read as you move down")
		before := nets[0].Homes()
		if before > 20 {
			t.Errorf("%d pages were read at once", before)
		}
		s.Sleep(10 * time.Minute)
		if n := nets[0].Homes(); n > before+3 {
			t.Errorf("%d pages more without anybody asking", n-before)
		}
	})
}

func TestMutingNeedsAPlaceToKeepIt(t *testing.T) {
	uitest.Play(t, ui.Options{}, three(), func(s *uitest.Session) {
		s.Press("M")
		s.See("what is muted could not be kept")
	})
}

// TestMutedByTheNetwork: what a network is to keep goes through the outbox.
func TestMutedByTheNetwork(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out, Mutes: timeline.NewMemoryMutes()}, nets, func(s *uitest.Session) {
		s.Press("M", "j", "enter")
		s.See("muting @ana@mastodon.example")
		s.Sleep(time.Second)
		s.See("@ana@mastodon.example is muted by mastodon")
		if acts := out.Acts(); len(acts) != 1 || acts[0].Intent.Kind != timeline.DoMute || acts[0].Intent.Person != "ana" {
			t.Errorf("done was %+v", acts)
		}
	})
}

// TestMutedWhileTheThreadIsOpen: it is folded under the reader's eyes, and opens again
// with the list.
func TestMutedWhileTheThreadIsOpen(t *testing.T) {
	nets := three()
	nets[0].Threads(conversation())
	uitest.Play(t, muted(), nets, func(s *uitest.Session) {
		s.Press("enter")
		s.See("which ones?")
		s.Press("M", "3")
		s.Type("which ones")
		s.Press("enter")
		s.See(`hidden: you muted "which ones"`)
		s.DontSee("which ones?")
		s.Press("g", "m", "x", "esc")
		s.See("which ones?")
	})
}

// The list of what is muted here tells what the networks hide by themselves, too.
func TestMutedTellsWhatTheNetworksHide(t *testing.T) {
	nets, out := writing()
	nets[0].Hides(timeline.Filter{What: timeline.CleanLine(`"spoiler"`), Title: timeline.CleanLine("Films"), Where: timeline.CleanLine("home")})
	nets[1].Hides(timeline.Filter{What: timeline.CleanLine("label gore"), Until: uitest.Start().Add(2 * time.Hour)})
	nets[2].Fails(timeline.Errorf(timeline.CodeOffline, "nostr does not answer"))
	o := muted(mutedWord("which"))
	o.Outbox = out
	uitest.Play(t, o, nets, func(s *uitest.Session) {
		s.Press("g", "m")
		s.See(`"which"`, "hidden by what the networks keep:", `M "spoiler"  Films  home`, "B label gore  until 02:00", "N nostr does not answer")
		s.Press("x")
		s.See("nothing is muted here", `M "spoiler"`)
	})
}
