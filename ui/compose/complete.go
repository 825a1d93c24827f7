package compose

import (
	"slices"
	"strings"
	"unicode"

	"skein/ui/cell"
	"skein/ui/overlay"
)

// Find brings what a word may be completed to, the best first. It answers at once.
type Find interface {
	// People lists names that begin with prefix, without their @, each with what
	// tells whose it is.
	People(prefix string) []Choice
	// Tags lists tags that begin with prefix, without their #.
	Tags(prefix string) []string
}

// Choice is what a word may be completed to.
type Choice struct{ Text, About string }

const popupMax = 5 // choices shown

// popup is the list of what the word before the cursor may be completed to.
type popup struct {
	choices []Choice // with their sign: "@ana"
	word    int      // bytes before the cursor that a choice replaces
	at      int
	chosen  bool // somebody has moved in the list
}

func (p popup) open() bool { return len(p.choices) > 0 }

func (p popup) wants(key string) bool {
	switch key {
	case "up", "down", "ctrl+n", "ctrl+p", "tab", "esc":
		return true
	case "enter":
		return p.chosen
	}
	return false
}

// offer looks what the word before the cursor may become.
func (c *Compose) offer() {
	c.popup = popup{}
	word := lastWord(c.text().Before())
	if len(word) < 2 || len(word) > 64 {
		return
	}
	rest := word[1:]
	var found []Choice
	switch word[0] {
	case '@':
		if c.o.Find != nil {
			found = c.o.Find.People(rest)
		}
	case '#':
		if c.o.Find != nil {
			for _, t := range c.o.Find.Tags(rest) {
				found = append(found, Choice{Text: "#" + t})
			}
		}
	case ':':
		found = emoji(rest)
	}
	found = slices.DeleteFunc(found, func(f Choice) bool { return f.Text == word })
	c.popup = popup{choices: found[:min(len(found), popupMax)], word: len(word)}
}

// lastWord is the end of a text from the sign that begins a name, a tag or an
// emoji; "" where there is none.
func lastWord(s string) string {
	i := strings.LastIndexFunc(s, unicode.IsSpace) + 1
	for i < len(s) && strings.ContainsRune("([{\"'*_", rune(s[i])) {
		i++
	}
	if i >= len(s) || !strings.ContainsRune("@#:", rune(s[i])) {
		return ""
	}
	return s[i:]
}

// complete takes a key for the list and tells whether it did.
func (c *Compose) complete(key string) bool {
	p := &c.popup
	switch {
	case !p.wants(key):
		return false
	case key == "esc":
		*p = popup{}
	case key == "down", key == "ctrl+n":
		p.at, p.chosen = (p.at+1)%len(p.choices), true
	case key == "up", key == "ctrl+p":
		p.at, p.chosen = (p.at+len(p.choices)-1)%len(p.choices), true
	default:
		text, word := p.choices[p.at].Text, p.word
		*p = popup{}
		if !c.text().ReplaceBefore(word, text+" ") {
			c.full()
			return true
		}
		c.wrote()
	}
	return true
}

func (p popup) lines(l overlay.Look, width int) []string {
	var out []string
	for i, ch := range p.choices {
		mark, style := "  ", l.Theme.Text
		if i == p.at {
			mark, style = l.Theme.Accent.Paint(l.Theme.Signs.Selected)+" ", l.Theme.Strong
		}
		text := cell.Cut(l.Measure, ch.Text, max(1, width-2), l.Theme.Signs.More)
		line := mark + style.Paint(text)
		if room := width - 4 - cell.Width(l.Measure, text); ch.About != "" && room > 4 {
			line += "  " + l.Theme.Dim.Paint(cell.Cut(l.Measure, ch.About, room, l.Theme.Signs.More))
		}
		out = append(out, line)
	}
	return out
}
