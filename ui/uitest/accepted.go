package uitest

import (
	"fmt"
	"image/color"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"skein/ui"
)

// Scene is a story and what it is played on.
type Scene struct {
	Options  ui.Options
	Networks []*Backend
	// Story looks at each screen that is to be held to what was accepted, by a name
	// of its own.
	Story func(s *Session, look func(name string))
}

// Sizes are the windows in which every screen is held to what was accepted: the
// smallest, the usual, with a second and with a third pane.
func Sizes() [][2]int { return [][2]int{{40, 12}, {80, 24}, {120, 36}, {160, 45}} }

// Accepted plays a scene in all Sizes, in colours and plainly, and holds each screen
// that it looks at to testdata/TEST/NAME-WIDTH.golden, which a person has read. Such
// a file has three parts:
//
//	the screen as text, the same on a dark and on a light background
//	a map of it, a letter a style, and what the letters are on either background
//	the screen in the theme that has no colours and ASCII signs alone
//
// It fails where the backgrounds differ in more than colours, and where the plain
// theme has any. The scene is made anew for each play.
func Accepted(t *testing.T, scene func() Scene) {
	t.Helper()
	for _, size := range Sizes() {
		look := func(theme string, ground color.Color) (names []string, screens map[string]*Screen) {
			screens = map[string]*Screen{}
			c := scene()
			c.Options.Theme, c.Options.ASCII = theme, theme == plainly
			Play(t, c.Options, c.Networks, func(s *Session) {
				s.Send(tea.BackgroundColorMsg{Color: ground})
				s.Resize(size[0], size[1])
				c.Story(s, func(name string) {
					s.Sleep(500 * time.Millisecond) // what waits for a rest is drawn
					names = append(names, name)
					screens[name], s.Screen = s.Screen, NewScreen(size[0], size[1])
					s.draw() // the story goes on in a new one
				})
			})
			return names, screens
		}
		names, dark := look("", ansi.Black)
		_, light := look("", ansi.White)
		_, plain := look(plainly, ansi.Black)
		for _, name := range names {
			t.Run(fmt.Sprintf("%s-%d", name, size[0]), func(t *testing.T) {
				if dark[name].Text() != light[name].Text() {
					t.Errorf("a light background changes more than colours:\n%s\n%s", framed(dark[name].Text()), framed(light[name].Text()))
				}
				isColorless(t, plain[name])
				golden.RequireEqual(t, fmt.Sprintf("%s\n=== styles\n%s=== plain\n%s\n", dark[name].Text(), styles(dark[name], light[name]), plain[name].Text()))
			})
		}
	}
}

// plainly is the theme without colours.
const plainly = "plain"

func isColorless(t *testing.T, s *Screen) {
	t.Helper()
	for y := range s.Lines {
		for x := range s.Width {
			if c := s.CellAt(x, y); c != nil && c.Style.Fg != nil && !isPicture(c) {
				t.Errorf("the plain theme has a colour in line %d: %s", y+1, s.Row(y))
				break
			}
		}
	}
}

// styles is a map of a screen with a letter for each pair of styles, and their legend.
func styles(dark, light *Screen) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	var grid, legend strings.Builder
	known := map[string]byte{}
	for y := range dark.Lines {
		row := make([]byte, 0, dark.Width)
		for x := range dark.Width {
			a, b := dark.CellAt(x, y), light.CellAt(x, y)
			switch {
			case a == nil || b == nil || a.Width == 0: // the second half of a wide one
				row = append(row, ' ')
			case isPicture(a):
				row = append(row, '#')
			case style(a) == "" && style(b) == "" && strings.TrimSpace(a.Content) == "":
				row = append(row, ' ')
			case style(a) == "" && style(b) == "":
				row = append(row, '.')
			default:
				pair := fmt.Sprintf("%s | %s", style(a), style(b))
				letter, ok := known[pair]
				if !ok {
					letter = letters[min(len(known), len(letters)-1)]
					known[pair] = letter
					fmt.Fprintf(&legend, "%c %s\n", letter, pair)
				}
				row = append(row, letter)
			}
		}
		grid.WriteString(strings.TrimRight(string(row), " ") + "\n")
	}
	return grid.String() + "=== on dark | on light\n" + legend.String()
}

// isPicture tells a cell of a picture or a code to scan, which alone have a background.
func isPicture(c *uv.Cell) bool { return c.Style.Bg != nil }

// style is how a cell is drawn, in words; "" as it comes.
func style(c *uv.Cell) string {
	var words []string
	if c.Style.Fg != nil {
		r, g, b, _ := c.Style.Fg.RGBA()
		words = append(words, fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8))
	}
	for _, a := range []struct {
		bit  uint8
		name string
	}{{uv.AttrBold, "bold"}, {uv.AttrFaint, "faint"}, {uv.AttrItalic, "italic"}, {uv.AttrBlink, "blinks"}, {uv.AttrReverse, "inverse"}, {uv.AttrStrikethrough, "struck"}} {
		if c.Style.Attrs&a.bit != 0 {
			words = append(words, a.name)
		}
	}
	if c.Style.Underline != ansi.UnderlineNone {
		words = append(words, "underlined")
	}
	if c.Link.URL != "" {
		words = append(words, "link")
	}
	return strings.Join(words, " ")
}
