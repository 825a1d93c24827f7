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
