package timeline_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

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
		"( ͡° ͜ʖ ͡°) ｶﾞｷﾞ ᄒ\u1161\u11ab नमस्ते กำ",
		"🧑🏽‍🚀 ❤️‍🔥 🏳️‍⚧️ 👁️‍🗨️ 🧑🏻‍❤️‍💋‍🧑🏿 ☺︎ #️⃣ \U0001fae9",
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
		{"marks without a base", "\u0301a\n\u0302b", "a\nb"},
		{"fillers", "a\u034f\u115f\u1160\u17b4\u3164\uffa0b", "ab"},
		{"invisible formats", "a\u00ad\u180e\u2064\u206a\ufff9\U0001d173\U0001bca0b", "ab"},
		{"private use", "a\ue000\U000f0000b", "ab"},
		{"not assigned yet", "a\u0378\ufdd0b", "a\uFFFD\uFFFDb"},
		{"selectors of other scripts", "\u4e00\ufe00\u1820\u180b\u2211\ufe0f\U000e0100", "\u4e00\u1820\u2211"},
		{"selectors without end", "👍\ufe0f\ufe0f\ufe0f", "👍\ufe0f"},
		{"keycap on a letter", "a\ufe0f\u20e3", "a\u20e3"},
		{"joiner after a mark", "👍\u0301\u200d", "👍\u0301"},
		{"skin on what is no emoji", "a🏻b🏻🏻", "ab"},
		{"skin upon skin", "👍🏻🏻🏻", "👍🏻"},
		{"one cluster of many letters", strings.Repeat("\u1100", 40) + "\u1161", "\u1100\u1100\u1100\u1161"},
	} {
		if got := timeline.Clean(c.in).String(); got != c.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

// What joins to the text behind it must not make Clean begin again for every rune.
func TestCleanTakesLinearTime(t *testing.T) {
	in := strings.Repeat("\u0d4e", 40) + strings.Repeat("x", 1<<17)
	start := time.Now()
	got := timeline.Clean(in).String()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("%d bytes took %s", len(in), took)
	}
	if strings.Count(got, "x") != 1<<17 {
		t.Errorf("%d letters are left", strings.Count(got, "x"))
	}
}

func TestSafesStackNoMarksOnEachOther(t *testing.T) {
	marks := timeline.Span{Text: timeline.Clean(strings.Repeat("\u0335", 50))}
	text := timeline.Text{{Text: timeline.Clean("z")}, marks, marks, marks}
	if got := text.Plain().String(); got != "z" {
		t.Errorf("Plain() = %q", got)
	}
	if got := timeline.CleanLine(" \u0335\u0335 a").String(); got != "a" {
		t.Errorf("CleanLine = %q", got)
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
		clusters(t, got)
		clusters(t, timeline.CleanLine(in).String())
		if again := timeline.Clean(got).String(); again != got {
			t.Fatalf("not idempotent: %q, then %q", got, again)
		}
		if line := timeline.CleanLine(in); line.Line() != line || strings.Contains(line.String(), "\n") {
			t.Fatalf("CleanLine(%q) = %q", in, line)
		}
	})
}

// clusters checks what one cell may carry.
func clusters(t *testing.T, s string) {
	t.Helper()
	for g := uniseg.NewGraphemes(s); g.Next(); {
		runes, marks, emoji := g.Runes(), 0, false
		for _, r := range runes {
			emoji = emoji || r >= 0x1f000 || r >= 0x2000 && r < 0x3300 || r == 0xa9 || r == 0xae || r == 0x20e3
			if unicode.Is(unicode.M, r) && r != 0xfe0e && r != 0xfe0f {
				marks++
			}
		}
		joins := strings.ContainsAny(g.Str(), "\u200d\ufe0e\ufe0f")
		if marks > 8 || len(runes) > 32 || unicode.Is(unicode.M, runes[0]) || joins && !emoji {
			t.Fatalf("%q holds the cluster %+q", s, g.Str())
		}
	}
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
