package picture

import (
	"context"
	"image/color"
	"math/rand/v2"
	"sync"

	tea "charm.land/bubbletea/v2"
	"github.com/hashicorp/golang-lru/v2/simplelru"

	"skein/timeline"
	"skein/ui/cell"
)

const (
	keptBytes = 24 << 20 // of rows, and of what the terminal holds for us
	keptMost  = 4096     // pictures, however small
	waiting   = 64       // pictures that are asked for at once; of more the oldest wait for the next frame
	atOnce    = 3        // pictures fetched at once
	fileMost  = 16 << 20 // bytes of a file
)

// Spot is a picture in the place that it has: so many cells of so many rows. It is
// comparable; equal Spots look alike.
type Spot struct {
	Account       timeline.AccountID // by whose way it is fetched
	Source        timeline.Safe      // its address; empty: only its blur is shown
	Blur          string             // blurhash; "" for none
	Width, Height int                // cells
}

// Album is the pictures that are on the screen or were there a while ago. Row and the
// commands may be called from several goroutines at once.
type Album struct {
	fetcher timeline.Fetcher
	decode  chan struct{} // one file is decoded at a time: it may take much memory
	wake    chan struct{} // something is wanted

	mu       sync.Mutex
	terminal *Terminal
	back     color.Color
	drawn    *simplelru.LRU[Spot, *page]
	bytes    int
	want     []Spot // the last is wanted most
	id       int    // of the picture that the terminal got last
	gone     []int  // pictures that the terminal may let go of
	epoch    int    // goes up when what was drawn is of no use any more
}

// page is what is known of a Spot.
type page struct {
	state state
	rows  []string // the blur, or the picture; nil for neither
	id    int      // in the terminal; 0 for none
	bytes int
	why   timeline.Safe
}

type state uint8

const (
	unasked state = iota
	asked
	sending // the terminal is given it
	shown
	failed
)

// NewAlbum makes an Album of what a fetcher brings.
func NewAlbum(f timeline.Fetcher, t *Terminal) *Album {
	a := &Album{
		fetcher: f, terminal: t, back: color.Black, decode: make(chan struct{}, 1), wake: make(chan struct{}, 1),
		id: rand.IntN(maxID), //nolint:gosec // so that two programs in one terminal seldom name the same
	}
	drawn, err := simplelru.NewLRU(keptMost, a.dropped)
	if err != nil {
		panic(err) // only a size below 1 is an error, and the size is a constant
	}
	a.drawn = drawn
	return a
}

// Dark says what is behind pictures that can be seen through.
func (a *Album) Dark(dark bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	back := color.Color(color.Black)
	if !dark {
		back = color.White
	}
	if back != a.back {
		a.back = back
		a.forgetAll()
	}
}

// Heard gives the terminal's word to what decides how pictures are shown. It returns
// what the terminal is to be asked further.
func (a *Album) Heard(msg tea.Msg) (further string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.terminal.Feed()
	further, ok := a.terminal.Heard(msg)
	if ok && a.terminal.Feed() != before {
		a.forgetAll()
	}
	return further
}

// Fit is how pictures become cells at present, rows of them at the most.
func (a *Album) Fit(rows int) Fit {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.terminal.Fit(rows)
}

// Alone is how one picture is shown that stands by itself.
func (a *Album) Alone() Protocol {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.terminal.Alone()
}

// Row is row n of a picture: exactly as many cells as the Spot is wide. What is not
// there yet is asked for, and its blur or nothing stands in its place.
func (a *Album) Row(s Spot, n int) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.drawn.Get(s)
	if !ok {
		p = &page{}
		if img := blur(s.Blur, s.Width, 2*s.Height); img != nil {
			p.rows = blocks(img, s.Width, s.Height, a.back)
		}
		p.bytes = sizeOf(p.rows)
		a.keep(s, p)
	}
	if p.state == unasked && !s.Source.Empty() {
		a.ask(s, p)
	}
	if n < 0 || n >= len(p.rows) {
		if n == 0 && p.state == failed {
			return cell.Fit(cell.PerRune, "(not to be had)", s.Width, "")
		}
		return cell.Blank(s.Width)
	}
	return p.rows[n]
}

// Failed tells why a picture is not shown; empty where it is, or may still be.
func (a *Album) Failed(s Spot) timeline.Safe {
	a.mu.Lock()
	defer a.mu.Unlock()
	if p, ok := a.drawn.Peek(s); ok && p.state == failed {
		return p.why
	}
	return timeline.Safe{}
}

// Shown tells whether the picture itself is to be seen, and not its blur.
func (a *Album) Shown(s Spot) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.drawn.Peek(s)
	return ok && p.state == shown
}

// Again has pictures that failed tried once more when they are seen next.
func (a *Album) Again() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.drawn.Keys() {
		if p, ok := a.drawn.Peek(s); ok && p.state == failed {
			p.state = unasked
		}
	}
}

// ask puts a picture among the wanted. Where too many wait, the one that was seen longest
// ago is asked for again when it is seen again.
func (a *Album) ask(s Spot, p *page) {
	p.state = asked
	a.want = append(a.want, s)
	if len(a.want) > waiting {
		if first, ok := a.drawn.Peek(a.want[0]); ok && first.state == asked {
			first.state = unasked
		}
		a.want = a.want[1:]
	}
	a.rouse()
}

func (a *Album) rouse() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// keep adds a page within the bounds.
func (a *Album) keep(s Spot, p *page) {
	a.bytes += p.bytes
	a.drawn.Add(s, p)
	for a.bytes > keptBytes && a.drawn.Len() > 1 {
		a.drawn.RemoveOldest()
	}
}

// dropped is called for every page that goes.
func (a *Album) dropped(_ Spot, p *page) {
	a.bytes -= p.bytes
	if p.id != 0 {
		a.gone = append(a.gone, p.id)
	}
}

func (a *Album) forgetAll() {
	a.drawn.Purge()
	a.want = nil
	a.epoch++
}

// next takes the picture that is wanted most.
func (a *Album) next(ctx context.Context) (Spot, int, bool) {
	for {
		if ctx.Err() != nil {
			return Spot{}, 0, false
		}
		a.mu.Lock()
		if n := len(a.want); n > 0 {
			s := a.want[n-1]
			a.want = a.want[:n-1]
			if n > 1 {
				a.rouse()
			}
			epoch := a.epoch
			a.mu.Unlock()
			return s, epoch, true
		}
		a.mu.Unlock()
		select {
		case <-ctx.Done():
			return Spot{}, 0, false
		case <-a.wake:
		}
	}
}

func sizeOf(rows []string) int {
	const header = 256 // bytes of a page without its rows, about
	n := header
	for _, r := range rows {
		n += len(r)
	}
	return n
}
