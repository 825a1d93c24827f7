package mastodon

import (
	"slices"
	"strings"
	"testing"
	"time"

	"skein/backends/sandbox/instance"
	"skein/timeline"
)

// titles are the account's lists, those that hold who marked.
func (f *between) titles(t *testing.T, who string) string {
	t.Helper()
	lists, err := f.direct.PeopleLists(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range lists {
		s := l.Title.String()
		if l.Holds {
			s += "*"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func (f *between) listID(t *testing.T, name string) string {
	t.Helper()
	lists, err := f.direct.PeopleLists(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	l, err := timeline.FindPeopleList(lists, name)
	if err != nil {
		t.Fatal(err)
	}
	return l.ID
}

// TestListsAreMadeFilledAndDeleted, through a network that loses requests and answers.
func TestListsAreMadeFilledAndDeleted(t *testing.T) {
	f := front(t, instance.Options{}, say("p", "ana", "hers"), say("q", "bo", "his"))
	ana, bo, eve := "ana@"+f.Host(), "bo@"+f.Host(), "eve@"+f.Host()
	birds := timeline.Intent{Kind: timeline.DoList, Key: testKey, Title: " Birds "}
	do(t, f.backend, birds)
	if _, err := f.backend.Prepare(t.Context(), timeline.Intent{Kind: timeline.DoList, Key: testKey, Title: "birds"}, memory{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("a second list of that name: %v", err)
	}
	if got := f.titles(t, ana); got != "Birds" {
		t.Fatalf("lists: %q", got)
	}
	id := f.listID(t, "birds")
	in := func(who string, undo bool) timeline.Intent {
		return timeline.Intent{Kind: timeline.DoEnlist, Key: testKey, Person: who, List: id, Undo: undo}
	}
	do(t, f.backend, in(ana, false))
	do(t, f.backend, in(ana, false)) // the server refuses a twin; it is as it was to be
	if got := f.titles(t, ana); got != "Birds*" {
		t.Errorf("lists: %q", got)
	}
	if _, out := f.lose(t, in(bo, false), dropAsked); out.Verdict != timeline.Absent {
		t.Errorf("put in by what never arrived: %s, %v", out.Verdict, out.Err)
	}
	if _, out := f.lose(t, in(bo, false), dropAnswer); out.Verdict != timeline.Published {
		t.Errorf("put in without an answer: %s, %v", out.Verdict, out.Err)
	}
	if got, err := f.backend.Enlisted(t.Context(), id, timeline.Page{}); err != nil || len(got.People) != 2 {
		t.Errorf("in the list are %+v, %v", got.People, err)
	}
	batch, err := f.backend.Feed(t.Context(), "list:birds", timeline.Page{})
	if got := plain(batch.Posts); err != nil || len(got) != 2 {
		t.Errorf("the list shows %q, %v", got, err)
	}
	do(t, f.backend, in(bo, true))
	do(t, f.backend, in(bo, true))
	if got := f.titles(t, bo); got != "Birds" {
		t.Errorf("lists: %q", got)
	}
	if _, err := f.backend.Prepare(t.Context(), in(eve, false), memory{}); timeline.CodeOf(err) != timeline.CodeRefused || !strings.Contains(err.Error(), "follow them first") {
		t.Errorf("somebody who is not followed: %v", err)
	}
	gone := timeline.Intent{Kind: timeline.DoList, Key: testKey, List: id, Undo: true}
	if _, out := f.lose(t, gone, dropAnswer); out.Verdict != timeline.Published || f.titles(t, "") != "" {
		t.Errorf("deleted without an answer: %s, %v", out.Verdict, out.Err)
	}
	do(t, f.backend, gone) // it is gone
	if _, err := f.backend.Feed(t.Context(), "list:birds", timeline.Page{}); timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Errorf("a list that is deleted is read: %v", err)
	}
	do(t, f.backend, birds) // another of the same name is another one
	id = f.listID(t, "birds")
	do(t, f.backend, in(ana, false))
	if batch, err = f.backend.Feed(t.Context(), "list:birds", timeline.Page{}); err != nil || len(batch.Posts) != 1 {
		t.Errorf("the list shows %q, %v", plain(batch.Posts), err)
	}
	if _, err := f.backend.Enlisted(t.Context(), "../x", timeline.Page{}); timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Errorf("a list that cannot be: %v", err)
	}
}

// TestAListIsNotMadeTwice: while the request may still be on its way nothing is asked
// for again.
func TestAListIsNotMadeTwice(t *testing.T) {
	f := front(t, instance.Options{})
	f.backend.patience = time.Hour
	r, out := f.lose(t, timeline.Intent{Kind: timeline.DoList, Key: testKey, Title: "Birds"}, dropAsked)
	if out.Verdict != timeline.Uncertain {
		t.Errorf("just now: %s, %v", out.Verdict, out.Err)
	}
	r.First = r.First.Add(-2 * time.Hour)
	if out := f.backend.Settle(t.Context(), r); out.Verdict != timeline.Absent {
		t.Errorf("long ago: %s, %v", out.Verdict, out.Err)
	}
	if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Published {
		t.Errorf("sent again: %s, %v", out.Verdict, out.Err)
	}
	if got := strings.Fields(f.titles(t, "")); !slices.Equal(got, []string{"Birds"}) {
		t.Errorf("lists: %q", got)
	}
}
