package ui_test

import (
	"strings"
	"testing"
	"time"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// liked is a post with likes of others and a poll.
func liked() *timeline.Post {
	p := uitest.Post(timeline.Mastodon, "m0", time.Minute, "ana", "a fine day")
	p.Counts = timeline.Counts{Likes: 4, Boosts: 2}
	return p
}

func TestLikeShowsAtOnceAndIsTakenBackByTheSameKey(t *testing.T) {
	nets := one(liked())
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("f")
		s.See("♥ 5")
		s.Press("f")
		s.See("♥ 4")
		s.Press("b")
		s.See("⟲ 3")
		s.Sleep(time.Second)
		s.See("♥ 4", "⟲ 3")
		var did []string
		for _, a := range out.Acts() {
			did = append(did, string(a.Intent.Kind)+" "+map[bool]string{true: "back", false: "on"}[a.Intent.Undo])
		}
		if got := strings.Join(did, ", "); got != "like on, like back, boost on" {
			t.Errorf("journaled: %s", got)
		}
	})
}

func TestRefusedLikeIsPutBackWithTheReason(t *testing.T) {
	nets := one(liked())
	out := uitest.NewOutbox(nets...)
	out.Refuses(timeline.Mastodon, "you are blocked by ana")
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("f")
		s.See("♥ 5")
		s.Sleep(time.Second)
		s.See("♥ 4", "M: like: you are blocked by ana")
	})
}

func TestLikeThatCannotBeJournaledIsPutBack(t *testing.T) {
	nets := one(liked())
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		out.Fails(timeline.Errorf(timeline.CodeInternal, "the disk is full"))
		s.Press("f")
		s.See("♥ 4", "the disk is full")
	})
}

// TestUndoThatIsRefusedLeavesTheLike: the like arrived, taking it back did not.
func TestUndoThatIsRefusedLeavesTheLike(t *testing.T) {
	nets := one(liked())
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("f")
		s.Sleep(time.Second)
		out.Refuses(timeline.Mastodon, "not now")
		s.Press("f")
		s.See("♥ 4")
		s.Sleep(time.Second)
		s.See("♥ 5", "M: take the like back: not now")
	})
}

// TestPressesAreJournaledInTheirOrder: the second is there before the journal has
// answered the first.
func TestPressesAreJournaledInTheirOrder(t *testing.T) {
	nets := one(liked())
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		out.Slow(time.Second)
		s.Press("f")
		out.Slow(0)
		s.Press("f")
		s.See("♥ 4")
		s.Sleep(5 * time.Second)
		s.See("♥ 4")
		if acts := out.Acts(); len(acts) != 2 || acts[0].Intent.Undo || !acts[1].Intent.Undo {
			t.Errorf("journaled %+v", acts)
		}
	})
}

// TestUndoBeforeTheLikeArrivedIsPutBackToTheLike: the like arrives after it was taken
// back, and taking it back is refused.
func TestUndoBeforeTheLikeArrivedIsPutBackToTheLike(t *testing.T) {
	nets := one(liked())
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("f")
		s.Sleep(200 * time.Millisecond)
		s.Press("f")
		s.Sleep(150 * time.Millisecond)
		s.See("♥ 4")
		out.Refuses(timeline.Mastodon, "not now")
		s.Sleep(time.Second)
		s.See("♥ 5", "M: take the like back: not now")
	})
}

// TestWhatTheNetworkSaysMeanwhileDoesNotFlicker: a reading from before the like was
// there comes after it.
func TestWhatTheNetworkSaysMeanwhileDoesNotFlicker(t *testing.T) {
	nets := one(liked())
	out := uitest.NewOutbox(nets...)
	out.Holds(timeline.Mastodon, timeline.Sending)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("f")
		older := liked()
		older.Counts.Replies = 7
		nets[0].Posts(older)
		s.See("↩ 7", "♥ 5")
		seen := liked()
		seen.Counts.Likes, seen.Views[0].Liked = 5, true
		nets[0].Posts(seen)
		s.See("♥ 5")
	})
}

// TestBookmarkOfANetworkThatDoesNotTellStays: it keeps them in a list of its own, and
// shows the post without.
func TestBookmarkOfANetworkThatDoesNotTellStays(t *testing.T) {
	nets := one(liked())
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("s")
		s.Sleep(time.Second)
		later := liked()
		later.Counts.Likes, later.Revision = 9, 1
		nets[0].Posts(later)
		s.See("♥ 9", "⚑")
		s.Press("s")
		s.DontSee("⚑")
		if acts := out.Acts(); len(acts) != 2 || !acts[1].Intent.Undo {
			t.Errorf("journaled %+v", acts)
		}
	})
}

// TestWhatIsUndoneElsewhereIsSeen: the network has shown the like, and then shows
// that it is gone.
func TestWhatIsUndoneElsewhereIsSeen(t *testing.T) {
	nets := one(liked())
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("f")
		s.Sleep(time.Second)
		shown, gone := liked(), liked()
		shown.Counts.Likes, shown.Views[0].Liked, shown.Revision = 5, true, 5
		gone.Revision = 6
		nets[0].Posts(shown)
		s.See("♥ 5")
		nets[0].Posts(gone)
		s.See("♥ 4")
	})
}

// TestBoostTakenBackTakesItsRow: not every network tells that it is gone.
func TestBoostTakenBackTakesItsRow(t *testing.T) {
	row := uitest.Post(timeline.Mastodon, "boost", 30*time.Second, "me", "")
	row.Author.Handle = timeline.CleanLine("@me@mastodon.example")
	row.Boosted = liked()
	row.Boosted.Views[0].Boosted = true
	nets := one(row, liked())
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.See("⟲ me")
		s.Press("b")
		s.Sleep(time.Second)
		s.DontSee("⟲ me")
		s.See("a fine day")
	})
}

// TestDeleteTellsHowItEnded: no post shows that it was refused.
func TestDeleteTellsHowItEnded(t *testing.T) {
	nets := three()
	nets[0].Has(mine(timeline.Mastodon))
	out := uitest.NewOutbox(nets...)
	out.Wrote(mine(timeline.Mastodon).ID, mine(timeline.Bluesky).ID)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		out.Refuses(timeline.Bluesky, "not on a Sunday")
		s.Press("d", "a")
		s.See("deleting 2 copies")
		s.Sleep(time.Second)
		s.See("B: delete: not on a Sunday")
		out.Refuses(timeline.Bluesky, "")
		s.Press("d", "enter")
		s.Sleep(time.Second)
		s.See("it is deleted")
	})
}

func TestLikeIsSeenInTheThreadAndInABoost(t *testing.T) {
	boost := uitest.Post(timeline.Mastodon, "boost", 30*time.Second, "bo", "")
	boost.Boosted = liked()
	nets := one(boost, liked())
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("f")
		if n := strings.Count(s.Screen.Text(), "♥ 5"); n != 2 {
			t.Errorf("%d of 2 rows show it", n)
		}
		s.Press("enter")
		s.See("Thread", "♥ 5")
		s.Press("f")
		s.See("♥ 4")
		s.Press("esc")
		s.DontSee("♥ 5")
	})
}

func TestKeysSayWhyTheyDoNotWork(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("d")
		s.See("this post is not yours")
		s.Press("p")
		s.See("this post has no poll")
		s.Press("j", "e")
		s.See("there is no edit on bluesky")
		s.Press("ctrl+z")
		s.See("nothing waits to be sent")
	})
	uitest.Play(t, ui.Options{}, three(), func(s *uitest.Session) {
		s.Press("c")
		s.See("nothing can be sent from here")
	})
}

// mine is a post of the person's own on a network.
func mine(n timeline.Network) *timeline.Post {
	p := uitest.Post(n, "mine", time.Minute, "me", "written by me")
	p.Author.Handle = timeline.CleanLine("@me@" + string(n) + ".example")
	return p
}

func TestDeleteOffersAllCopies(t *testing.T) {
	nets := three()
	nets[0].Has(mine(timeline.Mastodon))
	out := uitest.NewOutbox(nets...)
	out.Wrote(mine(timeline.Mastodon).ID, mine(timeline.Bluesky).ID, mine(timeline.Nostr).ID)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("d")
		s.See("delete this post?", "written by me", "3 copies of it: M B N", "a deletes all copies")
		s.Press("n")
		if len(out.Acts()) != 0 {
			t.Fatal("deleted without a yes")
		}
		s.Press("d", "a")
		acts := out.Acts()
		if len(acts) != 3 || acts[2].Account != "acct-nostr" || acts[2].Intent.Kind != timeline.DoDelete || acts[2].Intent.On.ID != mine(timeline.Nostr).ID {
			t.Errorf("acts are %+v", acts)
		}
	})
}

func TestReplyGoesWhereThePostIsAndNoWider(t *testing.T) {
	p := uitest.Post(timeline.Mastodon, "m0", time.Minute, "ana", "between us")
	p.Visibility, p.Warning, p.Sensitive = timeline.Direct, timeline.CleanLine("work"), true
	nets := three()
	nets[0].Has(p)
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		s.Press("r")
		s.See("reply", "↩ replying to ana", "between us", "M @me@mastodon.example", "only those mentioned", "warning: work")
		s.DontSee("B @me@bluesky.example")
		s.Type("of course")
		s.Press("ctrl+s")
		s.Sleep(time.Second)
		plans := out.Plans()
		if len(plans) != 1 || len(plans[0].Targets) != 1 {
			t.Fatalf("plans are %+v", plans)
		}
		if i := plans[0].Targets[0].Intent; i.ReplyTo.ID != p.ID || i.Visibility != timeline.Direct || i.Warning != "work" {
			t.Errorf("the intent is %+v", i)
		}
	})
}

func TestReplyToAllCopies(t *testing.T) {
	nets := three()
	nets[0].Has(mine(timeline.Mastodon))
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("R")
		s.See("skein knows no copies of this post")
		out.Wrote(mine(timeline.Mastodon).ID, mine(timeline.Nostr).ID)
		s.Press("R")
		s.See("reply", "M @me@mastodon.example", "N @me@nostr.example")
		s.DontSee("B @me")
	})
}

func TestEditStartsFromWhatStandsThere(t *testing.T) {
	nets := three()
	nets[0].Has(mine(timeline.Mastodon))
	out := uitest.NewOutbox(nets...)
	out.Wrote(mine(timeline.Mastodon).ID, mine(timeline.Bluesky).ID)
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		s.Press("e")
		s.See("edit", "written by me", "M @me@mastodon.example")
		s.DontSee("B @me@bluesky.example") // which takes no edits
		s.Type(" alone")
		s.Press("ctrl+s")
		s.Sleep(time.Second)
		if plans := out.Plans(); len(plans) != 1 || plans[0].Targets[0].Intent.Kind != timeline.DoEdit || plans[0].Targets[0].Intent.On.ID.Local != "mine" {
			t.Errorf("plans are %+v", plans)
		}
	})
}

func TestVote(t *testing.T) {
	p := liked()
	p.Poll = &timeline.Poll{Options: []timeline.PollOption{{Text: timeline.CleanLine("tea")}, {Text: timeline.CleanLine("coffee")}}}
	nets := one(p)
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("p", "2", "enter")
		if acts := out.Acts(); len(acts) != 1 || len(acts[0].Intent.Choices) != 1 || acts[0].Intent.Choices[0] != 1 {
			t.Errorf("acts are %+v", acts)
		}
	})
}
