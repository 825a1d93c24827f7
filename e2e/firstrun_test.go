package e2e_test

import (
	"regexp"
	"strings"
	"testing"

	"skein/e2e"
)

// Somebody who never ran skein is told the two ways in, and can leave.
func TestFirstRunWelcomes(t *testing.T) {
	term := e2e.NewHome(t).Terminal(t, 80, 24)
	term.WaitMatch(t, `(?i)welcome`)
	screen := term.WaitMatch(t, `(?i)demo`)
	if !regexp.MustCompile(`(?i)account|sign.?in`).MatchString(string(screen)) {
		t.Errorf("there is no way to sign in:\n%s", screen.Framed())
	}
	term.SendKeys(t, "q")
	if code := term.WaitExit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// A public key alone reads, and says that it only reads.
func TestPublicKeyReadsOnly(t *testing.T) {
	relay, home := e2e.StartRelay(t), e2e.NewHome(t)
	me, fern := e2e.NewNostrPerson(t), e2e.NewNostrPerson(t)
	fern.Names(t, relay, "fern")
	fern.Lists(t, relay)
	me.Lists(t, relay)
	me.Follows(t, relay, fern)
	fern.Posts(t, relay, "for everyone")

	home.Run(t, "account", "add", "nostr", "--npub", me.Npub, "--relay", relay.URL).Exits(t, 0)
	posts := home.Run(t, "timeline", "--json").Exits(t, 0).Posts(t)
	if !posts.Has("nostr", "for everyone") {
		t.Errorf("the timeline is %+v", posts)
	}
	if list := home.Run(t, "account", "list").Exits(t, 0); !regexp.MustCompile(`(?i)read.?only`).MatchString(list.Stdout) {
		t.Errorf("the account is not told to be read-only: %s", list.Stdout)
	}
}

// A window too small to read in says so, and recovers when it grows.
func TestTinyTerminal(t *testing.T) {
	term := e2e.NewHome(t).Terminal(t, 40, 5, "demo")
	screen := term.WaitUntil(t, "something is said", func(s e2e.Screen) bool { return strings.TrimSpace(string(s)) != "" })
	if !regexp.MustCompile(`(?i)small|40\s*[×x]\s*12|larger|grow`).MatchString(string(screen)) {
		t.Errorf("it is not said that 40×5 is too small:\n%s", screen.Framed())
	}
	term.Resize(t, 40, 12)
	term.WaitUntil(t, "a post at 40×12", func(s e2e.Screen) bool { return s.Selected() != "" })
	term.Resize(t, 160, 50)
	waitAllWell(t, term)
	term.SendKeys(t, "q")
	if code := term.WaitExit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// In a script there is no terminal: skein says which command to use there.
func TestNoTerminal(t *testing.T) {
	home := e2e.NewHome(t)
	home.Run(t).Exits(t, 1, 2).Says(t, `(?i)terminal.*skein|skein.*terminal`)
	home.Run(t, "demo").Exits(t, 1, 2).Says(t, `(?i)terminal`)
}

// Closing the window while the feed is on it ends skein, not just the window.
func TestClosedWindowEndsSkein(t *testing.T) {
	home := e2e.NewHome(t)
	term := home.Terminal(t, 80, 24, "demo")
	term.WaitUntil(t, "the feed", func(s e2e.Screen) bool { return s.Selected() != "" })
	pid := term.Pid(t)
	term.Kill(t)
	e2e.EventuallyGone(t, pid)
}
