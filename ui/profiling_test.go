package ui_test

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// person is somebody whom a network knows.
func person(n timeline.Network, id, name, bio string) *timeline.Profile {
	return &timeline.Profile{
		Network: n, Followers: 1234, Posts: 87, Created: uitest.Start().AddDate(-2, 0, 0), FollowedBy: id == "ana",
		Author: timeline.Author{ID: id, Name: timeline.CleanLine(name), Handle: timeline.CleanLine("@" + id + "@" + string(n) + ".example")},
		Bio:    timeline.PlainText(timeline.Clean(bio)),
		Fields: []timeline.Field{{Name: timeline.CleanLine("home"), Value: timeline.PlainText(timeline.Clean(id + ".example")), Verified: true}},
	}
}

// town is three networks on one of which people are known.
func town() ([]*uitest.Backend, *uitest.Outbox) {
	nets, out := writing()
	answer := uitest.Post(timeline.Mastodon, "m3", 40*time.Minute, "ana", "@bo it does")
	answer.ReplyTo = &timeline.Ref{ID: timeline.ID{Network: timeline.Mastodon, Local: "m2"}}
	nets[0].Has(answer, uitest.Post(timeline.Mastodon, "m4", 50*time.Minute, "ana", "welcome to my corner"))
	nets[0].Knows(person(timeline.Mastodon, "ana", "Ana Lima", "Runs the lab. Backups are a love language."))
	nets[0].Knows(person(timeline.Mastodon, "bo", "Bo", "Rain, mostly."))
	return nets, out
}

func TestProfileHasParts(t *testing.T) {
	nets, _ := town()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Resize(80, 40)
		s.Press("u")
		s.See("Profile", "Ana Lima", "since January 1998", "follows you", "home", "ana.example ✓", "[all]", "pinned", "welcome to my corner", "@bo it does")
		s.Press("]")
		s.See("[posts]", "runners moved")
		s.DontSee("@bo it does")
		s.Press("]")
		s.See("[media]", "nothing here")
		s.Press("]")
		s.See("[likes]", "mastodon shows nobody what others like")
		s.Press("]")
		s.See("[followers]", "Rain, mostly.")
		s.DontSee("runners moved")
		s.Press("j", "enter")
		s.See("Bo", "[all]", "rain again")
		s.DontSee("Backups are a love language.")
		s.Press("esc")
		s.See("Ana Lima", "[followers]")
		s.Press("[", "[", "[", "[")
		s.See("[all]", "runners moved")
		s.Press("esc")
		s.Press("]")
		s.See("only in a profile")
	})
}

// journaled are the actions of an outbox, a line each.
func journaled(out *uitest.Outbox) (all []string) {
	for _, a := range out.Acts() {
		line := fmt.Sprintf("%s %s", a.Intent.Kind, a.Intent.Person)
		if a.Intent.Undo {
			line += " undone"
		}
		if !a.Intent.On.ID.Zero() {
			line += " on " + a.Intent.On.ID.Local
		}
		if c := a.Intent.Complaint; c != nil {
			line += fmt.Sprintf(" for %s: %s", c.Reason, c.Comment)
		}
		all = append(all, line)
	}
	return all
}

func TestPeopleAreFollowedBlockedAndReported(t *testing.T) {
	nets, out := town()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("u", "+")
		s.See("following @ana@mastodon.example", "you follow them")
		s.Sleep(time.Second)
		s.See("@ana@mastodon.example is followed")
		s.Press("+")
		s.See("no longer following @ana@mastodon.example")
		s.DontSee("you follow them")
		s.Press("B")
		s.See("block @ana@mastodon.example?", "Neither sees the other's posts")
		s.Press("esc")
		s.DontSee("blocking")
		s.Press("B", "enter")
		s.See("blocking @ana@mastodon.example", "blocked")
		s.Press("B")
		s.See("no longer blocking")
		s.Press("X", "1")
		s.Type("the fifth today")
		s.See("spam", "the fifth today")
		s.Press("enter")
		s.See("reporting @ana@mastodon.example")
		s.Sleep(time.Minute)
		s.Press("esc", "X", "j", "enter", "enter") // the post itself
		s.Sleep(time.Second)
		s.See("@ana@mastodon.example was reported")
		want := []string{
			"follow ana", "follow ana undone", "block ana", "block ana undone",
			"report ana for spam: the fifth today", "report ana on m1 for rude: ",
		}
		if got := journaled(out); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("journaled %q, not %q", got, want)
		}
	})
}

func TestNothingIsDoneTowardOneself(t *testing.T) {
	nets := one(uitest.Post(timeline.Mastodon, "m0", time.Minute, "me", "mine"))
	uitest.Play(t, ui.Options{Outbox: uitest.NewOutbox(nets...)}, nets, func(s *uitest.Session) {
		for _, key := range []string{"+", "B", "X"} {
			s.Press(key)
			s.See("this is you")
		}
	})
}

func TestWhoLikedAPost(t *testing.T) {
	nets, _ := town()
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Press("w")
		s.See("Who", "[liked by]", "Ana Lima", "Bo", "Rain, mostly.")
		s.Press("]")
		s.See("[boosted by]", "nothing here")
		s.Press("]", "j", "j", "enter")
		s.See("Profile", "Rain, mostly.", "[all]")
	})
}

func TestAddressesOpenHere(t *testing.T) {
	nets, _ := town()
	uitest.Play(t, ui.Options{Library: uitest.NewLibrary()}, nets, func(s *uitest.Session) {
		s.Send(tea.PasteMsg{Content: " https://mastodon.example/m2\n"})
		s.See("Thread", "rain again")
		s.Press("esc")
		s.Send(tea.PasteMsg{Content: "two words"})
		s.DontSee("looking for")
		s.Press("/")
		s.Type("@bo@mastodon.example")
		s.Press("enter")
		s.See("Profile", "Rain, mostly.")
		s.Press("esc", "esc", "esc")
		s.Send(tea.PasteMsg{Content: "https://elsewhere.example/1"})
		s.See("no account of yours understands https://elsewhere.example/1")
		nets[0].Fails(timeline.Errorf(timeline.CodeOffline, "mastodon does not answer"))
		s.Send(tea.PasteMsg{Content: "https://mastodon.example/m2"})
		s.See("mastodon does not answer")
	})
}

func TestSearchAsksTheNetworks(t *testing.T) {
	nets, _ := town()
	nets[2].Fails(timeline.Errorf(timeline.CodeOffline, "nostr does not answer"))
	uitest.Play(t, ui.Options{Library: uitest.NewLibrary(everRead(3)...)}, nets, func(s *uitest.Session) {
		s.Press("/")
		s.Type("heron")
		s.Sleep(time.Second)
		s.DontSee("found by the networks")
		s.Press("enter")
		s.See("found by the networks:", "bluesky  1 post", "nostr  nostr does not answer")
		s.Press("/", "ctrl+u")
		s.Type("bo")
		s.Press("enter")
		s.See("Bo  @bo@mastodon.example")
		s.Press("j", "j", "enter")
		s.See("Profile", "Rain, mostly.")
	})
}

// TestPeopleLookAsTheyWereAccepted holds a profile, its parts and what is asked about
// people to what was read and accepted.
func TestPeopleLookAsTheyWereAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		nets, out := town()
		return uitest.Scene{Options: ui.Options{Outbox: out, Library: uitest.NewLibrary(everRead(3)...)}, Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			s.Press("u")
			look("profile")
			s.Press("[")
			look("following")
			s.Press("X")
			look("report")
			s.Press("4")
			s.Type("see the link")
			look("report-comment")
			s.Press("esc", "esc", "B")
			look("block")
			s.Press("esc", "esc", "w")
			look("who")
			s.Press("esc", "/")
			s.Type("heron")
			s.Press("enter")
			look("search-networks")
		}}
	})
}
