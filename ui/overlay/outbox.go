package overlay

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/feed"
	"skein/ui/post"
	"skein/ui/theme"
)

// The actions of the outbox.
type (
	// Resend takes a delivery up again.
	Resend struct{ timeline.Delivery }
	// Withdraw stops a delivery that has not been sent.
	Withdraw struct{ timeline.Delivery }
)

// IsAction makes it an Action.
func (Resend) IsAction() {}

// IsAction makes it an Action.
func (Withdraw) IsAction() {}

// Outbox lists what is on its way and what has become of the rest.
type Outbox struct {
	read   func() []timeline.Delivery
	now    func() time.Time
	at     int64 // the selected delivery
	from   int   // the first line of the list, and of the details
	below  int
	detail bool
}

// NewOutbox makes an Outbox that reads the present state each time it is drawn.
func NewOutbox(read func() []timeline.Delivery, now func() time.Time) *Outbox {
	return &Outbox{read: read, now: now}
}

// Newest sorts deliveries: what was done last first, its targets in their order.
func Newest(all []timeline.Delivery) {
	slices.SortFunc(all, func(a, b timeline.Delivery) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.Operation, a.Operation), cmp.Compare(a.ID, b.ID))
	})
}

// Key moves, opens, sends again, withdraws and closes.
func (o *Outbox) Key(k tea.KeyPressMsg) Action {
	all := o.read()
	i := o.index(all)
	switch key := k.String(); key {
	case "esc", "q":
		if o.detail {
			o.detail = false
			return nil
		}
		return Close{}
	case "enter":
		o.detail, o.below = !o.detail && len(all) > 0, 0
	case "r":
		if len(all) > 0 && (again(all[i]) || Trying(all[i])) {
			return Resend{all[i]}
		}
	case "x":
		if len(all) > 0 && !all[i].State.Settled() {
			return Withdraw{all[i]}
		}
	case "o":
		if len(all) > 0 {
			if a, ok := address(all[i]); ok {
				return Open{Link: post.Link{Address: a}, Sure: true}
			}
		}
	default:
		o.move(all, i, key)
	}
	return nil
}

func (o *Outbox) move(all []timeline.Delivery, i int, key string) {
	d, ok := arrow(key)
	switch key {
	case "j":
		d, ok = 1, true
	case "k":
		d, ok = -1, true
	}
	if o.detail && ok {
		o.below += d
		return
	}
	if ok && len(all) > 0 {
		o.at = all[max(0, min(len(all)-1, i+d))].ID
	}
}

// index is where the selected delivery stands; the first where it is gone.
func (o *Outbox) index(all []timeline.Delivery) int {
	return max(0, slices.IndexFunc(all, func(d timeline.Delivery) bool { return d.ID == o.at }))
}

// again tells whether a delivery can be taken up again.
func again(d timeline.Delivery) bool {
	switch d.State {
	case timeline.Refused, timeline.Unconfirmed, timeline.Cancelled, timeline.Waiting:
		return true
	case timeline.Sent:
		return slices.ContainsFunc(d.Receipt.Answers, func(a timeline.Answer) bool { return !a.Taken && !a.Final })
	}
	return false
}

// Trying tells whether a delivery has failed and will be tried again by itself.
func Trying(d timeline.Delivery) bool {
	return !d.State.Settled() && d.State != timeline.Waiting && d.Code != "" && !d.Due.IsZero()
}

// address is where the post that a delivery became, or acted upon, can be seen.
func address(d timeline.Delivery) (post.Address, bool) {
	if d.Kind == timeline.DoDelete {
		return post.Address{}, false // it is gone
	}
	for _, p := range d.Receipt.Posts {
		if a, ok := post.ParseAddress(p.URL); ok {
			return a, true
		}
	}
	return post.Address{}, false
}

// Lines draws the list, or all that is known of one delivery.
func (o *Outbox) Lines(l Look, width, height int) []string {
	inner := min(76, width-FrameWidth)
	all := o.read()
	dot := " " + l.Theme.Signs.Dot + " "
	if len(all) == 0 {
		return l.Box("outbox", "esc closes", []string{l.Theme.Dim.Paint("nothing has been sent from here yet")}, inner)
	}
	i := o.index(all)
	if o.detail {
		lines := o.details(l, all[i], inner)
		room := min(len(lines), max(1, height-FrameHeight))
		o.below = max(0, min(o.below, len(lines)-room))
		return l.Box("outbox: "+all[i].Account.Handle.Line().String(), o.keys(all[i], dot)+"esc back", lines[o.below:o.below+room], inner)
	}
	lines, sel := o.list(l, all, i, inner)
	room := max(1, height-FrameHeight)
	o.from = max(min(o.from, sel-1), sel-room+1, 0)
	o.from = min(o.from, max(0, len(lines)-room))
	return l.Box("outbox", l.Theme.Signs.Enter+" details"+dot+o.keys(all[i], dot)+"esc closes", lines[o.from:min(len(lines), o.from+room)], inner)
}

// list draws all deliveries and tells on which line the selected one is: under what
// they send; of an act for one account, in one line.
func (o *Outbox) list(l Look, all []timeline.Delivery, at, inner int) (lines []string, sel int) {
	brief := false
	for n, d := range all {
		begins := n == 0 || all[n-1].Operation != d.Operation
		before := brief
		if begins {
			brief = d.Kind != timeline.DoPost && (n+1 == len(all) || all[n+1].Operation != d.Operation)
			if n > 0 && (!brief || !before) {
				lines = append(lines, "")
			}
			if !brief {
				lines = append(lines, o.heading(l, d, inner))
			}
		}
		if n == at {
			sel = len(lines)
		}
		if brief {
			lines = append(lines, o.brief(l, d, n == at, inner))
		} else {
			lines = append(lines, o.line(l, d, n == at, inner))
		}
	}
	return lines, sel
}

// brief is an act for one account: what it does and to what, or why not.
func (o *Outbox) brief(l Look, d timeline.Delivery, at bool, inner int) string {
	s, style := o.begin(l, d, at)
	does := Doing(d.Kind, d.Undo)
	about := d.Summary
	if d.State != timeline.Sent {
		does += " " + o.state(d)
		if !d.Message.Empty() {
			about = d.Message
		}
	}
	s += style.Paint(does) + "  " + l.Theme.Dim.Paint(about.Line().String())
	return cell.Ends(l.Measure, s, l.Theme.Dim.Paint(post.Age(o.now(), d.Created)), inner, l.Theme.Signs.More)
}

// begin is what each line begins with: whether it is selected, how it stands, where
// it goes.
func (o *Outbox) begin(l Look, d timeline.Delivery, at bool) (string, theme.Style) {
	mark := "  "
	if at {
		mark = l.Theme.Accent.Paint(l.Theme.Signs.Selected) + " "
	}
	sign, style := DeliverySign(l.Theme, d.State)
	return mark + style.Paint(sign) + " " + l.Theme.Account(d.Account.Network, d.Account.ID).Paint(d.Account.Network.Letter()) + " ", style
}

// keys are those that work on a delivery.
func (o *Outbox) keys(d timeline.Delivery, dot string) string {
	s := ""
	if _, ok := address(d); ok {
		s += "o opens" + dot
	}
	switch {
	case Trying(d):
		s += "r tries now" + dot
	case again(d):
		s += "r sends again" + dot
	}
	if !d.State.Settled() {
		s += "x withdraws" + dot
	}
	return s
}

func (o *Outbox) heading(l Look, d timeline.Delivery, inner int) string {
	what := d.Summary.Line().String()
	if verb := Doing(d.Kind, d.Undo); d.Kind != timeline.DoPost {
		what = verb + ": " + what
	}
	return cell.Ends(l.Measure, l.Theme.Strong.Paint(what), l.Theme.Dim.Paint(post.Age(o.now(), d.Created)), inner, l.Theme.Signs.More)
}

func (o *Outbox) line(l Look, d timeline.Delivery, at bool, inner int) string {
	s, style := o.begin(l, d, at)
	if d.Of > 1 {
		s += l.Theme.Dim.Paint(fmt.Sprintf("%d/%d ", d.Part, d.Of))
	}
	s += style.Paint(o.state(d)) + "  "
	rest := max(1, inner-cell.Width(l.Measure, s))
	return s + l.Theme.Dim.Paint(cell.Cut(l.Measure, o.outcome(d), rest, l.Theme.Signs.More))
}

// state says where a delivery stands, and when it goes on.
func (o *Outbox) state(d timeline.Delivery) string {
	s := string(d.State)
	wait := d.Due.Sub(o.now())
	switch {
	case Trying(d) && wait <= 0:
		s = "trying again"
	case Trying(d):
		s = "trying again in " + feed.Wait(wait)
	case d.State.Settled() || d.Due.IsZero() || wait <= 0:
	case d.State == timeline.Scheduled || wait > time.Hour:
		s += " for " + feed.Moment(o.now(), d.Due)
	default:
		s += ", goes on in " + feed.Wait(wait)
	}
	return s
}

// outcome is the link, or why there is none.
func (o *Outbox) outcome(d timeline.Delivery) string {
	if a, ok := address(d); ok && d.State == timeline.Sent {
		return a.URL
	}
	if !d.Message.Empty() {
		return d.Message.Line().String()
	}
	return d.Account.Handle.Line().String()
}

func (o *Outbox) details(l Look, d timeline.Delivery, inner int) []string {
	sign, style := DeliverySign(l.Theme, d.State)
	dim := l.Theme.Dim
	lines := []string{
		style.Paint(sign+" "+o.state(d)) + dim.Paint("  since "+feed.Moment(o.now(), d.Updated)+", "+times(d.Tries)),
	}
	add := func(text string, style theme.Style) {
		lines = append(lines, cell.Wrap(l.Measure, []cell.Run{{Text: text, Open: style.Open(), Close: style.Close()}}, inner)...)
	}
	if !d.Message.Empty() {
		add(d.Message.Line().String(), style)
	}
	for _, p := range d.Receipt.Posts {
		if a, ok := post.ParseAddress(p.URL); ok {
			add(a.URL, l.Theme.Link)
		}
	}
	for _, a := range d.Receipt.Answers {
		sign, style := l.Theme.Signs.Yes, l.Theme.Good
		if !a.Taken {
			sign, style = l.Theme.Signs.No, l.Theme.Error
		}
		line := style.Paint(sign) + " " + a.Server.Line().String()
		if !a.Message.Empty() {
			line += "  " + dim.Paint(a.Message.Line().String())
		}
		lines = append(lines, line)
	}
	if !d.Receipt.Note.Empty() {
		add(d.Receipt.Note.Line().String(), dim)
	}
	add(d.Summary.Line().String(), dim)
	return lines
}

func times(n int) string {
	switch n {
	case 0:
		return "nothing sent yet"
	case 1:
		return "tried once"
	}
	return fmt.Sprintf("tried %d times", n)
}

// DeliverySign is the mark of a delivery's state and its style.
func DeliverySign(t *theme.Theme, s timeline.DeliveryState) (string, theme.Style) {
	switch s {
	case timeline.Sent:
		return t.Signs.Yes, t.Good
	case timeline.Refused:
		return t.Signs.No, t.Error
	case timeline.Unconfirmed, timeline.Unknown:
		return t.Signs.Doubt, t.Warn
	case timeline.Sending, timeline.Preparing:
		return t.Signs.Going, t.Text
	case timeline.Scheduled:
		return t.Signs.Later, t.Dim
	case timeline.Waiting:
		return t.Signs.SignIn, t.Warn
	}
	return t.Signs.Dot, t.Dim
}

// Doing names what an intent does: "like", "take the boost back".
func Doing(k timeline.Kind, undo bool) string {
	if undo {
		return "take the " + string(k) + " back"
	}
	return string(k)
}
