package profile_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/post"
	"skein/ui/profile"
	"skein/ui/theme"
	"skein/ui/uitest"
)

// TestFieldsAreNotCutInSilence: a value longer than a line goes on in the next
// ones, and what is left out in the end is marked.
func TestFieldsAreNotCutInSilence(t *testing.T) {
	key := "npub1" + strings.Repeat("q", 54) + "end"
	p := profile.New(uitest.Post(timeline.Nostr, "1", 0, "fern", "hello"), post.Look{
		Theme: theme.New("plain", true, false), Measure: cell.PerCluster,
	})
	p.Resize(60, 40)
	p.Take(profile.Loaded{Of: "fern", Got: profile.Read{Profile: &timeline.Profile{
		Network: timeline.Nostr, Author: timeline.Author{ID: "fern", Name: timeline.CleanLine("fern")},
		Fields: []timeline.Field{
			{Name: timeline.CleanLine("key"), Value: timeline.PlainText(timeline.CleanLine(key)), Verified: true},
			{Name: timeline.CleanLine("novel"), Value: timeline.PlainText(timeline.CleanLine(strings.Repeat("word ", 400)))},
		},
	}}})
	var text []string
	for _, l := range p.Lines(uitest.Start(), true) {
		text = append(text, strings.TrimRight(ansi.Strip(l), " "))
	}
	screen := strings.Join(text, "\n")
	if !strings.Contains(screen, "end ✓") {
		t.Errorf("the end of the key is not on the screen:\n%s", screen)
	}
	if n := strings.Count(screen, "word word"); n == 0 || n > 50 || !strings.Contains(screen, "…") {
		t.Errorf("the novel is not cut with a mark:\n%s", screen)
	}
}
