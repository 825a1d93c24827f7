// Package notifications shows what has happened to the accounts in rows, the newest
// first.
//
// The package knows no network and no key binding, and it asks nobody: what there is is
// given to it. A Pane is for one goroutine.
package notifications

import (
	"slices"
	"time"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/column"
	"skein/ui/post"
)

// nearEnd is how many rows from the last older ones are wanted.
const nearEnd = 10

// Pane is the rows and the place among them.
type Pane struct {
	*column.Column
	look   post.Look
	width  int
	height int
	group  func([]timeline.Notice) []timeline.NoticeGroup

	notices []timeline.Notice
	shown   []timeline.NoticeGroup
	kind    timeline.NoticeKind // the only one shown; "" for all
	more    bool
	loaded  bool // there is an answer, of a network or of what is kept
	hidden  int
	opened  map[name]bool // rows whose warning was opened, by their oldest notice
	minute  time.Time     // of which the ages are
}

// name names a notice.
type name struct {
	account timeline.AccountID
	id      string
}

func nameOf(n timeline.Notice) name { return name{n.Account, n.ID} }

// New makes a Pane that has been told of nothing yet. group makes rows of notices.
func New(look post.Look, group func([]timeline.Notice) []timeline.NoticeGroup) *Pane {
	return &Pane{Column: column.New(look, nil), look: look, group: group, opened: map[name]bool{}}
}

// Set shows what there is in place of what was shown, and keeps the place.
func (p *Pane) Set(n timeline.Noticed) {
	p.notices, p.more, p.hidden, p.loaded = n.Notices, n.More, n.Hidden, true
	p.regroup()
}

// Add shows notices that are new, beside those that are shown.
func (p *Pane) Add(fresh []timeline.Notice) {
	if len(fresh) == 0 {
		return
	}
	p.notices = timeline.MergeNotices(fresh, p.notices)
	p.regroup()
}

// MarkRead shows notices as read; none means all.
func (p *Pane) MarkRead(read ...timeline.Notice) {
	those := map[name]bool{}
	for _, n := range read {
		those[nameOf(n)] = true
	}
	p.notices = slices.Clone(p.notices) // the rows share what they were made of
	for i, n := range p.notices {
		p.notices[i].Read = n.Read || len(read) == 0 || those[nameOf(n)]
	}
	p.regroup()
}

// All is everything that is held, whether it is shown or not.
func (p *Pane) All() []timeline.Notice { return p.notices }

// Unread is how many of all notices were not read.
func (p *Pane) Unread() int { return timeline.Noticed{Notices: p.notices}.Unread() }

// Kind is the only kind shown; "" for all.
func (p *Pane) Kind() timeline.NoticeKind { return p.kind }

// NextKind shows the notices of one kind after the other of those that there are, then
// all again.
func (p *Pane) NextKind() {
	cycle := []timeline.NoticeKind{""}
	for _, k := range timeline.NoticeKinds() {
		if slices.ContainsFunc(p.notices, func(n timeline.Notice) bool { return n.Kind == k }) {
			cycle = append(cycle, k)
		}
	}
	p.SetKind(cycle[(slices.Index(cycle, p.kind)+1)%len(cycle)])
}

// SetKind shows the notices of one kind alone, or of all.
func (p *Pane) SetKind(k timeline.NoticeKind) {
	p.kind = k
	p.regroup()
}

// Group is the selected row; ok is false where there is none.
func (p *Pane) Group() (g timeline.NoticeGroup, ok bool) {
	if len(p.shown) == 0 {
		return g, false
	}
	return p.shown[p.Selected()], true
}

// Post is what the selected row is about; nil where that is nothing that can be shown.
func (p *Pane) Post() *timeline.Post {
	g, ok := p.Group()
	if !ok {
		return nil
	}
	return g.Post()
}

// NextUnread selects the next row below that holds something unread, and tells whether
// there is one.
func (p *Pane) NextUnread() bool {
	for i := p.Selected() + 1; i < len(p.shown); i++ {
		if p.shown[i].Unread() > 0 {
			for p.Selected() < i {
				p.Move(1)
			}
			return true
		}
	}
	return false
}

// WantsMore tells whether older notices are wanted: the reader comes near the last.
func (p *Pane) WantsMore() bool { return p.loaded && p.more && len(p.shown)-p.Selected() <= nearEnd }

// Revise replaces every post with an ID by what revise makes of it.
func (p *Pane) Revise(id timeline.ID, revise func(*timeline.Post) *timeline.Post) {
	changed := false
	for i, n := range p.notices {
		if n.Post != nil && n.Post.Content().ID == id {
			if !changed {
				p.notices, changed = slices.Clone(p.notices), true
			}
			p.notices[i].Post = post.Revised(n.Post, revise)
		}
	}
	if changed {
		p.regroup()
	}
}

// Reveal shows or hides what the selected row's post keeps behind a warning, and tells
// whether there is anything.
func (p *Pane) Reveal() bool {
	g, ok := p.Group()
	if !ok || g.Post() == nil || !g.Post().Content().Hidden() {
		return false
	}
	key := rowName(g)
	p.opened[key] = !p.opened[key]
	p.redraw(p.Selected())
	return true
}

// rowName names a row by its oldest notice, which stays while newer ones come.
func rowName(g timeline.NoticeGroup) name { return nameOf(g.Notices[len(g.Notices)-1]) }

// regroup makes the rows anew and keeps the place on the row that holds what the
// selected one held.
func (p *Pane) regroup() {
	at, top := p.Selected(), p.Selected() == 0
	var held []timeline.Notice
	if g, ok := p.Group(); ok {
		held = g.Notices
	}
	wanted := p.notices
	if p.kind != "" {
		wanted = slices.DeleteFunc(slices.Clone(wanted), func(n timeline.Notice) bool { return n.Kind != p.kind })
	}
	p.shown = p.group(wanted)
	if len(held) > 0 && !top {
		is := map[name]bool{}
		for _, n := range held {
			is[nameOf(n)] = true
		}
		i := slices.IndexFunc(p.shown, func(g timeline.NoticeGroup) bool {
			return slices.ContainsFunc(g.Notices, func(n timeline.Notice) bool { return is[nameOf(n)] })
		})
		if i >= 0 {
			at = i
		}
	}
	p.redraw(min(at, max(len(p.shown)-1, 0)))
}

// redraw draws all rows anew, with the place on one of them.
func (p *Pane) redraw(at int) {
	items := make([]column.Item, len(p.shown))
	for i, g := range p.shown {
		items[i] = column.Item{Lines: func(l post.Look) []string {
			return drawRow(g, l, p.minute, p.opened[rowName(g)])
		}}
	}
	p.Column.Set(items, at)
}

// Resize sets the cells and lines that the pane may use.
func (p *Pane) Resize(width, height int) {
	p.width, p.height = width, height
	p.Column.Resize(width, height)
}

// SetLook changes how rows are drawn.
func (p *Pane) SetLook(l post.Look) {
	p.look = l
	p.Column.SetLook(l)
}

// Lines draws the rows, or why there are none.
func (p *Pane) Lines(now time.Time, focus bool) []string {
	if minute := now.Truncate(time.Minute); !minute.Equal(p.minute) {
		p.minute = minute
		p.Column.SetLook(p.look) // the ages are a part of the rows
	}
	if len(p.shown) > 0 {
		return p.Column.Lines(now, focus)
	}
	out := []string{cell.Blank(p.width)}
	for _, l := range cell.Wrap(p.look.Measure, []cell.Run{{Text: p.nothing()}}, max(1, p.width-2*lead)) {
		out = append(out, cell.Fit(p.look.Measure, cell.Blank(lead)+p.look.Theme.Dim.Paint(l), p.width, p.look.Theme.Signs.More))
	}
	for len(out) < p.height {
		out = append(out, cell.Blank(p.width))
	}
	return out[:max(0, p.height)]
}

// nothing says why there is no row.
func (p *Pane) nothing() string {
	switch {
	case !p.loaded:
		return "Asking what has happened " + p.look.Theme.Signs.More
	case p.kind != "":
		return "Nothing of this kind has happened."
	case p.hidden > 0:
		return "All that has happened is muted here."
	}
	return "Nothing has happened yet. Mentions, replies, likes, boosts and follows of all your accounts come here."
}
