package messages

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/overlay"
	"skein/ui/post"
)

// The actions of messages.
type (
	// Open shows a conversation.
	Open struct{ Conversation timeline.Conversation }
	// Write begins a message into a conversation.
	Write struct{ Conversation timeline.Conversation }
	// Refresh asks for what is new: of one conversation where it has an Account, else of
	// the list.
	Refresh struct{ Conversation timeline.Conversation }
	// More asks for what is older of a conversation.
	More struct{ Conversation timeline.Conversation }
)

// IsAction makes it an Action.
func (Open) IsAction() {}

// IsAction makes it an Action.
func (Write) IsAction() {}

// IsAction makes it an Action.
func (Refresh) IsAction() {}

// IsAction makes it an Action.
func (More) IsAction() {}

// widest is as wide as a list or a log becomes, without its frame.
const widest = 96

// Inbox is what a List shows.
type Inbox struct {
	Conversations []timeline.Conversation
	Said          []string // what failed, or may be missing: one line each
	Loading       bool
	Now           time.Time
	// Several tells that a network has several accounts here: each row says whose it is
	// then.
	Several map[timeline.Network]bool
	Names   map[timeline.AccountID]string
}

// List is the conversations of all accounts.
type List struct {
	read func() Inbox
	at   int
}

// NewList makes a List that reads what it shows each time it is drawn.
func NewList(read func() Inbox) *List { return &List{read: read} }

// Key moves, opens and closes.
func (o *List) Key(k tea.KeyPressMsg) overlay.Action {
	all := o.read().Conversations
	last := max(0, len(all)-1)
	o.at = min(max(0, o.at), last)
	switch k.String() {
	case "esc", "q":
		return overlay.Close{}
	case "j", "down", "ctrl+n":
		o.at = min(o.at+1, last)
	case "k", "up", "ctrl+p":
		o.at = max(0, o.at-1)
	case "g", "home":
		o.at = 0
	case "G", "end":
		o.at = last
	case "ctrl+r":
		return Refresh{}
	case "enter":
		if len(all) > 0 {
			return Open{all[o.at]}
		}
	case "c", "r":
		if len(all) > 0 && all[o.at].Closed.Empty() {
			return Write{all[o.at]}
		}
	}
	return nil
}

// rowLines is how many lines a conversation has, with the empty one below it.
const rowLines = 3

// Lines draws two lines a conversation: with whom, and what was written last.
func (o *List) Lines(l overlay.Look, width, height int) []string {
	inner := max(1, min(widest, width-overlay.FrameWidth))
	in := o.read()
	o.at = min(max(0, o.at), max(0, len(in.Conversations)-1))
	room := max(1, (height-overlay.FrameHeight-len(in.Said)+1)/rowLines)
	from := max(0, min(o.at-room/2, len(in.Conversations)-room))
	var lines []string
	for i := from; i < min(len(in.Conversations), from+room); i++ {
		if i > from {
			lines = append(lines, "")
		}
		lines = append(lines, row(l, in, in.Conversations[i], i == o.at, inner)...)
	}
	switch {
	case len(in.Conversations) == 0 && in.Loading:
		lines = append(lines, l.Theme.Dim.Paint("asking the accounts"+l.Theme.Signs.More))
	case len(in.Conversations) == 0:
		lines = append(lines, l.Theme.Dim.Paint("there are no messages"))
	}
	for _, said := range in.Said {
		lines = append(lines, l.Theme.Warn.Paint(cell.Cut(l.Measure, said, inner, l.Theme.Signs.More)))
	}
	dot := " " + l.Theme.Signs.Dot + " "
	hint := strings.Join([]string{l.Theme.Signs.Enter + " read", "r write", "^r ask again", "esc"}, dot)
	return l.Box("messages", hint, lines, inner)
}

// row is a conversation in two lines.
func row(l overlay.Look, in Inbox, c timeline.Conversation, at bool, inner int) []string {
	t := l.Theme
	mark, style := "  ", t.Text
	if c.Unread > 0 && !c.Muted {
		mark, style = t.Accent.Paint(t.Signs.Unread)+" ", t.Strong
	}
	if at {
		mark, style = t.Accent.Paint(t.Signs.Selected)+" ", t.Strong
	}
	left := mark + t.Account(c.Network, c.Account).Paint(c.Network.Letter()) + " " + style.Paint(with(c))
	if in.Several[c.Network] {
		left += "  " + t.Dim.Paint(timeline.CleanLine(in.Names[c.Account]).String())
	}
	var right []string
	for _, said := range []struct {
		is   bool
		text string
	}{
		{c.Muted, "muted"},
		{c.Request, "new to you"},
		{c.Old, "old form"},
		{c.Unread > 0, strconv.Itoa(c.Unread) + " unread"},
	} {
		if said.is {
			right = append(right, said.text)
		}
	}
	text := ""
	if c.Last != nil {
		right = append(right, post.Age(in.Now, c.Last.Created))
		text = cmp.Or(c.Last.Text.Plain().Line().String(), c.Last.Note.Line().String())
		switch {
		case own(c, c.Last.Author):
			text = "you: " + text
		case len(c.People) > 1:
			text = c.Last.Author.Name.Line().String() + ": " + text
		}
	}
	return []string{
		cell.Ends(l.Measure, left, t.Dim.Paint(strings.Join(right, "  ")), inner, t.Signs.More),
		"    " + t.Dim.Paint(cell.Cut(l.Measure, text, max(1, inner-4), t.Signs.More)),
	}
}

// with names the others of a conversation.
func with(c timeline.Conversation) string {
	if names := c.Names().Line().String(); names != "" {
		return names
	}
	return "yourself"
}

// own tells whether somebody who has written is the account itself.
func own(c timeline.Conversation, a timeline.Author) bool {
	return !slices.ContainsFunc(c.People, func(p timeline.Author) bool { return p.ID == a.ID })
}
