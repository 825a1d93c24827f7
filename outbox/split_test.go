package outbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"skein/outbox"
	"skein/timeline"
)

// upTo fits what has at most n grapheme clusters.
func upTo(n int) func(timeline.Text) bool {
	return func(t timeline.Text) bool {
		return uniseg.GraphemeClusterCount(t.Plain().String()) <= n
	}
}

func plains(parts []timeline.Text) []string {
	var out []string
	for _, p := range parts {
		out = append(out, p.Plain().String())
	}
	return out
}

func plainText(s string) timeline.Text { return timeline.PlainText(timeline.Clean(s)) }

func link(url string) timeline.Span {
	return timeline.Span{Kind: timeline.SpanLink, Text: timeline.CleanLine(url), Target: timeline.CleanLine(url)}
}

func TestSplitPrefersTheBetterBreak(t *testing.T) {
	family := "\U0001F468\u200D\U0001F469\u200D\U0001F467"
	for _, c := range []struct {
		name   string
		text   string
		max    int
		number bool
		want   []string
	}{
		{"fits", "Short.", 10, true, []string{"Short."}},
		{"paragraph before sentence", "One. Two.\n\nThree. Four. Five.", 22, false, []string{"One. Two.", "Three. Four. Five."}},
		{"line before word", "roses are red\nviolets are blue", 22, false, []string{"roses are red", "violets are blue"}},
		{"sentence before word", "It rained. We stayed at home all day.", 30, false, []string{"It rained.", "We stayed at home all day."}},
		{"word", "alpha beta gamma delta", 12, false, []string{"alpha beta", "gamma delta"}},
		{"a tiny paragraph is no reason", "Hi\n\naa bb cc dd ee ff gg", 20, false, []string{"Hi\n\naa bb cc dd ee", "ff gg"}},
		{"a long word alone is cut", "a " + strings.Repeat("x", 25), 10, false, []string{"a", "xxxxxxxxxx", "xxxxxxxxxx", "xxxxx"}},
		{"hyphens before letters", "aaaa-bbbb-cccc", 10, false, []string{"aaaa-bbbb-", "cccc"}},
		{"exclamation within a name", "we go to Yahoo!land", 17, false, []string{"we go to", "Yahoo!land"}},
		{"ideographs", "今日は晴れです。明日は雨でしょう。", 10, false, []string{"今日は晴れです。", "明日は雨でしょう。"}},
		{"no full stop at the beginning", "一二三四五。", 5, false, []string{"一二三四", "五。"}},
		{"families stay together", strings.Repeat(family, 5), 2, false, []string{family + family, family + family, family}},
		{"marks stay with letters", strings.Repeat("e\u0301", 5), 3, false, []string{"e\u0301e\u0301e\u0301", "e\u0301e\u0301"}},
		{"numbered", "alpha beta gamma delta", 15, true, []string{"alpha beta 1/2", "gamma delta 2/2"}},
		{"white space around", " \n a b \n", 3, false, []string{"a b"}},
		{"nothing", " \n ", 3, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := plains(outbox.Split(plainText(c.text), upTo(c.max), c.number)); !slices.Equal(got, c.want) {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestSplitKeepsALinkWhole(t *testing.T) {
	long := "https://example.org/" + strings.Repeat("a", 40)
	text := timeline.Text{plainText("see ")[0], link(long), plainText(" and more")[0]}
	got := outbox.Split(text, upTo(20), false)
	if want := []string{"see", long, "and more"}; !slices.Equal(plains(got), want) {
		t.Fatalf("got %q\nwant %q", plains(got), want)
	}
	if got[1][0].Kind != timeline.SpanLink || got[1][0].Target.String() != long {
		t.Errorf("the link became %+v", got[1])
	}
}

func TestSplitEndsWhereNothingFits(t *testing.T) {
	never := func(timeline.Text) bool { return false }
	if got := plains(outbox.Split(plainText("a text"), never, true)); !slices.Equal(got, []string{"a text"}) {
		t.Errorf("got %q: the whole rest is for the caller to refuse", got)
	}
}

func TestSplitNumbersWithTwoDigits(t *testing.T) {
	parts := outbox.Split(plainText(strings.Repeat("word ", 100)), upTo(50), true)
	if len(parts) < 10 {
		t.Fatalf("%d parts are too few for this test", len(parts))
	}
	for i, p := range plains(parts) {
		if !strings.HasSuffix(p, fmt.Sprintf(" %d/%d", i+1, len(parts))) {
			t.Errorf("part %d ends in %q", i+1, p[len(p)-8:])
		}
		if n := uniseg.GraphemeClusterCount(p); n > 50 {
			t.Errorf("part %d has %d of 50", i+1, n)
		}
	}
}

// pieces are what texts are drawn of: scripts, clusters and spans that are easily
// torn.
func pieces() *rapid.Generator[timeline.Text] {
	word := rapid.SampledFrom([]string{
		"word", "a", "well-known", "Hey!", "e\u0301tude", "今日は", "晴れ。", "\U0001F468\u200D\U0001F469\u200D\U0001F467",
		"\U0001F1E9\U0001F1EA", "สวัสดี", "नमस्ते", "한국어", "שלום", "end.", "x/y", "(so)", "\u0301",
	})
	gap := rapid.SampledFrom([]string{" ", "  ", "\n", "\n\n", "\n \n", "", ". "})
	return rapid.Custom(func(t *rapid.T) timeline.Text {
		var text timeline.Text
		for range rapid.IntRange(0, 40).Draw(t, "words") {
			var s timeline.Span
			switch rapid.IntRange(0, 9).Draw(t, "kind") {
			case 0:
				s = link("https://example.org/" + rapid.StringMatching("[a-z]{0,12}").Draw(t, "path"))
			case 1:
				s = timeline.Span{Kind: timeline.SpanMention, Text: timeline.Literal("@ana@example.org")}
			case 2:
				s = timeline.Span{Kind: timeline.SpanTag, Text: timeline.Literal("#tag"), Target: timeline.Literal("tag")}
			default:
				s = timeline.Span{Text: timeline.Clean(word.Draw(t, "word"))}
			}
			text = append(text, s, timeline.Span{Text: timeline.Clean(gap.Draw(t, "gap"))})
		}
		return joined(text)
	})
}

// joined makes one span of neighbouring plain ones, as Mark does.
func joined(t timeline.Text) timeline.Text {
	var out timeline.Text
	for _, s := range t {
		if n := len(out); n > 0 && out[n-1].Kind == timeline.SpanPlain && s.Kind == timeline.SpanPlain {
			out[n-1].Text = timeline.Clean(out[n-1].Text.String() + s.Text.String())
		} else {
			out = append(out, s)
		}
	}
	return out
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func TestSplitLosesAndTearsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := pieces().Draw(t, "text")
		most := rapid.IntRange(40, 90).Draw(t, "most") // more than the longest span and its number
		number := rapid.Bool().Draw(t, "number")
		parts := outbox.Split(text, upTo(most), number)
		var all strings.Builder
		var spans []timeline.Span
		for i, p := range parts {
			if !upTo(most)(p) {
				t.Fatalf("part %d of %d does not fit in %d: %q", i+1, len(parts), most, p.Plain())
			}
			s := p.Plain().String()
			if number && len(parts) > 1 {
				s = strings.TrimSuffix(s, fmt.Sprintf(" %d/%d", i+1, len(parts)))
			}
			if s == "" || strings.TrimSpace(s) != s {
				t.Fatalf("part %d is %q", i+1, s)
			}
			all.WriteString(s)
			spans = append(spans, marked(p)...)
		}
		if got, want := squeeze(all.String()), squeeze(text.Plain().String()); got != want {
			t.Fatalf("together the parts are %q\nnot %q", got, want)
		}
		if !slices.Equal(spans, marked(text)) {
			t.Fatalf("spans %v\nbecame %v", marked(text), spans)
		}
		clustersHold(t, text, parts, number)
	})
}

// clustersHold fails when a cluster of the text is in no part as a whole.
func clustersHold(t *rapid.T, text timeline.Text, parts []timeline.Text, number bool) {
	count := func(s string) map[string]int {
		n := map[string]int{}
		for g := uniseg.NewGraphemes(s); g.Next(); {
			if c := strings.TrimSpace(g.Str()); c != "" {
				n[c]++
			}
		}
		return n
	}
	got := map[string]int{}
	for i, p := range parts {
		s := p.Plain().String()
		if number && len(parts) > 1 {
			s = strings.TrimSuffix(s, fmt.Sprintf(" %d/%d", i+1, len(parts)))
		}
		for c, n := range count(s) {
			got[c] += n
		}
	}
	want := count(text.Plain().String())
	for c, n := range want {
		if got[c] != n {
			t.Fatalf("cluster %q is there %d times instead of %d", c, got[c], n)
		}
	}
}

// marked are the spans that mean something.
func marked(t timeline.Text) []timeline.Span {
	return slices.DeleteFunc(slices.Clone(t), func(s timeline.Span) bool { return s.Kind == timeline.SpanPlain })
}

func BenchmarkSplit100KB(b *testing.B) {
	for name, s := range map[string]string{
		"latin":  strings.Repeat("The quick brown fox jumps over the lazy dog. ", 100<<10/45),
		"wide":   strings.Repeat("今日は晴れです。明日は雨でしょう。", 100<<10/51),
		"a word": strings.Repeat("x", 100<<10),
	} {
		text := plainText(s)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				outbox.Split(text, upTo(300), true)
			}
		})
	}
}
