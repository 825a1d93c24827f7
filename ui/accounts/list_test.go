package accounts

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"skein/config/account"
	"skein/timeline"
	"skein/ui/overlay"
	"skein/ui/theme"
)

// An account whose home is left out waits for nothing, and says so.
func TestAnAccountAside(t *testing.T) {
	r := account.Record{ID: "n", Network: "nostr", Name: "fern", Handle: "fern@nostr.example", Server: "relay.example"}
	signs := theme.New("plain", true, false).Signs
	for _, aside := range []bool{true, false} {
		list := NewList(func() []Row { return []Row{{Record: r, Posts: true, Aside: aside}} })
		screen := ansi.Strip(strings.Join(list.Lines(overlay.Look{Theme: theme.New("plain", true, false)}, 80, 24), "\n"))
		if got := strings.Contains(screen, "posts, not in the timeline"); got != aside {
			t.Errorf("aside %v:\n%s", aside, screen)
		}
		waits, _ := overlay.Sign(theme.New("plain", true, false), timeline.Connecting)
		if got := strings.Contains(screen, "N "+signs.Dot); got != aside || strings.Contains(screen, "N "+waits) == aside {
			t.Errorf("its sign, aside %v:\n%s", aside, screen)
		}
	}
}
