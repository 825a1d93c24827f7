package cell_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"skein/timeline"
	"skein/ui/cell"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name  string
		text  string
		width int
		want  []string
	}{
		{"words", "the quick brown fox", 10, []string{"the quick", "brown fox"}},
		{"one long word", "abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"long word after a short one", "see abcdefghij", 6, []string{"see", "abcdef", "ghij"}},
		{"line breaks", "a\nb\n\n\n\nc\n", 10, []string{"a", "b", "", "c"}},
		{"indent is kept", "if x:\n    y", 10, []string{"if x:", "    y"}},
		{"wide text breaks anywhere", "日本語の文", 5, []string{"日本", "語の", "文"}},
		{"trailing blanks go", "one   two", 5, []string{"one", "two"}},
		{"nothing", "\n\n  \n", 5, nil},
		{"too wide for the line", "a日b", 1, []string{"a", "b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := cell.Wrap(cell.PerCluster, []cell.Run{{Text: c.text}}, c.width)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWrapOpensStylesOnEveryLine(t *testing.T) {
	got := cell.Wrap(cell.PerCluster, []cell.Run{
		{Text: "see "}, {Text: "a long link", Open: "<", Close: ">"}, {Text: "."},
	}, 8)
	want := []string{"see <a>", "<long>", "<link>."}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWrapNeverOverflows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom([]cell.Measure{cell.PerRune, cell.PerCluster}).Draw(t, "measure")
		width := rapid.IntRange(1, 90).Draw(t, "width")
		text := timeline.Clean(rapid.String().Draw(t, "text")).String()
		lines := cell.Wrap(m, []cell.Run{{Text: text, Open: "\x1b[1m", Close: "\x1b[m"}}, width)
		for _, l := range lines {
			if w := cell.Width(m, l); w > width {
				t.Fatalf("%q is %d cells, not ≤ %d", l, w, width)
			}
		}
		if width < 2 {
			return
		}
		drop := func(r rune) rune {
			if r == ' ' || r == '\n' {
				return -1
			}
			return r
		}
		kept := strings.Map(drop, ansi.Strip(strings.Join(lines, "")))
		if m == cell.PerCluster && kept != strings.Map(drop, text) && !wider(m, text, width) {
			t.Fatalf("text was lost: %q of %q", kept, text)
		}
	})
}

// wider tells whether some cluster of text is wider than a line.
func wider(m cell.Measure, text string, width int) bool {
	for text != "" {
		c, n := ansi.FirstGraphemeCluster(text, m)
		if n > width {
			return true
		}
		text = text[len(c):]
	}
	return false
}

func TestFitEndsSpliceAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom([]cell.Measure{cell.PerRune, cell.PerCluster}).Draw(t, "measure")
		w := rapid.IntRange(0, 100).Draw(t, "width")
		left := timeline.CleanLine(rapid.String().Draw(t, "left")).String()
		right := timeline.CleanLine(rapid.String().Draw(t, "right")).String()
		fit := cell.Fit(m, left, w, "…")
		if got := cell.Width(m, fit); got != w {
			t.Fatalf("Fit: %d cells, not %d", got, w)
		}
		if got := cell.Width(m, cell.Ends(m, left, right, w, "…")); got != w {
			t.Fatalf("Ends: %d cells, not %d", got, w)
		}
		x := rapid.IntRange(0, 100).Draw(t, "x")
		if got := cell.Width(m, cell.Splice(m, fit, right, x, w)); got != w {
			t.Fatalf("Splice: %d cells, not %d", got, w)
		}
	})
}
