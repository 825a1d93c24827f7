package e2e_test

import (
	"regexp"
	"strings"
	"testing"

	"skein/e2e"
)

// Nobody has an account and there is no network: the demo shows three networks
// in one window, and each key does what the footer says.
func TestDemoKeysDoWhatTheFooterSays(t *testing.T) {
	term := e2e.NewHome(t).Terminal(t, 100, 40, "demo")
	waitAllWell(t, term)

	t.Run("G and gg go to the ends", func(t *testing.T) {
		top := term.Capture(t).Selected()
		term.SendKeys(t, "G")
		waitSelectionLeaves(t, term, top)
		term.SendKeys(t, "g", "g")
		term.WaitUntil(t, "the newest post is selected", func(s e2e.Screen) bool {
			return s.Selected() != "" && strings.Contains(s.Rows()[1]+s.Rows()[2]+s.Rows()[3]+s.Rows()[4], "▌")
		})
	})

	t.Run("j goes down and k goes up again", func(t *testing.T) {
		first := term.Capture(t).Selected()
		term.SendKeys(t, "j")
		second := waitSelectionLeaves(t, term, first)
		term.SendKeys(t, "j")
		waitSelectionLeaves(t, term, second)
		term.SendKeys(t, "k")
		waitSelected(t, term, second)
	})

	t.Run("Enter opens the thread and Esc leaves it", func(t *testing.T) {
		before := term.Capture(t)
		term.SendKeys(t, "Enter")
		term.WaitUntil(t, "the thread, with its way back", func(s e2e.Screen) bool {
			return s != before && regexp.MustCompile(`(?i)\besc\b`).MatchString(string(s)) &&
				strings.Contains(string(s), firstLine(before.Selected()))
		})
		term.SendKeys(t, "Escape")
		// The thread of a post alone looks like the post; the next key must not come before it has gone.
		term.WaitUntil(t, "home again", func(s e2e.Screen) bool { return strings.Contains(s.Rows()[0], "Home") })
		waitSelected(t, term, before.Selected())
	})

	t.Run("F cycles the networks", func(t *testing.T) {
		for _, only := range cycle(t, term) {
			if len(only) != 1 {
				t.Errorf("F shows %q at once, instead of one network", only)
			}
		}
		term.WaitUntil(t, "all networks again", func(s e2e.Screen) bool { return s.Selected() != "" })
	})

	t.Run("z reveals a warning", func(t *testing.T) {
		revealWarning(t, term)
	})

	t.Run("? helps and Esc closes it", func(t *testing.T) {
		before := term.Capture(t).Selected()
		term.SendKeys(t, "?")
		term.WaitMatch(t, `half a screen down`)
		last := regexp.MustCompile(`q +quit`)
		for range 10 { // there are more keys than lines
			if last.MatchString(string(term.Capture(t))) {
				break
			}
			shown := term.Capture(t)
			term.SendKeys(t, "space")
			term.WaitUntil(t, "more keys", func(s e2e.Screen) bool { return s != shown })
		}
		term.WaitMatch(t, last.String())
		term.SendKeys(t, "Escape")
		waitSelected(t, term, before)
	})

	t.Run("q leaves the terminal as it was", func(t *testing.T) {
		term.SendKeys(t, "q")
		if code := term.WaitExit(t); code != 0 {
			t.Errorf("exit code %d", code)
		}
		if after := term.State(t); after != term.Before() {
			t.Errorf("the terminal is not as it was:\n%+v\n%+v", after, term.Before())
		}
	})
}

// waitAllWell waits until the header says that three networks are read, and a
// post is selected.
func waitAllWell(t *testing.T, term *e2e.Terminal) {
	t.Helper()
	term.WaitUntil(t, "M, B and N are ● and a post is selected", func(s e2e.Screen) bool {
		return s.Selected() != "" && s.Health("M") == "●" && s.Health("B") == "●" && s.Health("N") == "●"
	})
}

// cycle presses F until it has seen three filters and the way back, and returns
// the networks that each filter left on the screen.
func cycle(t *testing.T, term *e2e.Terminal) []string {
	t.Helper()
	var seen []string
	for range 3 {
		term.SendKeys(t, "F")
		screen := term.WaitUntil(t, "one network that was not shown alone before", func(s e2e.Screen) bool {
			letters := s.Networks()
			if len(letters) != 1 {
				return false
			}
			for _, earlier := range seen {
				if earlier == letters {
					return false
				}
			}
			return true
		})
		seen = append(seen, screen.Networks())
	}
	term.SendKeys(t, "F")
	term.WaitUntil(t, "no filter", func(s e2e.Screen) bool { return len(s.Networks()) != 1 || s.Networks() != seen[2] })
	return seen
}

// revealWarning walks down to a post with a warning and opens it.
func revealWarning(t *testing.T, term *e2e.Terminal) {
	t.Helper()
	closed := regexp.MustCompile(`(?i)warning.*\bz\b|\bz\b shows`)
	for range 150 {
		selected := term.Capture(t).Selected()
		if !closed.MatchString(selected) {
			term.SendKeys(t, "j")
			waitSelectionLeaves(t, term, selected)
			continue
		}
		term.SendKeys(t, "z")
		opened := waitSelectionLeaves(t, term, selected)
		if closed.MatchString(opened) && len(opened) <= len(selected) {
			t.Errorf("z revealed nothing:\n%s\nbefore:\n%s", opened, selected)
		}
		return
	}
	t.Fatal("there is no post with a warning among the first 150")
}

func waitSelectionLeaves(t *testing.T, term *e2e.Terminal, old string) string {
	t.Helper()
	return term.WaitUntil(t, "another selection", func(s e2e.Screen) bool {
		return s.Selected() != "" && s.Selected() != old
	}).Selected()
}

func waitSelected(t *testing.T, term *e2e.Terminal, want string) {
	t.Helper()
	term.WaitUntil(t, "selected: "+firstLine(want), func(s e2e.Screen) bool { return s.Selected() == want })
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSpace(line)
}
