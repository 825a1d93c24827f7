package e2e_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"skein/e2e"
)

// hostilePosts is how many the sandbox has: each says its number.
const hostilePosts = 21

// feedEnd is the line below the oldest post.
const feedEnd = "that is everything"

// Every hostile post of the sandbox is looked at in the feed, behind its warning
// and in its thread, in windows from the smallest to a large one, and changes
// nothing but text cells.
func TestHostileTextIsHarmless(t *testing.T) {
	for _, size := range []struct{ cols, rows int }{{100, 40}, {80, 24}, {40, 12}} {
		t.Run(fmt.Sprintf("%d×%d", size.cols, size.rows), func(t *testing.T) {
			term := e2e.NewHome(t).Terminal(t, size.cols, size.rows, "demo")
			waitAllWell(t, term)
			drawn := term.State(t)
			if drawn.Title != term.Before().Title && drawn.Title != "skein" {
				t.Errorf("the title is %q, before it was %q", drawn.Title, term.Before().Title)
			}
			loadAll(t, term)
			lookAtHostile(t, term)
			jumpThroughFeed(t, term)
			pageThroughFeed(t, term)
			if state := term.State(t); state != drawn {
				t.Errorf("the feed changed the terminal:\n%+v\n%+v", state, drawn)
			}
			if drawn.Buffers != "" {
				t.Errorf("something was copied: %s", drawn.Buffers)
			}
		})
	}
}

// A screen down is a screen down: whoever pages to the oldest post has had every
// other one before their eyes.
func TestSpaceSkipsNothing(t *testing.T) {
	term := e2e.NewHome(t).Terminal(t, 80, 24, "demo")
	waitAllWell(t, term)
	seen := pageThroughFeed(t, term)
	seen.check(t)
}

// numbers are the hostile posts that were seen; no. 1 is the first.
type numbers [hostilePosts]bool

// hostileNumber finds the numbers of the hostile posts, also where a line breaks.
var hostileNumber = regexp.MustCompile(`Mallory's[\s▌]+test[\s▌]+no\.[\s▌]+(\d+)`)

func (n *numbers) note(t *testing.T, screen e2e.Screen) {
	t.Helper()
	for _, match := range hostileNumber.FindAllStringSubmatch(string(screen), -1) {
		number, err := strconv.Atoi(match[1])
		if err != nil || number < 1 || number > hostilePosts {
			t.Fatalf("there is no hostile post no. %s", match[1])
		}
		n[number-1] = true
	}
}

func (n *numbers) check(t *testing.T) {
	t.Helper()
	for i, seen := range n {
		if !seen {
			t.Errorf("hostile post no. %d was never on the screen", i+1)
		}
	}
}

// loadAll goes to the end until there are no older posts.
func loadAll(t *testing.T, term *e2e.Terminal) {
	t.Helper()
	const most = 50
	for range most {
		screen := term.Capture(t)
		if strings.Contains(string(screen), feedEnd) {
			return
		}
		term.SendKeys(t, "G")
		// Where a picture fills a small window, what is older comes in below it, unseen until the next G.
		term.Poll(t, func(s e2e.Screen) bool { return s.Posts() != screen.Posts() })
	}
	t.Fatalf("no end after %d times G", most)
}

// lookAtHostile filters the feed for the hostile posts and looks at each.
func lookAtHostile(t *testing.T, term *e2e.Terminal) {
	t.Helper()
	term.SendKeys(t, `\`)
	term.WaitFor(t, "⏎ keeps")
	term.SendKeys(t, "mallory", "Enter")
	term.WaitUntil(t, "a filter", filtered)
	term.SendKeys(t, "g", "g")
	term.WaitUntil(t, "the newest of them", atTop)
	var seen numbers
	for range 3 * hostilePosts { // a long one takes more than one step
		selected := settled(t, term).Selected()
		if strings.Contains(selected, "z shows it") {
			term.SendKeys(t, "z")
			selected = waitSelectionLeaves(t, term, selected)
		}
		lookClosely(t, term, &seen)
		term.SendKeys(t, "j")
		if _, moved := term.Poll(t, func(s e2e.Screen) bool { return s.Selected() != selected }); !moved {
			break
		}
	}
	seen.check(t)
	term.SendKeys(t, "Escape")
	term.WaitUntil(t, "no filter", func(s e2e.Screen) bool { return !filtered(s) })
}

// filtered says whether a filter is on, and how much it leaves.
func filtered(s e2e.Screen) bool { return regexp.MustCompile(`\d+ of \d+`).MatchString(s.Rows()[1]) }

// lookClosely checks the selected post in the feed and in its thread.
func lookClosely(t *testing.T, term *e2e.Terminal, seen *numbers) {
	t.Helper()
	feed := settled(t, term)
	checkCells(t, feed, term.CaptureRaw(t))
	term.SendKeys(t, "Enter")
	term.WaitUntil(t, "the thread", func(s e2e.Screen) bool {
		return !strings.Contains(s.Rows()[0], "Home") && s.Selected() != ""
	})
	thread := settled(t, term)
	checkCells(t, thread, term.CaptureRaw(t))
	seen.note(t, feed)
	seen.note(t, thread)
	term.SendKeys(t, "Escape")
	term.WaitUntil(t, "the feed again", func(s e2e.Screen) bool { return strings.Contains(s.Rows()[0], "Home") })
}

// settled returns a screen once two looks at it agree: one may fall between the
// parts of a frame.
func settled(t *testing.T, term *e2e.Terminal) e2e.Screen {
	t.Helper()
	last := e2e.Screen("")
	return term.WaitUntil(t, "the screen rests", func(s e2e.Screen) bool {
		rests := s.Posts() == last.Posts() && s.Selected() != ""
		last = s
		return rests
	})
}

// pageThroughFeed goes down to the oldest post a screen at a time.
func pageThroughFeed(t *testing.T, term *e2e.Terminal) numbers {
	t.Helper()
	const most = 1000
	var seen numbers
	for page := range most {
		screen := settled(t, term)
		checkCells(t, screen, term.CaptureRaw(t))
		seen.note(t, screen)
		if strings.Contains(string(screen), feedEnd) {
			t.Logf("the end after %d pages", page+1)
			return seen
		}
		term.SendKeys(t, "Space")
		term.WaitUntil(t, "another page", func(s e2e.Screen) bool { return s.Posts() != screen.Posts() })
	}
	t.Fatalf("no end after %d pages", most)
	return seen
}

// jumpThroughFeed goes from one end to the other, over everything between, and
// stays at the top.
func jumpThroughFeed(t *testing.T, term *e2e.Terminal) {
	t.Helper()
	for range 3 {
		term.SendKeys(t, "G")
		checkCells(t, term.WaitFor(t, feedEnd), term.CaptureRaw(t))
		term.SendKeys(t, "g", "g")
		checkCells(t, term.WaitUntil(t, "the newest post", atTop), term.CaptureRaw(t))
	}
}

// atTop says whether the selected post is the first on the screen, and the last
// of all is not there.
func atTop(s e2e.Screen) bool {
	return strings.HasPrefix(strings.TrimSpace(s.Rows()[2]), "▌") && !strings.Contains(string(s), feedEnd)
}

// allowedEscapes are those that a screen of cells is made of: colours and
// attributes, links to http, and the charset switches of line drawing.
var allowedEscapes = regexp.MustCompile("\x1b\\[[0-9;:]*m|\x1b\\]8;[^;\x07\x1b]*;(https?://[!-~]*)?\x1b\\\\|[\x0e\x0f]")

func checkCells(t *testing.T, screen e2e.Screen, raw string) {
	t.Helper()
	for _, r := range allowedEscapes.ReplaceAllString(raw, "") {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			t.Errorf("the screen holds %U, which is no text\n%q", r, raw)
			return
		}
	}
	// A row that wrapped or scrolled would have pushed one of these out.
	rows := screen.Rows()
	if screen.Health("M") == "" || strings.TrimSpace(rows[len(rows)-1]) == "" {
		t.Errorf("the screen has lost its header or its footer\n%s", screen.Framed())
	}
}
