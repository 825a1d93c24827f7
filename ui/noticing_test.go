package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui"
	"skein/ui/alert"
	"skein/ui/uitest"
)

// happened is three networks on which something has happened.
func happened() []*uitest.Backend {
	nets := three()
	mine := uitest.Post(timeline.Mastodon, "mine", time.Hour, "me", "Reading all of you in one window now. Hello, everyone.")
	hers := uitest.Post(timeline.Mastodon, "hers", 4*time.Minute, "ana", "Which three? I count two and a half, and the half one is a relay in a cupboard that somebody has painted green.")
	warned := uitest.Post(timeline.Mastodon, "warned", 50*time.Minute, "gus", "the ending")
	warned.Sensitive, warned.Warning = true, timeline.CleanLine("the last episode")
	sky := uitest.Post(timeline.Bluesky, "sky", time.Hour, "me", "A swift over the roof.")
	nets[0].Happened(
		uitest.Notice(timeline.NoticeReply, "ana", hers, 4*time.Minute),
		uitest.Notice(timeline.NoticeLike, "bo", mine, 10*time.Minute),
		uitest.Notice(timeline.NoticeLike, "cy", mine, 12*time.Minute),
		uitest.Notice(timeline.NoticeLike, "dee", mine, 13*time.Minute),
		uitest.Notice(timeline.NoticeBoost, "gus", mine, 30*time.Minute),
		uitest.Notice(timeline.NoticeMention, "gus", warned, 50*time.Minute),
		uitest.Notice(timeline.NoticeFollow, "tamsin\x07", nil, 2*time.Hour),
	)
	nets[1].Happened(
		uitest.Notice(timeline.NoticeLike, "rosa", sky, 20*time.Minute),
		uitest.Notice(timeline.NoticeFollow, "noam", nil, 3*time.Hour),
	)
	note := uitest.Post(timeline.Nostr, "note", time.Hour, "me", "keys, and where I keep them")
	zap := uitest.Notice(timeline.NoticeZap, "nadia", note, 40*time.Minute)
	zap.Amount, zap.Text = 21_000, timeline.CleanLine("for the disk")
	nets[2].Happened(zap)
	return nets
}

// TestNotificationsLookAsTheyWereAccepted draws the tab in four sizes.
func TestNotificationsLookAsTheyWereAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		return uitest.Scene{Options: ui.Options{}, Networks: happened(), Story: func(s *uitest.Session, look func(string)) {
			s.Sleep(time.Minute)
			s.Press("g", "n")
			look("all")
			s.Press("j", "j", "K", "K")
			look("kind")
		}}
	})
}

// TestNotifications walks through them: a count in the header, the thread behind a row,
// who it was, marks that the networks are told of.
func TestNotifications(t *testing.T) {
	nets := happened()
	nets[0].Threads(conversation())
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Resize(80, 40)
		s.Sleep(time.Second)
		s.See("Notifications 10")
		s.Press("g", "n")
		s.See("ana replied to you", "bo, cy and 1 other liked your post", "nadia zapped your post with 21 sats", "and noam followed you")
		s.DontSee("the ending")
		s.Press("enter")
		s.See("Thread")
		s.Press("esc")
		s.See("Notifications 9")
		s.Press("j", "u")
		s.See("Profile", "@bo")
		s.Press("esc")
		s.See("Notifications 6")
		s.Press("tab", "tab")
		s.Press("g", "r")
		s.DontSee("Notifications 6")
		for i, want := range []string{"ana", "rosa", "nadia"} {
			if m := nets[i].Marked(); len(m) != 1 || m[0].By.ID != want {
				t.Errorf("network %d was told %v, want once of what %s did", i, m, want)
			}
		}
		nets[1].Happens(uitest.Notice(timeline.NoticeFollow, "ines", nil, -time.Minute))
		s.Sleep(time.Second)
		s.See("Notifications 1")
		s.Press("g", "g") // it has come above, and moved nothing
		s.See("ines followed you")
		s.Press("g", "h")
		s.See("runners moved")
	})
}

// TestNotificationsOfAnAccountThatMayNot: it says what to do, and the others are there.
func TestNotificationsOfAnAccountThatMayNot(t *testing.T) {
	nets := happened()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Sleep(time.Second)
		nets[0].Fails(timeline.Errorf(timeline.CodeAuth, "this sign-in does not cover notifications"))
		s.Press("g", "n")
		s.Press("ctrl+r")
		s.Sleep(time.Second)
		s.See("does not cover", "nadia zapped", "ana replied to you")
	})
}

// TestAlerts: only while nobody looks, at most one in ten seconds, and several as one.
func TestAlerts(t *testing.T) {
	nets := happened()
	hers := func(n int) *timeline.Post {
		return uitest.Post(timeline.Mastodon, fmt.Sprint("new", n), -time.Minute, "bo", fmt.Sprint("are you there? ", n))
	}
	uitest.Play(t, ui.Options{Alert: &ui.Alert{Way: alert.OSC9}}, nets, func(s *uitest.Session) {
		s.Sleep(time.Second)
		tell := func(n int) {
			nets[0].Happens(uitest.Notice(timeline.NoticeMention, fmt.Sprint("bo", n), hers(n), -time.Duration(n)*time.Second))
			s.Sleep(100 * time.Millisecond)
		}
		said := func(want ...string) {
			t.Helper()
			if got := fmt.Sprintf("%q", s.Raw); got != fmt.Sprintf("%q", want) {
				t.Fatalf("said %s, want %q", got, want)
			}
		}
		tell(1)
		said()
		s.Send(tea.BlurMsg{})
		tell(2)
		one := "\x1b]9;bo2 mentioned you: are you there? 2\x07"
		said(one)
		nets[0].Happens(uitest.Notice(timeline.NoticeLike, "cy", hers(9), -time.Hour)) // no word to the person
		tell(3)
		tell(4)
		tell(5)
		said(one)
		s.Sleep(11 * time.Second)
		three := "\x1b]9;skein: 3 new mentions\x07"
		said(one, three)
		tell(6)
		s.Send(tea.FocusMsg{})
		s.Sleep(time.Minute)
		said(one, three)
		if strings.Contains(strings.Join(s.Raw, ""), "liked") {
			t.Error("a like was told")
		}
	})
}
