package compose

import (
	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/ui/overlay"
)

// Command is something that a key does on this screen. Which key is the caller's
// to say.
type Command string

// The commands.
const (
	Send      Command = "send"
	Keep      Command = "keep"
	Discard   Command = "discard"
	Editor    Command = "editor"
	Attach    Command = "attach"
	Targets   Command = "targets"
	Warning   Command = "warning"
	Language  Command = "language"
	Audience  Command = "audience"
	Poll      Command = "poll"
	Split     Command = "split"
	OwnText   Command = "own-text"
	Drafts    Command = "drafts"
	ShowsKeys Command = "keys"
)

// The actions of this screen; those that have their own meaning only here.
type (
	// Sending asks to send the draft.
	Sending struct{}
	// Keeping asks to save the draft and to close; Discarding to forget it.
	Keeping struct{}
	// Discarding asks to forget the draft and to close.
	Discarding struct{}
	// Editing asks for the person's own editor.
	Editing struct{}
	// Attaching asks to attach a file.
	Attaching struct{ Path string }
	// Listing asks for the paths that begin with Prefix, for Paths.
	Listing struct{ Prefix string }
	// Browsing asks for the other drafts, for ShowDrafts.
	Browsing struct{}
	// Helping asks for the keys of this screen.
	Helping struct{}
)

// IsAction makes it an overlay.Action, as it does those below.
func (Sending) IsAction() {}

// IsAction makes it an overlay.Action.
func (Keeping) IsAction() {}

// IsAction makes it an overlay.Action.
func (Discarding) IsAction() {}

// IsAction makes it an overlay.Action.
func (Editing) IsAction() {}

// IsAction makes it an overlay.Action.
func (Attaching) IsAction() {}

// IsAction makes it an overlay.Action.
func (Listing) IsAction() {}

// IsAction makes it an overlay.Action.
func (Browsing) IsAction() {}

// IsAction makes it an overlay.Action.
func (Helping) IsAction() {}

// Takes tells whether the key of a command is wanted for something else: a list to
// choose from, a sheet. Who reads what each target gets can send it from there.
func (c *Compose) Takes(k tea.KeyPressMsg, cmd Command) bool {
	_, reads := c.sheet.(*preview)
	return c.sheet != nil && (!reads || cmd != Send) || c.popup.open() && c.popup.wants(k.String())
}

// Do carries a command out.
func (c *Compose) Do(cmd Command) overlay.Action {
	c.note = ""
	if c.busy != "" && cmd != Keep {
		return nil
	}
	c.popup = popup{}
	switch cmd {
	case Send:
		return Sending{}
	case Keep:
		return Keeping{}
	case Discard:
		c.sheet = &question{ask: "Throw this draft away?", yes: Discarding{}}
	case Editor:
		return Editing{}
	case Attach:
		c.openMedia(len(c.draft.Media))
	case Targets:
		c.openTargets()
	case Warning:
		c.openWarning()
	case Language:
		c.openLanguage()
	case Audience:
		c.openAudience()
	case Poll:
		c.openPoll()
	case Split:
		c.sheet = &preview{c: c, from: -1}
	case OwnText:
		c.nextTab()
	case Drafts:
		return Browsing{}
	case ShowsKeys:
		return Helping{}
	}
	return nil
}

// Key takes a key that is no command's.
func (c *Compose) Key(k tea.KeyPressMsg) overlay.Action {
	c.note = ""
	if c.busy != "" {
		return nil
	}
	if c.sheet != nil {
		done, a := c.sheet.key(k)
		if done {
			c.sheet = nil
		}
		return a
	}
	if c.popup.open() && c.complete(k.String()) {
		return nil
	}
	before := c.text().Len()
	switch _, room := c.text().Key(k); {
	case !room:
		c.full()
	case c.text().Len() != before || k.Text != "":
		c.wrote()
		c.offer()
	default:
		c.popup = popup{}
	}
	return nil
}

// Paste takes the clipboard.
func (c *Compose) Paste(s string) overlay.Action {
	c.note, c.popup = "", popup{}
	switch {
	case c.busy != "":
	case c.sheet != nil:
		c.sheet.paste(s)
	case !c.text().Insert(s):
		c.full()
	default:
		c.wrote()
	}
	return nil
}

func (c *Compose) full() {
	c.Say("that is more than a draft may hold ("+bytes(outbox.MaxText)+"): nothing was added", true)
}
