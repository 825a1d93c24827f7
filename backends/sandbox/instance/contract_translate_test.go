package instance

import (
	"testing"
	"time"

	"skein/backends/sandbox/world"
	"skein/timeline"
)

// TestContractTranslation has the adapter ask for translations of all that a post has:
// words, a warning, a poll, described pictures; and for one that nobody may give.
func TestContractTranslation(t *testing.T) {
	v := description(t)
	asked := say("asked", "ana", "which?")
	asked.Poll = &world.Poll{Options: []string{"a", "b"}, Votes: []int{0, 0}, Open: time.Hour}
	seen := say("seen", "ana", "look")
	seen.Warning, seen.Pictures = "birds", []world.Picture{{Seed: 1, Width: 8, Height: 8, Alt: "a heron"}, {Seed: 2, Width: 8, Height: 8}}
	s, rec := observed(t, village(asked, seen), Options{})
	b := adapter(t, s)
	home, err := b.Home(t.Context(), timeline.Page{})
	if err != nil || len(home.Posts) != 2 {
		t.Fatalf("%d posts, %v", len(home.Posts), err)
	}
	for _, p := range home.Posts {
		got, err := b.Translate(t.Context(), p.ID, "de")
		if err != nil {
			t.Fatal(err)
		}
		next := got.Of(p)
		if want := "[de] " + p.Text.Plain().String(); next.Text.Plain().String() != want || next.Note != got.Told() || p.Note == got.Told() {
			t.Errorf("%s became %s (%s)", p.Text.Plain(), next.Text.Plain(), next.Note)
		}
		if p.Poll != nil && (next.Poll.Options[1].Text.String() != "[de] b" || p.Poll.Options[1].Text.String() != "b") {
			t.Errorf("the poll became %+v", next.Poll)
		}
		if len(p.Media) > 0 && (next.Warning.String() != "[de] birds" || next.Media[0].Alt.String() != "[de] a heron" || !next.Media[1].Alt.Empty()) {
			t.Errorf("warning and media became %s, %+v", next.Warning, next.Media)
		}
	}
	if n := rec.check(t, v); n == 0 {
		t.Error("nothing was checked")
	}
}
