package nostr

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// TestManyAtOnce: many entries are one new version of the list, which keeps all that
// it had; those that are there get no twin.
func TestManyAtOnce(t *testing.T) {
	var people []string
	var posts []timeline.Subject
	for i := range timeline.MaxEntries - 1 {
		id := fmt.Sprintf("%064x", i+1000)
		people, posts = append(people, id), append(posts, timeline.Subject{ID: nostrID(id)})
	}
	for kind, i := range map[int]timeline.Intent{
		kindFollows: {Kind: timeline.DoFollow, Person: key(3), People: people},
		kindMutes:   {Kind: timeline.DoMute, Person: key(3), People: people},
		kindSaved:   {Kind: timeline.DoBookmark, On: timeline.Subject{ID: nostrID(key(3))}, Posts: posts},
	} {
		t.Run(string(i.Kind), func(t *testing.T) {
			servers := empty(t, sandbox.Options{})
			b := me(t, urls(servers))
			name := "p"
			if kind == kindSaved {
				name = "e"
			}
			had := listed(t, b, kind, time.Minute, "", nostr.Tag{name, people[7], "", "ana"}, nostr.Tag{"t", "odd"})
			servers[0].Put(had)
			for range 2 { // the second time there is nothing to do
				if o := b.Send(t.Context(), prepare(t, b, intent(i))); o.Verdict != timeline.Published {
					t.Fatalf("%s, %v", o.Verdict, o.Err)
				}
			}
			got := stored(servers[0], b.cfg.PubKey, kind)
			if n := sent(servers); n != 1 || len(got) != 1 {
				t.Fatalf("%d events were sent, %d are there", n, len(got))
			}
			tags := got[0].Tags
			if len(tags) != timeline.MaxEntries+1 || !slices.EqualFunc(tags[:2], had.Tags, slices.Equal) || tags[2][1] != key(3) || tags[3][1] != people[0] {
				t.Errorf("%d tags, the first %v", len(tags), tags[:4])
			}
			i.Undo = true
			if o := b.Send(t.Context(), prepare(t, b, intent(i))); o.Verdict != timeline.Published {
				t.Fatalf("%s, %v", o.Verdict, o.Err)
			}
			if got := stored(servers[0], b.cfg.PubKey, kind); len(got[0].Tags) != 1 || got[0].Tags[0][0] != "t" {
				t.Errorf("taken off, it has %v", got[0].Tags)
			}
		})
	}
}

func TestTooManyAtOnceAreRefused(t *testing.T) {
	b := me(t, urls(empty(t, sandbox.Options{})))
	var people []string
	for i := range timeline.MaxEntries {
		people = append(people, fmt.Sprintf("%064x", i+1000))
	}
	for _, i := range []timeline.Intent{
		{Kind: timeline.DoFollow, Person: key(3), People: people},
		{Kind: timeline.DoMute, Person: key(3), People: []string{"nobody"}},
		{Kind: timeline.DoBookmark, On: timeline.Subject{ID: nostrID(key(3))}, Posts: []timeline.Subject{{ID: nostrID("x")}}},
	} {
		if _, err := b.Prepare(t.Context(), intent(i), &notes{}); timeline.CodeOf(err) != timeline.CodeUsage {
			t.Errorf("%s: %v", i.Kind, err)
		}
	}
}
