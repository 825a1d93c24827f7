// Package alert says outside the screen, in few words, what has happened: through the
// terminal itself, with the sequences that terminals have for that.
//
// It is told when nobody looks, and how often it may speak; it prints nothing itself.
package alert

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"skein/timeline"
)

// Every is the shortest time between two alerts.
const Every = 10 * time.Second

// The most cells of a title and of a text: terminals and desktops cut them anywhere.
const (
	longestTitle = 80
	longestText  = 200
)

// Way is how a terminal is told.
type Way string

// The ways.
const (
	OSC9   Way = "osc9"   // iTerm2, Windows Terminal, WezTerm, Ghostty
	OSC777 Way = "osc777" // urxvt, foot, VTE, WezTerm, Ghostty
	OSC99  Way = "osc99"  // kitty: sw.kovidgoyal.net/kitty/desktop-notifications
)

// WayOf is the way of the terminal that the environment tells of, as far as it does.
func WayOf(env func(string) (string, bool)) Way {
	get := func(name string) string { v, _ := env(name); return strings.ToLower(v) }
	term, program := get("TERM"), get("TERM_PROGRAM")
	_, kitty := env("KITTY_WINDOW_ID")
	switch {
	case kitty || strings.Contains(term, "kitty"):
		return OSC99
	case strings.HasPrefix(term, "foot"), strings.HasPrefix(term, "rxvt"), get("VTE_VERSION") != "", program == "wezterm", program == "ghostty":
		return OSC777
	}
	return OSC9
}

// Sequence are the bytes that have a terminal show an alert; inside of tmux they are
// wrapped for the terminal around it. What is remote in them is a Safe, so it holds no
// byte that could end the sequence.
func Sequence(w Way, tmux bool, title, text timeline.Safe) string {
	head, body := short(title, longestTitle), short(text, longestText)
	var s string
	switch w {
	case OSC777: // a semicolon would be a further field
		plain := strings.NewReplacer(";", ",")
		s = "\x1b]777;notify;" + plain.Replace(head) + ";" + plain.Replace(body) + "\x1b\\"
	case OSC99:
		encode := base64.StdEncoding.EncodeToString
		s = "\x1b]99;i=skein:d=0:e=1;" + encode([]byte(head)) + "\x1b\\" +
			"\x1b]99;i=skein:d=1:e=1:p=body;" + encode([]byte(body)) + "\x1b\\"
	default:
		if body != "" {
			head += ": " + body
		}
		// A number and a semicolon at its beginning are other commands to some terminals.
		s = "\x1b]9;" + strings.TrimLeft(head, "0123456789;") + "\x07"
	}
	if tmux {
		return "\x1bPtmux;" + strings.ReplaceAll(s, "\x1b", "\x1b\x1b") + "\x1b\\"
	}
	return s
}

// short is a line of at most n runes.
func short(s timeline.Safe, n int) string {
	runes := []rune(s.Line().String())
	if len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return string(runes)
}

// Say is the title and the text of an alert of what has happened: one thing by name,
// several by number.
func Say(groups []timeline.NoticeGroup) (title, text timeline.Safe) {
	if len(groups) == 1 {
		g := groups[0]
		title = timeline.CleanLine(strings.TrimSpace(g.Who().String() + " " + g.What().String()))
		if p := g.Post(); p != nil && g.Kind.Speaks() {
			text = p.Content().Text.Plain().Line()
			if p.Content().Hidden() { // what waits behind a warning is not put on a desktop
				text = p.Content().Warning.Line()
			}
		}
		return title, text
	}
	var parts []string
	for _, k := range timeline.NoticeKinds() {
		n := 0
		for _, g := range groups {
			if g.Kind == k {
				n += len(g.Notices)
			}
		}
		if n > 0 {
			parts = append(parts, count(n, k))
		}
	}
	return timeline.CleanLine("skein: " + strings.Join(parts, ", ")), timeline.Safe{}
}

// count says how many of a kind: "3 new mentions".
func count(n int, k timeline.NoticeKind) string {
	what := map[timeline.NoticeKind][2]string{
		timeline.NoticeReply: {"reply", "replies"}, timeline.NoticeRequest: {"follow request", "follow requests"},
		timeline.NoticePoll: {"ended poll", "ended polls"}, timeline.NoticeOther: {"other thing", "other things"},
	}[k]
	if what[0] == "" {
		what = [2]string{string(k), string(k) + "s"}
	}
	if n == 1 {
		return "1 new " + what[0]
	}
	return fmt.Sprintf("%d new %s", n, what[1])
}

// Quiet are hours of each day in which nothing is said; From after To goes over
// midnight. Equal ones are none.
type Quiet struct{ From, To time.Duration }

// Holds tells whether it is quiet at a moment, as the clock at its place shows it.
func (q Quiet) Holds(at time.Time) bool {
	now := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	if q.From <= q.To {
		return q.From <= now && now < q.To
	}
	return now >= q.From || now < q.To
}

// Pending is what is to be said as soon as that may be. It is for one goroutine.
type Pending struct {
	Kinds []timeline.NoticeKind // said; nil: those in which somebody speaks to the person
	Quiet Quiet

	waiting []timeline.Notice
	last    time.Time
}

// Add takes what has happened, and returns how long it is until Take may say it; ok is
// false where there is nothing to be said of it.
func (p *Pending) Add(now time.Time, notices ...timeline.Notice) (wait time.Duration, ok bool) {
	const most = 500
	for _, n := range notices {
		said := slices.Contains(p.Kinds, n.Kind) || p.Kinds == nil && n.Kind.Speaks()
		if said && !n.Read && !p.Quiet.Holds(now) && len(p.waiting) < most {
			p.waiting = append(p.waiting, n)
		}
	}
	return max(0, p.last.Add(Every).Sub(now)), len(p.waiting) > 0
}

// Take is what is to be said now, all of it at once; nothing where that is too soon.
func (p *Pending) Take(now time.Time) []timeline.Notice {
	if len(p.waiting) == 0 || now.Before(p.last.Add(Every)) {
		return nil
	}
	out := p.waiting
	p.waiting, p.last = nil, now
	return out
}

// Forget says nothing of what waits: somebody looks.
func (p *Pending) Forget() { p.waiting = nil }
