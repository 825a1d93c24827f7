package accounts

import (
	"charm.land/bubbles/v2/key"
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"

	"skein/config/account"
	"skein/ui/overlay"
	"skein/ui/theme"
)

// longest is the most runes that an answer has: a token, or the address at which a
// browser ended.
const longest = 8 << 10

// newInput is a line to be typed into text, with what it is taken for when it stays
// empty.
func newInput(otherwise string, secret bool, text *string) *huh.Input {
	in := huh.NewInput().Prompt("> ").Placeholder(otherwise).CharLimit(longest).Value(text)
	if secret {
		in.EchoMode(huh.EchoModePassword)
	}
	in.WithKeyMap(keymap())
	_ = in.Focus() // its command would make the cursor blink
	return in
}

// newPick offers options; what they are for is said beside them.
func newPick(options []account.Option) *huh.Select[string] {
	offered := make([]huh.Option[string], len(options))
	for i, o := range options {
		offered[i] = huh.NewOption(line(o.Title), o.Value)
	}
	pick := huh.NewSelect[string]().Options(offered...)
	pick.WithKeyMap(keymap())
	_ = pick.Focus()
	return pick
}

// keymap is huh's own without what an overlay decides itself, and without a filter:
// there are never so many ways to sign in.
func keymap() *huh.KeyMap {
	k := huh.NewDefaultKeyMap()
	for _, b := range []*key.Binding{
		&k.Input.Next, &k.Input.Prev, &k.Input.Submit, &k.Input.AcceptSuggestion,
		&k.Select.Next, &k.Select.Prev, &k.Select.Submit, &k.Select.Filter, &k.Select.SetFilter, &k.Select.ClearFilter,
	} {
		b.SetEnabled(false)
	}
	return k
}

// dress is how huh's fields look among our own lines. A field keeps the first theme
// that it gets, so the look of the moment is looked up in it.
type dress struct{ look overlay.Look }

// Theme implements huh.Theme.
func (d *dress) Theme(bool) *huh.Styles {
	role := func(s theme.Style) lipgloss.Style { return lipgloss.NewStyle().Transform(s.Paint) }
	t := d.look.Theme
	var f huh.FieldStyles
	f.Base = lipgloss.NewStyle()
	f.SelectSelector = lipgloss.NewStyle().SetString(t.Accent.Paint(t.Signs.Selected) + " ")
	f.SelectedOption, f.UnselectedOption = role(t.Strong), role(t.Text)
	f.TextInput = huh.TextInputStyles{Prompt: role(t.Accent), Placeholder: role(t.Dim), Text: role(t.Text)}
	return &huh.Styles{Focused: f, Blurred: f}
}
