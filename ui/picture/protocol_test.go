package picture_test

import (
	"reflect"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"

	"skein/ui/picture"
)

// sequence is the commands of a tea.Sequence, whose type Bubble Tea keeps to itself.
func sequence(msg tea.Msg) (cmds []tea.Cmd, ok bool) {
	v := reflect.ValueOf(msg)
	if !v.IsValid() || v.Kind() != reflect.Slice || v.Type().Elem() != reflect.TypeFor[tea.Cmd]() {
		return nil, false
	}
	for i := range v.Len() {
		cmd, _ := v.Index(i).Interface().(tea.Cmd)
		cmds = append(cmds, cmd)
	}
	return cmds, true
}

func TestTerminalDecides(t *testing.T) {
	full := tea.ColorProfileMsg{Profile: colorprofile.TrueColor}
	version := func(s string) tea.Msg { return tea.TerminalVersionMsg{Name: s} }
	kittySays := func(s string) tea.Msg { return uv.KittyGraphicsEvent{Payload: []byte(s)} }
	sixel := uv.PrimaryDeviceAttributesEvent{62, 4, 22}
	for name, c := range map[string]struct {
		asked, tmux string
		env         map[string]string
		heard       []tea.Msg
		feed, alone picture.Protocol
	}{
		"nothing known":        {feed: picture.Blocks, alone: picture.Blocks},
		"no colours":           {heard: []tea.Msg{tea.ColorProfileMsg{Profile: colorprofile.ASCII}}, feed: picture.Off, alone: picture.Off},
		"sixteen colours":      {heard: []tea.Msg{tea.ColorProfileMsg{Profile: colorprofile.ANSI}}, feed: picture.Off, alone: picture.Off},
		"256 colours":          {heard: []tea.Msg{tea.ColorProfileMsg{Profile: colorprofile.ANSI256}}, feed: picture.Blocks, alone: picture.Blocks},
		"kitty":                {heard: []tea.Msg{full, version("kitty(0.40.1)"), kittySays("OK")}, feed: picture.Kitty, alone: picture.Kitty},
		"kitty by environment": {env: map[string]string{"TERM": "xterm-kitty"}, heard: []tea.Msg{full}, feed: picture.Kitty, alone: picture.Kitty},
		"kitty says no":        {heard: []tea.Msg{full, version("kitty(0.40.1)"), kittySays("ENOTSUPPORTED:no")}, feed: picture.Blocks, alone: picture.Blocks},
		"kitty, 256 colours": {
			heard: []tea.Msg{tea.ColorProfileMsg{Profile: colorprofile.ANSI256}, version("kitty(0.40.1)"), kittySays("OK")},
			feed:  picture.Blocks, alone: picture.Blocks,
		},
		"ghostty": {heard: []tea.Msg{full, version("ghostty 1.2.0")}, feed: picture.Kitty, alone: picture.Kitty},
		"inherited environment": {
			env:   map[string]string{"KITTY_WINDOW_ID": "1"},
			heard: []tea.Msg{full, version("XTerm(390)")}, feed: picture.Blocks, alone: picture.Blocks,
		},
		"wezterm":        {heard: []tea.Msg{full, version("WezTerm 20240203"), sixel}, feed: picture.Blocks, alone: picture.ITerm},
		"iterm2":         {env: map[string]string{"TERM_PROGRAM": "iTerm.app"}, heard: []tea.Msg{full}, feed: picture.Blocks, alone: picture.ITerm},
		"foot":           {heard: []tea.Msg{full, version("foot(1.19.0)"), sixel}, feed: picture.Blocks, alone: picture.Sixel},
		"tmux":           {env: map[string]string{"TMUX": "/tmp/x", "KITTY_WINDOW_ID": "1"}, heard: []tea.Msg{full, version("tmux 3.5a"), sixel}, feed: picture.Blocks, alone: picture.Blocks},
		"tmux that lets": {env: map[string]string{"TMUX": "/tmp/x"}, tmux: "xterm-kitty", heard: []tea.Msg{full, version("tmux 3.5a")}, feed: picture.Kitty, alone: picture.Kitty},
		"the person's":   {asked: "sixel", heard: []tea.Msg{full, version("kitty(0.40.1)")}, feed: picture.Blocks, alone: picture.Sixel},
		"none wanted":    {asked: "off", heard: []tea.Msg{full, version("kitty(0.40.1)"), kittySays("OK")}, feed: picture.Off, alone: picture.Off},
	} {
		terminal := picture.Terminal{Asked: c.asked, Env: func(name string) string { return c.env[name] }}
		for _, msg := range append(c.heard, picture.Around(c.tmux)) {
			if _, ok := terminal.Heard(msg); !ok {
				t.Errorf("%s: %T is not taken", name, msg)
			}
		}
		if terminal.Feed() != c.feed || terminal.Alone() != c.alone {
			t.Errorf("%s: %s in the feed, %s alone", name, terminal.Feed(), terminal.Alone())
		}
	}
}

func TestFit(t *testing.T) {
	fit := picture.Fit{Rows: 12}
	for _, c := range []struct{ pw, ph, cols, rows, w, h int }{
		{800, 600, 80, 12, 32, 12},
		{800, 200, 80, 12, 80, 10},
		{0, 0, 80, 12, 32, 12},
		{600, 800, 20, 12, 18, 12},
		{100, 100, 80, 12, 10, 5},
		{16, 16, 80, 12, 8, 4},
		{1, 100_000, 80, 12, 1, 12},
		{100_000, 1, 80, 12, 80, 1},
		{2000, 2000, 2000, 2000, 200, 100},
		{9000, 9000, 2000, 2000, 250, 125},
		{800, 600, 0, 12, 0, 0},
	} {
		if w, h := fit.Cells(c.pw, c.ph, c.cols, c.rows); w != c.w || h != c.h {
			t.Errorf("%d × %d pixels in %d × %d cells take %d × %d, not %d × %d", c.pw, c.ph, c.cols, c.rows, w, h, c.w, c.h)
		}
	}
}
