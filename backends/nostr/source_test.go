package nostr

import (
	"fmt"
	"testing"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// TestLateAnswerIsNoEnd: a relay that is read in two filters answers the first and
// then falls silent. The people of the second are not read to their end by that.
func TestLateAnswerIsNoEnd(t *testing.T) {
	key := func(i int) string { return fmt.Sprintf("%064x", i) }
	var people []string
	for i := range authorsMax + 1 {
		people = append(people, key(i))
	}
	all := sources(plan{"wss://relay.example": people}, homeKinds(), 1000, noSince, 40)
	late := answer{late: true, events: []*nostr.Event{{ID: key(1), PubKey: people[0], Kind: kindNote, CreatedAt: 900}}}
	never := func(*nostr.Event) bool { return false }
	for _, s := range all {
		s.take(late, never, func(int) bool { return true })
	}
	if len(all) != 2 || !all[0].stalled || all[1].end || timeline.CodeOf(all[1].err) != timeline.CodeOffline {
		t.Errorf("the first stalled: %t; the second ended: %t, with %v", all[0].stalled, all[1].end, all[1].err)
	}
}

// TestFailureHalfWayHoldsThePage: what a relay has below its first answer is not
// passed over because the second did not come.
func TestFailureHalfWayHoldsThePage(t *testing.T) {
	for _, second := range []answer{{late: true}, {err: errClosed}} {
		s := sources(plan{"wss://relay.example": {"a"}}, homeKinds(), 1000, noSince, 40)[0]
		never := func(*nostr.Event) bool { return false }
		s.take(answer{events: []*nostr.Event{{ID: "1", PubKey: "a", Kind: kindNote, CreatedAt: 900}}}, never, func(int) bool { return false })
		s.take(second, never, func(int) bool { return false })
		if low, end := horizon([]*source{s}); low != 900 || end || !s.done(40) || s.err != nil {
			t.Errorf("read down to %d, end %t, %v", low, end, s.err)
		}
	}
}

// TestThreadOfABoost is the boosted post's, in which the boost is no reply.
func TestThreadOfABoost(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	th, err := reader(t, servers).Thread(t.Context(), nostrID(servers[0].EventID("boost")))
	if err != nil {
		t.Fatal(err)
	}
	stray := servers[0].EventID("stray")
	if th.Focus.Local != stray || len(th.Roots) != 1 || th.Roots[0].ID.Local != stray || len(th.Roots[0].Replies) != 0 {
		t.Errorf("the thread is %+v", th)
	}
}

// TestHeavyEventsAreNotKept: what a stranger fills a frame with must not stay in
// memory for each of thousands of posts, people and votes, wherever in the event it
// stands.
func TestHeavyEventsAreNotKept(t *testing.T) {
	b := reader(t, startRelays(t, small(), sandbox.Options{}))
	heavy := make(nostr.Tags, maxTags)
	for i := range heavy {
		heavy[i] = nostr.Tag{"p", ""}
	}
	b.remember("", []*nostr.Event{{ID: "heavy", Kind: kindNote, Tags: heavy}, {ID: "light", Kind: kindNote}})
	if b.events.Contains("heavy") || !b.events.Contains("light") {
		t.Error("the heavy event is kept, or the light one is not")
	}
	if p := parsePerson(&nostr.Event{CreatedAt: 5, Tags: heavy, Content: `{"name":"x"}`}); p.at != 5 || p.name != "" || p.tags != nil {
		t.Errorf("a heavy profile is kept: %q with %d tags", p.name, len(p.tags))
	}
	votes := tally{}
	votes.count(&nostr.Event{Kind: kindVote, Tags: heavy})
	if len(votes) != 0 {
		t.Error("a heavy vote is kept")
	}
}
