package endure_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"skein/backends/sandbox/world"
	"skein/e2e"
)

// stormVariable is how long posts arrive in TestStorm, such as "60s".
const stormVariable = "SKEIN_ENDURE_STORM"

// shortStorm is how long they do where the environment does not say.
const shortStorm = 3 * time.Second

// The storm, in posts.
const (
	stormRate  = 1000 // a second
	stormGusts = 100  // a second
)

// Whatever is cut off comes back and brings all that was missed, each post once, and
// the reader does not move by a line.
func TestSocketsAreDropped(t *testing.T) {
	t.Parallel()
	tw := startTown(t, 300)
	home := tw.home(t)
	term := home.Terminal(t, columns, lines)
	allWell(t, term)
	down(t, term, 12)
	left := still(t, term)
	published := map[string]string{}
	for _, pending := range []int{0, 1, 40, 900} {
		told := above(term.Capture(t))
		tw.away()
		term.WaitUntilWithin(t, patience, "every network is said to be down", func(s e2e.Screen) bool {
			return s.Health("M") == "○" && s.Health("B") == "○" && s.Health("N") == "○"
		})
		for i := range pending {
			network := networks()[i%3]
			if network == world.Nostr && i > 150 { // there a second is a moment: so many would be no outage
				network = world.Mastodon
			}
			published[tw.says(t, network, fmt.Sprintf("missed by %d", pending))] = network
		}
		tw.back(t)
		term.SendKeys(t, "C-r") // who cannot wait
		allWell(t, term)
		everyOnce(t, home, published)
		now := term.WaitUntilWithin(t, patience, fmt.Sprintf("%d new are told", told+pending), func(s e2e.Screen) bool {
			return above(s) == told+pending
		})
		if posts(now) != posts(left) {
			t.Errorf("after %d pending the reader sees another screen:\n%s\n%s", pending, left.Framed(), now.Framed())
		}
	}
	quit(t, term)
}

// A thousand posts a second arrive, and every one of them is kept; the reader's post
// does not move by a cell on any screen, and keys work.
func TestStorm(t *testing.T) {
	t.Parallel()
	blows := shortStorm
	if d, err := time.ParseDuration(os.Getenv(stormVariable)); err == nil {
		blows = d
	}
	tw := startTown(t, 300)
	home := tw.home(t)
	term := home.Terminal(t, columns, lines)
	allWell(t, term)
	down(t, term, 12)
	left := still(t, term)
	published, over := make(chan map[string]string, 1), make(chan struct{})
	go func() {
		defer close(over)
		published <- tw.storm(t, blows)
	}()
	screens := 0
	for blowing := true; blowing; screens++ {
		select {
		case <-over:
			blowing = false
		default:
		}
		if s := term.Capture(t); posts(s) != posts(left) {
			t.Fatalf("the reader was moved:\n%s\n%s", left.Framed(), s.Framed())
		}
	}
	down(t, term, 1)
	said := <-published
	if screens < 10 || len(said) < stormRate/4 { // a busy machine publishes less; the bench tells how much
		t.Fatalf("%d screens and %d posts prove little", screens, len(said))
	}
	everyOnce(t, home, said)
	t.Logf("%d posts in %s, %d screens", len(said), blows, screens)
	quit(t, term)
}

// storm publishes on all networks for a while, as many as it can of stormRate, and
// returns the texts.
func (tw *town) storm(t *testing.T, blows time.Duration) map[string]string {
	t.Helper()
	said := map[string]string{}
	gust := time.NewTicker(time.Second / stormGusts)
	defer gust.Stop()
	end := time.After(blows)
	for {
		select {
		case <-end:
			return said
		case <-gust.C:
		}
		for range stormRate / stormGusts {
			network := networks()[len(said)%3]
			text, err := tw.publish(network, "blown in")
			if err != nil {
				t.Errorf("publish: %v", err)
				return said
			}
			said[text] = network
		}
	}
}

// posts is what rest is, without the line of messages.
func posts(s e2e.Screen) string {
	rows := strings.Split(rest(s), "\n")
	return strings.Join(rows[:min(len(rows), lines-4)], "\n")
}

// everyOnce waits until all texts are kept, and looks that each is so once. Where skein
// was too slow to be told everything there is a gap, which a reading from the top fills.
func everyOnce(t *testing.T, home *e2e.Home, texts map[string]string) {
	t.Helper()
	behind := time.Now().Add(patience / 3)
	e2e.Eventually(t, patience, "all that was published is read", func(ctx context.Context) error {
		missing := maps.Clone(texts)
		for _, p := range home.Run(t, "export", "cache").Exits(t, 0).Posts(t) {
			if texts[p.Text] != "" && missing[p.Text] == "" {
				t.Fatalf("%q is there twice", p.Text)
			}
			delete(missing, p.Text)
		}
		if len(missing) == 0 {
			return ctx.Err()
		}
		of := map[string]int{}
		for _, network := range missing {
			of[network]++
		}
		if time.Now().After(behind) {
			t.Logf("in gaps, by network: %v of %d", of, len(texts))
			home.Run(t, "timeline", "-n", "10000", "--json").Exits(t, 0)
		}
		return fmt.Errorf("of %d are not, by network: %v", len(texts), of)
	})
}
