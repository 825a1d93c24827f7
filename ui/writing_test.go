package ui_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// writing are three networks and a way out to them.
func writing() ([]*uitest.Backend, *uitest.Outbox) {
	nets := three()
	return nets, uitest.NewOutbox(nets...)
}

func long(n int) string { return strings.TrimSpace(strings.Repeat("word ", n/5)) }

func TestPostGoesToThreeNetworksAndTellsWhere(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.See("compose", "M @me@mastodon.example", "B @me@bluesky.example", "N @me@nostr.example")
		s.Type("Hello, everyone.")
		s.Sleep(200 * time.Millisecond)
		s.See("✓ M @me@mastodon.example 16/500", "✓ B @me@bluesky.example 16/300", "✓ N @me@nostr.example ∞")
		s.Press("ctrl+s")
		s.See("sending in 5 s — C-z takes it back")
		s.Sleep(2 * time.Second)
		s.See("sending in 3 s")
		if n := len(out.Plans()); n != 1 {
			t.Fatalf("%d plans were added", n)
		}
		s.Sleep(4 * time.Second)
		s.See("M sent ✓   B sent ✓   N sent ✓")
		s.Press("g", "o")
		s.See("outbox", "Hello, everyone.", "https://mastodon.example/@me/", "https://bluesky.example/@me/", "https://nostr.example/@me/")
		s.Press("o")
		if len(s.Opened) != 1 || !strings.HasPrefix(s.Opened[0], "https://mastodon.example/@me/") {
			t.Errorf("opened %v", s.Opened)
		}
	})
}

func TestWhatIsTooLongForOneIsSplit(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Send(tea.PasteMsg{Content: long(400)})
		s.Sleep(200 * time.Millisecond)
		s.See("✓ M @me@mastodon.example 399/500", "✗ B @me@bluesky.example 399/300")
		s.Press("ctrl+s")
		s.See("✗ B: 99 graphemes too long: A-x splits it", "not sent: too long for B; A-x splits it, A-y writes another for one")
		if len(out.Plans()) != 0 {
			t.Fatal("it was sent")
		}
		s.Press("alt+x")
		s.See("what each gets", "x split", "✗ 399/300")
		s.Press("ctrl+s")
		s.See("not sent: too long for B")
		s.Press("x")
		s.Sleep(200 * time.Millisecond)
		s.See("2 posts", "x whole")
		s.Press("esc")
		s.See("✓ B @me@bluesky.example 2 posts", "✓ M @me@mastodon.example 399/500")
		s.Press("ctrl+s")
		s.Sleep(6 * time.Second)
		s.See("M sent ✓   B sent ✓   N sent ✓")
	})
}

// TestWhoReadsWhatEachGetsSendsItFromThere: the preview shows all that goes out.
func TestWhoReadsWhatEachGetsSendsItFromThere(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("which one?")
		s.Press("alt+w")
		s.Type("sums")
		s.Press("esc", "alt+p")
		s.Type("one")
		s.Press("enter")
		s.Type("two")
		s.Press("esc", "alt+y", "alt+y")
		s.Type(" mine")
		s.Sleep(200 * time.Millisecond)
		s.Press("alt+x")
		s.See("▸ warning: sums", "poll: one / two", "B @me@bluesky.example  a text of its own", "which one? mine")
		s.DontSee("x split", "n numbers")
		s.Press("ctrl+s")
		s.Sleep(time.Second)
		s.See("M sent ✓   B sent ✓   N sent ✓")
		s.DontSee("what each gets")
	})
}

// TestEditThatIsTooLongIsNotToBeSplit: no network makes a thread of a post.
func TestEditThatIsTooLongIsNotToBeSplit(t *testing.T) {
	nets := one(mine(timeline.Mastodon))
	out := uitest.NewOutbox(nets...)
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		s.Press("e")
		s.Send(tea.PasteMsg{Content: long(600)})
		s.Sleep(200 * time.Millisecond)
		s.Press("ctrl+s")
		s.See("characters too long", "not sent: too long for M")
		s.DontSee("splits it")
	})
}

func TestPostIsTakenBack(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("too quick")
		s.Press("ctrl+s")
		s.See("sending in 5 s")
		s.DontSee("compose ─")
		s.Sleep(3 * time.Second)
		s.Press("ctrl+z")
		s.See("taken back: nobody has seen it", "too quick", "compose")
		s.Sleep(10 * time.Second)
		s.Press("esc")
		s.Sleep(time.Second)
		for _, d := range deliveries(t, out) {
			if d.State != timeline.Cancelled {
				t.Errorf("%s is %s", d.Account.Network, d.State)
			}
		}
		s.Press("c")
		s.Press("!")
		s.Press("ctrl+s")
		s.Sleep(6 * time.Second)
		s.See("M sent ✓   B sent ✓   N sent ✓")
	})
}

func deliveries(t *testing.T, out *uitest.Outbox) []timeline.Delivery {
	t.Helper()
	all, err := out.Deliveries(t.Context(), outbox.Filter{})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d deliveries, %v", len(all), err)
	}
	return all
}

func drafts(t *testing.T, out *uitest.Outbox) []outbox.Saved {
	t.Helper()
	all, err := out.Drafts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEscKeepsADraftAndComposeBringsItBack(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("half a th")
		s.Press("esc")
		s.See("the draft is kept")
		s.Press("c")
		s.See("half a th", "this is the draft from 00:00; A-q throws it away")
		s.Type("ought")
		s.Press("esc", "c")
		s.See("half a thought")
		if n := len(drafts(t, out)); n != 1 {
			t.Errorf("%d drafts", n)
		}
		s.Press("alt+q")
		s.See("Throw this draft away?")
		s.Press("enter")
		s.See("the draft is gone")
		if n := len(drafts(t, out)); n != 0 {
			t.Errorf("%d drafts are left", n)
		}
		s.Press("c")
		s.DontSee("half a thought")
		s.Press("esc")
	})
}

// TestCrashLosesASecond: what was written is on the disk a second later, with no key
// pressed for it, and the next start brings it back.
func TestCrashLosesASecond(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		for range 30 {
			s.Press("x")
			s.Sleep(100 * time.Millisecond)
		}
		if n := out.Saves(); n < 2 || n > 4 {
			t.Errorf("saved %d times in 3 seconds", n)
		}
		s.Sleep(time.Second)
		if all := drafts(t, out); len(all) != 1 || all[0].Draft.Text != strings.Repeat("x", 30) {
			t.Errorf("the drafts are %+v", all)
		}
	})
	nets, _ = writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.See(strings.Repeat("x", 30), "this is the draft from")
	})
}

func TestQuittingSavesWhatIsBeingWritten(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("abc")
		s.Press("ctrl+c")
		if !s.Left {
			t.Error("it did not quit")
		}
	})
	if all := drafts(t, out); len(all) != 1 || all[0].Draft.Text != "abc" {
		t.Errorf("the drafts are %+v", all)
	}
}

// TestDraftThatWasQueuedIsNotQueuedTwice: skein ended between queueing a draft and
// forgetting it.
func TestDraftThatWasQueuedIsNotQueuedTwice(t *testing.T) {
	for _, more := range []string{"", " and more"} {
		nets, out := writing()
		uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
			s.Press("c")
			s.Type("once")
			s.Sleep(2 * time.Second)
			left := drafts(t, out)[0]
			s.Press("ctrl+s")
			s.Sleep(10 * time.Second)
			if _, err := out.SaveDraft(t.Context(), left.ID, left.Draft); err != nil {
				t.Fatal(err)
			}
		})
		nets, _ = writing()
		uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
			s.Press("c")
			s.See("once")
			s.Type(more)
			s.Press("ctrl+s")
			s.See("this draft was sent already; C-s sends it as a new post")
			if n := len(out.Plans()); n != 1 {
				t.Errorf("%d plans were added", n)
			}
		})
	}
}

func TestRefusalIsTold(t *testing.T) {
	nets, out := writing()
	out.Refuses(timeline.Bluesky, "this account is suspended")
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("hello")
		s.Press("ctrl+s")
		s.Sleep(time.Second)
		s.See("M sent ✓   B refused ✗   N sent ✓", "this account is suspended")
		s.Sleep(time.Minute)
		s.See("B refused ✗")
		out.Refuses(timeline.Bluesky, "")
		s.Press("g", "o", "j", "enter")
		s.See("outbox: @me@bluesky.example", "this account is suspended", "r sends again")
		s.Press("r")
		s.Sleep(time.Second)
		s.See("sent", "https://bluesky.example/@me/")
	})
}

func TestQuittingAsksWhileSomethingIsOnItsWay(t *testing.T) {
	nets, out := writing()
	out.Holds(timeline.Nostr, timeline.Waiting)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("hello")
		s.Press("ctrl+s", "q")
		s.See("quit?", "3 posts are still on the way")
		s.Press("esc")
		s.Sleep(6 * time.Second)
		s.Press("q")
		s.See("1 post is still on the way")
		s.Press("enter")
		if !s.Left {
			t.Error("it did not quit")
		}
	})
}

func TestOutboxThatFailsKeepsTheDraft(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("precious")
		out.Fails(timeline.Errorf(timeline.CodeInternal, "the disk is full"))
		s.Press("ctrl+s")
		s.See("the disk is full", "precious", "compose")
		out.Fails(nil)
		s.Press("!")
		s.Press("ctrl+s")
		s.See("sending in 5 s")
	})
}

var _ ui.Outbox = (*outbox.Outbox)(nil)

// TestWritingDoesNotWaitForTheAccounts: a server that is slow to say what it takes
// holds up neither the keys nor where the post goes.
func TestWritingDoesNotWaitForTheAccounts(t *testing.T) {
	nets, out := writing()
	out.Slow(5 * time.Second)
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("quick")
		s.See("quick", "your accounts are being asked")
		s.Press("ctrl+s")
		s.Sleep(12 * time.Second)
		s.See("M sent ✓   B sent ✓   N sent ✓")
	})
}

func TestDraftThatCannotBeSavedStaysOnTheScreen(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("precious")
		out.Fails(timeline.Errorf(timeline.CodeInternal, "the disk is full"))
		s.Press("esc")
		s.See("compose", "precious", "the draft could not be saved: the disk is full")
		out.Fails(nil)
		s.Press("!", "esc")
		s.DontSee("compose ─")
		if all := drafts(t, out); len(all) != 1 || all[0].Draft.Text != "precious!" {
			t.Errorf("drafts are %+v", all)
		}
	})
}

// TestDraftComesBackBeforeItIsSaved: esc and c, faster than the disk.
func TestDraftComesBackBeforeItIsSaved(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("half")
		out.Slow(3 * time.Second)
		s.Press("esc", "c")
		s.Type(" and half")
		s.See("half and half")
		s.Sleep(20 * time.Second)
		if all := drafts(t, out); len(all) != 1 || all[0].Draft.Text != "half and half" {
			t.Errorf("drafts are %+v", all)
		}
	})
}

// TestTakingBackOverwritesNothing: what was begun meanwhile is kept, and what was
// taken back is what is shown.
func TestTakingBackOverwritesNothing(t *testing.T) {
	nets, out := writing()
	out.Holds(timeline.Nostr, timeline.Sending)
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("the first")
		s.Press("ctrl+s", "c")
		s.Type("the second")
		s.Press("esc", "ctrl+z")
		s.See("the first", "taken back")
		s.DontSee("the second")
		s.Press("esc")
		s.Sleep(2 * time.Second)
		if all := drafts(t, out); len(all) != 2 {
			t.Errorf("drafts are %+v", all)
		}
	})
}

func TestEmptyDraftLeavesNothingBehind(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("x")
		s.Sleep(2 * time.Second)
		s.Press("backspace")
		s.Press("ctrl+s")
		s.See("there is nothing to send yet")
		s.Press("esc")
		s.Sleep(2 * time.Second)
		if all := drafts(t, out); len(all) != 0 {
			t.Errorf("drafts are %+v", all)
		}
	})
}
