package outbox_test

import (
	"testing"
	"testing/synctest"
	"time"
)

// The same text twice in one second is meant: each is a post of its own, also
// where the second and the text are all that a post is named by.
func TestEqualPostsAreNeverOfOneSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newNetwork("a"), newNetwork("b")
		o := openAt(t, t.TempDir(), a, b)
		for _, text := range []string{"again", "again", "once", "again"} {
			add(t, o, text, a, b)
		}
		drain(t, o)
		for _, n := range []*network{a, b} {
			seen := map[string]bool{}
			for _, i := range n.intents {
				name := i.Parts[0].Text.Plain().String() + i.Created.UTC().Format(time.DateTime)
				if seen[name] {
					t.Errorf("%s: two posts are %q", n.account.Name, name)
				}
				seen[name] = true
				if late := time.Until(i.Created); late > 2*time.Second || i.Parts[0].Text.Plain().String() == "once" && late > 0 {
					t.Errorf("%s: %q is dated %s ahead", n.account.Name, name, late)
				}
			}
			if len(n.intents) != 4 {
				t.Errorf("%s: %d posts", n.account.Name, len(n.intents))
			}
		}
	})
}
