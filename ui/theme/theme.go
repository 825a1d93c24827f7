package theme

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"skein/timeline"
)

// Auto follows the terminal's background.
const Auto = "auto"

// Names lists the themes, Auto first.
func Names() []string { return []string{Auto, "dark", "light", "ember", "paper", "plain"} }

// Check returns an error for a name that is no theme. The empty name is Auto.
func Check(name string) error {
	if name == "" || slices.Contains(Names(), name) {
		return nil
	}
	return fmt.Errorf("no theme %q: there are %s", name, strings.Join(Names(), ", "))
}

// Style is how text of one role is drawn. The zero value draws it as it is.
type Style struct{ open string }

// Open is the sequence that begins the style, "" for none.
func (s Style) Open() string { return s.open }

// Close is the sequence that ends it, "" for none.
func (s Style) Close() string {
	if s.open == "" {
		return ""
	}
	return ansi.ResetStyle
}

// Paint draws text, which holds no escapes of its own.
func (s Style) Paint(text string) string {
	if s.open == "" || text == "" {
		return text
	}
	return s.open + text + ansi.ResetStyle
}

// Theme is the styles and signs of one look. It is immutable; two themes with the
// same ID draw the same.
type Theme struct {
	ID string

	colorless bool

	Text   Style // what is read
	Strong Style // names, titles
	Dim    Style // handles, ages, what is said about a post
	Faint  Style // guides and borders
	Accent Style // the selection, skein's own name, keys
	Link   Style
	People Style // mentions
	Tag    Style
	Warn   Style
	Error  Style
	Good   Style
	Mine   Style // what the reader did: liked, boosted
	Match  Style // what was searched for

	Networks map[timeline.Network]Style
	Accounts map[timeline.AccountID]Style // those that have a colour of their own
	Signs    Signs
}

// WithColors is the theme with colours for accounts, #rrggbb. One without colours stays
// as it is.
func (t *Theme) WithColors(colors map[timeline.AccountID]string) *Theme {
	if t.colorless || len(colors) == 0 {
		return t
	}
	own := *t
	own.Accounts = make(map[timeline.AccountID]Style, len(colors))
	for id, hex := range colors {
		own.Accounts[id] = Style{ansi.NewStyle().ForegroundColor(lipgloss.Color(hex)).Bold().String()}
	}
	return &own
}

// Colorless tells whether the theme draws without any colour.
func (t *Theme) Colorless() bool { return t.colorless }

// Account is the accent of an account: its own, or its network's.
func (t *Theme) Account(n timeline.Network, id timeline.AccountID) Style {
	if s, ok := t.Accounts[id]; ok {
		return s
	}
	return t.Network(n)
}

// Post is the accent of a post: that of the first account that has seen it.
func (t *Theme) Post(p *timeline.Post) Style {
	if len(p.Views) == 0 || len(t.Accounts) == 0 {
		return t.Network(p.ID.Network)
	}
	return t.Account(p.ID.Network, p.Views[0].Account)
}

// Network is the accent of a network, Dim for one that is not known.
func (t *Theme) Network(n timeline.Network) Style {
	if s, ok := t.Networks[n]; ok {
		return s
	}
	return t.Dim
}

// palette is the colours of a theme as #rrggbb; "" leaves the terminal's own.
type palette struct {
	dim, faint, accent, link, people, tag, warn, bad, good, mine string
	mastodon, bluesky, nostr                                     string
}

// New makes a theme by name. Auto is dark or light by dark, the terminal's
// background; an unknown name is Auto. ASCII takes signs from ASCII alone.
func New(name string, dark, ascii bool) *Theme {
	if name == "" || name == Auto || Check(name) != nil {
		name = "light"
		if dark {
			name = "dark"
		}
	}
	t := fromPalette(paletteOf(name))
	if name == "plain" {
		t = plain()
	}
	t.ID, t.Signs = name, unicodeSigns()
	if ascii {
		t.ID, t.Signs = name+" ascii", asciiSigns()
	}
	return t
}

func paletteOf(name string) palette {
	switch name {
	case "light":
		return palette{
			dim: "#6b7078", faint: "#c2c6cc", accent: "#5a4bd6", link: "#1c6a86", people: "#5a4bd6", tag: "#4f6d7a",
			warn: "#8a6100", bad: "#b3312a", good: "#2c7a4b", mine: "#c0366b",
			mastodon: "#5a4bd6", bluesky: "#0a6fc2", nostr: "#b05a00",
		}
	case "ember":
		return palette{
			dim: "#a0917f", faint: "#5a4f45", accent: "#f0a35e", link: "#8fb8a0", people: "#e6c384", tag: "#c0a36e",
			warn: "#e6c384", bad: "#e46876", good: "#98bb6c", mine: "#e46876",
			mastodon: "#b8a1e3", bluesky: "#7fb4ca", nostr: "#f0a35e",
		}
	case "paper":
		return palette{
			dim: "#7a6f5f", faint: "#cfc4b0", accent: "#8f5a2b", link: "#2f6b5f", people: "#7a4a9c", tag: "#6d6b3a",
			warn: "#8a5a00", bad: "#a8322d", good: "#4d7031", mine: "#a8324f",
			mastodon: "#6f4aa8", bluesky: "#2a6a9e", nostr: "#a85b12",
		}
	default:
		return palette{
			dim: "#8b919b", faint: "#4a4f58", accent: "#a498ff", link: "#7cc0d4", people: "#a9b8ff", tag: "#8fb3c4",
			warn: "#e2b855", bad: "#f07f7f", good: "#86c79a", mine: "#f28bb0",
			mastodon: "#a498ff", bluesky: "#5bb5f5", nostr: "#f0a65e",
		}
	}
}

func fromPalette(p palette) *Theme {
	fg := func(hex string) ansi.Style { return ansi.NewStyle().ForegroundColor(lipgloss.Color(hex)) }
	style := func(s ansi.Style) Style { return Style{s.String()} }
	return &Theme{
		Strong: style(ansi.NewStyle().Bold()),
		Dim:    style(fg(p.dim)), Faint: style(fg(p.faint)), Accent: style(fg(p.accent)),
		Link: style(fg(p.link).Underline(true)), People: style(fg(p.people)), Tag: style(fg(p.tag)),
		Warn: style(fg(p.warn)), Error: style(fg(p.bad)), Good: style(fg(p.good)), Mine: style(fg(p.mine)),
		Match: style(fg(p.accent).Bold().Underline(true)),
		Networks: map[timeline.Network]Style{
			timeline.Mastodon: style(fg(p.mastodon).Bold()),
			timeline.Bluesky:  style(fg(p.bluesky).Bold()),
			timeline.Nostr:    style(fg(p.nostr).Bold()),
		},
	}
}

// plain has weight and underline, and no colour.
func plain() *Theme {
	bold := Style{ansi.NewStyle().Bold().String()}
	return &Theme{
		colorless: true,
		Strong:    bold, Accent: bold, Warn: bold, Error: bold, Mine: bold,
		Link:  Style{ansi.NewStyle().Underline(true).String()},
		Match: Style{ansi.NewStyle().Bold().Underline(true).String()},
		Networks: map[timeline.Network]Style{
			timeline.Mastodon: bold, timeline.Bluesky: bold, timeline.Nostr: bold,
		},
	}
}
