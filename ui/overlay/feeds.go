package overlay

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
)

// OpenFeed is the wish to read a feed.
type OpenFeed struct {
	Name  timeline.FeedName
	Title string
}

// IsAction makes it an Action.
func (OpenFeed) IsAction() {}

// Feeds finds a feed of those that there are, or takes the name of any.
type Feeds struct {
	all   []timeline.FeedChoice
	said  string // what could not be asked for
	there bool   // the answer
	input Input
	list  list
}

// NewFeeds makes a Feeds that waits for what there is.
func NewFeeds() *Feeds { return &Feeds{} }

// Put shows what there is, and in one line why some of it is missing.
func (o *Feeds) Put(all []timeline.FeedChoice, said string) {
	o.all, o.said, o.there = all, said, true
}

// Paste types the clipboard.
func (o *Feeds) Paste(text string) Action {
	o.input.Paste(text)
	o.list = list{}
	return nil
}

// Key types, chooses and closes.
func (o *Feeds) Key(k tea.KeyPressMsg) Action {
	found := o.found()
	switch key := k.String(); key {
	case "esc":
		return Close{}
	case "enter":
		if o.list.at < len(found) {
			f := found[o.list.at]
			return OpenFeed{f.Name, f.Title.String()}
		}
	default:
		if d, ok := arrow(key); ok {
			o.list.move(d, len(found))
		} else if o.input.Key(k) {
			o.list = list{}
		}
	}
	return nil
}

// found is what the input matches; a name that can be read is offered although nobody
// has told of it.
func (o *Feeds) found() []timeline.FeedChoice {
	var out []timeline.FeedChoice
	typed, err := timeline.ParseFeedName(o.input.Text())
	known := err != nil || typed == timeline.FeedHome
	want := strings.ToLower(strings.TrimSpace(o.input.Text()))
	for _, f := range o.all {
		if strings.Contains(strings.ToLower(f.Title.String()+" "+string(f.Name)+" "+f.About.String()), want) {
			out = append(out, f)
			known = known || f.Name == typed
		}
	}
	if !known {
		info := timeline.FeedInfo{Name: typed, Title: timeline.CleanLine(typed.Title()), About: timeline.Literal("as you typed it")}
		out = append(out, timeline.FeedChoice{FeedInfo: info})
	}
	return out
}

// Lines draws the input and what it finds.
func (o *Feeds) Lines(l Look, width, height int) []string {
	inner := min(76, width-FrameWidth)
	found := o.found()
	room := max(1, height-FrameHeight-3)
	from, to := o.list.window(len(found), room)
	lines := []string{o.input.Line(l, "feed: ", inner), ""}
	for i := from; i < to; i++ {
		lines = append(lines, o.line(l, found[i], i == o.list.at, inner))
	}
	switch {
	case !o.there:
		lines = append(lines, l.Theme.Dim.Paint("asking your accounts"+l.Theme.Signs.More))
	case o.said != "":
		lines = append(lines, l.Theme.Error.Paint(cell.Cut(l.Measure, o.said, inner, l.Theme.Signs.More)))
	case len(found) == 0:
		lines = append(lines, l.Theme.Dim.Paint(cell.Cut(l.Measure, "none of that name; #word is a tag", inner, l.Theme.Signs.More)))
	}
	return l.Box("feeds", l.Theme.Signs.Enter+" opens "+l.Theme.Signs.Dot+" esc closes", lines, inner)
}

// line is a feed: its name, what it is, and the networks that have it.
func (o *Feeds) line(l Look, f timeline.FeedChoice, selected bool, inner int) string {
	mark, style := "  ", l.Theme.Text
	if selected {
		mark, style = l.Theme.Accent.Paint(l.Theme.Signs.Selected)+" ", l.Theme.Strong
	}
	text := style.Paint(f.Title.String())
	if !f.About.Empty() {
		text += "  " + l.Theme.Dim.Paint(f.About.String())
	}
	var on []string
	for _, n := range timeline.Networks() {
		for _, a := range f.Accounts {
			if a.Network == n {
				on = append(on, l.Theme.Network(n).Paint(n.Letter()))
				break
			}
		}
	}
	return mark + cell.Ends(l.Measure, text, strings.Join(on, " "), max(0, inner-2), l.Theme.Signs.More)
}
