package profile

import (
	"context"
	"slices"
	"strings"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/column"
	"skein/ui/post"
)

// Part is one of the things that a Pane can show below its head.
type Part string

// The parts. Those of a person are timeline.Sections and timeline.Circles, but for All;
// Liked and Boosted are of a post.
const (
	All       Part = "all"
	Posts          = Part(timeline.SectionPosts)
	Media          = Part(timeline.SectionMedia)
	Likes          = Part(timeline.SectionLikes)
	Followers      = Part(timeline.CircleFollowers)
	Following      = Part(timeline.CircleFollowing)
	Liked     Part = "liked by"
	Boosted   Part = "boosted by"
)

const nearEnd = 8 // items from the selection to the last at which more are wanted

// Ask is the wish for a page of a part.
type Ask struct {
	Of     *timeline.Post // its author, or the post itself for Liked and Boosted
	Part   Part
	Before timeline.Cursor
}

// Answer is the message that an Ask was answered.
type Answer struct {
	Ask
	Posts  []*timeline.Post
	People []*timeline.Profile
	Older  timeline.Cursor
	Note   timeline.Safe
	Err    error
}

// Read asks a backend for what is wanted.
func (a Ask) Read(ctx context.Context, b timeline.Backend) Answer {
	const most = 40
	out, page := Answer{Ask: a}, timeline.Page{Before: a.Before, Limit: most}
	missing := func(what string) Answer {
		out.Err = timeline.Errorf(timeline.CodeUnsupported, "%s does not tell %s", b.Account().Network, what)
		return out
	}
	posts := func(batch timeline.Batch, err error) Answer {
		out.Posts, out.Older, out.Err = batch.Posts, batch.Older, err
		return out
	}
	people := func(l timeline.Listing, err error) Answer {
		out.People, out.Older, out.Note, out.Err = l.People, l.Older, l.Note, err
		return out
	}
	who := a.Of.Author.ID
	switch a.Part {
	case All:
		reader, ok := timeline.As[timeline.Profiler](b)
		if !ok {
			return missing("what somebody posted")
		}
		return posts(reader.ProfilePosts(ctx, who, page))
	case Followers, Following:
		reader, ok := timeline.As[timeline.Acquainter](b)
		if !ok {
			return missing("who follows whom")
		}
		return people(reader.People(ctx, who, timeline.Circle(a.Part), page))
	case Liked, Boosted:
		reader, ok := timeline.As[timeline.Who](b)
		if !ok {
			return missing("who likes what")
		}
		kind := map[Part]timeline.Kind{Liked: timeline.DoLike, Boosted: timeline.DoBoost}[a.Part]
		return people(reader.Who(ctx, a.Of.ID, kind, page))
	}
	reader, ok := timeline.As[timeline.Sectioner](b)
	if !ok {
		return missing("parts of what somebody posted")
	}
	return posts(reader.ProfileSection(ctx, who, timeline.Section(a.Part), page))
}

// content is what is known of a part.
type content struct {
	posts  []*timeline.Post
	people []*timeline.Profile
	older  timeline.Cursor
	note   timeline.Safe
	err    error
	asked  bool // something was answered
	busy   bool
}

// part is the one that is shown.
func (p *Pane) part() *content {
	name := p.names[p.at]
	if p.parts[name] == nil {
		p.parts[name] = &content{}
	}
	return p.parts[name]
}

// Turn shows the next part (d > 0) or the one before.
func (p *Pane) Turn(d int) {
	p.at = (p.at + d + len(p.names)) % len(p.names)
	p.Column = column.New(p.look, nil) // another part begins at its top
	p.arrange()
	p.Column.Resize(p.width, p.height)
}

// Want is what has to be read for what is shown; there may be nothing. Who asks has to
// bring the Answer.
func (p *Pane) Want() (Ask, bool) {
	c := p.part()
	first := !c.asked && (p.who || p.names[p.at] != All)
	more := c.asked && c.older != "" && p.Len()-p.Selected() <= nearEnd
	if c.busy || c.err != nil || !first && !more {
		return Ask{}, false
	}
	c.busy = true
	return Ask{p.of, p.names[p.at], c.older}, true
}

// TakePart takes the answer to a wish; one of another pane changes nothing.
func (p *Pane) TakePart(a Answer) {
	c := p.parts[a.Part]
	if a.Of != p.of || c == nil || !c.busy || a.Before != c.older {
		return
	}
	c.busy, c.asked, c.err = false, true, a.Err
	if a.Err == nil {
		c.add(a)
	}
	p.arrange()
}

// add appends a page, without what is there already.
func (c *content) add(a Answer) {
	for _, t := range a.Posts {
		if !slices.ContainsFunc(c.posts, func(o *timeline.Post) bool { return o.ID == t.ID }) {
			c.posts = append(c.posts, t)
		}
	}
	for _, who := range a.People {
		if !slices.ContainsFunc(c.people, func(o *timeline.Profile) bool { return o.ID == who.ID }) {
			c.people = append(c.people, who)
		}
	}
	c.older, c.note = a.Older, a.Note
}

// arrange makes the items of what is known.
func (p *Pane) arrange() {
	c := p.part()
	items := []column.Item{{Lines: p.head()}}
	p.people = map[int]*timeline.Profile{}
	if p.names[p.at] == All && len(p.pinned) > 0 {
		items = append(items, Heading("pinned"))
		for _, t := range p.pinned {
			items = append(items, column.Item{Post: t})
		}
		items = append(items, Heading("newest"))
	}
	for _, t := range c.posts {
		items = append(items, column.Item{Post: t})
	}
	for _, who := range c.people {
		p.people[len(items)] = who
		items = append(items, column.Item{Lines: Row(who)})
	}
	if end := p.ending(c); end != "" {
		items = append(items, Heading(end))
	}
	p.Set(items, 0)
}

// ending is what is to be said below all that is shown.
func (p *Pane) ending(c *content) string {
	switch {
	case c.err != nil:
		return timeline.AsError(c.err).Message.Line().String()
	case c.busy || c.older != "":
		return "reading more"
	case !c.note.Empty():
		return c.note.Line().String()
	case c.asked && len(c.posts)+len(c.people) == 0 && (p.names[p.at] != All || len(p.pinned) == 0):
		return "nothing here"
	}
	return ""
}

// Heading is an item that is a few lines about others.
func Heading(text ...string) column.Item {
	return column.Item{Lines: func(l post.Look) []string {
		var lines []string
		for _, t := range text {
			for _, s := range cell.Wrap(l.Measure, []cell.Run{{Text: t, Open: l.Theme.Dim.Open(), Close: l.Theme.Dim.Close()}}, max(1, min(textMax, l.Width-lead))) {
				lines = append(lines, cell.Blank(lead)+s)
			}
		}
		return lines
	}}
}

// Row is a person in a list of people: who, and the beginning of what they say of
// themselves.
func Row(p *timeline.Profile) func(post.Look) []string {
	return func(l post.Look) []string {
		t, room := l.Theme, max(1, min(textMax, l.Width-lead))
		lines := []string{
			t.Network(p.Network).Paint(p.Network.Letter()) + cell.Blank(lead-1) + t.Strong.Paint(title(p)) + "  " + t.Dim.Paint(p.Handle.Line().String()),
		}
		if about := p.Bio.Plain().Line().String(); about != "" {
			lines = append(lines, cell.Blank(lead)+cell.Cut(l.Measure, about, room, t.Signs.More))
		}
		if is := strings.Join(ties(p), " "+t.Signs.Dot+" "); is != "" {
			lines = append(lines, cell.Blank(lead)+t.Dim.Paint(is))
		}
		return lines
	}
}

// strip names the parts, the one that is shown between brackets.
func (p *Pane) strip(l post.Look) []string {
	t := l.Theme
	var runs []cell.Run
	for i, name := range p.names {
		if i == p.at {
			runs = append(runs, cell.Run{Text: "[" + string(name) + "]", Open: t.Accent.Open(), Close: t.Accent.Close()}, cell.Run{Text: " "})
			continue
		}
		runs = append(runs, cell.Run{Text: " " + string(name) + "  ", Open: t.Dim.Open(), Close: t.Dim.Close()})
	}
	var lines []string
	for _, s := range cell.Wrap(l.Measure, runs, max(1, min(textMax, l.Width-lead))) {
		lines = append(lines, cell.Blank(lead-1)+s)
	}
	return lines
}
