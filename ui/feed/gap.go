package feed

import (
	"fmt"
	"time"

	"skein/timeline"
	"skein/ui/cell"
)

// gap is a gap row in one calm line.
func (p *Pane) gap(g timeline.Gap, now time.Time) string {
	signs := p.look.Theme.Signs
	text := signs.Gap + " " + p.gapText(g, now)
	return cell.Fit(p.look.Measure, p.look.Theme.Dim.Paint(cell.Cut(p.look.Measure, text, p.look.Width, signs.More)), p.look.Width, "")
}

func (p *Pane) gapText(g timeline.Gap, now time.Time) string {
	signs := p.look.Theme.Signs
	hint := func(what string) string { return " " + signs.Dot + " " + p.look.Keys.Open + " " + what }
	h, known := p.healthOf(g.Account)
	name := string(g.Account)
	if known {
		name = called(h.Account)
	}
	switch {
	case g.Loading:
		return name + ": trying now"
	case g.Outage && h.State == timeline.SignIn:
		return name + ": sign-in is needed" + hint("tries again")
	case g.Outage && known:
		text := fmt.Sprintf("%s: offline since %s", name, Moment(now, h.Since))
		if wait := h.Retry.Sub(now); wait > 0 {
			text += ", next try in " + Wait(wait)
		}
		return text + hint("tries now")
	}
	return name + ": " + g.Reason.Line().String() + hint("loads them")
}

// called is the account's network, with the person's own name for it where that
// says more.
func called(a timeline.Account) string {
	name := timeline.CleanLine(a.Name).String()
	if network := string(a.Network); name != network {
		return network + " (" + name + ")"
	}
	return name
}

func (p *Pane) healthOf(id timeline.AccountID) (timeline.Health, bool) {
	for _, h := range p.health {
		if h.Account.ID == id {
			return h, true
		}
	}
	return timeline.Health{}, false
}

// Moment says when t was as the clock at now's place does, with the day when that is
// not today: "15:04", "2 Jan 15:04".
func Moment(now, t time.Time) string {
	t = t.In(now.Location())
	if t.YearDay() != now.YearDay() || t.Year() != now.Year() {
		return t.Format("2 Jan 15:04")
	}
	return t.Format("15:04")
}

// Wait says how long d is, rounded up: "30 s", "5 min".
func Wait(d time.Duration) string {
	if d < 90*time.Second {
		return fmt.Sprintf("%d s", (d+time.Second-1)/time.Second)
	}
	return fmt.Sprintf("%d min", (d+time.Minute-1)/time.Minute)
}
