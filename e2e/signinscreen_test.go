package e2e_test

import (
	"strings"
	"testing"
	"time"

	"skein/e2e"
)

// onScreen is somebody who sits in front of the machine on which skein runs.
func onScreen(home *e2e.Home, b browser) *e2e.Home {
	return home.With("BROWSER="+b.program, "SSH_CONNECTION=", "SSH_CLIENT=", "SSH_TTY=")
}

// leaves presses Esc alone: with a key right behind it a terminal reads it as Alt.
func leaves(t *testing.T, term *e2e.Terminal, gone string) {
	t.Helper()
	term.SendKeys(t, "Escape")
	term.WaitUntil(t, gone+" is gone", func(s e2e.Screen) bool { return !strings.Contains(string(s), gone) })
}

// A newcomer starts skein, says where they are, says yes in the browser, and reads; then
// they sign in to a second network beside it, and sign out of the first.
func TestFirstRunSignsIn(t *testing.T) {
	sandbox := e2e.NewHome(t).Serve(t)
	home, b := e2e.NewHome(t), newBrowser(t)
	begun := time.Now()
	term := onScreen(home, b).Terminal(t, 100, 30)
	term.WaitFor(t, "Welcome to skein")
	term.SendKeys(t, "m")
	term.WaitFor(t, "Your server")
	term.SendKeys(t, "nowhere", "Enter")
	term.WaitFor(t, "nowhere is no server's name")
	term.SendKeys(t, "C-u")
	term.SendKeys(t, sandbox.Mastodon, "Enter")
	term.WaitFor(t, "In the browser")
	term.SendKeys(t, "Enter")
	term.WaitFor(t, "waiting for you to come back")
	allow(t, b.address(t))
	term.WaitUntil(t, "the timeline", func(s e2e.Screen) bool { return strings.Contains(string(s), "M ●") && s.Selected() != "" })
	t.Logf("signed in and reading after %s", time.Since(begun).Round(time.Millisecond))

	term.SendKeys(t, "g", "a", "a")
	term.WaitFor(t, "Which network")
	term.SendKeys(t, "3")
	term.WaitFor(t, "sign in to Nostr")
	leaves(t, term, "sign in to")
	if list := home.Run(t, "account", "list").Exits(t, 0); strings.Contains(list.Stdout, "nostr") {
		t.Errorf("a sign-in that was given up is here: %s", list)
	}
	term.WaitFor(t, "your accounts")
	term.SendKeys(t, "x")
	term.WaitFor(t, "remove mastodon?")
	term.SendKeys(t, "y")
	term.WaitFor(t, "Welcome to skein")
	if list := home.Run(t, "account", "list").Exits(t, 0); !strings.Contains(list.Stdout, "No accounts yet") {
		t.Errorf("an account is left: %s", list)
	}
	term.SendKeys(t, "q")
	if code := term.WaitExit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if after := term.State(t); after != term.Before() {
		t.Errorf("the terminal is left as %+v, it was %+v", after, term.Before())
	}
}

// A second account appears in a timeline that is open, and leaves it.
func TestAccountsComeAndGo(t *testing.T) {
	sandbox := e2e.NewHome(t).Serve(t)
	home, b := e2e.NewHome(t), newBrowser(t)
	add := []string{"account", "add", "nostr", "--nsec-stdin"}
	for _, relay := range sandbox.Nostr {
		add = append(add, "--relay", relay)
	}
	home.RunInput(t, sandbox.Tokens["nostr"]+"\n", add...).Exits(t, 0)
	term := onScreen(home, b).Terminal(t, 100, 30)
	term.WaitUntil(t, "Nostr", func(s e2e.Screen) bool { return strings.Contains(string(s), "N ●") && s.Selected() != "" })
	term.SendKeys(t, "g", "a", "a")
	term.WaitFor(t, "Which network")
	term.SendKeys(t, "1")
	term.WaitFor(t, "Your server")
	term.SendKeys(t, sandbox.Mastodon, "Enter")
	term.WaitFor(t, "In the browser")
	term.SendKeys(t, "Enter")
	term.WaitFor(t, "waiting for you to come back")
	allow(t, b.address(t))
	term.WaitUntil(t, "both", func(s e2e.Screen) bool {
		return strings.Contains(string(s), "M ●  N ●") && strings.Contains(string(s), "is here as mastodon")
	})
	leaves(t, term, "your accounts")
	term.SendKeys(t, "F")
	term.WaitUntil(t, "posts of Mastodon alone", func(s e2e.Screen) bool {
		return strings.Contains(string(s), "mastodon only") && strings.HasPrefix(s.Selected(), "M ")
	})
	term.SendKeys(t, "F", "F", "g", "a", "j", "x")
	term.WaitFor(t, "remove mastodon?")
	term.SendKeys(t, "y")
	term.WaitFor(t, "mastodon is gone from here, and its sign-in was revoked")
	leaves(t, term, "your accounts")
	term.SendKeys(t, "g", "g")
	term.WaitUntil(t, "Nostr alone", func(s e2e.Screen) bool {
		return !strings.Contains(string(s), "M ●") && !strings.Contains(string(s), "\n  M ") && strings.HasPrefix(s.Selected(), "N ")
	})
	term.SendKeys(t, "q")
	if code := term.WaitExit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
