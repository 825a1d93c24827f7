package post_test

import (
	"strings"
	"testing"
	"time"

	"skein/timeline"
	"skein/ui/post"
	"skein/ui/uitest"
)

func TestParseAddress(t *testing.T) {
	for _, c := range []struct {
		target, url, host string
		odd               bool
	}{
		{"https://lab.example/a b?q=ü#x", "https://lab.example/a%20b?q=ü#x", "lab.example", false},
		{"HTTP://LAB.example:8080", "http://lab.example:8080", "lab.example", false},
		{"https://bücher.example/", "https://xn--bcher-kva.example/", "bücher.example", false},
		{"https://例え.example/", "https://xn--r8jz45g.example/", "例え.example", false},
		{"https://пример.рф/", "https://xn--e1afmkfd.xn--p1ai/", "пример.рф", false},
		{"https://аpple.example/", "https://xn--pple-43d.example/", "xn--pple-43d.example", true},
		{"https://xn--pple-43d.example/", "https://xn--pple-43d.example/", "xn--pple-43d.example", true},
		{"https://bank.example@evil.example/", "https://bank.example@evil.example/", "evil.example", true},
		{"https://[::1]:8080/", "https://[::1]:8080/", "::1", false},
		{"javascript:alert(1)", "", "", false},
		{"file:///etc/passwd", "", "", false},
		{"https://", "", "", false},
		{"nonsense", "", "", false},
		{"https://a.example/\u0007", "https://a.example/", "a.example", false}, // Safe has dropped the bell
	} {
		a, ok := post.ParseAddress(timeline.Clean(c.target))
		if ok != (c.url != "") {
			t.Errorf("%q: ok is %v", c.target, ok)
			continue
		}
		want := strings.ReplaceAll(c.url, "ü", "%C3%BC")
		if ok && (a.URL != want || a.Host != c.host || a.Odd != c.odd) {
			t.Errorf("%q is %+v, want %q at %q, odd %v", c.target, a, want, c.host, c.odd)
		}
	}
}

func TestMisleadingLinks(t *testing.T) {
	for _, c := range []struct {
		label, target string
		misleads      bool
	}{
		{"lab.example/notes", "https://lab.example/notes", false},
		{"www.lab.example", "https://lab.example/", false},
		{"lab.example/a/very/lo…", "https://lab.example/a/very/long/way", false},
		{"read this", "https://lab.example/", false},
		{"bank.example", "https://evil.example/", true},
		{"https://bank.example/login", "https://bank.example.evil.example/", true},
		{"read this", "https://аpple.example/", true},
		{"bank.example", "https://bank.example@evil.example/", true},
	} {
		p := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", "")
		p.Text = timeline.Text{{Kind: timeline.SpanLink, Text: timeline.Clean(c.label), Target: timeline.Clean(c.target)}}
		links := post.Links(p)
		if len(links) != 1 || links[0].Misleads != c.misleads {
			t.Errorf("%q to %q: %+v", c.label, c.target, links)
		}
	}
}

func TestLinksAreListedOnce(t *testing.T) {
	p := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", "")
	a := timeline.CleanLine("https://a.example/")
	p.Text = timeline.Text{{Kind: timeline.SpanLink, Text: a, Target: a}, {Kind: timeline.SpanLink, Text: a, Target: a}}
	p.Card = &timeline.Card{URL: a}
	p.Media = []timeline.Media{{Kind: timeline.Image, URL: timeline.CleanLine("https://cdn.example/1.jpg"), Alt: timeline.CleanLine("a dog")}}
	links := post.Links(p)
	if len(links) != 2 || links[1].Label.String() != "picture a dog" {
		t.Errorf("links are %+v", links)
	}
}

// FuzzParseAddress: an address is ASCII without controls, or there is none.
func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"https://lab.example/", "https://аpple.example/", "http://[::1]/", "https://a.example/\x1b\\", "https://%zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, ok := post.ParseAddress(timeline.Clean(s))
		if !ok {
			return
		}
		if !strings.HasPrefix(a.URL, "http://") && !strings.HasPrefix(a.URL, "https://") {
			t.Errorf("%q is %q", s, a.URL)
		}
		for i := range len(a.URL) {
			if a.URL[i] <= 0x20 || a.URL[i] >= 0x7f {
				t.Errorf("%q holds byte %#x", a.URL, a.URL[i])
			}
		}
		if timeline.CleanLine(a.Host).String() != a.Host {
			t.Errorf("host %q is not clean", a.Host)
		}
	})
}
