package overlay

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/feed"
	"skein/ui/theme"
)

// Health shows how every account does.
type Health struct {
	read func() []timeline.Health
	now  func() time.Time
	list list
}

// NewHealth makes a Health that reads the present state each time it is drawn.
func NewHealth(read func() []timeline.Health, now func() time.Time) *Health {
	return &Health{read: read, now: now}
}

// Key asks again, scrolls and closes.
func (h *Health) Key(k tea.KeyPressMsg) Action {
	switch key := k.String(); key {
	case "esc", "q", "H":
		return Close{}
	case "enter":
		return Retry{}
	case "j":
		h.list.move(1, len(h.read()))
	case "k":
		h.list.move(-1, len(h.read()))
	default:
		if d, ok := arrow(key); ok {
			h.list.move(d, len(h.read()))
		}
	}
	return nil
}

// Lines draws two lines an account: who and how, and why.
func (h *Health) Lines(l Look, width, height int) []string {
	inner := min(72, width-FrameWidth)
	all := h.read()
	from, to := h.list.window(len(all), (height-FrameHeight)/3)
	var lines []string
	for i := from; i < to; i++ {
		if i > from {
			lines = append(lines, "")
		}
		lines = append(lines, h.account(l, all[i], i == h.list.at, inner)...)
	}
	if len(all) == 0 {
		lines = append(lines, "no accounts")
	}
	return l.Box("accounts", l.Theme.Signs.Enter+" asks all again "+l.Theme.Signs.Dot+" esc closes", lines, inner)
}

func (h *Health) account(l Look, a timeline.Health, at bool, inner int) []string {
	now := h.now()
	sign, style := Sign(l.Theme, a.State)
	name := l.Theme.Text
	if at {
		name = l.Theme.Strong
	}
	who := l.Theme.Account(a.Account.Network, a.Account.ID).Paint(a.Account.Network.Letter()) + " " + style.Paint(sign) + " " +
		name.Paint(timeline.CleanLine(a.Account.Name).String()) + "  " + l.Theme.Dim.Paint(a.Account.Handle.Line().String())
	how := string(a.State)
	if a.State == timeline.Partial && a.Of > 0 {
		how = fmt.Sprintf("%d of %d live", a.Up, a.Of)
	}
	if !a.Since.IsZero() {
		how += " since " + feed.Moment(now, a.Since)
	}
	why := a.Message.Line().String()
	if why == "" {
		why = a.Account.Server.Line().String()
	}
	if wait := a.Retry.Sub(now); wait > 0 {
		why += " " + l.Theme.Signs.Dot + " next try in " + feed.Wait(wait)
	}
	return []string{
		cell.Ends(l.Measure, who, how, inner, l.Theme.Signs.More),
		"    " + l.Theme.Dim.Paint(cell.Cut(l.Measure, why, max(1, inner-4), l.Theme.Signs.More)),
	}
}

// Sign is the mark of an account's state and its style.
func Sign(t *theme.Theme, s timeline.State) (string, theme.Style) {
	switch s {
	case timeline.Live:
		return t.Signs.Live, t.Good
	case timeline.Partial:
		return t.Signs.Partial, t.Warn
	case timeline.Down:
		return t.Signs.Down, t.Error
	case timeline.SignIn:
		return t.Signs.SignIn, t.Error
	}
	return t.Signs.Connecting, t.Dim
}
