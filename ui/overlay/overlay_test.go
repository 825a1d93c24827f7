package overlay_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/overlay"
	"skein/ui/post"
	"skein/ui/theme"
	"skein/ui/uitest"
)

func entries() []overlay.Entry {
	return []overlay.Entry{
		{Name: "down", Group: "move", Keys: "j", Help: "next post"},
		{Name: "health", Group: "view", Keys: "H", Help: "how the accounts do"},
		{Name: "back", Group: "view", Keys: "esc", Help: "back", Why: "this is home"},
	}
}

func links(n int) []post.Link {
	out := make([]post.Link, n)
	for i := range out {
		a, _ := post.ParseAddress(timeline.CleanLine("https://lab.example/"))
		out[i] = post.Link{Label: timeline.CleanLine("日本 label"), Address: a, Misleads: i%2 == 0}
	}
	return out
}

// TestEndOfAHostIsNeverCut: the end of a host says whose it is, and its beginning
// may say anything.
func TestEndOfAHostIsNeverCut(t *testing.T) {
	long := strings.Repeat("bank.example.", 17)
	a, ok := post.ParseAddress(timeline.CleanLine("https://" + long + "evil.test/"))
	if !ok {
		t.Fatal("the address is not taken")
	}
	link := post.Link{Label: timeline.CleanLine("bank.example"), Address: a, Misleads: true}
	l := overlay.Look{Theme: theme.New("plain", true, false), Measure: cell.PerCluster}
	for _, o := range []overlay.Overlay{overlay.NewAsk(link), overlay.NewLinks([]post.Link{link, link})} {
		lines := o.Lines(l, 38, 10)
		if len(lines) > 10 {
			t.Errorf("%T takes %d lines of 10", o, len(lines))
		}
		if s := ansi.Strip(strings.Join(lines, "\n")); !strings.Contains(s, "evil.test") || !strings.Contains(s, "…") {
			t.Errorf("%T hides where the link leads:\n%s", o, s)
		}
	}
}

// TestLinesFit: every overlay, at any size, stays within it and is rectangular.
func TestLinesFit(t *testing.T) {
	health := func() []timeline.Health {
		return []timeline.Health{
			{Account: timeline.Account{Network: timeline.Mastodon, Name: "work"}, State: timeline.Partial, Up: 2, Of: 3, Message: timeline.CleanLine("日本")},
			{State: timeline.SignIn},
			{State: timeline.Down, Retry: uitest.Start().Add(time.Minute)},
			{State: "odd"},
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom([]overlay.Overlay{
			overlay.NewHelp(entries()), overlay.NewPalette(entries()), overlay.NewLinks(links(12)), overlay.NewAsk(links(1)[0]),
			overlay.NewHealth(health, uitest.Start), overlay.NewFilter("text"),
		}).Draw(t, "overlay")
		for range rapid.IntRange(0, 10).Draw(t, "keys") {
			o.Key(uitest.Key(rapid.SampledFrom([]string{"j", "k", "down", "up", "G", "pgdown", "x", "backspace", "space"}).Draw(t, "key")))
		}
		w, h := rapid.IntRange(28, 200).Draw(t, "width"), rapid.IntRange(5, 60).Draw(t, "height")
		l := overlay.Look{Theme: theme.New("plain", true, rapid.Bool().Draw(t, "ascii")), Measure: cell.PerCluster}
		lines := o.Lines(l, w, h)
		for _, line := range lines {
			if got := cell.Width(l.Measure, line); got > w || got != cell.Width(l.Measure, lines[0]) {
				t.Fatalf("%d cells of %d, the first line has %d: %q", got, w, cell.Width(l.Measure, lines[0]), line)
			}
		}
	})
}

func TestLinksAnswerNumbers(t *testing.T) {
	o := overlay.NewLinks(links(3))
	if _, ok := o.Key(uitest.Key("4")).(overlay.Open); ok {
		t.Error("a link that is not there was opened")
	}
	if _, ok := o.Key(uitest.Key("3")).(overlay.Open); !ok {
		t.Error("the third link was not opened")
	}
	if _, ok := o.Key(uitest.Key("esc")).(overlay.Close); !ok {
		t.Error("esc does not close")
	}
}

func TestAskOpensOnlyOnYes(t *testing.T) {
	for key, want := range map[string]bool{"enter": true, "y": true, "n": false, "esc": false, "x": false} {
		a, ok := overlay.NewAsk(links(1)[0]).Key(uitest.Key(key)).(overlay.Open)
		if ok != want || ok && !a.Sure {
			t.Errorf("%s: opens %v", key, ok)
		}
	}
}

func TestPaletteRunsWhatItFinds(t *testing.T) {
	for typed, want := range map[string]string{"": "down", "acc": "health", "hw": "health", "nxpst": "down", "back": "", "zzz": ""} {
		p := overlay.NewPalette(entries())
		for _, r := range typed {
			p.Key(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
		got := ""
		if run, ok := p.Key(uitest.Key("enter")).(overlay.Run); ok {
			got = run.Name
		}
		if got != want {
			t.Errorf("%q runs %q, not %q", typed, got, want)
		}
	}
}

func TestInput(t *testing.T) {
	var in overlay.Input
	in.Paste("two words\x1b[31m\nand more 👩‍👩‍👧")
	in.Key(uitest.Key("backspace"))
	if got := in.Text(); got != "two words[31m and more " {
		t.Errorf("holds %q", got)
	}
	in.Key(uitest.Key("ctrl+w"))
	if got := in.Text(); got != "two words[31m and " {
		t.Errorf("holds %q", got)
	}
	in.Key(uitest.Key("ctrl+u"))
	for range 1000 {
		in.Key(tea.KeyPressMsg{Code: 'é', Text: "é"})
	}
	if n := len(in.Text()); n == 0 || n > 202 {
		t.Errorf("takes %d bytes", n)
	}
}
