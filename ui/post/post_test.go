package post_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/post"
	"skein/ui/theme"
	"skein/ui/uitest"
)

func look(name string, width int) post.Look {
	return post.Look{
		Width: width, Theme: theme.New(name, true, false), Measure: cell.PerCluster,
		Keys: post.Keys{Reveal: "z", Open: "⏎"},
	}
}

func drawn(p *timeline.Post, l post.Look) string {
	d := post.Draw(p, l)
	lines := make([]string, d.Len())
	for i := range lines {
		lines[i] = d.Line(i, uitest.Start())
	}
	return strings.Join(lines, "\n")
}

// TestGolden holds every kind of post to what was read and accepted: three widths
// in the dark theme, the light and the plain one, folded, in full and revealed.
func TestGolden(t *testing.T) {
	for _, g := range uitest.Gallery() {
		t.Run(g.Name, func(t *testing.T) {
			for _, width := range []int{40, 80, 120} {
				for _, name := range []string{"dark", "light", "plain"} {
					t.Run(fmt.Sprintf("%s-%d", name, width), func(t *testing.T) {
						golden.RequireEqual(t, drawn(g.Post, look(name, width)))
					})
				}
			}
			t.Run("full", func(t *testing.T) {
				l := look("plain", 80)
				l.Full, l.Revealed = true, true
				golden.RequireEqual(t, drawn(g.Post, l))
			})
			t.Run("ascii", func(t *testing.T) {
				l := look("plain", 80)
				l.Theme = theme.New("plain", true, true)
				l.Keys.Open = "enter"
				golden.RequireEqual(t, drawn(g.Post, l))
			})
		})
	}
}

func TestASCIISignsAreASCII(t *testing.T) {
	p := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", "text")
	p.Sensitive, p.Counts, p.Media = true, timeline.Counts{Replies: 1, Boosts: 2, Likes: 3}, []timeline.Media{{Kind: timeline.Image}}
	l := look("plain", 80)
	l.Theme, l.Keys.Open = theme.New("plain", true, true), "enter"
	for _, revealed := range []bool{false, true} {
		l.Revealed = revealed
		for _, r := range ansi.Strip(drawn(p, l)) {
			if r >= 0x80 {
				t.Fatalf("%q is no ASCII:\n%s", r, drawn(p, l))
			}
		}
	}
}

// hostile draws texts as bad as an adapter can hand on.
func hostile(t *rapid.T, name string) timeline.Safe {
	bad := []string{
		"\x1b[2J\x1b]0;title\x07", "\u202eright to left", "‮‮‮", strings.Repeat("e\u0301\u0301\u0301\u0301", 20), "👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
		"日本語の文がここに続きます", "\u0600\u0600", "a\tb\r\nc", strings.Repeat("x", 300), "ﷺ﷽", "🇩🇪🇫🇷🇯", "ः", "\n\n\n", "नमस्ते", "〰️❤️☺️", "\x9b31m",
	}
	s := rapid.OneOf(rapid.SampledFrom(bad), rapid.String()).Draw(t, name)
	return timeline.Clean(s + rapid.SampledFrom(append(bad, "", "", "")).Draw(t, name+"+"))
}

func hostilePost(t *rapid.T, depth int) *timeline.Post {
	n := rapid.SampledFrom(append(timeline.Networks(), "", "other")).Draw(t, "network")
	p := &timeline.Post{
		ID:      timeline.ID{Network: n, Local: "x"},
		Author:  timeline.Author{Name: hostile(t, "name"), Handle: hostile(t, "handle"), Verified: rapid.Bool().Draw(t, "verified"), Bot: true},
		Warning: hostile(t, "warning"), Sensitive: rapid.Bool().Draw(t, "sensitive"), MediaOnly: rapid.Bool().Draw(t, "media only"),
		Labels: []timeline.Safe{hostile(t, "label")}, Note: hostile(t, "note"), Future: true,
		Created: uitest.Start().Add(time.Duration(rapid.Int64Range(-1e18, 1e18).Draw(t, "age"))),
		Counts:  timeline.Counts{Replies: rapid.Int().Draw(t, "replies"), Likes: rapid.Int().Draw(t, "likes")},
		ReplyTo: &timeline.Ref{Handle: hostile(t, "reply")},
		Card:    &timeline.Card{URL: hostile(t, "card url"), Title: hostile(t, "card"), Description: hostile(t, "about")},
		Media:   []timeline.Media{{Kind: timeline.Image, Alt: hostile(t, "alt"), URL: hostile(t, "media")}},
		Poll: &timeline.Poll{Votes: rapid.Int().Draw(t, "votes"), Options: []timeline.PollOption{
			{Text: hostile(t, "option"), Votes: rapid.Int().Draw(t, "share")}, {Text: hostile(t, "hidden"), Votes: -1},
		}},
	}
	for kind := range timeline.SpanPost + 1 {
		p.Text = append(p.Text, timeline.Span{Kind: kind, Text: hostile(t, "text"), Target: timeline.Clean("https://" + rapid.String().Draw(t, "host") + ".example/")})
	}
	if depth > 0 && rapid.Bool().Draw(t, "quotes") {
		p.Quote = &timeline.Quote{State: timeline.QuoteShown, Post: hostilePost(t, depth-1)}
	}
	if depth > 0 && rapid.Bool().Draw(t, "boosts") {
		return &timeline.Post{ID: timeline.ID{Network: n, Local: "b"}, Author: timeline.Author{Name: hostile(t, "booster")}, Boosted: p}
	}
	return p
}

// TestEveryRowIsExact: whatever a network sends, every row is as wide as it must
// be, and no byte of it is a control but those of our own styles and links.
func TestEveryRowIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := hostilePost(t, 2)
		l := look(rapid.SampledFrom(theme.Names()).Draw(t, "theme"), rapid.IntRange(20, 200).Draw(t, "width"))
		l.Measure = rapid.SampledFrom([]cell.Measure{cell.PerRune, cell.PerCluster}).Draw(t, "measure")
		l.Full, l.Revealed = rapid.Bool().Draw(t, "full"), rapid.Bool().Draw(t, "revealed")
		for i, row := range strings.Split(drawn(p, l), "\n") {
			if w := cell.Width(l.Measure, row); w != l.Width {
				t.Fatalf("row %d is %d cells, not %d: %q", i, w, l.Width, row)
			}
			for _, r := range ansi.Strip(row) {
				if r < 0x20 || r >= 0x7f && r <= 0x9f {
					t.Fatalf("row %d holds %U: %q", i, r, row)
				}
			}
		}
	})
}

func TestFoldedPostIsShort(t *testing.T) {
	p := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", strings.Repeat("line\n", 10_000))
	p.Quote = &timeline.Quote{State: timeline.QuoteShown, Post: uitest.Post(timeline.Mastodon, "2", time.Minute, "bo", strings.Repeat("line\n", 10_000))}
	for range 100 {
		p.Media = append(p.Media, timeline.Media{Kind: timeline.Image})
	}
	if n := post.Draw(p, look("dark", 80)).Len(); n > 30 {
		t.Errorf("%d lines in a feed", n)
	}
}

func TestAge(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]string{
		-time.Hour: "now", 0: "now", 59 * time.Second: "now", time.Minute: "1m", 59 * time.Minute: "59m",
		time.Hour: "1h", 23 * time.Hour: "23h", 24 * time.Hour: "1d", 6 * 24 * time.Hour: "6d",
		8 * 24 * time.Hour: "14 Nov", 400 * 24 * time.Hour: "Oct 2025",
	} {
		if got := post.Age(now, now.Add(-ago)); got != want {
			t.Errorf("%v ago reads %q, not %q", ago, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{1: "1", 999: "999", 1000: "1.0k", 1299: "1.2k", 15_800: "15k", 1_250_000: "1.2M", 34_000_000: "34M"} {
		if got := post.Count(n); got != want {
			t.Errorf("%d reads %q, not %q", n, got, want)
		}
	}
}

// TestFilteredQuoteIsRevealed: what says that z shows it is shown by z.
func TestFilteredQuoteIsRevealed(t *testing.T) {
	p := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", "see this")
	quoted := uitest.Post(timeline.Mastodon, "2", time.Hour, "bo", "spoilers")
	quoted.Views = []timeline.View{{Account: "a", Filtered: timeline.CleanLine("films")}}
	p.Quote = &timeline.Quote{Post: quoted}
	if s := drawn(p, look("plain", 80)); !strings.Contains(s, "z shows it") || strings.Contains(s, "spoilers") {
		t.Fatalf("the quoted post is not hidden:\n%s", s)
	}
	if !post.Hides(p, look("plain", 80)) {
		t.Error("and is not said to be")
	}
}

// TestVotersNobodyCounted: a network that counts votes but not voters has some.
func TestVotersNobodyCounted(t *testing.T) {
	p := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", "which?")
	p.Poll = &timeline.Poll{
		Multiple: true, Votes: 4,
		Options: []timeline.PollOption{{Text: timeline.CleanLine("this"), Votes: 4}},
	}
	if s := drawn(p, look("plain", 80)); !strings.Contains(s, "4 votes · several choices") {
		t.Error(s)
	}
}

// TestOwnEmojiIsDim: a shortcode stands for a picture, and is no word of the text.
func TestOwnEmojiIsDim(t *testing.T) {
	p := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", "")
	p.Text = timeline.Text{
		{Text: timeline.Clean("well done ")}, {Kind: timeline.SpanEmoji, Text: timeline.CleanLine(":blobcat:"), Target: timeline.CleanLine("https://files.example/b.png")},
	}
	l := look("dark", 80)
	if got := drawn(p, l); !strings.Contains(got, "well done "+l.Theme.Dim.Paint(":blobcat:")) {
		t.Errorf("drawn as %q", got)
	}
}
