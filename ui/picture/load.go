package picture

import (
	"context"
	"image"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/outbox/media"
	"skein/timeline"
)

// Loaded is a picture that was fetched and decoded, or could not be.
type Loaded struct {
	spot  Spot
	epoch int
	page  page
	send  string // what the terminal is to be given first
}

// sent says that the terminal has a picture.
type sent struct {
	spot Spot
	id   int
}

// Start is the commands that load what Row asks for, until ctx ends. Take arms each anew.
func (a *Album) Start(ctx context.Context) tea.Cmd {
	cmds := make([]tea.Cmd, atOnce)
	for i := range cmds {
		cmds[i] = a.await(ctx)
	}
	return tea.Batch(cmds...)
}

// await is a command that waits until a picture is wanted, and loads it.
func (a *Album) await(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		s, epoch, ok := a.next(ctx)
		if !ok {
			return nil
		}
		l := a.load(ctx, s)
		l.epoch = epoch
		return l
	}
}

// Take takes in what the album's own commands bring, and says what is to be done then;
// done is false for what is none of its messages.
func (a *Album) Take(ctx context.Context, msg tea.Msg) (cmd tea.Cmd, done bool) {
	switch msg := msg.(type) {
	case Loaded:
		return tea.Batch(a.take(msg), a.await(ctx)), true
	case sent:
		a.mu.Lock()
		defer a.mu.Unlock()
		if p, ok := a.drawn.Peek(msg.spot); ok && p.id == msg.id {
			p.state, p.rows = shown, placeholders(msg.id, msg.spot.Width, msg.spot.Height)
		}
		return nil, true
	}
	return nil, false
}

func (a *Album) take(l Loaded) tea.Cmd {
	a.mu.Lock()
	defer a.mu.Unlock()
	gone := a.letGo()
	if l.epoch != a.epoch { // it was drawn for what the terminal is not
		return raw(gone + forgetting(l.page.id, a.terminal))
	}
	p := l.page
	if old, ok := a.drawn.Peek(l.spot); ok {
		if p.rows == nil {
			p.rows = old.rows // the blur stays
		}
		a.drawn.Remove(l.spot)
	}
	p.bytes += sizeOf(p.rows)
	a.keep(l.spot, &p)
	if l.send == "" {
		return raw(gone)
	}
	// A terminal looks for a picture when it meets its place: so the picture goes first.
	done := func() tea.Msg { return sent{l.spot, p.id} }
	return tea.Sequence(raw(gone+l.send), done)
}

// letGo is what tells the terminal of the pictures that are not needed any more.
func (a *Album) letGo() string {
	var b strings.Builder
	for _, id := range a.gone {
		b.WriteString(forgetting(id, a.terminal))
	}
	a.gone = nil
	return b.String()
}

func forgetting(id int, t *Terminal) string {
	if id == 0 {
		return ""
	}
	return t.Wrap(forget(id))
}

func raw(s string) tea.Cmd {
	if s == "" {
		return nil
	}
	return tea.Raw(s)
}

// End is what takes all pictures out of the terminal's memory; "" where it has none.
func (a *Album) End() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.drawn.Purge()
	return a.letGo()
}

// load fetches and draws a picture.
func (a *Album) load(ctx context.Context, s Spot) Loaded {
	l := Loaded{spot: s}
	img, as, err := a.decoded(ctx, s)
	if err == nil {
		l, err = a.draw(s, img, as)
	}
	if err != nil {
		l = Loaded{spot: s, page: page{state: failed, why: timeline.AsError(err).Message}}
		if ctx.Err() != nil {
			l.page.state = unasked
		}
	}
	return l
}

// draw makes rows of a picture, or what the terminal gets in their place.
func (a *Album) draw(s Spot, img image.Image, as Protocol) (Loaded, error) {
	a.mu.Lock()
	back, wrap := a.back, a.terminal.Wrap
	id := 0
	if as == Kitty {
		a.id = a.id%maxID + 1
		id = a.id
	}
	a.mu.Unlock()
	if as != Kitty {
		rows := blocks(img, s.Width, s.Height, back)
		return Loaded{spot: s, page: page{state: shown, rows: rows}}, nil
	}
	send, err := transmit(img, id, s.Width, s.Height, wrap)
	return Loaded{spot: s, page: page{state: sending, id: id, bytes: len(send)}, send: send}, err
}

// decoded fetches a picture and decodes it for the cells that it gets.
func (a *Album) decoded(ctx context.Context, s Spot) (image.Image, Protocol, error) {
	b, err := a.fetcher.Fetch(ctx, s.Account, s.Source, fileMost)
	if err != nil {
		return nil, Off, err
	}
	a.mu.Lock()
	as, fit := a.terminal.Feed(), a.terminal.Fit(1)
	a.mu.Unlock()
	select {
	case a.decode <- struct{}{}:
		defer func() { <-a.decode }()
	case <-ctx.Done():
		return nil, Off, ctx.Err()
	}
	img, err := media.Decode(ctx, b, func(w, h int) (int, int) { return fit.pixels(w, h, s.Width, s.Height, as) })
	return img, as, err
}

// pixels is the size at which a picture of w × h is drawn in cols × rows cells: the cells'
// own pixels, or two for each cell.
func (f Fit) pixels(w, h, cols, rows int, as Protocol) (int, int) {
	cw, ch := f.cell()
	wide, high := cols*cw, rows*ch
	if as == Blocks {
		wide, high = cols, 2*rows
		h = rounded(int64(h)*2*int64(cw), int64(ch)) // half a cell may not be square
	}
	const near = 3 // percent of the other side by which a picture is pulled rather than framed
	pw, ph := wide, rounded(int64(wide)*int64(h), int64(max(1, w)))
	if ph > high {
		pw, ph = rounded(int64(high)*int64(w), int64(max(1, h))), high
	}
	if high-ph <= max(1, high*near/100) {
		ph = high
	}
	if wide-pw <= max(1, wide*near/100) {
		pw = wide
	}
	return max(1, pw), max(1, ph)
}
