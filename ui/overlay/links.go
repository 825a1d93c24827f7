package overlay

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"skein/ui/cell"
	"skein/ui/post"
)

// Links lets one link of several be chosen, by number or with the cursor.
type Links struct {
	links []post.Link
	list  list
}

// NewLinks makes a Links of at least one link.
func NewLinks(links []post.Link) *Links { return &Links{links: links} }

// Key chooses, moves and closes.
func (o *Links) Key(k tea.KeyPressMsg) Action {
	switch key := k.String(); key {
	case "esc", "q", "o":
		return Close{}
	case "j":
		o.list.move(1, len(o.links))
	case "k":
		o.list.move(-1, len(o.links))
	case "enter":
		return Open{Link: o.links[o.list.at]}
	default:
		if n, err := strconv.Atoi(key); err == nil && n >= 1 && n <= min(9, len(o.links)) {
			return Open{Link: o.links[n-1]}
		}
		if d, ok := arrow(key); ok {
			o.list.move(d, len(o.links))
		}
	}
	return nil
}

// Lines draws each link as what it says and where it leads.
func (o *Links) Lines(l Look, width, height int) []string {
	inner := min(76, width-FrameWidth)
	from, to := o.list.window(len(o.links), height-FrameHeight)
	var lines []string
	for i := from; i < to; i++ {
		lines = append(lines, o.line(l, i, inner))
	}
	return l.Box("links", "1-9 or "+l.Theme.Signs.Enter+" opens "+l.Theme.Signs.Dot+" esc closes", lines, inner)
}

func (o *Links) line(l Look, i, inner int) string {
	link, number := o.links[i], "  "
	if i < 9 {
		number = strconv.Itoa(i+1) + " "
	}
	style := l.Theme.Text
	if i == o.list.at {
		number = l.Theme.Accent.Paint(number)
		style = l.Theme.Strong
	}
	host, told := link.Address.Host, l.Theme.Dim
	if link.Misleads {
		host, told = host+" !", l.Theme.Warn
	}
	// The end of a host says whose it is.
	host = told.Paint(cell.CutLeft(l.Measure, host, inner-2, l.Theme.Signs.More))
	label := link.Label.String()
	if label == "" {
		label = link.Address.URL
	}
	label = cell.Cut(l.Measure, label, inner-2, l.Theme.Signs.More)
	return number + cell.Ends(l.Measure, style.Paint(label), host, max(0, inner-2), l.Theme.Signs.More)
}

// Ask asks before a link is opened that may mislead.
type Ask struct{ link post.Link }

// NewAsk makes the question for a link.
func NewAsk(link post.Link) *Ask { return &Ask{link} }

// Key answers: enter or y opens, everything else does not.
func (a *Ask) Key(k tea.KeyPressMsg) Action {
	switch k.String() {
	case "enter", "y":
		return Open{Link: a.link, Sure: true}
	}
	return Close{}
}

// Lines draws the question. Of a host that is too long its end is shown, which says
// whose it is.
func (a *Ask) Lines(l Look, width, height int) []string {
	inner := min(64, width-FrameWidth)
	lines := []string{"The text says", "  " + a.link.Label.String(), "but it leads to"}
	odd := a.link.Address.Odd
	room := height - FrameHeight - len(lines)
	if odd {
		room--
	}
	wide := max(1, inner-2)
	host := cell.CutLeft(l.Measure, a.link.Address.Host, wide*max(1, room), l.Theme.Signs.More)
	for _, h := range cell.Wrap(l.Measure, []cell.Run{{Text: host, Open: l.Theme.Warn.Open(), Close: l.Theme.Warn.Close()}}, wide) {
		lines = append(lines, "  "+h)
	}
	if odd {
		lines = append(lines, "an address that is made to look like another.")
	}
	return l.Box("open this?", l.Theme.Signs.Enter+" opens "+l.Theme.Signs.Dot+" esc does not", lines, inner)
}
