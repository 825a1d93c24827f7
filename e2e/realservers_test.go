package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/e2e"
)

// arriveWithin is the promise: a post that the server can be asked for is on the
// screen this much later at most.
const arriveWithin = 3 * time.Second

// recoverWithin bounds the time from a server's return to the mark that says so:
// the wait between two tries grows to some seconds during a short outage.
const recoverWithin = 60 * time.Second

// One person reads the real Bluesky network, a real relay and the sandbox's
// Mastodon as one timeline.
func TestRealServers(t *testing.T) {
	w := newWorld(t)
	t.Run("home timeline", w.homeTimeline)
	t.Run("threads", w.threads)
	t.Run("profiles", w.profiles)
	t.Run("accounts are listed without their secrets", w.accountList)
	t.Run("live arrival", w.liveArrival)
	t.Run("arrivals below the top are announced", w.announced)
	t.Run("an outage on the screen", w.outageOnScreen)
	t.Run("an outage on the command line", w.outageOnCommandLine)
}

func (w *world) homeTimeline(t *testing.T) {
	posts := w.timeline(t).Exits(t, 0).Posts(t)
	posts.NewestFirst(t)
	checkFields(t, posts)
	for _, want := range []struct{ network, text string }{
		{"bluesky", postText},
		{"bluesky", postReplyText},
		{"nostr", noteText},
		{"mastodon", tootText},
	} {
		if !posts.Has(want.network, want.text) {
			t.Errorf("%s: %q is not in the timeline, which has %v", want.network, want.text, posts.Networks())
		}
	}
}

func (w *world) threads(t *testing.T) {
	for _, want := range []struct{ network, ref, root, reply string }{
		{"bluesky", w.post.URI, postText, postReplyText},
		{"nostr", e2e.Note(t, w.note), noteText, noteReplyText},
	} {
		posts := w.home.Run(t, "thread", want.ref, "--json").Exits(t, 0).Posts(t)
		if len(posts) != 2 || !posts.Has(want.network, want.root) || !posts.Has(want.network, want.reply) {
			t.Errorf("the thread of %s is %+v", want.ref, posts)
		}
		shown := w.home.Run(t, "show", want.ref, "--json").Exits(t, 0).Posts(t)
		if len(shown) != 1 || !shown.Has(want.network, want.root) {
			t.Errorf("skein show %s is %+v", want.ref, shown)
		}
	}
}

func (w *world) profiles(t *testing.T) {
	for ref, name := range map[string]string{w.ana.Handle: "Ana Lima", w.fern.Npub: "fern"} {
		profile := w.home.Run(t, "profile", ref, "--json").Exits(t, 0)
		if !strings.Contains(profile.Stdout, `"`+name+`"`) {
			t.Errorf("the profile of %s does not name %s: %s", ref, name, profile.Stdout)
		}
	}
}

func (w *world) accountList(t *testing.T) {
	list := w.home.Run(t, "account", "list", "--json").Exits(t, 0)
	for _, network := range []string{"mastodon", "bluesky", "nostr"} {
		if !strings.Contains(list.Stdout, `"network":"`+network+`"`) {
			t.Errorf("no account of %s: %s", network, list.Stdout)
		}
	}
	if token := w.sandbox.Tokens["mastodon"]; strings.Contains(list.String(), token) || strings.Contains(list.String(), "nsec1") {
		t.Errorf("a secret is listed: %s", list)
	}
	if doctor := w.home.Run(t, "doctor", "--json").Exits(t, 0); strings.Contains(doctor.String(), "nsec1") {
		t.Errorf("a secret is told by the doctor: %s", doctor)
	}
}

// read is a look at the servers, past skein: nil once they have the text.
type read func(ctx context.Context) error

func (w *world) liveArrival(t *testing.T) {
	term := w.open(t)
	for _, person := range []struct {
		name  string
		posts func(text string) read
	}{
		{"Bluesky", func(text string) read {
			ref := w.ana.Posts(t, text)
			return func(ctx context.Context) error { return w.ana.HasIndexed(ctx, ref) }
		}},
		{"Nostr", func(text string) read {
			note := w.fern.Posts(t, w.relay, text)
			return func(ctx context.Context) error {
				events, err := w.relay.Read(ctx, nostr.Filter{IDs: []string{note.ID}})
				if err == nil && len(events) == 0 {
					err = errors.New("the relay does not have it yet")
				}
				return err
			}
		}},
		{"Mastodon", func(text string) read {
			w.sandbox.Posts(t, text)
			return func(context.Context) error { return nil } // its answer is its proof
		}},
	} {
		t.Run(person.name, func(t *testing.T) {
			text := "live on " + person.name
			started := time.Now()
			served := make(chan time.Duration, 1)
			readable := person.posts(text)
			go func() {
				defer close(served)
				if err := readable(t.Context()); err == nil {
					served <- time.Since(started)
				}
			}()
			term.WaitUntilWithin(t, arriveWithin+15*time.Second, text, func(s e2e.Screen) bool {
				return strings.Contains(string(s), text)
			})
			shown := time.Since(started)
			readableAfter, ok := <-served
			if !ok {
				t.Fatal("the server never had it, and yet it is shown")
			}
			t.Logf("%s: readable on the server %s after the post, on the screen after %s",
				person.name, readableAfter.Round(time.Millisecond), shown.Round(time.Millisecond))
			if late := shown - readableAfter; late > arriveWithin {
				t.Errorf("it was on the screen %s after the server had it; at most %s was promised", late, arriveWithin)
			}
		})
	}
}

func (w *world) announced(t *testing.T) {
	term := w.open(t)
	for range 5 {
		selected := term.Capture(t).Selected()
		term.SendKeys(t, "j")
		waitSelectionLeaves(t, term, selected)
	}
	term.SendKeys(t, "C-d")
	selected := waitSelectionSettles(t, term)
	w.fern.Posts(t, w.relay, "above the reader")
	screen := term.WaitMatch(t, `↑ \d+ new`)
	if screen.Selected() != selected {
		t.Errorf("the reader was moved from\n%s\nto\n%s", selected, screen.Selected())
	}
	term.SendKeys(t, "g", "g")
	term.WaitFor(t, "above the reader")
}

func (w *world) outageOnScreen(t *testing.T) {
	term := w.open(t)
	for _, outage := range w.outages() {
		t.Run(outage.network, func(t *testing.T) {
			outage.stop(t)
			screen := term.WaitUntilWithin(t, recoverWithin, outage.letter+" is not well", func(s e2e.Screen) bool {
				return s.Health(outage.letter) == "○" || s.Health(outage.letter) == "◐"
			})
			for _, letter := range strings.ReplaceAll("MBN", outage.letter, "") {
				if screen.Health(string(letter)) != "●" {
					t.Errorf("%c suffers from %s\n%s", letter, outage.network, screen.Framed())
				}
			}
			term.WaitMatch(t, fmt.Sprintf(`(?i)%s.*(offline|unreachable|refused|retry)`, outage.network))
			outage.start(t)
			term.WaitUntilWithin(t, recoverWithin, outage.letter+" is well again", func(s e2e.Screen) bool {
				return s.Health(outage.letter) == "●"
			})
		})
	}
}

func (w *world) outageOnCommandLine(t *testing.T) {
	all := map[string]string{"bluesky": postText, "nostr": noteText, "mastodon": tootText}
	for _, outage := range w.outages() {
		t.Run(outage.network, func(t *testing.T) {
			outage.stop(t)
			result := w.timeline(t).Exits(t, 5)
			posts := result.Posts(t)
			for network, text := range all {
				if network != outage.network && !posts.Has(network, text) {
					t.Errorf("%s is not read while %s is away", network, outage.network)
				}
			}
			if !strings.Contains(result.Stderr, outage.network) {
				t.Errorf("stderr does not say that %s is away: %s", outage.network, result.Stderr)
			}
			outage.start(t)
			w.timeline(t).Exits(t, 0)
		})
	}
	t.Run("mastodon, and then all", func(t *testing.T) {
		if err := w.sandbox.Stop(); err != nil {
			t.Errorf("the sandbox ended with %v", err)
		}
		posts := w.timeline(t).Exits(t, 5).Posts(t)
		if !posts.Has("bluesky", postText) || !posts.Has("nostr", noteText) {
			t.Errorf("the real servers are not read while mastodon is away: %v", posts.Networks())
		}
		w.bluesky.StopPDS(t)
		w.relay.Stop()
		result := w.timeline(t).Exits(t, 4)
		if failure := result.Failure(t); !strings.Contains(failure.Message, " ") {
			t.Errorf("the error says nothing: %+v", failure)
		}
	})
}

// outage is one server's end and return.
type outage struct {
	network, letter string
	stop, start     func(testing.TB)
}

func (w *world) outages() []outage {
	return []outage{
		{"nostr", "N", func(testing.TB) { w.relay.Stop() }, w.relay.Start},
		{"bluesky", "B", w.bluesky.StopPDS, w.bluesky.StartPDS},
	}
}

// open starts the TUI and waits until all three networks are read.
func (w *world) open(t *testing.T) *e2e.Terminal {
	t.Helper()
	term := w.home.Terminal(t, 100, 40)
	waitAllWell(t, term)
	return term
}

// waitSelectionSettles returns the selection once two looks at it agree.
func waitSelectionSettles(t *testing.T, term *e2e.Terminal) string {
	t.Helper()
	last := ""
	return term.WaitUntil(t, "the selection rests", func(s e2e.Screen) bool {
		rests := s.Selected() != "" && s.Selected() == last
		last = s.Selected()
		return rests
	}).Selected()
}
