package ui_test

import (
	"testing"
	"time"

	"skein/outbox"
	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// post writes a post and lets it go.
func post(s *uitest.Session, text string) {
	s.Press("c")
	s.Type(text)
	s.Press("ctrl+s")
	s.Sleep(time.Second)
}

func TestWhatHasNotLeftIsWithdrawn(t *testing.T) {
	nets, out := writing()
	out.Holds(timeline.Nostr, timeline.Waiting)
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		post(s, "hello")
		s.Press("g", "o", "j", "j")
		s.See("N waiting", "x withdraws")
		s.Press("x")
		s.See("N cancelled", "it is withdrawn")
		s.DontSee("x withdraws")
	})
}

// TestUnconfirmedIsSentAgainOnlyAfterAYes: it may be there already.
func TestUnconfirmedIsSentAgainOnlyAfterAYes(t *testing.T) {
	nets, out := writing()
	out.Holds(timeline.Mastodon, timeline.Unconfirmed)
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		post(s, "hello")
		s.See("M unconfirmed ?")
		out.Holds(timeline.Mastodon, "")
		s.Press("g", "o", "r")
		s.See("send it again?", "may publish it twice")
		s.Press("n")
		s.Sleep(time.Second)
		s.See("M unconfirmed")
		s.Press("r", "y")
		s.Sleep(time.Second)
		s.See("M sent")
	})
}

func TestTakingBackTooLateSaysForWhom(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		post(s, "hello")
		out.Hurries(timeline.Mastodon)
		s.Press("ctrl+z")
		s.See("it is too late for M; from the others it was taken back", "hello", "B @me@bluesky.example", "N @me@nostr.example")
		s.DontSee("M @me@mastodon.example")
	})
}

// TestDraftsThatComeLateAreTakenUp: the disk is slower than the person.
func TestDraftsThatComeLateAreTakenUp(t *testing.T) {
	nets, out := writing()
	out.Left(outbox.Draft{Text: "from before", To: []timeline.AccountID{"acct-nostr"}})
	out.Slow(2 * time.Second)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.DontSee("from before")
		s.Sleep(3 * time.Second)
		s.See("from before", "this is the draft from 31 Dec 23:00", "N @me@nostr.example")
		s.DontSee("M @me@mastodon.example")
	})
}

func TestQuittingWaitsForTheDraftThatWasKept(t *testing.T) {
	nets, out := writing()
	out.Slow(2 * time.Second)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Sleep(10 * time.Second)
		s.Press("c")
		s.Type("kept")
		s.Press("esc", "q")
		if s.Left {
			t.Error("it quit before the draft was saved")
		}
		s.Sleep(3 * time.Second)
		if !s.Left {
			t.Error("it did not quit")
		}
	})
	if all := drafts(t, out); len(all) != 1 || all[0].Draft.Text != "kept" {
		t.Errorf("drafts are %+v", all)
	}
}

// TestDeliveriesOfAnEarlierRunAreThere: the outbox is read at the start.
func TestDeliveriesOfAnEarlierRunAreThere(t *testing.T) {
	nets, out := writing()
	out.Holds(timeline.Bluesky, timeline.Waiting)
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) { post(s, "from before") })
	nets, _ = writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("q")
		s.See("1 post is still on the way")
		s.Press("esc", "g", "o")
		s.See("from before", "B waiting")
		s.Press("esc")
	})
}

func TestQuittingCountsMoreThanPosts(t *testing.T) {
	nets, out := writing()
	out.Holds(timeline.Mastodon, timeline.Waiting)
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		s.Press("f", "q")
		s.See("1 thing is still on the way")
		s.Press("esc")
		post(s, "hello")
		s.Press("q")
		s.See("2 things are still on the way")
		s.Press("esc")
	})
}

// TestSheetsFitTheSmallestWindow: where there is no room for both, the text gives way.
func TestSheetsFitTheSmallestWindow(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Resize(30, 6)
		s.Press("c")
		s.Type("hello")
		s.Press("alt+v", "down", "down")
		s.See("quote  < as usual >")
		s.Press("esc", "alt+t")
		s.See("▌ [✓] M @me@", "[✓] N @me@")
		s.Press("esc")
		s.See("hello")
	})
}

// TestDraftsAreWithinReach: a new post is begun while one is kept, and both are there.
func TestDraftsAreWithinReach(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("the first")
		s.Press("alt+o")
		s.See("compose: drafts", "▌ a new post")
		s.Press("enter")
		s.See("compose ─")
		s.DontSee("the first")
		s.Type("the second")
		s.Press("esc", "r")
		s.Type("an answer")
		s.Press("esc", "c")
		s.See("the second")
		s.Press("alt+o")
		s.See("a new post", "reply: an answer", "the first")
		s.Press("j", "enter")
		s.See("reply ─", "replying to ana", "an answer")
		s.Press("esc")
	})
	if all := drafts(t, out); len(all) != 3 {
		t.Errorf("drafts are %+v", all)
	}
}
