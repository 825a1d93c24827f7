package e2e_test

import (
	"regexp"
	"strings"
	"testing"

	"skein/e2e"
)

// reader is somebody in front of a terminal, in words that a test reads well with.
type reader struct {
	t    *testing.T
	term *e2e.Terminal
}

// opens starts skein in a window of 100 by 40 and waits until all networks are well.
func opens(t *testing.T, home *e2e.Home) reader {
	t.Helper()
	r := reader{t, home.Terminal(t, 100, 40)}
	waitAllWell(t, r.term)
	return r
}

// presses keys by tmux's names, one after the other.
func (r reader) presses(keys ...string) {
	r.t.Helper()
	r.term.SendKeys(r.t, keys...)
}

// leaves presses Escape and waits until what it closes has gone. An Escape and the key
// after it, sent at once, would be one with Alt.
func (r reader) leaves(gone string) {
	r.t.Helper()
	r.presses("Escape")
	r.loses(gone)
}

// sees waits until a pattern is on the screen.
func (r reader) sees(pattern string) e2e.Screen {
	r.t.Helper()
	return r.term.WaitMatch(r.t, pattern)
}

// loses waits until a pattern is no longer on the screen.
func (r reader) loses(pattern string) e2e.Screen {
	r.t.Helper()
	gone := regexp.MustCompile(pattern)
	return r.term.WaitUntil(r.t, "no longer on the screen: "+pattern, func(s e2e.Screen) bool { return !gone.MatchString(string(s)) })
}

// finds goes down until the selected post matches the pattern, and returns it.
func (r reader) finds(pattern string) string {
	r.t.Helper()
	wanted := regexp.MustCompile(pattern)
	for range 80 {
		selected := waitSelectionSettles(r.t, r.term)
		if wanted.MatchString(selected) {
			return selected
		}
		r.presses("j")
		waitSelectionLeaves(r.t, r.term, selected)
	}
	r.t.Fatalf("no post matches %q; the last was\n%s", pattern, r.term.Capture(r.t).Framed())
	return ""
}

// goesHome shows the top of the home timeline.
func (r reader) goesHome() {
	r.t.Helper()
	r.presses("g", "h")
	r.presses("g", "g")
	r.term.WaitUntil(r.t, "the top of home", func(s e2e.Screen) bool {
		rows := s.Rows()
		return len(rows) > 4 && strings.Contains(strings.Join(rows[1:5], ""), "▌")
	})
}

// selectsUntil waits until the selected post matches a pattern.
func (r reader) selectsUntil(pattern string) string {
	r.t.Helper()
	wanted := regexp.MustCompile(pattern)
	return r.term.WaitUntil(r.t, "selected: "+pattern, func(s e2e.Screen) bool { return wanted.MatchString(s.Selected()) }).Selected()
}
