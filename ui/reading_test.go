package ui_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// three are the networks with a few posts each, woven together in time.
func three() []*uitest.Backend {
	return []*uitest.Backend{
		uitest.NewBackend(timeline.Mastodon).Has(
			uitest.Post(timeline.Mastodon, "m1", 2*time.Minute, "ana", "runners moved"),
			uitest.Post(timeline.Mastodon, "m2", 20*time.Minute, "bo", "rain again")),
		uitest.NewBackend(timeline.Bluesky).Has(
			uitest.Post(timeline.Bluesky, "b1", 5*time.Minute, "carol", "a heron"),
			uitest.Post(timeline.Bluesky, "b2", 30*time.Minute, "dan", "old bread")),
		uitest.NewBackend(timeline.Nostr).Has(
			uitest.Post(timeline.Nostr, "n1", 9*time.Minute, "fern", "keys and relays")),
	}
}

func one(posts ...*timeline.Post) []*uitest.Backend {
	return []*uitest.Backend{uitest.NewBackend(timeline.Mastodon).Has(posts...)}
}

func TestThreeNetworksAreOneTimeline(t *testing.T) {
	uitest.Play(t, ui.Options{}, three(), func(s *uitest.Session) {
		s.See("M ●  B ●  N ●", "runners moved", "a heron", "keys and relays", "that is everything")
		last := -1
		for _, text := range []string{"runners moved", "a heron", "keys and relays", "rain again"} {
			if at := s.Line(text); at <= last {
				t.Errorf("%q stands on line %d, after line %d", text, at, last)
			} else {
				last = at
			}
		}
		if got := s.Selected(); !strings.HasPrefix(got, "M  ana") {
			t.Errorf("selected is %q", got)
		}
	})
}

func TestArrivalsDoNotMoveWhatIsRead(t *testing.T) {
	nets := one(uitest.Many(timeline.Mastodon, 60)...)
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Press("j", "j", "j")
		at := s.Line("post 3")
		for _, name := range []string{"new A", "new B"} {
			nets[0].Posts(uitest.Post(timeline.Mastodon, name, -time.Minute, "ana", name))
		}
		s.See("↑ 2 new")
		s.DontSee("new A")
		if now := s.Line("post 3"); now != at {
			t.Errorf("what was read moved from line %d to %d", at, now)
		}
		s.Press("g", "g")
		s.See("new A", "new B")
		s.DontSee("new\n", "↑ 2")
	})
}

func TestUntouchedTimelineFollowsWhatIsNew(t *testing.T) {
	nets := one(uitest.Many(timeline.Mastodon, 60)...)
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		nets[0].Posts(uitest.Post(timeline.Mastodon, "new", -time.Minute, "ana", "fresh bread"))
		s.See("fresh bread")
		if got := s.Selected(); !strings.HasPrefix(got, "M  ana") {
			t.Errorf("selected is %q", got)
		}
	})
}

func TestUnseenReadsArrivalsInTheirOrder(t *testing.T) {
	nets := one(uitest.Many(timeline.Mastodon, 60)...)
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Press("j")
		nets[0].Posts(uitest.Post(timeline.Mastodon, "A", -time.Minute, "ana", "first arrival"),
			uitest.Post(timeline.Mastodon, "B", -2*time.Minute, "bo", "second arrival"))
		s.Press("tab")
		s.See("first arrival")
		s.DontSee("second arrival")
		s.Press("tab")
		s.See("second arrival")
	})
}

func TestOlderPostsComeWhenTheEndIsNear(t *testing.T) {
	uitest.Play(t, ui.Options{}, one(uitest.Many(timeline.Mastodon, 130)...), func(s *uitest.Session) {
		s.Press("G", "G", "G", "G", "j")
		s.See("post 129", "that is everything")
		s.Press("g", "g")
		s.See("post 0")
	})
}

func TestDeletedPostGoes(t *testing.T) {
	nets := three()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.See("a heron")
		nets[1].Deletes(timeline.ID{Network: timeline.Bluesky, Local: "b1"})
		s.DontSee("a heron")
		s.See("runners moved", "keys and relays")
	})
}

func TestOfflineAccountLeavesARowAndComesBack(t *testing.T) {
	nets := three()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		nets[0].Fails(timeline.Errorf(timeline.CodeOffline, "connection refused"))
		s.See("M ○", "mastodon: offline since 00:00, next try in", "⏎ tries now", "a heron")
		s.Press("H")
		s.See("accounts", "connection", "next try in")
		s.Press("esc")
		nets[0].Fails(nil)
		s.Press("g", "g", "k", "enter") // the gap stands above the newest post
		s.See("M ●", "runners moved")
		s.DontSee("offline since")
	})
}

// TestOldOutageSaysItsDay: an hour alone would be read as today's.
func TestOldOutageSaysItsDay(t *testing.T) {
	nets := three()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		nets[0].Fails(timeline.Errorf(timeline.CodeOffline, "connection refused"))
		s.See("offline since 00:00")
		time.Sleep(25 * time.Hour)
		s.Press("H")
		s.See("since 1 Jan 00:00")
		s.Press("esc")
		s.See("offline since 1 Jan 00:00")
	})
}

// TestCountdownCounts: the wait until the next try is not left standing until the
// ages are drawn anew.
func TestCountdownCounts(t *testing.T) {
	nets := three()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		nets[0].Fails(timeline.Errorf(timeline.CodeOffline, "connection refused"))
		s.See("next try in")
		last, stands := "", 0
		for range 60 {
			s.Sleep(time.Second)
			row := ""
			if y := s.Line("next try in"); y >= 0 {
				row = s.Screen.Row(y)
			}
			if stands++; row != last || row == "" {
				last, stands = row, 0
			}
			if stands == 3 {
				t.Fatalf("for 3 seconds it says %q", row)
			}
		}
	})
}

func TestNetworksCycle(t *testing.T) {
	uitest.Play(t, ui.Options{}, three(), func(s *uitest.Session) {
		s.Press("F")
		s.See("mastodon only", "runners moved", "rain again")
		s.DontSee("a heron", "keys and relays")
		s.Press("F")
		s.See("bluesky only", "a heron")
		s.Press("F")
		s.See("nostr only", "keys and relays")
		s.DontSee("a heron")
		s.Press("F")
		s.See("runners moved", "a heron", "keys and relays")
	})
}

// TestFilterThatFindsNothingKeepsThePlace: a word mistyped and taken back does not
// lead away from what was read.
func TestFilterThatFindsNothingKeepsThePlace(t *testing.T) {
	uitest.Play(t, ui.Options{}, three(), func(s *uitest.Session) {
		s.Press("j", "j")
		before := s.Selected()
		s.Press(`\`)
		s.Type("zzz")
		s.See("nothing that has been loaded says this")
		s.Press("esc")
		if got := s.Selected(); got != before {
			t.Errorf("selected is %q, was %q", got, before)
		}
	})
}

func TestFilterAsYouType(t *testing.T) {
	nets := three()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Press(`\`)
		s.Type("hero")
		s.See(`\ hero`, "a heron")
		s.DontSee("runners moved", "keys and relays", "? help") // whose keys are text now
		s.Press("enter")
		s.See("1 of 5")
		nets[2].Posts(uitest.Post(timeline.Nostr, "n9", -time.Second, "gus", "my heroes"),
			uitest.Post(timeline.Nostr, "n8", -time.Second, "gus", "something else"))
		s.Press("g", "g")
		s.See("my heroes", "2 of 7")
		s.DontSee("something else")
		s.Press("esc")
		s.See("something else", "runners moved")
	})
}

func TestAgesMove(t *testing.T) {
	uitest.Play(t, ui.Options{}, three(), func(s *uitest.Session) {
		s.See(" 2m")
		s.Sleep(3 * time.Minute)
		s.See("5m", "8m")
		if s.Line(" 2m") >= 0 {
			t.Error("an age did not move")
		}
	})
}

func TestPaceFollowsFocus(t *testing.T) {
	nets := three()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Send(tea.BlurMsg{})
		if nets[0].Pace() != timeline.PaceIdle {
			t.Error("in the background the pace is not idle")
		}
		s.Send(tea.FocusMsg{})
		if nets[0].Pace() != timeline.PaceActive {
			t.Error("in the foreground the pace is not active")
		}
	})
}

func TestWelcomeOffersTheDemo(t *testing.T) {
	uitest.Play(t, ui.Options{Version: "1.0", Accounts: uitest.NewAccounts()}, nil, func(s *uitest.Session) {
		s.See("skein 1.0", "look around first", "sign in", "Mastodon", "Bluesky", "Nostr")
		s.Resize(40, 12)
		s.See("look around", "n   Nostr", "q   quit")
		s.Press("d")
		if !s.Left || !s.Result().StartDemo {
			t.Errorf("left %v, result %+v", s.Left, s.Result())
		}
	})
}
