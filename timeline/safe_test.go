package timeline_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"skein/timeline"
)

func TestCleanKeepsWhatPeopleWrite(t *testing.T) {
	for _, s := range []string{
		"plain text\nwith a break",
		"naïve façade, 北京 こんにちは 안녕하세요",
		"مرحبا שלום",
		"👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇪🇺 1️⃣ ❤️",
		"می‌خواهم", // the non-joiner is part of Persian spelling
		"e\u0301\u0323",
	} {
		if got := timeline.Clean(s).String(); got != s {
			t.Errorf("Clean(%q) = %q", s, got)
		}
	}
}

func TestCleanTakesAwayWhatActsOnATerminal(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"SGR", "a\x1b[31mred", "a[31mred"},
		{"title", "\x1b]0;owned\x07x", "]0;ownedx"},
		{"C1 CSI", "a\u009b2Jb", "a2Jb"},
		{"raw C1 byte", "a\x9b2Jb", "a\uFFFD2Jb"},
		{"DEL and BEL", "a\x7f\x07b", "ab"},
		{"CR LF", "a\r\nb\rc", "a\nb\nc"},
		{"tab", "a\tb", "a    b"},
		{"line separators", "a\u2028b\u2029c", "a\nb\nc"},
		{"bidi override", "a\u202egnp.exe", "agnp.exe"},
		{"bidi isolate", "a\u2066b\u2069c\u200f\u061c", "abc"},
		{"tag characters", "a\U000E0041\U000E007Fb", "ab"},
		{"BOM", "\ufeffa", "a"},
		{"joiner outside emoji", "a\u200db", "ab"},
		{"selector outside emoji", "a\ufe0fb", "ab"},
		{"invalid UTF-8", "a\xff\xfeb", "a\uFFFD\uFFFDb"},
		{"stacked marks", "z" + strings.Repeat("\u0335", 50), "z" + strings.Repeat("\u0335", 8)},
	} {
		if got := timeline.Clean(c.in).String(); got != c.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestCleanLineIsOneLine(t *testing.T) {
	if got := timeline.CleanLine("  a\n\n b\t c \u2028d ").String(); got != "a b c d" {
		t.Errorf("CleanLine = %q", got)
	}
}

func TestSafeReadFromAFileIsCleaned(t *testing.T) {
	var s timeline.Safe
	if err := json.Unmarshal([]byte(`"a\u001b[2Jb"`), &s); err != nil {
		t.Fatal(err)
	}
	if s.String() != "a[2Jb" {
		t.Errorf("got %q", s)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a", "\x1b[31m", "👩‍👩‍👧‍👦", "z\u0335\u0335", "\u200d\u200d", "🇪🇺🇪", "\xff\u202e", "क्‍ष", "👍\u200d\u0301\u200d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := timeline.Clean(in).String()
		if !utf8.ValidString(got) {
			t.Fatalf("Clean(%q) = %q is no UTF-8", in, got)
		}
		for _, r := range got {
			if r < 0x20 && r != '\n' || r >= 0x7f && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r >= 0xe0000 && r <= 0xe0fff {
				t.Fatalf("Clean(%q) = %q holds %U", in, got, r)
			}
		}
		if again := timeline.Clean(got).String(); again != got {
			t.Fatalf("not idempotent: %q, then %q", got, again)
		}
		if line := timeline.CleanLine(in); line.Line() != line || strings.Contains(line.String(), "\n") {
			t.Fatalf("CleanLine(%q) = %q", in, line)
		}
	})
}

func BenchmarkCleanASCII(b *testing.B) {
	s := strings.Repeat("An ordinary post about nothing in particular. ", 6)
	for b.Loop() {
		timeline.Clean(s)
	}
}

func BenchmarkCleanUnicode(b *testing.B) {
	s := strings.Repeat("Ein Käfer, 一只甲虫, 👩🏽‍🌾 ", 10)
	for b.Loop() {
		timeline.Clean(s)
	}
}
