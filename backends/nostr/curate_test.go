package nostr

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

func enlisting(d, who string, undo bool) timeline.Intent {
	return intent(timeline.Intent{Kind: timeline.DoEnlist, List: d, Person: who, Undo: undo})
}

// setOf is the version of a set that a relay holds.
func setOf(t testing.TB, s *sandbox.Server, b *Backend, d string) nostr.Event {
	t.Helper()
	for _, e := range stored(s, b.cfg.PubKey, kindFollowSet) {
		if e.Tags.GetD() == d {
			return e
		}
	}
	t.Fatalf("%s holds no set %s", s.URL(), d)
	return nostr.Event{}
}

// TestSetKeepsAll: of one relay that is empty, one that is stale, one that lies and one
// that has the newest, the newest is kept to the last unknown item and its hidden part;
// and other sets are let alone.
func TestSetKeepsAll(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{}, sandbox.Options{}, sandbox.Options{Evil: sandbox.ForgedSignature})
	b := me(t, urls(servers))
	secret := concealed(t, b, false, `["word","x"]`, `{"odd":1}`)
	stale := listed(t, b, kindFollowSet, time.Hour, "", nostr.Tag{"d", "birds"}, nostr.Tag{"p", key(1)})
	newest := listed(t, b, kindFollowSet, time.Minute, secret, nostr.Tag{"d", "birds"}, nostr.Tag{"title", "Birds"},
		nostr.Tag{"p", key(1), "", "ana"}, nostr.Tag{"odd"}, nostr.Tag{"t", "<&>", "x"})
	other := listed(t, b, kindFollowSet, time.Second, "", nostr.Tag{"d", "cats"}, nostr.Tag{"p", key(4)})
	servers[0].Put(other)
	servers[1].Put(stale)
	servers[2].Put(newest)
	servers[3].Put(stale)
	n := &notes{}
	r, err := b.Prepare(t.Context(), enlisting("birds", key(3), false), n)
	if err != nil {
		t.Fatal(err)
	}
	if o := b.Send(t.Context(), r); o.Verdict != timeline.Published || len(o.Receipt.Posts) != 0 {
		t.Fatalf("%s, %v, %v", o.Verdict, o.Err, o.Receipt.Posts)
	}
	var backup string
	raw, _ := n.Get("list before")
	if err := json.Unmarshal(raw, &backup); err != nil || backup != newest.String() {
		t.Errorf("the backup is %s, %v", backup, err)
	}
	for _, s := range servers[:3] {
		got := setOf(t, s, b, "birds")
		if got.Content != secret || len(got.Tags) != len(newest.Tags)+1 || !slices.EqualFunc(got.Tags[:len(newest.Tags)], newest.Tags, slices.Equal) ||
			got.Tags.FindWithValue("p", key(3)) == nil {
			t.Errorf("%s holds %v", s.URL(), got)
		}
	}
	if got := setOf(t, servers[0], b, "cats"); got.ID != other.ID {
		t.Errorf("another set was changed: %v", got)
	}
}

// TestSetIsNotTouched where it may have been read wrongly, and none is made by the way.
func TestSetIsNotTouched(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{})
	own := append(urls(servers), nowhere(t), nowhere(t))
	b := me(t, own)
	servers[0].Put(listed(t, b, kindFollowSet, time.Hour, "", nostr.Tag{"d", "birds"}, nostr.Tag{"p", key(1)}))
	before := sent(servers)
	for _, i := range []timeline.Intent{
		enlisting("birds", key(3), false), enlisting("birds", key(1), true),
		intent(timeline.Intent{Kind: timeline.DoList, Undo: true, List: "birds"}),
	} {
		if _, err := b.Prepare(t.Context(), i, &notes{}); timeline.CodeOf(err) != timeline.CodeOffline {
			t.Errorf("%s, undo %v, with half of the relays: %v", i.Kind, i.Undo, err)
		}
	}
	if _, err := b.Enlisted(t.Context(), "birds", timeline.Page{}); timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("half of the relays tell who is in it: %v", err)
	}
	b = me(t, urls(servers))
	for _, d := range []string{"none", ""} {
		if _, err := b.Prepare(t.Context(), enlisting(d, key(3), false), &notes{}); timeline.CodeOf(err) != timeline.CodeNotFound {
			t.Errorf("into the set %q, which is none: %v", d, err)
		}
	}
	if sent(servers) != before {
		t.Error("something was published")
	}
}

// TestSetConflict: another program writes between Prepare and Send, and keeps its work.
func TestSetConflict(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	s.Put(listed(t, b, kindFollowSet, time.Hour, "", nostr.Tag{"d", "birds"}, nostr.Tag{"p", key(1)}))
	r := prepare(t, b, enlisting("birds", key(3), false))
	other := listed(t, b, kindFollowSet, time.Minute, "", nostr.Tag{"d", "birds"}, nostr.Tag{"p", key(1)}, nostr.Tag{"p", key(2)})
	s.Put(other)
	if o := b.Send(t.Context(), r); o.Verdict != timeline.Spent {
		t.Errorf("Send: %s, %v", o.Verdict, o.Err)
	}
	if got := setOf(t, s, b, "birds"); got.ID != other.ID {
		t.Errorf("the other program's set is gone: %v", got)
	}
}

// TestSetMadeFilledAndDeleted, one after the other.
func TestSetMadeFilledAndDeleted(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{})
	b := me(t, urls(servers))
	titles := func(who string) (out []string, id string) {
		lists, err := b.PeopleLists(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lists {
			title := l.Title.String()
			if id = l.ID; l.Holds {
				title += "*"
			}
			out = append(out, title)
		}
		return out, id
	}
	birds := intent(timeline.Intent{Kind: timeline.DoList, Title: "Birds"})
	if o := do(t, b, birds); len(o.Receipt.Posts) != 0 {
		t.Errorf("a list is told to be a post: %v", o.Receipt.Posts)
	}
	got, d := titles("")
	if !slices.Equal(got, []string{"Birds"}) || d == "" {
		t.Fatalf("lists: %q, %q", got, d)
	}
	if _, err := b.Prepare(t.Context(), intent(timeline.Intent{Kind: timeline.DoList, Title: "birds"}), &notes{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("a second list of that name: %v", err)
	}
	do(t, b, enlisting(d, key(1), false))
	before := sent(servers)
	do(t, b, enlisting(d, key(1), false))
	if sent(servers) != before {
		t.Error("an event went out where nothing was to be done")
	}
	if got, _ := titles(key(1)); !slices.Equal(got, []string{"Birds*"}) {
		t.Errorf("lists: %q", got)
	}
	if l, err := b.Enlisted(t.Context(), d, timeline.Page{}); err != nil || len(l.People) != 1 || l.People[0].ID != key(1) {
		t.Errorf("in the list are %v, %v", l.People, err)
	}
	do(t, b, enlisting(d, key(1), true))
	if got, _ := titles(key(1)); !slices.Equal(got, []string{"Birds"}) {
		t.Errorf("lists: %q", got)
	}
	if o := do(t, b, intent(timeline.Intent{Kind: timeline.DoList, Undo: true, List: d})); len(o.Receipt.Posts) != 0 {
		t.Errorf("a list is told to be a post: %v", o.Receipt.Posts)
	}
	b = again(t, b) // another process, to which the relays may give it still
	if got, _ := titles(""); len(got) != 0 {
		t.Errorf("lists: %q", got)
	}
	if _, err := b.Prepare(t.Context(), enlisting(d, key(2), false), &notes{}); timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Errorf("into a list that is deleted: %v", err)
	}
}

// TestSetInSecret: a set that keeps its people hidden goes on to, and they can be taken
// off it.
func TestSetInSecret(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	s.Put(listed(t, b, kindFollowSet, time.Hour, concealed(t, b, false, `["p","`+key(1)+`"]`, `{"odd":1}`), nostr.Tag{"d", "birds"}))
	if lists, err := b.PeopleLists(t.Context(), key(1)); err != nil || len(lists) != 1 || !lists[0].Holds {
		t.Errorf("%+v, %v", lists, err)
	}
	do(t, b, enlisting("birds", key(2), false))
	got := setOf(t, s, b, "birds")
	if hidden := revealed(t, b, got); len(got.Tags) != 1 || len(hidden) != 3 {
		t.Errorf("public: %v, hidden: %v", got.Tags, hidden)
	}
	do(t, b, enlisting("birds", key(1), true))
	got = setOf(t, s, b, "birds")
	if hidden := revealed(t, b, got); len(hidden) != 2 || hidden[0] != `{"odd":1}` {
		t.Errorf("hidden: %v", hidden)
	}
}
