// Package gallery shows the media of a post one by one, as large as the screen, with all
// of their descriptions.
//
// A Gallery is an overlay: it does nothing itself, and says what the person wants done
// with what it shows. What waits behind a warning is a blur until it is revealed here.
package gallery

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/overlay"
	"skein/ui/picture"
	"skein/ui/post"
)

// spared is the lines left free above and below: what became of a key is told there.
const spared = 2

// Item is one of a post's media.
type Item struct {
	Post    timeline.ID
	N       int // which of the post's, from 1
	Account timeline.AccountID
	Media   timeline.Media
	Hidden  bool // it waits behind a warning
}

// Items are the media of a post, those of the post it quotes after its own.
func Items(p *timeline.Post) []Item {
	p = p.Content()
	items := itemsOf(p)
	if p.Quote != nil && p.Quote.Post != nil {
		items = append(items, itemsOf(p.Quote.Post.Content())...)
	}
	return items
}

func itemsOf(p *timeline.Post) []Item {
	items := make([]Item, len(p.Media))
	for i, m := range p.Media {
		items[i] = Item{Post: p.ID, N: i + 1, Media: m, Hidden: p.Sensitive}
		if len(p.Views) > 0 {
			items[i].Account = p.Views[0].Account
		}
	}
	return items
}

// Plays tells whether a player shows it, and not a viewer of pictures.
func (i Item) Plays() bool {
	return i.Media.Kind != timeline.Image
}

// The actions.
type (
	// View opens a picture with the system's viewer.
	View struct{ Item Item }
	// Play hands a video or a sound to a player; Sure says that the person was asked.
	Play struct {
		Item Item
		Sure bool
	}
	// Save writes the file into the person's folder.
	Save struct{ Item Item }
)

// IsAction makes it an Action.
func (View) IsAction() {}

// IsAction makes it an Action.
func (Play) IsAction() {}

// IsAction makes it an Action.
func (Save) IsAction() {}

// Gallery is the media of one post. It is for one goroutine.
type Gallery struct {
	items []Item
	album *picture.Album
	fit   picture.Fit // no rows: pictures are told and not shown
	at    int
	from  int // the first line of the description that is shown
	more  int // how far it can be scrolled
}

// New makes a Gallery of at least one item. Without an album, and with a Fit of no rows,
// there are descriptions alone.
func New(items []Item, album *picture.Album, fit picture.Fit) *Gallery {
	return &Gallery{items: items, album: album, fit: fit}
}

// Key goes from one to the next, scrolls the description, and says what is to be done.
func (g *Gallery) Key(k tea.KeyPressMsg) overlay.Action {
	item := g.items[g.at]
	switch k.String() {
	case "esc", "q", "m":
		return overlay.Close{}
	case "right", "l", "n", "space":
		g.turn(1)
	case "left", "h", "N", "backspace":
		g.turn(-1)
	case "down", "j":
		g.from = min(g.from+1, g.more)
	case "up", "k":
		g.from = max(g.from-1, 0)
	case "z":
		for i := range g.items {
			g.items[i].Hidden = false
		}
	case "enter", "o":
		if item.Plays() {
			return Play{Item: item}
		}
		return View{item}
	case "S", "s":
		return Save{item}
	}
	return nil
}

func (g *Gallery) turn(d int) {
	if at := g.at + d; at >= 0 && at < len(g.items) {
		g.at, g.from = at, 0
	}
}

// Lines draws the item: the picture above, what is said of it below.
func (g *Gallery) Lines(l overlay.Look, width, height int) []string {
	inner, rows := width-overlay.FrameWidth, height-overlay.FrameHeight-spared
	item := g.items[g.at]
	about := g.about(l, item, inner)
	shows := g.album != nil && g.fit.Rows > 0 && (item.Media.Blurhash != "" || !picture.Source(item.Media, true).Empty())
	room := len(about)
	if shows {
		room = min(room, max(1, rows/4))
	}
	room = max(1, min(room, rows))
	g.more = max(0, len(about)-room)
	g.from = min(g.from, g.more)
	var lines []string
	if shows {
		lines = g.picture(l, item, inner, rows-room)
	}
	lines = append(lines, about[g.from:g.from+room]...)
	return l.Box(g.title(l, item), g.hint(l, item), lines, inner)
}

// picture is the picture in the middle of its lines, the last of which may hold a remark.
func (g *Gallery) picture(l overlay.Look, item Item, inner, rows int) []string {
	if rows < 1 {
		return nil
	}
	m := item.Media
	w, h := g.fit.Cells(m.Width, m.Height, inner, rows-1)
	spot := picture.Spot{Account: item.Account, Blur: m.Blurhash, Width: w, Height: h}
	remark := ""
	if item.Hidden {
		remark = l.Theme.Warn.Paint(l.Theme.Signs.Closed+" sensitive") + l.Theme.Dim.Paint(" "+l.Theme.Signs.Dash+" z shows it")
	} else {
		spot.Source = picture.Source(m, true)
		switch why := g.album.Failed(spot); {
		case !why.Empty():
			remark = l.Theme.Warn.Paint(cell.Cut(l.Measure, "it is not to be had: "+why.Line().String(), inner, l.Theme.Signs.More))
		case !spot.Source.Empty() && !g.album.Shown(spot):
			remark = l.Theme.Dim.Paint("loading" + l.Theme.Signs.More)
		}
	}
	left := cell.Blank((inner - w) / 2)
	lines := make([]string, 0, rows)
	for n := range h {
		lines = append(lines, left+g.album.Row(spot, n))
	}
	return append(lines, cell.Blank((inner-cell.Width(l.Measure, remark))/2)+remark)
}

func (g *Gallery) title(l overlay.Look, item Item) string {
	dot := " " + l.Theme.Signs.Dot + " "
	title := post.KindOf(item.Media)
	if len(g.items) > 1 {
		title = fmt.Sprintf("%d of %d", g.at+1, len(g.items)) + dot + title
	}
	if a, ok := post.ParseAddress(item.Media.URL); ok {
		title += dot + a.Host
	}
	return title
}

func (g *Gallery) hint(l overlay.Look, item Item) string {
	var words []string
	if len(g.items) > 1 {
		words = append(words, "h/l turn")
	}
	if g.more > 0 {
		words = append(words, "j/k read")
	}
	does := " opens"
	if item.Plays() {
		does = " plays"
	}
	words = append(words, l.Theme.Signs.Enter+does, "S saves", "esc closes")
	return strings.Join(words, " "+l.Theme.Signs.Dot+" ")
}

// about is the whole description.
func (g *Gallery) about(l overlay.Look, item Item, inner int) []string {
	dim := l.Theme.Dim
	if item.Media.Alt.Empty() {
		return []string{dim.Paint("no description")}
	}
	return cell.Wrap(l.Measure, []cell.Run{
		{Text: "alt: ", Open: dim.Open(), Close: dim.Close()}, {Text: item.Media.Alt.String()},
	}, max(1, inner))
}
