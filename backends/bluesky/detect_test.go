package bluesky

import (
	"fmt"
	"strings"
	"testing"

	"skein/timeline"
)

// The cases that Bluesky's own client library is tested with (@atproto/api,
// tests/rich-text-detection.test.ts), written as text→target.
func TestDetectPublished(t *testing.T) {
	for text, want := range map[string]string{
		"no mention":                          "",
		"@handle.com middle end":              "@handle.com→",
		"start @handle.com end":               "@handle.com→",
		"start middle @handle.com":            "@handle.com→",
		"@handle.com @handle.com @handle.com": "@handle.com→|@handle.com→|@handle.com→",
		"@full123-chars.test":                 "@full123-chars.test→",
		"not@right":                           "",
		"@handle.com!@#$chars":                "@handle.com→",
		"@handle.com\n@handle.com":            "@handle.com→|@handle.com→",
		"parenthetical (@handle.com)":         "@handle.com→",
		"👨‍👩‍👧‍👧 @handle.com 👨‍👩‍👧‍👧": "@handle.com→",

		"start https://middle.com end":                           "https://middle.com→https://middle.com",
		"start https://middle.com/foo/bar end":                   "https://middle.com/foo/bar→https://middle.com/foo/bar",
		"start https://middle.com/foo/bar?baz=bux end":           "https://middle.com/foo/bar?baz=bux→https://middle.com/foo/bar?baz=bux",
		"start https://middle.com/foo/bar?baz=bux#hash end":      "https://middle.com/foo/bar?baz=bux#hash→https://middle.com/foo/bar?baz=bux#hash",
		"https://start.com/foo/bar?baz=bux#hash middle end":      "https://start.com/foo/bar?baz=bux#hash→https://start.com/foo/bar?baz=bux#hash",
		"start middle https://end.com/foo/bar?baz=bux#hash":      "https://end.com/foo/bar?baz=bux#hash→https://end.com/foo/bar?baz=bux#hash",
		"https://newline1.com\nhttps://newline2.com":             "https://newline1.com→https://newline1.com|https://newline2.com→https://newline2.com",
		"👨‍👩‍👧‍👧 https://middle.com 👨‍👩‍👧‍👧":                     "https://middle.com→https://middle.com",
		"start middle.com end":                                   "middle.com→https://middle.com",
		"start middle.com/foo/bar?baz=bux#hash end":              "middle.com/foo/bar?baz=bux#hash→https://middle.com/foo/bar?baz=bux#hash",
		"newline1.com\nnewline2.com":                             "newline1.com→https://newline1.com|newline2.com→https://newline2.com",
		"a example.com/index.php php link":                       "example.com/index.php→https://example.com/index.php",
		"a trailing bsky.app: colon":                             "bsky.app→https://bsky.app",
		"not.. a..url ..here":                                    "",
		"e.g.":                                                   "",
		"something-cool.jpg":                                     "",
		"website.com.jpg":                                        "",
		"e.g./foo":                                               "",
		"website.com.jpg/foo":                                    "",
		"https://foo.com https://bar.com/whatever":               "https://foo.com→https://foo.com|https://bar.com/whatever→https://bar.com/whatever",
		"x https://foo.com, https://bar.com/w; https://baz.com.": "https://foo.com→https://foo.com|https://bar.com/w→https://bar.com/w|https://baz.com→https://baz.com",
		"parenthentical (https://foo.com)":                       "https://foo.com→https://foo.com",
		"except for https://foo.com/thing_(cool)":                "https://foo.com/thing_(cool)→https://foo.com/thing_(cool)",

		"$AAPL":         "$AAPL→$AAPL",
		"$aapl":         "$aapl→$AAPL",
		"$a":            "$a→$A",
		"$BTC $ETH":     "$BTC→$BTC|$ETH→$ETH",
		"$100":          "",
		"$TOOLONG":      "",
		"($GOOG)":       "$GOOG→$GOOG",
		"$AAPL, $MSFT!": "$AAPL→$AAPL|$MSFT→$MSFT",
		"no$SPACE":      "",
		"$":             "",
		"$ AAPL":        "",
		"$123ABC":       "",
		"$ABC12":        "$ABC12→$ABC12",
		"$ABC123":       "",
	} {
		if got := detected(text); got != want {
			t.Errorf("%q: %s\nwant %s", text, got, want)
		}
	}
}

// The published cases of tags, with their byte ranges.
func TestDetectPublishedTags(t *testing.T) {
	const a64 = "thisisa64characterstring_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	for text, want := range map[string]string{
		"#a": "0-2:a", "#a #b": "0-2:a 3-5:b", "#1": "", "#1a": "0-3:1a", "#tag": "0-4:tag",
		"body #tag": "5-9:tag", "#tag body": "0-4:tag", "body #tag body": "5-9:tag",
		"body #1": "", "body #1a": "5-8:1a", "body #a1": "5-8:a1",
		"#": "", "#?": "", "text #": "", "text # text": "",
		"body #" + a64:            "5-70:" + a64,
		"body #" + a64 + "b":      "",
		"body #" + a64 + "!":      "5-70:" + a64,
		"its a #double#rainbow":   "6-21:double#rainbow",
		"##hashash":               "0-9:#hashash",
		"##":                      "",
		"some #n0n3s@n5e!":        "5-15:n0n3s@n5e",
		"works #with,punctuation": "6-23:with,punctuation",
		"strips trailing #punctuation, #like. #this!": "16-28:punctuation 30-35:like 37-42:this",
		"strips #multi_trailing___...":                "7-22:multi_trailing",
		"works with #🦋 emoji, and #butter🦋fly":        "11-16:🦋 28-42:butter🦋fly",
		"#same #same #but #diff":                      "0-5:same 6-11:same 12-16:but 17-22:diff",
		"this #️⃣tag should not be a tag":             "",
		"this ##️⃣tag should be a tag":                "5-16:#️⃣tag",
		"this #t\nag should be a tag":                 "5-7:t",
		"no match (\\u200B): #\u200b":                 "",
		"no match (\\u200Ba): #\u200ba":               "",
		"match (a\\u200Bb): #a\u200bb":                "18-20:a",
		"match (ab\\u200B): #ab\u200b":                "18-21:ab",
		"no match (\\u20e2tag): #\u20e2tag":           "",
		"no match (a\\u20e2b): #a\u20e2b":             "21-23:a",
		"match full width number sign (tag): ＃tag":    "36-42:tag",
		"match full width number sign (tag): ＃#️⃣tag": "36-49:#️⃣tag",
		"no match 1?: #1?":                            "",
	} {
		var got []string
		for _, p := range detect(text) {
			got = append(got, fmt.Sprintf("%d-%d:%s", p.start, p.end, p.target))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v\nwant %s", text, got, want)
		}
	}
}

// What the published cases leave open.
func TestDetectOwn(t *testing.T) {
	for text, want := range map[string]string{
		"my-site.com/a":                        "my-site.com/a→https://my-site.com/a",
		"ana.me@example.com":                   "",
		"@ana.lima@example.com":                "",
		"@ana_b.com":                           "",
		"example.com,another":                  "",
		"example.com:8080/x":                   "example.com:8080/x→https://example.com:8080/x",
		"(see https://a.com/x).":               "https://a.com/x→https://a.com/x",
		"see (https://a.com/x).":               "https://a.com/x→https://a.com/x",
		"https://a.com/wiki/(a)_(b))":          "https://a.com/wiki/(a)_(b)→https://a.com/wiki/(a)_(b)",
		"wait https://a.com/x...":              "https://a.com/x→https://a.com/x",
		"https://münchen.de/straße":            "https://münchen.de/straße→https://xn--mnchen-3ya.de/stra%C3%9Fe",
		"HTTPS://Example.com/A":                "HTTPS://Example.com/A→https://Example.com/A",
		"https://":                             "",
		"ftp://example.com":                    "",
		"javascript://example.com/%0aalert(1)": "",
		"日本語 #日本語 です。":                         "#日本語→日本語",
		"#a\u0301 é":                           "#a\u0301→a\u0301",
		"a.github.io":                          "a.github.io→https://a.github.io",
		"v1.2.3 3.14 1.in":                     "",
	} {
		if got := detected(text); got != want {
			t.Errorf("%q: %s\nwant %s", text, got, want)
		}
	}
}

// detected writes pieces as text→target.
func detected(text string) string {
	var out []string
	for _, p := range detect(text) {
		out = append(out, text[p.start:p.end]+"→"+p.target)
	}
	return strings.Join(out, "|")
}

func FuzzMark(f *testing.F) {
	for _, s := range []string{"", "@a.com #b https://c.com/d", "＃a\u200d👩", "#\u0301", "(((https://a.com)))", "$A\u0301", "\xff#a\xff", "@a.b\u0300", "https://a.com/\u200d", "#👨\u200d👩\u200d👧"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		marked := rules{}.Mark(s)
		if got, want := marked.Plain(), timeline.Clean(s); got != want {
			t.Fatalf("%q became %q", want, got)
		}
		w := compose(marked, s)
		end := 0
		for _, p := range w.pieces {
			if p.start < end || p.end <= p.start || p.end > len(w.text) || !boundary(w.text, p.start) || !boundary(w.text, p.end) {
				t.Fatalf("%q: piece %+v in %q", s, p, w.text)
			}
			end = p.end
		}
	})
}
