package compose

import (
	"fmt"
	"slices"
	"strings"

	"skein/outbox"
	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/overlay"
	"skein/ui/theme"
)

// said is a remark, and the networks that it holds for.
type said struct {
	letters []string
	timeline.Remark
}

// remarks is what the networks will make of the draft, the gravest first, and what
// is still missing.
func (c *Compose) remarks(l overlay.Look, width int) []string {
	var out []string
	signs := l.Theme.Signs
	add := func(sign string, style theme.Style, text string) {
		out = append(out, marked(l, sign, style, text, width)...)
	}
	for _, t := range c.plan.Targets {
		if why := over(t); why != "" && !c.Empty() {
			add(signs.No, l.Theme.Error, why+c.remedy())
		}
	}
	for _, s := range c.gather() {
		sign, style := severity(l, s.Severity)
		add(sign, style, strings.Join(s.letters, " ")+": "+s.Message.Line().String())
	}
	if extra := c.belongs(); extra != "" {
		add(signs.Dot, l.Theme.Dim, extra)
	}
	if missing := c.undescribed(); missing != "" {
		add(signs.Remark, l.Theme.Warn, missing)
	}
	return out
}

// marked is a text behind a sign, in as many lines as it needs.
func marked(l overlay.Look, sign string, style theme.Style, text string, width int) []string {
	indent := cell.Width(l.Measure, sign) + 1
	lines := cell.Wrap(l.Measure, []cell.Run{{Text: text, Open: style.Open(), Close: style.Close()}}, max(1, width-indent))
	for i, s := range lines {
		if i == 0 {
			lines[i] = style.Paint(sign) + " " + s
		} else {
			lines[i] = cell.Blank(indent) + s
		}
	}
	return lines
}

// severity is the sign of a remark and its style.
func severity(l overlay.Look, s timeline.Severity) (string, theme.Style) {
	switch s {
	case timeline.Refuse:
		return l.Theme.Signs.No, l.Theme.Error
	case timeline.Loss:
		return l.Theme.Signs.Remark, l.Theme.Warn
	}
	return l.Theme.Signs.Dot, l.Theme.Dim
}

// gather joins the same remark of several targets.
func (c *Compose) gather() []said {
	var all []said
	if c.Empty() {
		return nil // whatever is wrong with an empty draft, nobody wants to know yet
	}
	for _, t := range c.plan.Targets {
		letter := t.Account.Network.Letter()
		for _, r := range t.Remarks {
			if r.Length { // the counter says it, and over says more
				continue
			}
			i := slices.IndexFunc(all, func(s said) bool { return s.Remark == r })
			if i < 0 {
				all = append(all, said{Remark: r})
				i = len(all) - 1
			}
			if !slices.Contains(all[i].letters, letter) {
				all[i].letters = append(all[i].letters, letter)
			}
		}
	}
	rank := func(s said) int {
		return slices.Index([]timeline.Severity{timeline.Refuse, timeline.Loss, timeline.Note}, s.Severity)
	}
	slices.SortStableFunc(all, func(a, b said) int { return rank(a) - rank(b) })
	return all
}

// belongs is what else there is to the draft than its text.
func (c *Compose) belongs() string {
	var parts []string
	d := c.draft
	if d.Warning != "" {
		parts = append(parts, "warning: "+timeline.CleanLine(d.Warning).String())
	} else if d.Sensitive {
		parts = append(parts, "pictures hidden")
	}
	if d.Visibility != "" && d.Visibility != timeline.Public {
		parts = append(parts, map[timeline.Visibility]string{
			timeline.Unlisted: "unlisted", timeline.Followers: "followers only", timeline.Direct: "only those mentioned",
		}[d.Visibility])
	}
	if d.Replies != "" {
		parts = append(parts, "replies: "+string(d.Replies))
	}
	if d.Quotes != "" {
		parts = append(parts, "quotes: "+string(d.Quotes))
	}
	if len(d.Languages) > 0 {
		parts = append(parts, strings.Join(d.Languages, " "))
	}
	if n := len(d.Media); n > 0 {
		parts = append(parts, files(n))
	}
	if d.Poll != nil {
		parts = append(parts, fmt.Sprintf("a poll of %d", len(d.Poll.Options)))
	}
	return strings.Join(parts, ", ")
}

func files(n int) string {
	if n == 1 {
		return "1 attachment"
	}
	return fmt.Sprintf("%d attachments", n)
}

// undescribed reminds of alt texts.
func (c *Compose) undescribed() string {
	n := 0
	for _, m := range c.draft.Media {
		if strings.TrimSpace(m.Alt) == "" {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s without a description: %s adds it", files(n), c.o.Key(Attach))
}

// remedy is what helps where a text is too long.
func (c *Compose) remedy() string {
	switch {
	case len(c.draft.Edit) > 0:
		return ""
	case c.draft.Split:
		return ", and cannot be cut"
	}
	return ": " + c.o.Key(Split) + " splits it"
}

// Why says why the plan cannot be sent, and what helps; "" when it can. What is
// wrong stands above it already.
func (c *Compose) Why() string {
	switch {
	case c.Empty():
		return "there is nothing to send yet"
	case len(c.draft.To) == 0:
		return "it goes nowhere yet: " + c.o.Key(Targets) + " chooses"
	}
	var long, refused []string
	note := func(to []string, t outbox.TargetPlan) []string {
		if l := t.Account.Network.Letter(); !slices.Contains(to, l) {
			to = append(to, l)
		}
		return to
	}
	for _, t := range c.plan.Targets {
		if tooLong(t) {
			long = note(long, t)
		} else if t.Refused() {
			refused = note(refused, t)
		}
	}
	switch {
	case len(refused) > 0:
		return "not sent: " + strings.Join(refused, " ") + " cannot take it like this; " + c.o.Key(Targets) + " chooses where it goes"
	case len(long) > 0 && (c.draft.Split || len(c.draft.Edit) > 0):
		return "not sent: too long for " + strings.Join(long, " ")
	case len(long) > 0:
		return "not sent: too long for " + strings.Join(long, " ") + "; " + c.o.Key(Split) + " splits it, " + c.o.Key(OwnText) + " writes another for one"
	}
	return ""
}

// over says which limit is passed, and by how much.
func over(t outbox.TargetPlan) string {
	for _, p := range t.Parts {
		if !p.Over {
			continue
		}
		n, limit, unit := p.Size.Against(t.Limits)
		return fmt.Sprintf("%s: %d %s too long", t.Account.Network.Letter(), n-limit, unit)
	}
	return ""
}
