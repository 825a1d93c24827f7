package profile

import (
	"strings"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/post"
	"skein/ui/theme"
)

const (
	lead       = 3  // cells left of the text, as beside a post
	nameRoom   = 16 // cells of a field's name
	fieldsMax  = 12
	fieldLines = 4 // of one field
	textMax    = 80
)

// card draws a person.
func card(p *timeline.Profile) func(post.Look) []string {
	return func(l post.Look) []string {
		t, room := l.Theme, max(1, min(textMax, l.Width-lead))
		indent := cell.Blank(lead)
		lines := []string{
			t.Network(p.Network).Paint(p.Network.Letter()) + cell.Blank(lead-1) + t.Strong.Paint(title(p)),
			indent + t.Dim.Paint(p.Handle.Line().String()) + verified(p, t),
		}
		if about := strings.Join(standing(p), " "+t.Signs.Dot+" "); about != "" {
			for _, s := range cell.Wrap(l.Measure, []cell.Run{{Text: about, Open: t.Dim.Open(), Close: t.Dim.Close()}}, room) {
				lines = append(lines, indent+s)
			}
		}
		if bio := post.Text(p.Bio, l, room); len(bio) > 0 {
			lines = append(lines, "")
			for _, b := range bio {
				lines = append(lines, indent+b)
			}
		}
		if len(p.Fields) > 0 {
			lines = append(lines, "")
		}
		for i, f := range p.Fields {
			if i == fieldsMax {
				break
			}
			for _, s := range field(f, l, room) {
				lines = append(lines, indent+s)
			}
		}
		return lines
	}
}

// verified is the mark behind a handle that its network, or its domain, vouches for.
func verified(p *timeline.Profile, t *theme.Theme) string {
	if !p.Verified {
		return ""
	}
	return " " + t.Good.Paint(t.Signs.Verified)
}

func title(p *timeline.Profile) string {
	if s := p.Name.Line().String(); s != "" {
		return s
	}
	return p.Handle.Line().String()
}

// field is one entry of a profile's table: its name and, beside it, what it says.
func field(f timeline.Field, l post.Look, room int) []string {
	t := l.Theme
	mark := ""
	if f.Verified {
		mark = " " + t.Good.Paint(t.Signs.Verified)
	}
	value := post.Text(f.Value, l, max(1, room-nameRoom-1-cell.Width(l.Measure, mark)))
	if len(value) > fieldLines {
		value = append(value[:fieldLines-1], t.Dim.Paint(t.Signs.More))
	}
	if len(value) == 0 {
		value = []string{""}
	}
	value[len(value)-1] += mark
	name := t.Dim.Paint(cell.Fit(l.Measure, f.Name.Line().String(), nameRoom, t.Signs.More))
	for i, v := range value {
		if i > 0 {
			name = cell.Blank(nameRoom)
		}
		value[i] = name + " " + v
	}
	return value
}

// standing is what is to be known of a person, in a few words each.
func standing(p *timeline.Profile) []string {
	var out []string
	count := func(n int, what string) {
		if n > 0 {
			out = append(out, post.Count(n)+" "+what)
		}
	}
	count(p.Posts, "posts")
	count(p.Following, "following")
	count(p.Followers, "followers")
	if !p.Created.IsZero() {
		out = append(out, "since "+p.Created.Format("January 2006"))
	}
	return append(out, ties(p)...)
}

// ties are how the account and the person stand to each other, and what the person says
// of following.
func ties(p *timeline.Profile) []string {
	var out []string
	say := func(is bool, what string) {
		if is {
			out = append(out, what)
		}
	}
	say(p.Followed, "you follow them")
	say(p.Requested, "you asked to follow them")
	say(p.FollowedBy, "follows you")
	say(p.Locked, "approves followers")
	say(p.Bot, "bot")
	say(p.Muted, "muted")
	say(p.Blocked, "blocked")
	if moved := p.Moved.Line().String(); moved != "" {
		out = append(out, "moved to "+moved)
	}
	return out
}
