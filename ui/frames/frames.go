// Package frames runs a Bubble Tea program that draws when there is something to
// draw.
//
// Bubble Tea draws by a clock, 60 times a second: a frame waits for the clock's next
// tick, 8 ms in the middle and 17 at worst, and the clock wakes the computer 60 times
// a second for nothing as long as nobody does anything, which is nearly always; that
// alone is 1 % of a CPU. Here the clock ticks a moment after a message that comes
// alone, at most 120 times a second while more of them come, and then rests. What is
// drawn, and how, is still Bubble Tea's own: no byte takes another way to the terminal.
//
// The package knows nothing of what is drawn.
package frames

import (
	"reflect"
	"sync"
	"time"
	"unsafe"

	tea "charm.land/bubbletea/v2"
)

const (
	// prompt is when a message that comes alone is drawn. View has returned but its
	// frame is not with the renderer yet: that takes microseconds.
	prompt = time.Millisecond
	// apart is the least time between two such messages; others that come between are
	// drawn together, at this pace.
	apart = time.Second / 120
	// lull is how long no message comes before the clock rests.
	lull = 3 * apart
	// rest is the pace at which it does. A frame that has missed all other ticks, on a
	// computer that stood still, waits no longer.
	rest = time.Second
)

// Run runs a program until it ends, as tea.NewProgram(m, options...).Run does.
func Run(m tea.Model, options ...tea.ProgramOption) error {
	c := &clock{}
	p := tea.NewProgram(drawn{m, c}, options...)
	c.find = func() *time.Ticker { return ticker(p) }
	_, err := p.Run()
	c.stop()
	return err //nolint:wrapcheck // the caller would have had it from Bubble Tea
}

// drawn is a model whose every view sets the clock. A message that changes nothing in
// it may still have the renderer write something.
type drawn struct {
	tea.Model
	clock *clock
}

func (d drawn) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m, cmd := d.Model.Update(msg)
	return drawn{m, d.clock}, cmd
}

func (d drawn) View() tea.View {
	v := d.Model.View()
	d.clock.set()
	return v
}

// clock is the ticker by which a program draws, once it runs. It has three paces:
// prompt, apart, and rest.
type clock struct {
	find func() *time.Ticker // when the program runs; nil when it is not to be found

	mu     sync.Mutex
	ticker *time.Ticker
	ease   *time.Timer // to a slower pace
	asked  time.Time   // when it was set to tick promptly
	last   time.Time   // when it was set
	eased  bool        // since then
}

// set has the clock tick: in a moment, or at its pace when it did so just now.
func (c *clock) set() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.ease == nil { // the first view
		c.ticker = c.find()
		c.ease = time.AfterFunc(lull, c.slow)
	}
	if c.ticker == nil {
		return
	}
	c.last = now
	if now.Sub(c.asked) < apart {
		return
	}
	c.asked, c.eased = now, false
	c.ticker.Reset(prompt)
	c.ease.Reset(prompt + prompt/2) // after one tick
}

// slow takes the clock to the next slower pace.
func (c *clock) slow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.ticker == nil: // it keeps Bubble Tea's
	case !c.eased:
		c.eased = true
		c.ticker.Reset(apart)
		c.ease.Reset(lull)
	case time.Since(c.last) < lull:
		c.ease.Reset(lull)
	default:
		c.ticker.Reset(rest)
	}
}

// stop leaves the clock as it is.
func (c *clock) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ticker = nil
	if c.ease != nil {
		c.ease.Stop()
	}
}

// ticker is that by which a running program draws. Bubble Tea lets nobody have it, and
// takes its pace from tea.WithFPS for good; so it is looked for by its name. It is nil
// where a later Bubble Tea has none of this name: such a program runs at the pace that
// Bubble Tea gives it, and a test of this package says so.
//
// It is made before the first view, in the goroutine that views, and is never replaced.
func ticker(p *tea.Program) *time.Ticker {
	field := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*time.Ticker]() {
		return nil
	}
	return *(**time.Ticker)(unsafe.Pointer(field.UnsafeAddr())) //nolint:gosec // its type was looked at
}
