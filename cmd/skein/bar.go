package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// barPause is the least time between two drawings of a bar.
const barPause = 50 * time.Millisecond

// bar draws, on a terminal's standard error, how much of a long work is done. On
// anything else it draws nothing. It is safe for concurrent use.
type bar struct {
	w     io.Writer
	width int // cells; 0 draws nothing
	label string
	now   func() time.Time

	mu   sync.Mutex
	last time.Time // of the last drawing; zero before the first
}

// bar makes one for standard error; label says what is being done.
func (a *app) bar(label string) *bar {
	return &bar{w: a.err, width: a.errWidth(), label: label, now: a.now}
}

// errWidth is the width of the terminal that standard error is, in cells; 0 where it
// is none.
func (a *app) errWidth() int {
	f, ok := a.err.(*os.File)
	if !ok || !isTerminal(f) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// set draws which part of the work is done, from 0 to 1.
func (b *bar) set(part float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if b.width == 0 || now.Sub(b.last) < barPause && part < 1 {
		return
	}
	b.last = now
	const cells = 24
	part = min(max(part, 0), 1)
	full := int(part * cells)
	line := fmt.Sprintf("%s  [%s%s] %3.0f %%", b.label, strings.Repeat("=", full), strings.Repeat(" ", cells-full), part*100)
	_, _ = io.WriteString(b.w, "\r\x1b[K"+ansi.Truncate(line, b.width-1, "…")) // who does not see it misses nothing
}

// clear takes the line away.
func (b *bar) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.last.IsZero() {
		_, _ = io.WriteString(b.w, "\r\x1b[K")
	}
	b.last = time.Time{}
}
