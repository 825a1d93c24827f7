package store_test

import (
	"strings"
	"testing"

	"skein/timeline"
	"skein/timeline/store"
)

// TestNotesAreRemembered over a restart, the last one of a name.
func TestNotesAreRemembered(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.Note(t.Context(), "tabs"); ok || err != nil {
		t.Errorf("nothing is remembered as %v, %v", ok, err)
	}
	for _, body := range []string{"one", "two"} {
		if err := s.SetNote(t.Context(), "tabs", body); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetNote(t.Context(), "tabs", strings.Repeat("x", 1<<20)); timeline.CodeOf(err) != timeline.CodeTooLarge {
		t.Errorf("a megabyte: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = store.Open(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if body, ok, err := s.Note(t.Context(), "tabs"); body != "two" || !ok || err != nil {
		t.Errorf("it is %q, %v, %v", body, ok, err)
	}
}
