package theme_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"skein/timeline"
	"skein/ui/theme"
)

func TestEveryThemeHasEverySign(t *testing.T) {
	for _, name := range theme.Names() {
		for _, ascii := range []bool{false, true} {
			signs := reflect.ValueOf(theme.New(name, true, ascii).Signs)
			for i := range signs.NumField() {
				s := signs.Field(i).String()
				if s == "" || s != strings.TrimSpace(s) || ansi.StringWidth(s) != ansi.StringWidthWc(s) {
					t.Errorf("%s, ascii %v: %s is %q", name, ascii, signs.Type().Field(i).Name, s)
				}
				for _, r := range s {
					if ascii && r >= 0x80 {
						t.Errorf("%s: %s is no ASCII: %q", name, signs.Type().Field(i).Name, s)
					}
				}
			}
		}
	}
}

func TestAutoFollowsTheBackground(t *testing.T) {
	if dark, light := theme.New("auto", true, false).ID, theme.New("", false, false).ID; dark != "dark" || light != "light" {
		t.Errorf("auto is %s on dark and %s on light", dark, light)
	}
}

func TestPlainHasNoColour(t *testing.T) {
	p := theme.New("plain", true, false)
	for _, s := range []theme.Style{p.Text, p.Dim, p.Faint, p.Accent, p.Link, p.Warn, p.Error, p.Network(timeline.Nostr), p.Network("odd")} {
		if strings.Contains(s.Open(), "38;") {
			t.Errorf("%q has a colour", s.Open())
		}
	}
}

func TestPaintCloses(t *testing.T) {
	p := theme.New("dark", true, false)
	if got := p.Link.Paint("x"); !strings.HasSuffix(got, ansi.ResetStyle) {
		t.Errorf("%q does not end its style", got)
	}
	if got := p.Text.Paint("x"); got != "x" {
		t.Errorf("what is read is %q", got)
	}
	if got := p.Link.Paint(""); got != "" {
		t.Errorf("nothing is %q", got)
	}
}

func TestCheck(t *testing.T) {
	if err := theme.Check("neon"); err == nil || !strings.Contains(err.Error(), "paper") {
		t.Errorf("error is %v", err)
	}
	for _, name := range append(theme.Names(), "") {
		if err := theme.Check(name); err != nil {
			t.Error(err)
		}
	}
}

// TestAccountsHaveColours: where colours are, and never in place of the letter's weight.
func TestAccountsHaveColours(t *testing.T) {
	colors := map[timeline.AccountID]string{"work": "#102030"}
	dark := theme.New("dark", true, false)
	own := dark.WithColors(colors)
	if got := own.Account(timeline.Mastodon, "work").Open(); !strings.Contains(got, "38;2;16;32;48") || got == dark.Network(timeline.Mastodon).Open() {
		t.Errorf("its colour is %q", got)
	}
	if own.Account(timeline.Mastodon, "other") != dark.Network(timeline.Mastodon) || dark.Account(timeline.Mastodon, "work") != dark.Network(timeline.Mastodon) {
		t.Error("others have it, too")
	}
	p := &timeline.Post{ID: timeline.ID{Network: timeline.Mastodon}, Views: []timeline.View{{Account: "work"}, {Account: "other"}}}
	if own.Post(p) != own.Account(timeline.Mastodon, "work") || own.Post(&timeline.Post{ID: p.ID}) != own.Network(timeline.Mastodon) {
		t.Error("a post is not its account's")
	}
	if plain := theme.New("plain", true, false).WithColors(colors); strings.Contains(plain.Account(timeline.Mastodon, "work").Open(), "38;") {
		t.Error("plain has a colour")
	}
}
