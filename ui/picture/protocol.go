package picture

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Protocol is a way to show a picture.
type Protocol string

// The protocols.
const (
	Off    Protocol = "off"
	Blocks Protocol = "blocks" // two colours a cell
	Kitty  Protocol = "kitty"  // pixels, in cells that hold their place
	ITerm  Protocol = "iterm"  // pixels over the cells (OSC 1337); in a feed: Blocks
	Sixel  Protocol = "sixel"  // pixels over the cells; in a feed: Blocks
)

// Auto is the name that leaves the choice to what the terminal says of itself.
const Auto = "auto"

// Names lists what a person may ask for, Auto first.
func Names() []string {
	return []string{Auto, string(Kitty), string(Blocks), string(Off)}
}

// Check returns an error for a name that is none of Names. The empty name is Auto.
func Check(name string) error {
	if name == "" || slices.Contains(Names(), name) {
		return nil
	}
	return fmt.Errorf("no way to show pictures %q: there are %s", name, strings.Join(Names(), ", "))
}

// Terminal is what is known of the terminal. What it says of itself comes later than the
// first frame, or never: Heard takes it in. It is for one goroutine.
type Terminal struct {
	Asked string // one of Names; what the person wants
	// Env are the environment's variables that tell something; nil is none.
	Env func(name string) string

	tmux          string // the terminal around tmux; see Around
	profile       colorprofile.Profile
	version       string // XTVERSION's answer
	sixel         bool   // DA1 tells attribute 4
	refused       bool   // kitty's question was answered otherwise than with OK
	width, height int    // pixels of a cell
}

// Around is the terminal around tmux, where tmux hands on what is meant for it
// (allow-passthrough); "" where it does not, or there is no tmux.
type Around string

// Queries asks the terminal what it is: its version, its attributes and the size of a
// cell. Terminals that do not know a question say nothing.
func Queries() string {
	return ansi.RequestNameVersion + ansi.RequestPrimaryDeviceAttributes + ansi.WindowOp(16)
}

// ask is kitty's own question: a picture of one pixel that is not shown.
func ask() string {
	return ansi.KittyGraphics([]byte("AAAA"), "i=31", "s=1", "v=1", "a=q", "t=d", "f=24")
}

// Heard takes in what a terminal says, and what is to be asked further; ok is false for
// what is no word about pictures.
func (t *Terminal) Heard(msg tea.Msg) (further string, ok bool) {
	switch msg := msg.(type) {
	case tea.ColorProfileMsg:
		t.profile = msg.Profile
	case Around:
		t.tmux = string(msg)
	case tea.TerminalVersionMsg:
		t.version = strings.ToLower(msg.Name)
		if t.placeholders() && !t.inTmux() {
			return ask(), true
		}
	case uv.PrimaryDeviceAttributesEvent:
		const sixels = 4
		t.sixel = slices.Contains(msg, sixels)
	case uv.KittyGraphicsEvent:
		t.refused = string(msg.Payload) != "OK"
	case uv.CellSizeEvent:
		const most = 200 // pixels; a terminal that says more is wrong
		if msg.Width > 0 && msg.Height > 0 && msg.Width <= most && msg.Height <= most {
			t.width, t.height = msg.Width, msg.Height
		}
	default:
		return "", false
	}
	return "", true
}

// Fit is how pictures become cells here, rows of them at the most.
func (t *Terminal) Fit(rows int) Fit {
	if t.Feed() == Off {
		return Fit{}
	}
	return Fit{Rows: rows, CellWidth: t.width, CellHeight: t.height}
}

// Feed is how pictures are shown that scroll: Off, Blocks or Kitty.
func (t *Terminal) Feed() Protocol {
	switch p := t.Alone(); p {
	case ITerm, Sixel:
		return Blocks
	default:
		return p
	}
}

// Alone is how one picture is shown that stands by itself.
func (t *Terminal) Alone() Protocol {
	if t.profile != colorprofile.Unknown && t.profile < colorprofile.ANSI256 {
		return Off // without colours a picture is a wall
	}
	if t.Asked != "" && t.Asked != Auto {
		return Protocol(t.Asked)
	}
	switch {
	case t.inTmux():
		if knowsPlaceholders(t.tmux) && t.profile == colorprofile.TrueColor {
			return Kitty
		}
		return Blocks
	case t.placeholders() && t.profile == colorprofile.TrueColor && !t.refused:
		return Kitty
	case t.knows("iterm", "wezterm", "mintty"):
		return ITerm
	case t.sixel:
		return Sixel
	}
	return Blocks
}

// Wrap takes a sequence to the terminal through tmux where that stands between.
func (t *Terminal) Wrap(s string) string {
	if t.inTmux() {
		return ansi.TmuxPassthrough(s)
	}
	return s
}

func (t *Terminal) inTmux() bool { return t.env("TMUX") != "" }

// placeholders tells whether this is a terminal that finds pictures by placeholders. Not
// all that know kitty's protocol do.
func (t *Terminal) placeholders() bool {
	if t.version != "" {
		return knowsPlaceholders(t.version)
	}
	return t.env("KITTY_WINDOW_ID") != "" || knowsPlaceholders(t.env("TERM")) || knowsPlaceholders(t.env("TERM_PROGRAM"))
}

func knowsPlaceholders(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "kitty") || strings.Contains(name, "ghostty")
}

// knows tells whether the terminal calls itself so, or its environment does.
func (t *Terminal) knows(names ...string) bool {
	said := t.version
	if said == "" {
		said = strings.ToLower(t.env("TERM_PROGRAM") + " " + t.env("LC_TERMINAL"))
	}
	return slices.ContainsFunc(names, func(n string) bool { return strings.Contains(said, n) })
}

func (t *Terminal) env(name string) string {
	if t.Env == nil {
		return ""
	}
	return t.Env(name)
}
