package ui_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// kept are n posts that were read before, a minute apart, the newest first.
func kept(n int) []*timeline.Post { return uitest.Many(timeline.Mastodon, n) }

func fresh(name string) *timeline.Post {
	return uitest.Post(timeline.Bluesky, name, -time.Minute, "carol", name)
}

func TestReadingGoesOnThroughAllThatIsKept(t *testing.T) {
	uitest.Recall(t, ui.Options{}, kept(3000), func(s *uitest.Session, shelf *uitest.Shelf) {
		s.See("post 0")
		shelf.Reports(timeline.Changes{Settled: true, End: true})
		last := -1
		for range 1000 {
			for y := range s.Screen.Lines {
				var n int
				if _, err := fmt.Sscanf(strings.TrimSpace(strings.TrimLeft(s.Screen.Row(y), " ▌")), "post %d", &n); err != nil {
					continue
				}
				if n > last+1 {
					t.Fatalf("post %d comes after post %d", n, last)
				}
				last = max(last, n)
			}
			if last == 2999 {
				break
			}
			s.Press("space")
		}
		s.See("post 2999", "that is everything")
		s.Press("k")
		s.Press("g", "g")
		s.See("post 0", "post 1")
		if n := shelf.Tally().Olders; n != 0 {
			t.Errorf("the networks were asked %d times for what is kept or is not", n)
		}
	})
}

func TestAFeedWithoutPostsSaysSo(t *testing.T) {
	uitest.Recall(t, ui.Options{}, nil, func(s *uitest.Session, shelf *uitest.Shelf) {
		s.See("reading your timelines")
		shelf.Reports(timeline.Changes{Settled: true, End: true})
		s.See("nothing is here yet")
	})
}

func TestBottomIsTheOldestThatIsKept(t *testing.T) {
	uitest.Recall(t, ui.Options{}, kept(5000), func(s *uitest.Session, shelf *uitest.Shelf) {
		shelf.Reports(timeline.Changes{Settled: true})
		s.Press("G")
		s.See("post 4999")
		if shelf.Tally().Olders != 1 {
			t.Errorf("at the end of what is kept the networks were asked %d times", shelf.Tally().Olders)
		}
		shelf.Reports(timeline.Changes{Settled: true, Posts: []*timeline.Post{
			uitest.Post(timeline.Mastodon, "older", 6000*time.Minute, "bo", "from long ago"),
		}})
		s.Press("j")
		s.See("from long ago")
		for range 400 { // back up through all that was let go of
			s.Press("pgup")
		}
		s.DontSee("post 4999")
		s.Press("g", "g")
		s.See("post 0")
	})
}

// TestArrivalWhileAPageIsRead: a post that comes while the page is being read in
// which it belongs is in neither, and must not be lost.
func TestArrivalWhileAPageIsRead(t *testing.T) {
	uitest.Recall(t, ui.Options{}, kept(1000), func(s *uitest.Session, shelf *uitest.Shelf) {
		shelf.Drags(time.Second)
		for range 40 {
			s.Press("space") // a page is asked for and does not come
		}
		gone := kept(1000)[310].ID
		shelf.Reports(timeline.Changes{Settled: true, Removed: []timeline.ID{gone}, Posts: []*timeline.Post{
			uitest.Post(timeline.Bluesky, "late", 300*time.Minute+30*time.Second, "carol", "a late heron"),
		}})
		s.Settle()
		s.Sleep(2 * time.Second)
		found := false
		for range 20 {
			s.Press("space")
			found = found || s.Line("a late heron") >= 0
			s.DontSee("post 310")
		}
		if !found {
			t.Error("what arrived while the page was read is lost")
		}
	})
}

func TestPageThatFailsIsToldAndTriedAgain(t *testing.T) {
	uitest.Recall(t, ui.Options{}, kept(1000), func(s *uitest.Session, shelf *uitest.Shelf) {
		shelf.Breaks(errors.New("disk I/O error"))
		before := shelf.Tally().Pages
		for range 40 {
			s.Press("space")
		}
		s.See("what was kept of the timeline: disk I/O error; the next key tries again")
		asked := shelf.Tally().Pages - before
		s.Sleep(5 * time.Minute)
		if now := shelf.Tally().Pages - before; now != asked {
			t.Errorf("with nobody at the keys it was tried %d more times", now-asked)
		}
		shelf.Breaks(nil)
		for range 40 {
			s.Press("space")
		}
		s.See("post 48")
	})
}

var ages = regexp.MustCompile(` +\d+[mh]`)

// TestNothingMovesWhateverIsLoaded: pages that are added, rows that are let go of and
// posts that arrive leave what is read where it is.
func TestNothingMovesWhateverIsLoaded(t *testing.T) {
	uitest.Recall(t, ui.Options{}, kept(4000), func(s *uitest.Session, shelf *uitest.Shelf) {
		shelf.Drags(100 * time.Millisecond)
		n := 0
		for round := range 300 {
			key := "space"
			if round > 150 {
				key = "pgup"
			}
			s.Press(key)
			before := s.Screen.Text()
			n++
			shelf.Brings(fresh(fmt.Sprint("new ", n)))
			s.Settle()
			s.Sleep(200 * time.Millisecond)
			body := func(text string) string {
				return ages.ReplaceAllString(strings.Join(strings.Split(text, "\n")[2:22], "\n"), "")
			}
			if now := s.Screen.Text(); s.Line("new ") < 0 && body(now) != body(before) {
				t.Fatalf("in round %d this\n%s\nbecame\n%s", round, body(before), body(now))
			}
		}
	})
}

func TestOneNetworkIsReadOnThroughWhatIsKept(t *testing.T) {
	posts := kept(2000)
	for i := range 8 {
		posts = append(posts, uitest.Post(timeline.Bluesky, fmt.Sprint("b", i), time.Duration(i)*240*time.Minute+30*time.Second, "carol", fmt.Sprint("heron ", i)))
	}
	shelf := timeline.Health{Account: timeline.Account{ID: "b", Network: timeline.Bluesky}, State: timeline.Live}
	other := timeline.Health{Account: timeline.Account{ID: "m", Network: timeline.Mastodon}, State: timeline.Live}
	uitest.Recall(t, ui.Options{}, posts, func(s *uitest.Session, hub *uitest.Shelf) {
		hub.Reports(timeline.Changes{Settled: true, Health: []timeline.Health{shelf, other}})
		s.Settle()
		s.Press("F", "F")
		s.See("bluesky only", "heron 0", "heron 5")
		s.Press("G")
		s.See("heron 7")
		hub.Brings(uitest.Post(timeline.Mastodon, "x", -time.Minute, "ana", "not here"))
		s.Press("g", "g")
		s.DontSee("not here")
		s.Press("F")
		s.See("heron 0", "not here", "post 0")
	})
}

// TestMemoryIsBounded: however far somebody reads, what is loaded stays as much.
func TestMemoryIsBounded(t *testing.T) {
	uitest.Recall(t, ui.Options{}, kept(5000), func(s *uitest.Session, _ *uitest.Shelf) {
		for range 700 {
			s.Press("space")
		}
		s.Press(`\`)
		s.Type("post")
		s.Press("enter")
		var shown, of int
		row := s.Screen.Row(1)
		if _, err := fmt.Sscanf(row[strings.Index(row, "post")+4:], "%d of %d", &shown, &of); err != nil || of > 1000 || of < 400 {
			t.Errorf("%d rows are loaded (%v): %q", of, err, row)
		}
	})
}

func TestSkeinOpensWhereTheReaderLeft(t *testing.T) {
	posts := kept(2000)
	marks := uitest.At(timeline.Position{At: posts[700].Key(), Line: 6})
	uitest.Recall(t, ui.Options{Marks: marks}, posts, func(s *uitest.Session, shelf *uitest.Shelf) {
		if !strings.HasPrefix(s.Selected(), "M  writer") || s.Line("post 700") != 2+6+1 {
			t.Fatalf("post 700 is on line %d, %q is selected:\n%s", s.Line("post 700"), s.Selected(), s.Screen.Text())
		}
		if !shelf.Tally().Started {
			t.Error("no network is read")
		}
		s.Press("j", "j")
		s.Sleep(2 * time.Second)
		if marks.Saves() != 1 {
			t.Errorf("the place was kept %d times", marks.Saves())
		}
		s.Press("j") // and at once away
	})
	uitest.Recall(t, ui.Options{Marks: marks}, posts, func(s *uitest.Session, _ *uitest.Shelf) {
		if row := s.Screen.Row(s.Line("post 703")); !strings.HasPrefix(row, "▌") {
			t.Errorf("post 703 is not selected:\n%s", s.Screen.Text())
		}
	})
}

func TestNetworksAreReadOnlyOnceThereIsAScreen(t *testing.T) {
	shelf := uitest.NewShelf(kept(10)...)
	m := ui.New(t.Context(), ui.Options{Hub: shelf})
	if shelf.Tally().Started {
		t.Error("the networks are read before anything is drawn")
	}
	if shelf.Tally().Pages == 0 {
		t.Error("what is kept is not read before anything is drawn")
	}
	if _, cmd := m.Update(tea.WindowSizeMsg{Width: 80, Height: 24}); cmd == nil || shelf.Tally().Started {
		t.Error("the networks are read in Update")
	}
	if !strings.Contains(m.View().Content, "post 3") {
		t.Errorf("the first frame shows nothing:\n%s", m.View().Content)
	}
}

// TestNewestOfYesterdayIsSelectedToday: who left at the newest post finds it, with
// what is new above it.
func TestNewestOfYesterdayIsSelectedToday(t *testing.T) {
	posts := kept(100)
	left := timeline.Position{At: posts[0].Key(), Pinned: true}
	uitest.Recall(t, ui.Options{Marks: uitest.At(left)}, posts, func(s *uitest.Session, shelf *uitest.Shelf) {
		shelf.Brings(fresh("first"), fresh("second"))
		s.See("↑ 2 new", "Home 2")
		s.DontSee("second")
		if s.Line("post 0") != 3 {
			t.Errorf("post 0 is on line %d", s.Line("post 0"))
		}
	})
	uitest.Recall(t, ui.Options{Marks: uitest.At(left)}, posts, func(s *uitest.Session, shelf *uitest.Shelf) {
		shelf.Reports(timeline.Changes{Settled: true}) // nothing is new: so what comes now is followed
		s.Settle()
		shelf.Brings(fresh("first"))
		s.See("first")
	})
	left.Pinned = false // who had taken an interest in the newest post has it still
	uitest.Recall(t, ui.Options{Marks: uitest.At(left)}, posts, func(s *uitest.Session, shelf *uitest.Shelf) {
		shelf.Reports(timeline.Changes{Settled: true})
		s.Settle()
		shelf.Brings(fresh("first"))
		s.See("↑ 1 new")
	})
}

// TestFloodAtTheTop: who stays with the newest is there after more has come at once
// than a window holds.
func TestFloodAtTheTop(t *testing.T) {
	uitest.Recall(t, ui.Options{}, nil, func(s *uitest.Session, shelf *uitest.Shelf) {
		shelf.Brings(kept(3000)...)
		s.See("post 0")
		s.Press("G")
		s.See("post 2999")
	})
}

func TestPlaceIsFoundThoughThePostIsGone(t *testing.T) {
	posts := kept(300)
	marks := uitest.At(timeline.Position{At: posts[150].Key(), Line: 3})
	uitest.Recall(t, ui.Options{Marks: marks}, append(posts[:150:150], posts[151:]...), func(s *uitest.Session, _ *uitest.Shelf) {
		s.See("post 149", "post 151")
	})
}

// TestSecondStartNeedsNoNetwork: what the first run has read is there, at the place
// where it ended, with nobody to ask; and what comes later comes above it.
func TestSecondStartNeedsNoNetwork(t *testing.T) {
	cache, marks := timeline.NewMemory(), timeline.NewMemoryMarks()
	posts := kept(120)
	uitest.Again(t, ui.Options{Marks: marks}, cache, one(posts...), func(s *uitest.Session) {
		for range 60 {
			s.Press("j")
			s.Sleep(50 * time.Millisecond)
		}
		s.See("post 60")
	})
	away := one(posts...)
	away[0].Fails(timeline.Errorf(timeline.CodeOffline, "no route to host"))
	uitest.Again(t, ui.Options{Marks: marks}, cache, away, func(s *uitest.Session) {
		s.See("M ○")
		if row := s.Screen.Row(s.Line("post 60")); !strings.HasPrefix(row, "▌") {
			t.Fatalf("post 60 is not selected:\n%s", s.Screen.Text())
		}
		s.Press("j", "k")
		at := s.Line("post 60")
		away[0].Fails(nil)
		s.Sleep(time.Minute)
		s.See("M ●")
		away[0].Posts(fresh("today"))
		s.Settle()
		if s.Line("post 60") != at {
			t.Errorf("post 60 went from line %d to %d", at, s.Line("post 60"))
		}
		s.See("↑ 1 new")
	})
}

// TestUnreadOutlivesTheProgram: what the first run has not shown is unread in the
// second, and what it has shown is not.
func TestUnreadOutlivesTheProgram(t *testing.T) {
	cache, marks := timeline.NewMemory(), timeline.NewMemoryMarks()
	var before string
	uitest.Again(t, ui.Options{Marks: marks}, cache, one(kept(30)...), func(s *uitest.Session) {
		s.Sleep(5 * time.Second)
		before = strings.Fields(s.Screen.Row(0))[2]
		if before == "30" || before == "M" {
			t.Errorf("%s are unread", before)
		}
	})
	uitest.Again(t, ui.Options{Marks: marks}, cache, one(kept(30)...), func(s *uitest.Session) {
		s.See("Home " + before)
		s.Press("tab")
		if !strings.HasPrefix(s.Selected(), "M  writer") || s.Line("post 7") < 0 {
			t.Errorf("Tab led to %q:\n%s", s.Selected(), s.Screen.Text())
		}
	})
}
