package outbox

import (
	"testing"

	"skein/timeline"
)

// TestManyAreOneAfterAnother: intents for many entries are versions of one document,
// whoever is in them; a key stands for all of them, and for what it stood for before
// there were such intents.
func TestManyAreOneAfterAnother(t *testing.T) {
	one := timeline.Intent{Kind: timeline.DoFollow, Person: "ana"}
	two, three := one, one
	two.People = []string{"bo"}
	three.Person, three.People = "cy", []string{"dee"}
	if course(one) == course(two) || course(two) != course(three) {
		t.Errorf("the lanes are %q, %q, %q", course(one), course(two), course(three))
	}
	saved := timeline.Intent{Kind: timeline.DoBookmark, Posts: []timeline.Subject{{ID: timeline.ID{Local: "x"}}}}
	if course(saved) == course(two) {
		t.Errorf("two lists share the lane %q", course(saved))
	}
	digest := func(i timeline.Intent) string { return asked(nil, []Action{{Account: "a", Intent: i}}) }
	fingerprint := func(i timeline.Intent) string {
		r := newRow(timeline.Account{}, i)
		r.print()
		return r.fingerprint
	}
	other := two
	other.People = []string{"eve"}
	for name, f := range map[string]func(timeline.Intent) string{"digest": digest, "fingerprint": fingerprint} {
		if f(two) == f(one) || f(two) == f(other) {
			t.Errorf("the %s does not tell intents apart", name)
		}
	}
	const before = "the digest of a follow, as it always was"
	if want := hash([]byte(`["a","follow",false,{"network":"","local":""},"ana",null]`)); digest(one) != want {
		t.Errorf("%s: %s, not %s", before, digest(one), want)
	}
}
