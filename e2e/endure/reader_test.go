package endure_test

import (
	"context"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"skein/backends/sandbox/world"
	"skein/e2e"
)

const (
	columns = 100
	lines   = 36
	// patience bounds the wait for what takes its time on a busy machine: marks that
	// are told to a server, and an account that is tried again after an outage.
	patience = 45 * time.Second
)

// allWell waits until the header says that the three networks are read.
func allWell(t *testing.T, term *e2e.Terminal) e2e.Screen {
	t.Helper()
	return term.WaitUntilWithin(t, patience, "M, B and N are read and a post is selected", func(s e2e.Screen) bool {
		return s.Selected() != "" && s.Health("M") == "●" && s.Health("B") == "●" && s.Health("N") == "●"
	})
}

// still waits until the screen does not change any more, and returns it.
func still(t *testing.T, term *e2e.Terminal) e2e.Screen {
	t.Helper()
	var last e2e.Screen
	same := 0
	return term.WaitUntil(t, "the screen is still", func(s e2e.Screen) bool {
		if s.Posts() != last.Posts() {
			last, same = s, 0
		}
		same++
		return same > 10
	})
}

// quit leaves the screen as a person does.
func quit(t *testing.T, term *e2e.Terminal) {
	t.Helper()
	term.SendKeys(t, "q")
	if code := term.WaitExit(t); code != 0 {
		t.Errorf("exit code %d\n%s", code, term.Capture(t).Framed())
	}
}

// down moves the selection down by so many posts.
func down(t *testing.T, term *e2e.Terminal, posts int) {
	t.Helper()
	for range posts {
		before := term.Capture(t).Selected()
		term.SendKeys(t, "j")
		term.WaitUntil(t, "the selection has moved", func(s e2e.Screen) bool {
			return s.Selected() != "" && s.Selected() != before
		})
	}
}

// line is the row of the screen where the selected post begins.
func line(s e2e.Screen) int {
	for i, row := range s.Rows() {
		if strings.HasPrefix(strings.TrimSpace(row), "▌") {
			return i
		}
	}
	return -1
}

// rest is what stays of a screen: the posts without the dots of what is unread, and
// not the footer, for what can be done is not the same when a server is away.
func rest(s e2e.Screen) string {
	posts := strings.TrimRight(s.Posts(), " \n")
	posts = posts[:strings.LastIndex(posts, "\n")+1]
	return strings.ReplaceAll(posts, "•", " ")
}

// above is how many new posts are told to be above the screen.
func above(s e2e.Screen) (n int) {
	if match := newAbove.FindStringSubmatch(string(s)); match != nil {
		n, _ = strconv.Atoi(match[1]) // it is digits
	}
	return n
}

var newAbove = regexp.MustCompile(`↑ (\d+) new`)

// A reader who comes back finds the same post on the same line, and is told of what
// has come meanwhile.
func TestReaderComesBack(t *testing.T) {
	t.Parallel()
	tw := startTown(t, 300)
	home := tw.home(t)
	term := home.Terminal(t, columns, lines)
	allWell(t, term)
	down(t, term, 12)
	left := still(t, term)
	quit(t, term)

	const more = 21
	for i := range more {
		tw.says(t, networks()[i%3], "while you were away")
	}
	term = home.Terminal(t, columns, lines)
	// What is kept is on the screen before any network has answered.
	first := term.WaitUntil(t, "the post is selected", func(s e2e.Screen) bool { return s.Selected() == left.Selected() })
	if line(first) != line(left) {
		t.Errorf("it stands on line %d, and stood on %d\n%s\n%s", line(first), line(left), left.Framed(), first.Framed())
	}
	told := term.WaitUntilWithin(t, patience, fmt.Sprintf("%d new are told", above(left)+more), func(s e2e.Screen) bool {
		return above(s) == above(left)+more
	})
	if rest(told) != rest(left) {
		t.Errorf("what the reader sees is not what was left:\n%s\n%s", left.Framed(), told.Framed())
	}
	quit(t, term)
}

// Without any server the same screen opens, threads too, and what is written waits
// until the servers are back.
func TestReaderWithoutServers(t *testing.T) {
	t.Parallel()
	tw := startTown(t, 300)
	home := tw.home(t)
	term := home.Terminal(t, columns, lines)
	allWell(t, term)
	down(t, term, 9)
	left := still(t, term)
	quit(t, term)

	tw.away()
	term = home.Terminal(t, columns, lines)
	there := term.WaitUntil(t, "the post is selected", func(s e2e.Screen) bool { return s.Selected() == left.Selected() })
	if rest(there) != rest(left) {
		t.Errorf("offline it is another screen:\n%s\n%s", left.Framed(), there.Framed())
	}
	term.WaitUntilWithin(t, patience, "every network is said to be down", func(s e2e.Screen) bool {
		return s.Health("M") == "○" && s.Health("B") == "○" && s.Health("N") == "○"
	})
	if again := still(t, term); again.Selected() != left.Selected() || line(again) != line(left) {
		t.Errorf("the outage has moved the reader:\n%s\n%s", left.Framed(), again.Framed())
	}
	term.SendKeys(t, "Enter")
	term.WaitUntil(t, "the thread, from what was read", func(s e2e.Screen) bool {
		return strings.Contains(s.Rows()[0], "Thread") && strings.Contains(string(s), firstLine(left.Selected()))
	})
	term.SendKeys(t, "Escape")
	term.WaitUntil(t, "the feed", func(s e2e.Screen) bool { return strings.Contains(s.Rows()[0], "Home") })

	text := "written on a train"
	term.SendKeys(t, "c")
	term.WaitFor(t, "C-s send")
	term.SendKeys(t, strings.Split(strings.ReplaceAll(text, " ", "\x00Space\x00"), "\x00")...)
	term.WaitFor(t, text)
	term.SendKeys(t, "C-s")
	waiting := func(ctx context.Context) error {
		if out := home.Run(t, "outbox", "list", "--json").Exits(t, 0).Stdout; strings.Count(out, text) != len(networks()) {
			return fmt.Errorf("the outbox holds %q", out)
		}
		return ctx.Err()
	}
	e2e.Eventually(t, patience, "the post waits for three networks", waiting)

	tw.back(t)
	allWell(t, term)
	e2e.Eventually(t, 2*patience, "it is there once", func(context.Context) error {
		if n := tw.has(t, text); n != 1 {
			return fmt.Errorf("it is there %d times", n)
		}
		return nil
	})
	quit(t, term)
}

// has counts the posts with a text on the Mastodon server.
func (tw *town) has(t *testing.T, text string) (n int) {
	t.Helper()
	for _, s := range tw.statuses(t) {
		if strings.Contains(html.UnescapeString(s.Content), text) {
			n++
		}
	}
	return n
}

// firstLine is the first line of what is selected, as other panes show it too.
func firstLine(selected string) string {
	first, _, _ := strings.Cut(selected, "\n")
	name, _, _ := strings.Cut(strings.TrimLeft(first, " MBN"), "  ")
	return strings.TrimSpace(name)
}

// What is read here is marked on the server, and what is read there counts as read
// here.
func TestMarksAreShared(t *testing.T) {
	t.Parallel()
	tw := startTown(t, 300)
	home := tw.home(t)
	before, err := tw.marker(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	term := home.Terminal(t, columns, lines)
	allWell(t, term)
	newest := tw.statuses(t)[0].ID
	term.SendKeys(t, "g", "g")
	e2e.Eventually(t, patience, "the marker is at the newest post on the screen", func(ctx context.Context) error {
		now, err := tw.marker(ctx)
		if err == nil && (now == before || now != newest) {
			err = fmt.Errorf("it is at %q, was at %q, and the newest is %q", now, before, newest)
		}
		return err
	})
	down(t, term, 9) // away from the newest, or what comes would be seen
	base := above(still(t, term))
	quit(t, term)

	const more, unseen = 12, 3
	for range more {
		tw.says(t, world.Mastodon, "to be read elsewhere")
	}
	term = home.Terminal(t, columns, lines)
	tells := func(n int) {
		t.Helper()
		term.WaitUntilWithin(t, patience, fmt.Sprintf("%d new are told", n), func(s e2e.Screen) bool { return above(s) == n })
	}
	tells(base + more)
	tw.mark(t, tw.statuses(t)[unseen].ID) // another client has read all but three
	term.SendKeys(t, "C-r")
	tells(unseen)
	quit(t, term)
}
