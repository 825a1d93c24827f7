package compose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"skein/timeline"
	"skein/ui/overlay"
)

const (
	lineMax    = 4 << 10 // bytes of a warning, an option, a path
	altMax     = 16 << 10
	optionsMax = 20
)

func (c *Compose) openTargets() {
	f := &form{name: "to", hints: "space chooses"}
	for _, t := range c.targets {
		about := ""
		if t.Err != nil {
			about = t.Err.Error()
		} else if !t.Limits.ReadOnly.Empty() {
			about = t.Limits.ReadOnly.Line().String()
		}
		on := slices.Contains(c.draft.To, t.Account.ID)
		f.fields = append(f.fields, checked(t.Account.Network.Letter()+" "+called(t.Account), on, about))
	}
	if len(f.fields) == 0 {
		f.notes = []string{"your accounts are still being asked"}
	}
	f.apply = func() {
		c.draft.To = c.draft.To[:0]
		for i, fd := range f.fields {
			if fd.on() {
				c.draft.To = append(c.draft.To, c.targets[i].Account.ID)
			}
		}
		if !slices.Contains(c.draft.To, c.tab) {
			c.tab = ""
		}
		c.changed()
	}
	c.sheet = f
}

func (c *Compose) openWarning() {
	warning := typed("warning", c.draft.Warning, lineMax)
	warning.about = "what stands before the post, which then waits behind it"
	sensitive := checked("hide the pictures", c.draft.Sensitive, "")
	c.sheet = &form{name: "warning", fields: []*field{warning, sensitive}, apply: func() {
		c.draft.Warning, c.draft.Sensitive = strings.TrimSpace(warning.text.String()), sensitive.on()
		c.changed()
	}}
}

func (c *Compose) openLanguage() {
	language := typed("languages", strings.Join(c.draft.Languages, ", "), lineMax)
	language.about = "such as en, pt-BR"
	f := &form{name: "language", fields: []*field{language}}
	f.apply = func() {
		c.draft.Languages, f.notes = nil, nil
		for _, code := range split(language.text.String()) {
			if tag(code) {
				c.draft.Languages = append(c.draft.Languages, code)
			} else {
				f.notes = []string{code + " is no code of a language"}
			}
		}
		c.changed()
	}
	c.sheet = f
}

// tag tells whether s has the form of a BCP 47 language tag.
func tag(s string) bool {
	for i, part := range strings.Split(s, "-") {
		letters := strings.ContainsFunc(part, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
		if i == 0 && (letters || len(part) < 2) || len(part) < 1 || len(part) > 8 || strings.ContainsFunc(part, strange) {
			return false
		}
	}
	return true
}

func strange(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
}

func (c *Compose) openAudience() {
	visible := []timeline.Visibility{"", timeline.Public, timeline.Unlisted, timeline.Followers, timeline.Direct}
	answers := []timeline.Audience{"", timeline.Everybody, timeline.MyFollowers, timeline.MyFollowing, timeline.Mentioned, timeline.Nobody}
	words := []string{"as usual", "everybody", "my followers", "those I follow", "those mentioned", "nobody"}
	who := chosen("read", slices.Index(visible, c.draft.Visibility), "as usual", "everybody", "everybody, unlisted", "my followers", "those mentioned")
	reply := chosen("reply", slices.Index(answers, c.draft.Replies), words...)
	quote := chosen("quote", slices.Index(answers, c.draft.Quotes), words...)
	c.sheet = &form{name: "who may", hints: "left right choose", fields: []*field{who, reply, quote}, apply: func() {
		c.draft.Visibility, c.draft.Replies, c.draft.Quotes = visible[who.at], answers[reply.at], answers[quote.at]
		c.changed()
	}}
}

func (c *Compose) openPoll() {
	lasts := []time.Duration{5 * time.Minute, 30 * time.Minute, time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 3 * 24 * time.Hour, 7 * 24 * time.Hour}
	words := []string{"5 minutes", "30 minutes", "1 hour", "6 hours", "12 hours", "1 day", "3 days", "7 days"}
	ballot := timeline.Ballot{Lasts: 24 * time.Hour}
	if c.draft.Poll != nil {
		ballot = *c.draft.Poll
	}
	time, several := chosen("lasts", slices.Index(lasts, ballot.Lasts), words...), checked("several answers", ballot.Multiple, "")
	f := &form{name: "poll", fields: []*field{time, several}}
	option := func(text string) *field {
		return typed(fmt.Sprintf("option %d", len(f.fields)-1), text, lineMax)
	}
	for _, o := range ballot.Options {
		f.fields = append(f.fields, option(o))
	}
	for len(f.fields) < 4 {
		f.fields = append(f.fields, option(""))
	}
	f.at = 2
	f.apply = func() {
		ballot := timeline.Ballot{Lasts: lasts[time.at], Multiple: several.on()}
		for _, fd := range f.fields[2:] {
			if s := strings.TrimSpace(fd.text.String()); s != "" {
				ballot.Options = append(ballot.Options, s)
			}
		}
		if n := len(f.fields); n-2 < optionsMax && !f.fields[n-1].text.Blank() {
			f.fields = append(f.fields, option(""))
		}
		c.draft.Poll = nil
		if len(ballot.Options) > 0 {
			c.draft.Poll = &ballot
		}
		c.changed()
	}
	c.sheet = f
}

// openMedia shows the attached files with their descriptions, and below them the
// path of another; field `at` has the cursor.
func (c *Compose) openMedia(at int) {
	f := &form{name: "attach", at: at}
	for _, m := range c.draft.Media {
		alt := typed(base(m.Path), m.Alt, altMax)
		alt.about, alt.hint = "describe it for those who do not see it", "C-x removes it"
		f.fields = append(f.fields, alt)
	}
	path := typed("file", "", lineMax)
	path.about, path.hint = "a path of another, or none", "tab completes · enter attaches"
	f.fields = append(f.fields, path)
	f.apply = func() {
		f.notes = nil
		for i := range c.draft.Media {
			c.draft.Media[i].Alt = f.fields[i].text.String()
		}
		c.changed()
	}
	f.special = func(key string) (done bool, a overlay.Action, known bool) {
		here := f.at == len(f.fields)-1
		switch {
		case key == "ctrl+x" && !here:
			c.draft.Media = slices.Delete(c.draft.Media, f.at, f.at+1)
			c.openMedia(min(f.at, len(c.draft.Media)))
			c.changed()
			return false, nil, true
		case key == "enter" && here && !path.text.Blank():
			return false, Attaching{Path: strings.TrimSpace(path.text.String())}, true
		case key == "tab" && here && !path.text.Empty():
			return false, Listing{Prefix: path.text.String()}, true
		}
		return false, nil, false
	}
	c.sheet = f
}

// TakePaths takes the paths that begin with a prefix: what they share is filled in, and
// they are shown.
func (c *Compose) TakePaths(prefix string, found []string) {
	f, ok := c.sheet.(*form)
	if !ok || f.name != "attach" {
		return
	}
	path := f.fields[len(f.fields)-1]
	if path.text.String() != prefix {
		return // somebody has typed on
	}
	if len(found) == 0 {
		f.notes = []string{"there is no such file"}
		return
	}
	shared := found[0]
	for _, p := range found[1:] {
		for !strings.HasPrefix(p, shared) {
			shared = shared[:len(shared)-1]
		}
	}
	path.text.Set(shared)
	f.notes = nil
	if len(found) > 1 {
		names := make([]string, len(found))
		for i, p := range found {
			names[i] = base(p)
		}
		f.notes = []string{timeline.CleanLine(strings.Join(names, "  ")).String()}
	}
}

// base is the last part of a path; of a folder with its slash.
func base(path string) string {
	trimmed := strings.TrimRight(path, "/")
	return timeline.CleanLine(path[strings.LastIndexByte(trimmed, '/')+1:]).String()
}
