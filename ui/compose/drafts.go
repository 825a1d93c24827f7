package compose

import (
	tea "charm.land/bubbletea/v2"

	"skein/ui/cell"
	"skein/ui/overlay"
)

// Shelved is a draft that was put aside. ID is "" for a new post.
type Shelved struct{ ID, Text, About string }

// Opening asks for a draft in place of this one, which is kept.
type Opening struct{ ID string }

// IsAction makes it an overlay.Action.
func (Opening) IsAction() {}

// ShowDrafts lists what else there is to write on.
func (c *Compose) ShowDrafts(all []Shelved) { c.sheet = &shelf{all: all} }

// shelf is a list of drafts.
type shelf struct {
	all      []Shelved
	at, from int
}

func (s *shelf) key(k tea.KeyPressMsg) (done bool, a overlay.Action) {
	switch k.String() {
	case "esc", "q":
		return true, nil
	case "enter":
		return true, Opening{s.all[s.at].ID}
	case "j", "down", "tab", "ctrl+n":
		s.at = min(s.at+1, len(s.all)-1)
	case "k", "up", "shift+tab", "ctrl+p":
		s.at = max(s.at-1, 0)
	}
	return false, nil
}

func (s *shelf) paste(string) {}

func (s *shelf) title() string { return "drafts" }

func (s *shelf) hint(l overlay.Look, width int) string {
	return told(l, width, "esc back", l.Theme.Signs.Enter+" opens, and keeps this one")
}

func (s *shelf) lines(l overlay.Look, width, height int) (lines []string, x, y int) {
	s.from = max(min(s.from, s.at), s.at-height+1)
	for i := s.from; i < min(len(s.all), s.from+height); i++ {
		mark, style := "  ", l.Theme.Text
		if i == s.at {
			mark, style = l.Theme.Accent.Paint(l.Theme.Signs.Selected)+" ", l.Theme.Strong
		}
		d := s.all[i]
		lines = append(lines, cell.Ends(l.Measure, mark+style.Paint(d.Text), l.Theme.Dim.Paint(d.About), width, l.Theme.Signs.More))
	}
	return lines, -1, 0
}
