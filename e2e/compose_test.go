package e2e_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"skein/e2e"
)

// A person writes to three networks at once; what is too long for one of them is
// seen before it is sent, split where they say so, and there on all three.
func TestComposeToThreeNetworks(t *testing.T) {
	sandbox := e2e.NewHome(t).Serve(t)
	home := e2e.NewHome(t).With("SKEIN_CONFIG=" + sandbox.Config)
	term := home.Terminal(t, 100, 40)
	waitAllWell(t, term)

	term.SendKeys(t, "c")
	term.WaitFor(t, "compose")
	var text strings.Builder // over 300 characters, and under 500
	for i := range 55 {
		fmt.Fprintf(&text, "heron%d ", i)
	}
	written := strings.TrimSpace(text.String())
	term.SendKeys(t, written)
	term.WaitMatch(t, fmt.Sprintf(`✓ M .*%d/500`, len(written)))
	screen := term.WaitMatch(t, fmt.Sprintf(`B .*%d/300`, len(written)))
	if regexp.MustCompile(`✓ B .*/300`).MatchString(string(screen)) {
		t.Errorf("nothing but a number says that it is too long:\n%s", screen.Framed())
	}

	term.SendKeys(t, "M-x") // what each gets
	term.WaitFor(t, "what each gets")
	term.SendKeys(t, "x")
	term.WaitMatch(t, `B .*2 posts`)
	term.SendKeys(t, "Escape")
	term.WaitMatch(t, `✓ B .*2 posts`)

	term.SendKeys(t, "C-s")
	term.WaitMatch(t, `(?i)sending in`)
	term.WaitUntilWithin(t, 30*time.Second, "each is told to be sent", func(s e2e.Screen) bool {
		return regexp.MustCompile(`M sent ✓ +B sent ✓ +N sent ✓`).MatchString(string(s))
	})
	term.SendKeys(t, "g", "o")
	term.WaitUntil(t, "three links in the outbox", func(s e2e.Screen) bool {
		return len(regexp.MustCompile(`✓ [MBN] .*https?://`).FindAllString(string(s), -1)) == 3
	})

	receipts := home.Run(t, "outbox", "list", "--all", "--json").Exits(t, 0).Receipts(t)
	for _, network := range []string{"mastodon", "bluesky", "nostr"} {
		posts := home.Run(t, "thread", receipts[network].URL, "--json").Exits(t, 0).Posts(t)
		var parts []string
		for _, p := range posts {
			parts = append(parts, p.Text)
		}
		if got := strings.Join(parts, " "); got != written {
			t.Errorf("%s has %d posts: %q", network, len(posts), got)
		}
		if want := map[string]int{"bluesky": 2}[network]; want != 0 && len(posts) != want {
			t.Errorf("%s has %d posts instead of %d", network, len(posts), want)
		}
	}
}
