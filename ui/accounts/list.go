package accounts

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/config/account"
	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/overlay"
)

// The actions of the list.
type (
	// Add signs in to another account.
	Add struct{}
	// Check asks the server of an account whether it works.
	Check struct{ Account account.Record }
	// Remove forgets an account, after it was asked for.
	Remove struct{ Account account.Record }
	// Rename calls an account by another name.
	Rename struct {
		Account account.Record
		Name    string
	}
	// Post has new posts go to an account of themselves, or not.
	Post struct {
		Account account.Record
		On      bool
	}
)

// IsAction makes it an Action.
func (Add) IsAction() {}

// IsAction makes it an Action.
func (Check) IsAction() {}

// IsAction makes it an Action.
func (Remove) IsAction() {}

// IsAction makes it an Action.
func (Rename) IsAction() {}

// IsAction makes it an Action.
func (Post) IsAction() {}

// Row is one account of the list.
type Row struct {
	account.Record
	Health timeline.Health
	Posts  bool   // new posts go there of themselves
	Aside  bool   // its home is no part of the timeline, as the person has it
	Acts   bool   // it likes, boosts and answers where another of its network could
	Said   string // what a check has said, or why something failed
	Bad    bool   // it is no good news
}

// List is the accounts, and what may be done with them.
type List struct {
	read   func() []Row
	at     int
	naming *overlay.Input // the name that is typed; nil while none is
}

// NewList makes a List that reads the accounts each time it is drawn.
func NewList(read func() []Row) *List { return &List{read: read} }

// Key moves, and wants something done.
func (o *List) Key(k tea.KeyPressMsg) overlay.Action {
	rows := o.read()
	o.at = min(max(0, o.at), max(0, len(rows)-1))
	if o.naming != nil && len(rows) > 0 {
		return o.name(k, rows[o.at].Record)
	}
	switch k.String() {
	case "esc", "q":
		return overlay.Close{}
	case "j", "down", "ctrl+n":
		o.at = min(o.at+1, max(0, len(rows)-1))
	case "k", "up", "ctrl+p":
		o.at = max(0, o.at-1)
	case "a":
		return Add{}
	}
	if len(rows) == 0 {
		return nil
	}
	r := rows[o.at]
	switch k.String() {
	case "enter", "c":
		return Check{r.Record}
	case "x", "d":
		return Remove{r.Record}
	case "p":
		if !r.ReadOnly {
			return Post{r.Record, !r.Posts}
		}
	case "r":
		o.naming = &overlay.Input{}
		o.naming.Paste(r.Name)
	}
	return nil
}

// name takes a key while a name is typed.
func (o *List) name(k tea.KeyPressMsg, r account.Record) overlay.Action {
	switch k.String() {
	case "esc":
		o.naming = nil
	case "enter":
		name := strings.TrimSpace(o.naming.Text())
		o.naming = nil
		if name != "" && name != r.Name {
			return Rename{r, name}
		}
	default:
		o.naming.Key(k)
	}
	return nil
}

// Paste types the clipboard where a name is typed.
func (o *List) Paste(text string) overlay.Action {
	if o.naming != nil {
		o.naming.Paste(text)
	}
	return nil
}

// rowLines is how many lines an account has, with the empty one below it.
const rowLines = 3

// Lines draws two lines an account: who and how, and where or what was said.
func (o *List) Lines(l overlay.Look, width, height int) []string {
	inner := min(widest, width-overlay.FrameWidth)
	rows := o.read()
	o.at = min(max(0, o.at), max(0, len(rows)-1))
	room := max(1, (height-overlay.FrameHeight+1)/rowLines)
	from := max(0, min(o.at-room/2, len(rows)-room))
	var lines []string
	for i := from; i < min(len(rows), from+room); i++ {
		if i > from {
			lines = append(lines, "")
		}
		lines = append(lines, o.row(l, rows[i], i == o.at, inner)...)
	}
	if len(rows) == 0 {
		lines = append(lines, l.Theme.Dim.Paint("no accounts yet"))
	}
	return l.Box("your accounts", o.hint(l), lines, inner)
}

func (o *List) hint(l overlay.Look) string {
	dot := " " + l.Theme.Signs.Dot + " "
	if o.naming != nil {
		return l.Theme.Signs.Enter + " renames" + dot + "esc does not"
	}
	return strings.Join([]string{"a add", "x remove", "r rename", "p post there", l.Theme.Signs.Enter + " check", "esc"}, dot)
}

func (o *List) row(l overlay.Look, r Row, at bool, inner int) []string {
	t := l.Theme
	mark, style := "  ", t.Text
	if at {
		mark, style = t.Accent.Paint(t.Signs.Selected)+" ", t.Strong
	}
	network := timeline.Network(r.Network)
	sign, health := overlay.Sign(t, r.Health.State)
	if r.Aside {
		sign, health = t.Signs.Dot, t.Dim
	}
	who := mark + t.Account(network, timeline.AccountID(r.ID)).Paint(network.Letter()) + " " + health.Paint(sign) + " "
	if at && o.naming != nil {
		who += o.naming.Line(l, "name", max(8, inner-8))
	} else {
		who += style.Paint(line(r.Name)) + "  " + t.Dim.Paint(line(r.Handle))
	}
	about, said := r.about(), t.Dim
	if r.Said != "" {
		about = line(r.Said)
		if r.Bad {
			said = t.Error
		}
	}
	return []string{
		cell.Ends(l.Measure, who, t.Dim.Paint(strings.Join(r.marks(), ", ")), inner, t.Signs.More),
		"    " + said.Paint(cell.Cut(l.Measure, about, max(1, inner-4), t.Signs.More)),
	}
}

// marks are what an account is by default.
func (r Row) marks() []string {
	var out []string
	if r.Acts {
		out = append(out, "acts")
	}
	switch {
	case r.ReadOnly:
		out = append(out, "reads only")
	case r.Posts:
		out = append(out, "posts")
	}
	if r.Aside {
		out = append(out, "not in the timeline")
	}
	return out
}

// about is where an account is, and how it does where that is not well.
func (r Row) about() string {
	where := r.Health.Account.Server.Line().String()
	if where == "" { // it is not read here
		where = line(r.Server)
	}
	if r.Health.State != timeline.Live && !r.Health.Message.Empty() {
		where += ": " + r.Health.Message.Line().String()
	}
	return where
}
