package world

import (
	"strings"
	"testing"
	"time"
)

func TestValidateFindsWhatIsWrong(t *testing.T) {
	tests := map[string]struct {
		spoil func(*World)
		want  string
	}{
		"unknown author":   {func(w *World) { w.Posts[3].By = "nobody" }, "does not live here"},
		"key twice":        {func(w *World) { w.Posts[4] = w.Posts[3] }, "used twice"},
		"dangling reply":   {func(w *World) { w.Posts[9].ReplyTo = "nothing" }, "not before it"},
		"out of order":     {func(w *World) { w.Posts[5].Age = 1000 * time.Hour }, "older than"},
		"follows nobody":   {func(w *World) { w.People[0].Follows = []string{"nobody"} }, "follows"},
		"follows itself":   {func(w *World) { w.People[0].Follows = []string{Viewer} }, "follows"},
		"person twice":     {func(w *World) { w.People[1] = w.People[0] }, "twice"},
		"no viewer":        {func(w *World) { w.People = w.People[1:] }, "nobody looks at mastodon"},
		"strange network":  {func(w *World) { w.People[2].Network = "usenet" }, "no such network"},
		"real address":     {spoilLast(Post{Network: Nostr, By: "kit", Text: []Part{link("https://skein.test/", "")}}), "under .example"},
		"long on bluesky":  {spoilLast(Post{Network: Bluesky, By: "kit", Text: []Part{run(301)}}), "more than Bluesky takes"},
		"poll on bluesky":  {spoilLast(Post{Network: Bluesky, By: "kit", Poll: &Poll{Options: []string{"a", "b"}, Votes: []int{0, 0}, Open: 1}}), "more than Bluesky takes"},
		"private nostr":    {spoilLast(Post{Network: Nostr, By: "kit", Text: []Part{run(3)}, Visibility: "direct"}), "only Mastodon has visibility"},
		"emoji on nostr":   {spoilLast(Post{Network: Nostr, By: "kit", Text: []Part{emoji("synth")}}), "custom emoji"},
		"poll of one":      {spoilLast(Post{Network: Nostr, By: "kit", Poll: &Poll{Options: []string{"a"}, Votes: []int{0}, Open: 1}}), "1 options"},
		"five pictures":    {spoilLast(Post{Network: Nostr, By: "kit", Pictures: make([]Picture, 5)}), "5 pictures"},
		"empty":            {spoilLast(Post{Network: Nostr, By: "kit"}), "a boost is a boost alone"},
		"boost with text":  {spoilLast(Post{Network: Nostr, By: "kit", BoostOf: "hal-cq", Text: []Part{run(3)}}), "a boost is a boost alone"},
		"quote with media": {spoilLast(Post{Network: Mastodon, By: "kit", QuoteOf: "ana-runners", Text: []Part{run(3)}, Pictures: []Picture{{Width: 2, Height: 2}}}), "neither media nor poll"},
		"copy of nothing":  {func(w *World) { w.Posts[7].CopyOf = "nostr/nothing" }, "not on another network"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := New(Options{})
			test.spoil(w)
			if err := w.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Validate() = %v, want an error with %q", err, test.want)
			}
		})
	}
}

// spoilLast appends p, which breaks a rule, to the trickle.
func spoilLast(p Post) func(*World) {
	p.Key = "spoilt"
	return func(w *World) { w.Later = append(w.Later, p) }
}

func run(n int) Part { return t(strings.Repeat("x", n)) }
