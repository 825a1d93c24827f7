package outbox_test

import (
	"testing"
	"testing/synctest"
	"time"

	"skein/outbox"
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

// What is taken up again is written then: a post of a year ago, or of next year,
// stands where nobody reads.
func TestWhatIsTakenUpAgainIsOfThatTime(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"planned": 48 * time.Hour, "at once": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork("a")
				o := openAt(t, t.TempDir(), n)
				d := outbox.Draft{Text: "the same|the same|other"}
				if ahead > 0 {
					d.At = time.Now().Add(ahead)
				}
				op, err := o.Add(t.Context(), planOf(d, n), outbox.Added{Hold: time.Minute})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := o.Cancel(t.Context(), op.ID); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				if _, err := o.Retry(t.Context(), op.ID); err != nil {
					t.Fatal(err)
				}
				now := time.Now()
				drain(t, o, op.ID)
				equal(t, "published", n.published(), []string{"the same", "the same", "other"})
				for i, intent := range n.intents {
					if want := now.Add(time.Duration(i) * time.Second); !intent.Created.Equal(want) {
						t.Errorf("part %d is of %s, not %s", i+1, intent.Created, want)
					}
				}
			})
		})
	}
}

// A draft that lay aside until after its time is sent at once, and is of then.
func TestAPlanThatIsPastIsNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		o := openAt(t, t.TempDir(), n)
		p := planOf(outbox.Draft{Text: "hello", At: time.Now().Add(-time.Hour)}, n)
		p.Targets[0].Intent.Publish = p.Draft.At
		if _, err := o.Add(t.Context(), p, outbox.Added{}); err != nil {
			t.Fatal(err)
		}
		drain(t, o)
		if i := n.intents[0]; !i.Created.Equal(time.Now()) || !i.Publish.IsZero() {
			t.Errorf("of %s, to be published %s", i.Created, i.Publish)
		}
	})
}

// The posts of a thread are in their order by time, although one had to make room
// for a post of the same text.
func TestAThreadThatMakesRoomKeepsItsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		o := openAt(t, t.TempDir(), n)
		add(t, o, "one", n)
		drain(t, o)
		op := add(t, o, "one|two|three", n)
		drain(t, o, op.ID)
		for i, intent := range n.intents[2:] {
			if before := n.intents[i+1].Created; !intent.Created.After(before) {
				t.Errorf("part %d is of %s, and the one before of %s", i+2, intent.Created, before)
			}
		}
	})
}
