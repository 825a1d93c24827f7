package compose

import (
	"slices"
	"strings"

	"skein/outbox"
	"skein/timeline"
	"skein/ui/edit"
)

// About is the post that is answered, quoted or changed, as it stands above the
// text.
type About struct {
	Who  timeline.Safe
	Text timeline.Safe
}

// Options are what a Compose needs to know.
type Options struct {
	ID    string // of the draft, where it was saved before
	About About
	// Key is how a person reads the key of a command.
	Key  func(c Command) string
	Find Find
}

// Compose is a draft on the screen. It is for one goroutine.
type Compose struct {
	o       Options
	id      string
	draft   outbox.Draft // but for its texts
	shared  *edit.Text
	own     map[timeline.AccountID]*variant
	tab     timeline.AccountID // whose text is on the screen; "" for that of all
	targets []outbox.Target    // all that there are; nil until they are known
	plan    outbox.Plan
	planned int // the version that plan is of; 0 for none
	version int
	sheet   sheet
	popup   popup
	note    string
	bad     bool
	busy    string // what is being done with the draft, which must not change meanwhile

	x, y   int // the cursor in what was drawn last
	cursor bool
}

// variant is the text of one target. Until somebody changes it, it is the shared
// one.
type variant struct {
	*edit.Text
	mine bool
}

// New makes a Compose of a draft.
func New(d outbox.Draft, o Options) *Compose {
	c := &Compose{o: o, id: o.ID, version: 1, own: map[timeline.AccountID]*variant{}}
	c.load(d)
	return c
}

func (c *Compose) load(d outbox.Draft) {
	c.shared = written(d.Text)
	clear(c.own)
	for a, text := range d.For {
		c.own[a] = &variant{written(text), true}
	}
	d.Text, d.For = "", nil
	d.To, d.Media, d.Languages = slices.Clone(d.To), slices.Clone(d.Media), slices.Clone(d.Languages)
	c.draft, c.tab = d, ""
}

func written(s string) *edit.Text {
	t := &edit.Text{Max: outbox.MaxText}
	t.Set(s)
	return t
}

// Restore takes a draft in place of what is there, which is nothing yet.
func (c *Compose) Restore(id string, d outbox.Draft) {
	c.id = id
	c.load(d)
	c.changed()
}

// Version goes up with each change of the draft.
func (c *Compose) Version() int { return c.version }

func (c *Compose) changed() { c.version++ }

// ID is that of the saved draft, "" until there is one.
func (c *Compose) ID() string { return c.id }

// Named says under which id the draft has been saved.
func (c *Compose) Named(id string) { c.id = id }

// Draft is the draft as it now is.
func (c *Compose) Draft() outbox.Draft {
	d := c.draft
	d.Text = c.shared.String()
	for _, a := range d.To {
		if v := c.own[a]; v != nil && v.mine && !v.Blank() {
			if d.For == nil {
				d.For = map[timeline.AccountID]string{}
			}
			d.For[a] = v.String()
		}
	}
	d.To, d.Media, d.Languages = slices.Clone(d.To), slices.Clone(d.Media), slices.Clone(d.Languages)
	if d.Poll != nil {
		poll := *d.Poll
		poll.Options = slices.Clone(poll.Options)
		d.Poll = &poll
	}
	return d
}

// Empty tells whether there is nothing that would be worth keeping.
func (c *Compose) Empty() bool {
	for _, v := range c.own {
		if v.mine && !v.Blank() {
			return false
		}
	}
	return c.shared.Blank() && len(c.draft.Media) == 0 && c.draft.Poll == nil
}

// Targets are those that the draft goes to, as far as they are known.
func (c *Compose) Targets() []outbox.Target {
	var out []outbox.Target
	for _, a := range c.draft.To {
		if i := c.target(a); i >= 0 {
			out = append(out, c.targets[i])
		}
	}
	return out
}

func (c *Compose) target(a timeline.AccountID) int {
	return slices.IndexFunc(c.targets, func(t outbox.Target) bool { return t.Account.ID == a })
}

// SetTargets says what there is to choose from, in the order in which it is shown.
func (c *Compose) SetTargets(all []outbox.Target) {
	c.targets = all
	c.sortTargets()
	c.changed()
}

// sortTargets puts the chosen targets in the order of all.
func (c *Compose) sortTargets() {
	slices.SortStableFunc(c.draft.To, func(a, b timeline.AccountID) int { return c.target(a) - c.target(b) })
}

// Known tells whether the targets are known.
func (c *Compose) Known() bool { return c.targets != nil }

// Choose says where the draft goes.
func (c *Compose) Choose(to ...timeline.AccountID) {
	c.draft.To = slices.Clone(to)
	c.sortTargets()
	c.changed()
}

// Planned takes the plan of a version of the draft.
func (c *Compose) Planned(version int, p outbox.Plan) {
	if version > c.planned {
		c.plan, c.planned = p, version
	}
}

// Plan is the plan, and whether it is that of the present draft.
func (c *Compose) Plan() (p outbox.Plan, current bool) { return c.plan, c.planned == c.version }

// About is the post that stands above the text.
func (c *Compose) About() About { return c.o.About }

// Say shows a line below the text until the next key.
func (c *Compose) Say(text string, bad bool) {
	c.note, c.bad = timeline.CleanLine(text).String(), bad
}

// Work says what is being done with the draft; until it is over ("") no key changes
// it.
func (c *Compose) Work(what string) { c.busy = what }

// Text is what is on the screen to be changed, for an editor.
func (c *Compose) Text() string { return c.text().String() }

// SetText takes what an editor made of it. It tells whether there was room.
func (c *Compose) SetText(s string) bool {
	if len(s) > outbox.MaxText {
		return false
	}
	c.text().Set(strings.TrimRight(s, "\n"))
	c.wrote()
	return true
}

// Attach adds a file, and asks for its description.
func (c *Compose) Attach(f outbox.File) {
	c.draft.Media = append(c.draft.Media, f)
	c.changed()
	c.openMedia(len(c.draft.Media) - 1)
}

// text is the text on the screen.
func (c *Compose) text() *edit.Text {
	if v := c.own[c.tab]; v != nil {
		return v.Text
	}
	return c.shared
}

// wrote notes that the text on the screen has changed.
func (c *Compose) wrote() {
	if v := c.own[c.tab]; v != nil {
		v.mine = !v.Blank()
	}
	c.changed()
}

// nextTab goes to the text of the next target, after the last to that of all.
func (c *Compose) nextTab() {
	tabs := append([]timeline.AccountID{""}, c.draft.To...)
	c.tab = tabs[(slices.Index(tabs, c.tab)+1)%len(tabs)]
	if c.tab == "" {
		return
	}
	v := c.own[c.tab]
	if v == nil {
		v = &variant{Text: written("")}
		c.own[c.tab] = v
	}
	if !v.mine {
		v.Set(c.shared.String())
	}
}
