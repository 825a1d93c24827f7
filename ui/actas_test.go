package ui_test

import (
	"strings"
	"testing"
	"time"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// double is a person with two accounts on Mastodon and one on Nostr; a post of each
// network is seen by the first account.
func double() ([]*uitest.Backend, *uitest.Outbox) {
	nets := []*uitest.Backend{
		uitest.NewBackend(timeline.Mastodon).Has(uitest.Post(timeline.Mastodon, "1", 2*time.Minute, "ana", "runners moved")),
		uitest.Second(timeline.Mastodon, "work"),
		uitest.NewBackend(timeline.Nostr).Has(uitest.Post(timeline.Nostr, "2", 9*time.Minute, "fern", "keys and relays")),
	}
	return nets, uitest.NewOutbox(nets...)
}

// TestAnotherAccountActs likes as one account, then as the other, and as whoever sees
// the post.
func TestAnotherAccountActs(t *testing.T) {
	nets, out := double()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("f", "alt+n")
		s.See("acting on mastodon as mastodon @me@mastodon.example", "M ● mastodon  N ●")
		s.Press("alt+n")
		s.See("acting on mastodon as work @work@mastodon.example", "M ● work  N ●")
		s.Press("f")
		s.See("♥ 2")
		s.Press("f")
		s.See("♥ 1")
		s.Press("alt+n")
		s.See("the account acts that sees a post", "M ●  N ●")
		s.Press("alt+p")
		s.See("M ● work")
		s.Press("j", "f")
	})
	var got []string
	for _, a := range out.Acts() {
		undo := ""
		if a.Intent.Undo {
			undo = "un"
		}
		got = append(got, string(a.Account)+" "+undo+string(a.Intent.Kind)+" "+a.Intent.On.ID.Local)
	}
	if want := "acct-mastodon like 1, acct-work like 1, acct-work unlike 1, acct-nostr like 2"; strings.Join(got, ", ") != want {
		t.Errorf("did %s, want %s", strings.Join(got, ", "), want)
	}
}

// TestAnotherAccountWrites: new posts, replies and quotes go to the account that was
// chosen, and to the other networks as before.
func TestAnotherAccountWrites(t *testing.T) {
	nets, out := double()
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		s.Press(":")
		s.Type("act as work")
		s.See("act as work on mastodon, @work@mastodon.example")
		s.Press("enter")
		s.See("M ● work")
		s.Press("c")
		s.Type("from the office")
		s.Press("ctrl+s")
		s.Sleep(time.Second)
		s.Press("r")
		s.Type("an answer")
		s.Press("ctrl+s")
		s.Sleep(time.Second)
	})
	plans := out.Plans()
	if len(plans) != 2 {
		t.Fatalf("%d plans", len(plans))
	}
	for i, want := range []string{"acct-work acct-nostr", "acct-work"} {
		var to []string
		for _, target := range plans[i].Targets {
			to = append(to, string(target.Account.ID))
		}
		if strings.Join(to, " ") != want {
			t.Errorf("plan %d goes to %v, want %s", i, to, want)
		}
	}
}

// TestOwnPostsAreTheAuthors: whoever acts, an own post is deleted by who wrote it.
func TestOwnPostsAreTheAuthors(t *testing.T) {
	nets, out := double()
	mine := uitest.Post(timeline.Mastodon, "mine", time.Minute, "me", "I wrote this")
	mine.Author.Handle = timeline.CleanLine("@me@mastodon.example")
	nets[0].Has(mine)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		for !strings.Contains(s.Screen.Row(s.Line("▌")+1), "I wrote this") {
			s.Press("j")
		}
		s.Press("alt+p")
		s.See("M ● work")
		s.Press("d")
		s.See("delete this post?")
		s.Press("enter")
	})
	if acts := out.Acts(); len(acts) != 1 || acts[0].Account != "acct-mastodon" || acts[0].Intent.Kind != timeline.DoDelete {
		t.Errorf("did %+v", acts)
	}
}

// TestNobodyToChoose: with one account a network the keys say so.
func TestNobodyToChoose(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("alt+n")
		s.See("no network has two accounts that can write")
	})
}
