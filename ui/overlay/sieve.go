package overlay

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
)

// Sieve is what of a timeline is shown. The zero value shows all.
type Sieve struct {
	NoBoosts  bool     `json:"no_boosts,omitempty"`
	NoReplies bool     `json:"no_replies,omitempty"` // but those to oneself: threads
	MediaOnly bool     `json:"media_only,omitempty"`
	Languages []string `json:"languages,omitempty"` // only posts in these; one that names none is shown
	Words     []string `json:"words,omitempty"`     // only posts that say one of these
}

// Active tells whether anything is left out.
func (s Sieve) Active() bool {
	return s.NoBoosts || s.NoReplies || s.MediaOnly || len(s.Languages) > 0 || len(s.Words) > 0
}

// Passes tells whether a row is shown.
func (s Sieve) Passes(p *timeline.Post) bool {
	c := p.Content()
	switch {
	case s.NoBoosts && p.Boosted != nil,
		s.NoReplies && c.ReplyTo != nil && c.ReplyTo.Handle != c.Author.Handle,
		s.MediaOnly && len(c.Media) == 0:
		return false
	}
	return s.speaks(c) && s.says(c)
}

func (s Sieve) speaks(c *timeline.Post) bool {
	if len(s.Languages) == 0 || len(c.Languages) == 0 {
		return true
	}
	return slices.ContainsFunc(c.Languages, func(l string) bool {
		return slices.ContainsFunc(s.Languages, func(want string) bool {
			lang, _, _ := strings.Cut(l, "-")
			return strings.EqualFold(l, want) || strings.EqualFold(lang, want)
		})
	})
}

func (s Sieve) says(c *timeline.Post) bool {
	if len(s.Words) == 0 {
		return true
	}
	text := strings.ToLower(c.Text.Plain().String() + " " + c.Warning.String())
	return slices.ContainsFunc(s.Words, func(w string) bool { return strings.Contains(text, strings.ToLower(w)) })
}

// String says what is left out, in a few words; "" for nothing.
func (s Sieve) String() string {
	var parts []string
	for _, p := range []struct {
		is   bool
		text string
	}{
		{s.NoBoosts, "no boosts"},
		{s.NoReplies, "no replies"},
		{s.MediaOnly, "media only"},
		{len(s.Languages) > 0, "in " + strings.Join(s.Languages, ", ")},
		{len(s.Words) > 0, "only " + strings.Join(s.Words, ", ")},
	} {
		if p.is {
			parts = append(parts, p.text)
		}
	}
	return strings.Join(parts, ", ")
}

// Sift is the wish to show what a Sieve leaves. The overlay stays open.
type Sift struct{ Sieve Sieve }

// IsAction makes it an Action.
func (Sift) IsAction() {}

// The rows of the overlay that are typed.
const (
	rowLanguages = 3
	rowWords     = 4
	sieveRows    = 5
)

// SieveChoice changes a Sieve.
type SieveChoice struct {
	sieve  Sieve
	list   list
	input  Input
	typing bool
}

// NewSieve makes the overlay that changes s.
func NewSieve(s Sieve) *SieveChoice { return &SieveChoice{sieve: s} }

// Key switches, types and closes.
func (o *SieveChoice) Key(k tea.KeyPressMsg) Action {
	key := k.String()
	if o.typing {
		return o.typed(k)
	}
	switch key {
	case "esc", "q", "alt+f":
		return Close{}
	case "j":
		o.list.move(1, sieveRows)
	case "k":
		o.list.move(-1, sieveRows)
	case "enter", "space":
		return o.change()
	default:
		if d, ok := arrow(key); ok {
			o.list.move(d, sieveRows)
		}
	}
	return nil
}

func (o *SieveChoice) change() Action {
	switch o.list.at {
	case 0:
		o.sieve.NoBoosts = !o.sieve.NoBoosts
	case 1:
		o.sieve.NoReplies = !o.sieve.NoReplies
	case 2:
		o.sieve.MediaOnly = !o.sieve.MediaOnly
	default:
		o.typing, o.input = true, Input{}
		o.input.Paste(strings.Join(*o.words(), ", "))
		return nil
	}
	return Sift{o.sieve}
}

func (o *SieveChoice) words() *[]string {
	if o.list.at == rowLanguages {
		return &o.sieve.Languages
	}
	return &o.sieve.Words
}

func (o *SieveChoice) typed(k tea.KeyPressMsg) Action {
	switch k.String() {
	case "esc":
		o.typing = false
	case "enter":
		o.typing = false
		var words []string
		for _, w := range strings.FieldsFunc(o.input.Text(), func(r rune) bool { return r == ',' }) {
			if w = strings.TrimSpace(w); w != "" {
				words = append(words, w)
			}
		}
		*o.words() = words
		return Sift{o.sieve}
	default:
		o.input.Key(k)
	}
	return nil
}

// Lines draws what is shown and what is not.
func (o *SieveChoice) Lines(l Look, width, _ int) []string {
	inner := min(56, width-FrameWidth)
	var lines []string
	for i, row := range []struct {
		text string
		on   bool
		says string
	}{
		{"boosts", !o.sieve.NoBoosts, "shown"},
		{"replies to others", !o.sieve.NoReplies, "shown"},
		{"posts without media", !o.sieve.MediaOnly, "shown"},
		{"languages", len(o.sieve.Languages) > 0, strings.Join(o.sieve.Languages, ", ")},
		{"words", len(o.sieve.Words) > 0, strings.Join(o.sieve.Words, ", ")},
	} {
		says, style := row.says, l.Theme.Good
		switch {
		case !row.on && i >= rowLanguages:
			says, style = "any", l.Theme.Dim
		case !row.on:
			says, style = "left out", l.Theme.Warn
		}
		mark, name := "  ", l.Theme.Text
		if i == o.list.at {
			mark, name = l.Theme.Accent.Paint(l.Theme.Signs.Selected)+" ", l.Theme.Strong
		}
		if i == o.list.at && o.typing {
			lines = append(lines, mark+o.input.Line(l, row.text+": ", inner-2))
			continue
		}
		lines = append(lines, mark+cell.Ends(l.Measure, name.Paint(row.text), style.Paint(says), max(0, inner-2), l.Theme.Signs.More))
	}
	hint := l.Theme.Signs.Enter + " changes " + l.Theme.Signs.Dot + " esc closes"
	if o.typing {
		hint = "with commas between " + l.Theme.Signs.Dot + " " + l.Theme.Signs.Enter + " takes it"
	}
	return l.Box("what is shown here", hint, lines, inner)
}
