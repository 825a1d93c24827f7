package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
)

// networkKey is a network that the welcome screen offers to sign in to.
type networkKey struct{ key, value, title string }

// networkKeys are the networks by their first letters, or by numbers where a letter is
// taken.
func (m *Model) networkKeys() []networkKey {
	if m.o.Accounts == nil {
		return nil
	}
	taken := []string{"d", "q"}
	var out []networkKey
	for i, o := range m.o.Accounts.Networks().Options {
		key := strings.ToLower(timeline.Network(o.Value).Letter())
		if slices.Contains(taken, key) {
			key = string(rune('1' + i))
		}
		taken = append(taken, key)
		out = append(out, networkKey{key, o.Value, timeline.CleanLine(o.Title).String()})
	}
	return out
}

// welcomed takes a key of the welcome screen.
func (m *Model) welcomed(key string) (cmd tea.Cmd, done bool) {
	if key == "d" {
		m.result.StartDemo = true
		return m.quit(), true
	}
	for _, n := range m.networkKeys() {
		if n.key == key {
			return m.signInto(n.value), true
		}
	}
	return nil, false
}

// welcome is the screen without an account.
func (m *Model) welcome() []string {
	t := m.theme
	key := func(k, text string) string { return "    " + t.Accent.Paint(k) + "   " + text }
	text := []string{
		"  Welcome to " + t.Accent.Paint(m.o.Name) + t.Dim.Paint(" "+m.o.Version),
		"",
		"  Mastodon, Bluesky and Nostr in one timeline.",
		"",
		key("d", "look around first: the demo runs three small networks"),
		"        inside skein, nothing leaves this computer",
	}
	if keys := m.networkKeys(); len(keys) > 0 {
		text = append(text, "", "  Or sign in:", "")
		for _, k := range keys {
			text = append(text, key(k.key, k.title))
		}
	}
	text = append(text, "", key("q", "quit"))
	if len(text) > m.height-1 { // the empty lines go first
		text = nonBlank(text)
	}
	lines := make([]string, 0, m.height)
	for range (m.height - len(text)) / 3 {
		lines = append(lines, "")
	}
	lines = append(lines, text...)
	for len(lines) < m.height-1 {
		lines = append(lines, "")
	}
	lines = append(lines[:m.height-1], m.messageLine())
	for i, l := range lines {
		lines[i] = cell.Fit(m.measure, l, m.inner(), t.Signs.More)
	}
	return lines
}

func nonBlank(lines []string) []string {
	var out []string
	for _, l := range lines {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}
