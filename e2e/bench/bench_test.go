package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Every figure can still be measured: in small, and not to be compared with any.
func TestEveryFigureIsMeasured(t *testing.T) {
	t.Setenv(binaryVariable, os.Getenv(binaryVariable)) // the bench names the one that it builds
	path := filepath.Join(t.TempDir(), "report.md")
	o := options{quick: true, posts: quickPosts, out: path}
	r, err := measureAll(t.Context(), o, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.failure(); err != nil {
		t.Error(err)
	}
	if len(r.parts) != len(o.studies()) {
		t.Errorf("%d studies of %d were made", len(r.parts), len(o.studies()))
	}
	for _, p := range r.parts {
		if len(p.figures) == 0 {
			t.Errorf("%s has no figure", p.name)
		}
		for _, f := range p.figures {
			// Nothing at all is a figure of a CPU, which is counted in hundredths of a second.
			if value := f.skein.median(); math.IsNaN(value) || value < 0 || value == 0 && f.unit != "%" {
				t.Errorf("%s: %s is %v", p.name, f.what, f.skein)
			}
			if len(f.other) == 0 && f.beside != "" && f.absent == "" {
				t.Errorf("%s: %s: it is not told why there is nothing of %s", p.name, f.what, f.beside)
			}
		}
	}
	if text := r.markdown(); strings.Count(text, "\n## ") != len(r.parts) || strings.Contains(text, "NaN") {
		t.Errorf("the report is\n%s", text)
	}
}

// A goal that is missed is told to be missed, and one that cannot be judged is not
// told to be met.
func TestGoalsAreJudged(t *testing.T) {
	for _, test := range []struct {
		name string
		figure
		mark string
	}{
		{"at the bound", figure{skein: sample{20}, goal: atMost(20, "≤ 20")}, "✓"},
		{"beyond it", figure{skein: sample{19, 21, 21}, goal: atMost(20, "≤ 20")}, "✗"},
		{"enough", figure{skein: sample{20_000}, goal: atLeast(20_000, "≥")}, "✓"},
		{"too little", figure{skein: sample{19_999}, goal: atLeast(20_000, "≥")}, "✗"},
		{"half of the other", figure{skein: sample{5}, other: sample{10}, goal: share(0.5, "≤ 0.5 ×")}, "✓"},
		{"more than half", figure{skein: sample{6}, other: sample{10}, goal: share(0.5, "≤ 0.5 ×")}, "✗"},
		{"no other", figure{skein: sample{6}, goal: share(0.5, "≤ 0.5 ×")}, ""},
		{"not measured", figure{goal: atMost(20, "≤ 20")}, ""},
		{"no goal", figure{skein: sample{6}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if mark := test.figure.mark(); mark != test.mark {
				t.Errorf("%q instead of %q", mark, test.mark)
			}
		})
	}
}

func TestQuantiles(t *testing.T) {
	s := sample{5, 1, 4, 2, 3}
	for q, want := range map[float64]float64{0: 1, 0.25: 2, 0.5: 3, 0.75: 4, 0.95: 5, 1: 5} {
		if got := s.quantile(q); got != want {
			t.Errorf("quantile %v is %v instead of %v", q, got, want)
		}
	}
}

func TestNumbersAreReadable(t *testing.T) {
	for x, want := range map[float64]string{
		0.456: "0.46", 9.876: "9.88", 12.34: "12.3", 123.4: "123", 1234.5: "1,234", 1234567: "1,234,567", -1234: "-1,234",
	} {
		if got := number(x); got != want {
			t.Errorf("%v is written %q instead of %q", x, got, want)
		}
	}
}
