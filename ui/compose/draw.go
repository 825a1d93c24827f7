package compose

import (
	"fmt"
	"slices"
	"strings"

	"skein/outbox"
	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/overlay"
)

const (
	innerMax  = 76 // cells inside the frame
	linesMax  = 14 // lines inside it
	textLeast = 3  // lines that the text keeps
	nameWidth = 50 // cells from which the targets are named
)

// Lines draws the screen. Its size depends on the window alone, so that nothing
// jumps while somebody types.
func (c *Compose) Lines(l overlay.Look, width, height int) []string {
	inner := max(8, min(innerMax, width-overlay.FrameWidth))
	room := max(textLeast, min(linesMax, height-overlay.FrameHeight))
	var lines []string
	if about := c.about(l, inner, room); len(about) > 0 {
		lines = append(lines, about...)
		room -= len(about)
	}
	if c.whole(room) {
		return l.Box(c.title(), c.hints(l, inner-2), c.alone(l, inner, len(lines)+room), inner)
	}
	least := min(textLeast, room)
	if c.sheet != nil {
		least = min(least, 2)
	}
	below, bx, by := c.below(l, inner, max(0, room-least-1))
	rows := room
	if len(below) > 0 {
		rows = room - len(below) - 1
	}
	c.text().SetWidth(l.Measure, inner-1)
	text, x, y := c.text().Lines(rows)
	c.x, c.y, c.cursor = overlay.FrameLeft+x, overlay.FrameTop+len(lines)+y, c.busy == ""
	for i, t := range text {
		if t == "---" {
			text[i] = l.Theme.Faint.Paint(strings.Repeat(l.Theme.Signs.Horizontal, inner))
		}
	}
	lines = append(lines, text...)
	for range rows - len(text) {
		lines = append(lines, "")
	}
	if len(below) > 0 {
		lines = append(lines, "")
		if c.sheet != nil {
			c.x, c.y, c.cursor = overlay.FrameLeft+bx, overlay.FrameTop+len(lines)+by, bx >= 0
		}
		lines = append(lines, below...)
	}
	return l.Box(c.title(), c.hints(l, inner-2), lines, inner)
}

// whole tells whether a sheet takes all the room: what each target gets, and any
// where there would be no room for it beside the text.
func (c *Compose) whole(room int) bool {
	_, reads := c.sheet.(*preview)
	return reads || c.sheet != nil && room < 2*textLeast
}

// alone is a sheet without the text.
func (c *Compose) alone(l overlay.Look, width, height int) []string {
	lines, x, y := c.below(l, width, height)
	c.x, c.y, c.cursor = overlay.FrameLeft+x, overlay.FrameTop+y, x >= 0
	for len(lines) < height {
		lines = append(lines, "")
	}
	return lines
}

// told joins hints, as many as fit; the last always.
func told(l overlay.Look, width int, last string, hints ...string) string {
	dot := " " + l.Theme.Signs.Dot + " "
	s := ""
	for _, h := range hints {
		if cell.Width(l.Measure, s+h+dot+last) <= width {
			s += h + dot
		}
	}
	return s + last
}

// Cursor is where the terminal's cursor belongs, in what was drawn last.
func (c *Compose) Cursor() (x, y int, shown bool) { return c.x, c.y, c.cursor }

func (c *Compose) title() string {
	name := "compose"
	switch {
	case len(c.draft.Edit) > 0:
		name = "edit"
	case len(c.draft.ReplyTo) > 0:
		name = "reply"
	case len(c.draft.Quote) > 0:
		name = "quote"
	}
	if c.sheet != nil && c.sheet.title() != "" {
		return name + ": " + c.sheet.title()
	}
	if i := c.target(c.tab); c.tab != "" && i >= 0 {
		name += ": for " + c.targets[i].Account.Network.Letter() + " " + called(c.targets[i].Account) + " alone"
	}
	return name
}

// hints are the keys that are told of, as many as fit; how to leave always.
func (c *Compose) hints(l overlay.Look, width int) string {
	if c.sheet != nil {
		return c.sheet.hint(l, width)
	}
	key := func(cmd Command, does string) string { return c.o.Key(cmd) + " " + does }
	last := key(Keep, "keeps draft")
	all := []string{
		key(Send, "send"), key(ShowsKeys, "keys"), key(Editor, "editor"), key(Attach, "attach"), key(Targets, "to"), key(Warning, "warning"), key(Split, "split"),
	}
	if slices.ContainsFunc(c.plan.Targets, tooLong) { // then it is what one wants
		all = slices.Insert(all[:len(all)-1], 1, all[len(all)-1])
	}
	s := ""
	for _, h := range all {
		if cell.Width(l.Measure, s+h+"  "+last) <= width-2 {
			s += h + "  "
		}
	}
	return s + last
}

// about is the post that is answered, quoted or changed.
func (c *Compose) about(l overlay.Look, width, room int) []string {
	what := ""
	switch {
	case c.o.About.Who.Empty() && c.o.About.Text.Empty():
		return nil
	case len(c.draft.Edit) > 0:
		what = "your post"
	case c.draft.Letter != nil:
		what = "a message to " + c.o.About.Who.Line().String() + " alone"
	case len(c.draft.ReplyTo) > 0:
		what = l.Theme.Signs.ReplyTo + " " + c.o.About.Who.Line().String()
	default:
		what = "quoting " + c.o.About.Who.Line().String()
	}
	lines := []string{l.Theme.Dim.Paint(cell.Cut(l.Measure, what, width, l.Theme.Signs.More))}
	if room >= 12 {
		dim := l.Theme.Dim
		for i, s := range cell.Wrap(l.Measure, []cell.Run{{Text: c.o.About.Text.String(), Open: dim.Open(), Close: dim.Close()}}, width-2) {
			if i == 2 {
				break
			}
			lines = append(lines, l.Theme.Faint.Paint(l.Theme.Signs.Box)+" "+s)
		}
		lines = append(lines, "")
	}
	return lines
}

// below is what stands under the text: a sheet, or what a word may become, or
// where the draft goes and what is made of it there.
func (c *Compose) below(l overlay.Look, width, height int) (lines []string, x, y int) {
	if height <= 0 {
		return nil, -1, 0
	}
	noted := c.noted(l, width)
	noted = noted[:min(len(noted), height)]
	room := height - len(noted)
	x = -1
	switch {
	case c.sheet != nil:
		lines, x, y = c.sheet.lines(l, width, max(1, room))
	case c.popup.open():
		lines = c.popup.lines(l, width)
	default:
		lines = append(c.to(l, width), c.remarks(l, width)...)
	}
	if n := len(lines) - room; n > 0 {
		lines = append(lines[:max(0, room-1)], l.Theme.Dim.Paint(fmt.Sprintf("%s %d more, %s shows them", l.Theme.Signs.More, n+1, c.o.Key(Split))))
	}
	return append(lines[:min(len(lines), room)], noted...), x, y
}

// noted is what is to be said just now, in at most two lines.
func (c *Compose) noted(l overlay.Look, width int) []string {
	const most = 2
	text, style := c.busy, l.Theme.Dim
	if c.note != "" {
		text, style = c.note, l.Theme.Good
		if c.bad {
			style = l.Theme.Error
		}
	}
	lines := cell.Wrap(l.Measure, []cell.Run{{Text: text, Open: style.Open(), Close: style.Close()}}, width)
	return lines[:min(len(lines), most)]
}

// to is the targets with their counters, as many on a line as fit.
func (c *Compose) to(l overlay.Look, width int) []string {
	lead, gap := 4, 3
	if width < nameWidth {
		lead, gap = 3, 2
	}
	if !c.Known() {
		return []string{l.Theme.Dim.Paint("to  your accounts are being asked" + l.Theme.Signs.More)}
	}
	if len(c.draft.To) == 0 {
		return []string{l.Theme.Warn.Paint("to  nobody yet: " + c.o.Key(Targets) + " chooses")}
	}
	var lines []string
	line, used := l.Theme.Dim.Paint("to")+cell.Blank(lead-2), lead
	for _, a := range c.draft.To {
		s := c.counter(l, a, width-lead)
		w := cell.Width(l.Measure, s)
		if used > lead && used+gap+w > width {
			lines = append(lines, line)
			line, used = cell.Blank(lead), lead
		}
		if used > lead {
			line, used = line+cell.Blank(gap), used+gap
		}
		line, used = line+s, used+w
	}
	return append(lines, line)
}

// counter is "✓ M @me@host 55/500".
func (c *Compose) counter(l overlay.Look, a timeline.AccountID, width int) string {
	t, signs := l.Theme, l.Theme.Signs
	sign, count, style := t.Dim.Paint(signs.Dot), signs.More, t.Dim
	i := slices.IndexFunc(c.plan.Targets, func(p outbox.TargetPlan) bool { return p.Account.ID == a })
	account := timeline.Account{Name: string(a)}
	if at := c.target(a); at >= 0 {
		account = c.targets[at].Account
	}
	if i >= 0 {
		p := c.plan.Targets[i]
		count = sized(p, l)
		switch {
		case c.Empty():
		case p.Refused() || tooLong(p):
			sign, style = t.Error.Paint(signs.No), t.Error
		default:
			sign = t.Good.Paint(signs.Yes)
		}
	}
	letter := t.Account(account.Network, account.ID).Paint(account.Network.Letter())
	own := ""
	if v := c.own[a]; v != nil && v.mine {
		own = t.Accent.Paint("*")
	}
	if width < nameWidth && c.only(account) {
		return sign + " " + letter + own + " " + style.Paint(count)
	}
	room := width - cell.Width(l.Measure, signs.Yes) - 4 - cell.Width(l.Measure, count)
	name := cell.Cut(l.Measure, called(account), max(4, room), signs.More)
	return sign + " " + letter + " " + name + own + " " + style.Paint(count)
}

// only tells whether no other account of the network is written to.
func (c *Compose) only(a timeline.Account) bool {
	return !slices.ContainsFunc(c.targets, func(t outbox.Target) bool {
		return t.Account.Network == a.Network && t.Account.ID != a.ID && slices.Contains(c.draft.To, t.Account.ID)
	})
}

func tooLong(p outbox.TargetPlan) bool {
	return slices.ContainsFunc(p.Parts, func(part outbox.PartPlan) bool { return part.Over })
}

// sized is the length of one post, or how many there are.
func sized(p outbox.TargetPlan, l overlay.Look) string {
	switch len(p.Parts) {
	case 0:
		return measured(timeline.Size{}, p.Limits, l)
	case 1:
		return measured(p.Parts[0].Size, p.Limits, l)
	}
	s := fmt.Sprintf("%d posts", len(p.Parts))
	for i, part := range p.Parts {
		if part.Over {
			return s + fmt.Sprintf(", %d: ", i+1) + measured(part.Size, p.Limits, l)
		}
	}
	return s
}

// measured is a length with its limit, in the network's own unit.
func measured(s timeline.Size, lim timeline.Limits, l overlay.Look) string {
	switch n, limit, unit := s.Against(lim); {
	case unit != "bytes":
		return fmt.Sprintf("%d/%d", n, limit)
	case limit > 0 && n > limit:
		return fmt.Sprintf("%d/%d bytes", n, limit)
	}
	return l.Theme.Signs.Unlimited
}

// called is how a person knows an account: by its handle.
func called(a timeline.Account) string {
	if h := a.Handle.Line().String(); h != "" {
		return h
	}
	return timeline.CleanLine(a.Name).String()
}

func bytes(n int) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}
