package overlay

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
)

// Report asks why a post or a person is reported, and what the moderators should know.
type Report struct {
	post     *timeline.Post
	whom     string
	person   bool // the person alone, without a post
	forwards bool // the other server's moderators can be told, too
	forward  bool
	typing   bool
	list     list
	comment  Input
}

// Reported removes the overlay and reports.
type Reported struct {
	Post      *timeline.Post
	Person    bool // not the post but its author
	Complaint timeline.Complaint
}

// IsAction makes it an Action.
func (Reported) IsAction() {}

// NewReport makes a Report of a post, or of its author alone. Forwards says that those
// who look after the other person's own server can be told, too.
func NewReport(p *timeline.Post, person, forwards bool) *Report {
	return &Report{post: p, whom: p.Author.Handle.Line().String(), person: person, forwards: forwards}
}

// Key chooses a reason, then takes the comment.
func (o *Report) Key(k tea.KeyPressMsg) Action {
	if o.typing {
		return o.write(k)
	}
	n := len(timeline.Reasons())
	switch key := k.String(); key {
	case "esc", "q":
		return Close{}
	case "j":
		o.list.move(1, n)
	case "k":
		o.list.move(-1, n)
	case "enter":
		o.typing = true
	default:
		if i, err := strconv.Atoi(key); err == nil && i >= 1 && i <= n {
			o.list.at, o.typing = i-1, true
		} else if d, ok := arrow(key); ok {
			o.list.move(d, n)
		}
	}
	return nil
}

// write takes a key while the comment is typed.
func (o *Report) write(k tea.KeyPressMsg) Action {
	switch k.String() {
	case "esc":
		o.typing = false
	case "tab":
		o.forward = o.forwards && !o.forward
	case "enter":
		return Reported{o.post, o.person, timeline.Complaint{
			Reason: timeline.Reasons()[o.list.at], Comment: timeline.CleanLine(o.comment.Text()).String(), Forward: o.forward,
		}}
	default:
		o.comment.Key(k)
	}
	return nil
}

// Paste types the clipboard where the comment is typed.
func (o *Report) Paste(text string) Action {
	if o.typing {
		o.comment.Paste(text)
	}
	return nil
}

// Lines draws the reasons, or the comment that is typed.
func (o *Report) Lines(l Look, width, height int) []string {
	inner := min(64, width-FrameWidth)
	t, dot := l.Theme, " "+l.Theme.Signs.Dot+" "
	title := "report this post of " + o.whom
	if o.person {
		title = "report " + o.whom
	}
	reasons := timeline.Reasons()
	if o.typing {
		lines := []string{t.Dim.Paint("why   ") + reasons[o.list.at].Says(), o.comment.Line(l, "what the moderators should know:", inner)}
		hint := t.Signs.Enter + " reports" + dot + "esc back"
		if o.forwards {
			told := "no"
			if o.forward {
				told = "yes"
			}
			lines = append(lines, t.Dim.Paint("their own server is told, too: ")+t.Accent.Paint(told))
			hint = t.Signs.Enter + " reports" + dot + "tab tells theirs" + dot + "esc back"
		}
		return l.Box(title, hint, lines, inner)
	}
	from, to := o.list.window(len(reasons), height-FrameHeight)
	var lines []string
	for i := from; i < to; i++ {
		mark, style := "  ", t.Text
		if i == o.list.at {
			mark, style = t.Accent.Paint(t.Signs.Selected)+" ", t.Strong
		}
		lines = append(lines, mark+t.Dim.Paint(strconv.Itoa(i+1))+" "+style.Paint(reasons[i].Says()))
	}
	return l.Box(title, t.Signs.Enter+" goes on"+dot+"esc closes", lines, inner)
}
