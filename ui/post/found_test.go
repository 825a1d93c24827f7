package post_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/post"
	"skein/ui/theme"
	"skein/ui/uitest"
)

// found draws a hit in lines without escapes but those of matches, which become
// brackets.
func found(h timeline.Hit, width int) []string {
	l := post.Look{Theme: theme.New("plain", true, false), Measure: cell.PerCluster, Width: width}
	d := post.DrawFound(h, l)
	var out []string
	for i := range d.Len() {
		line := strings.ReplaceAll(d.Line(i, uitest.Start()), l.Theme.Match.Open(), "[")
		out = append(out, ansi.Strip(strings.ReplaceAll(line, l.Theme.Match.Close(), "]")))
	}
	return out
}

func TestMatchesAreMarked(t *testing.T) {
	h := timeline.Hit{
		Post:    uitest.Post(timeline.Bluesky, "1", time.Hour, "carol", "x"),
		Snippet: timeline.CleanLine("a grey heron, and another heron"), Marks: [][2]int{{26, 31}, {7, 12}},
	}
	lines := strings.Join(found(h, 80), "\n")
	if !strings.Contains(lines, "a grey [heron], and another [heron]") {
		t.Errorf("drawn is\n%s", lines)
	}
	h.Snippet, h.Marks = timeline.Safe{}, nil // found by who wrote it
	h.Post.Text = timeline.PlainText(timeline.Clean(strings.Repeat("many words ", 60)))
	if n := len(found(h, 80)); n > 6 {
		t.Errorf("%d lines for a post that was found without words", n)
	}
}

// TestWrongMarksDoNoHarm: whatever the marks are, the lines are exact and whole.
func TestWrongMarksDoNoHarm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := timeline.Hit{
			Post:    uitest.Post(timeline.Nostr, "1", time.Hour, "fern", "x"),
			Snippet: timeline.Clean(rapid.String().Draw(t, "snippet") + "é日本👩‍👩‍👧"),
		}
		for range rapid.IntRange(0, 5).Draw(t, "marks") {
			h.Marks = append(h.Marks, [2]int{rapid.IntRange(-5, 60).Draw(t, "from"), rapid.IntRange(-5, 60).Draw(t, "to")})
		}
		l := post.Look{Theme: theme.New("dark", true, false), Measure: cell.PerCluster, Width: rapid.IntRange(12, 100).Draw(t, "width")}
		d := post.DrawFound(h, l)
		for i := range d.Len() {
			line := d.Line(i, uitest.Start())
			if cell.Width(cell.PerCluster, line) != l.Width || !utf8.ValidString(line) {
				t.Fatalf("%q is %d cells, not %d", line, cell.Width(cell.PerCluster, line), l.Width)
			}
		}
	})
}
