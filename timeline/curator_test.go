package timeline_test

import (
	"strings"
	"testing"

	"skein/timeline"
)

func TestCheckListTitle(t *testing.T) {
	if got, err := timeline.CheckListTitle("  Old\x1b friends "); err != nil || got == "" || strings.ContainsRune(got, 0x1b) {
		t.Errorf("%q, %v", got, err)
	}
	for _, bad := range []string{"", " \t", strings.Repeat("é", timeline.MaxListTitle+1)} {
		if got, err := timeline.CheckListTitle(bad); timeline.CodeOf(err) != timeline.CodeUsage {
			t.Errorf("%q is taken as %q, %v", bad, got, err)
		}
	}
	if _, err := timeline.CheckListTitle(strings.Repeat("é", timeline.MaxListTitle)); err != nil {
		t.Error(err)
	}
}

func TestFindPeopleList(t *testing.T) {
	all := []timeline.PeopleList{
		{ID: "1", Title: timeline.Clean("Friends")},
		{ID: "2", Title: timeline.Clean("Birds")},
		{ID: "3", Title: timeline.Clean("birds")},
		{ID: "4", Title: timeline.Clean("2")},
	}
	for name, want := range map[string]string{"friends": "1", "FRIENDS": "1", "3": "3", "2": "2", "4": "4"} {
		if l, err := timeline.FindPeopleList(all, name); err != nil || l.ID != want {
			t.Errorf("%s is %+v, %v; want %s", name, l, err, want)
		}
	}
	for name, want := range map[string]timeline.Code{"birds": timeline.CodeUsage, "nobody": timeline.CodeNotFound, "": timeline.CodeNotFound} {
		if l, err := timeline.FindPeopleList(all, name); timeline.CodeOf(err) != want {
			t.Errorf("%q is %+v, %v; want %s", name, l, err, want)
		}
	}
}
