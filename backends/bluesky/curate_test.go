package bluesky

import (
	"slices"
	"strings"
	"testing"

	"skein/backends/sandbox/pds"
	"skein/timeline"
)

// lists are the account's lists, those that hold who marked.
func (st *stage) lists(who string) (titles string, byTitle map[string]string) {
	st.t.Helper()
	all, err := st.b.PeopleLists(st.t.Context(), who)
	if err != nil {
		st.t.Fatal(err)
	}
	var out []string
	byTitle = map[string]string{}
	for _, l := range all {
		s := l.Title.String()
		byTitle[s] = l.ID
		if l.Holds {
			s += "*"
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return strings.Join(out, " "), byTitle
}

func (st *stage) intentOf(n int, kind timeline.Kind) timeline.Intent {
	return timeline.Intent{Kind: kind, Key: key(n), Created: st.now}
}

// TestListsAreMadeFilledAndDeleted, and those of other purposes are let alone.
func TestListsAreMadeFilledAndDeleted(t *testing.T) {
	st := newStage(t, pds.Options{})
	blocking := map[string]any{"$type": listNSID, "name": "Birds", "purpose": "app.bsky.graph.defs#modlist", "createdAt": "2026-06-01T12:00:00.000Z"}
	if _, err := st.me.create(t.Context(), listNSID, blocking); err != nil {
		t.Fatal(err)
	}
	before, lists, items := "", st.mine(listNSID), st.mine(listItemNSID)
	if before, _ = st.lists(""); strings.Contains(before, "Birds") {
		t.Fatalf("a list that blocks is one to read: %q", before)
	}
	birds := st.intentOf(1, timeline.DoList)
	birds.Title = "Birds"
	made := st.prepare(birds)
	for range 2 { // the same request once more is the same list
		if o := st.b.Send(t.Context(), made); o.Verdict != timeline.Published {
			t.Fatalf("made: %s, %v", o.Verdict, o.Err)
		}
	}
	if got := st.mine(listNSID) - lists; got != 1 {
		t.Errorf("%d lists", got)
	}
	again := st.intentOf(2, timeline.DoList)
	again.Title = "birds"
	if _, err := st.b.Prepare(t.Context(), again, &notes{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("a second list of that name: %v", err)
	}
	again.Title = strings.Repeat("é", 33)
	if _, err := st.b.Prepare(t.Context(), again, &notes{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("a name that is too long: %v", err)
	}
	kit := st.s.DID("kit")
	_, ids := st.lists(kit)
	in := func(n int, undo bool) timeline.Intent {
		i := st.intentOf(n, timeline.DoEnlist)
		i.List, i.Person, i.Undo = ids["Birds"], kit, undo
		return i
	}
	st.publish(in(3, false))
	st.publish(in(4, false)) // nobody is in it twice
	if got := st.mine(listItemNSID) - items; got != 1 {
		t.Errorf("%d entries", got)
	}
	if got, _ := st.lists(kit); !strings.Contains(got, "Birds*") {
		t.Errorf("lists: %q", got)
	}
	if got, err := st.b.Enlisted(t.Context(), ids["Birds"], timeline.Page{}); err != nil || len(got.People) != 1 || got.People[0].ID != kit {
		t.Errorf("in the list are %+v, %v", got.People, err)
	}
	st.publish(in(5, true))
	st.publish(in(6, true))
	if got, _ := st.lists(kit); strings.Contains(got, "Birds*") || st.mine(listItemNSID) != items {
		t.Errorf("lists: %q, %d entries", got, st.mine(listItemNSID)-items)
	}
	st.publish(in(7, false))
	gone := st.intentOf(8, timeline.DoList)
	gone.List, gone.Undo = ids["Birds"], true
	r := st.prepare(gone)
	if o := st.b.Settle(t.Context(), r); o.Verdict != timeline.Absent {
		t.Errorf("before it is deleted: %s", o.Verdict)
	}
	if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Published {
		t.Errorf("deleted: %s, %v", o.Verdict, o.Err)
	}
	if got, _ := st.lists(""); got != before || st.mine(listItemNSID) != items || st.mine(listNSID) != lists {
		t.Errorf("afterwards: %q, %d entries, %d lists", got, st.mine(listItemNSID)-items, st.mine(listNSID)-lists)
	}
	if _, err := st.b.Prepare(t.Context(), in(9, false), &notes{}); timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Errorf("into a list that is gone: %v", err)
	}
}

// TestOnlyOwnListsAreChanged whatever name is given.
func TestOnlyOwnListsAreChanged(t *testing.T) {
	st := newStage(t, pds.Options{})
	for _, id := range []string{"", "1", "at://" + st.s.DID("ana") + "/" + listNSID + "/x", "at://" + st.b.did + "/app.bsky.feed.post/x", "at://" + st.b.did + "/" + listNSID} {
		for _, kind := range []timeline.Kind{timeline.DoEnlist, timeline.DoList} {
			i := st.intentOf(1, kind)
			i.List, i.Person, i.Undo = id, st.s.DID("kit"), true
			if _, err := st.b.Prepare(t.Context(), i, &notes{}); timeline.CodeOf(err) != timeline.CodeNotFound {
				t.Errorf("%s of %q: %v", kind, id, err)
			}
		}
		if _, err := st.b.Enlisted(t.Context(), id, timeline.Page{}); timeline.CodeOf(err) != timeline.CodeNotFound {
			t.Errorf("who is in %q: %v", id, err)
		}
	}
}
