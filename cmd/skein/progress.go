package main

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"

	"skein/timeline"
)

// progress draws, on a terminal's standard error, one line that says where each
// target stands while the person waits. It is a timeline.Sink.
type progress struct {
	app   *app
	w     io.Writer
	width int // cells; 0 draws nothing

	mu     sync.Mutex
	states []timeline.Delivery // the latest of each target, as they came
	drawn  bool
}

var _ timeline.Sink = (*progress)(nil)

func newProgress(a *app) *progress { return &progress{app: a, w: a.err, width: a.errWidth()} }

// Delivered implements timeline.Sink.
func (p *progress) Delivered(deliveries ...timeline.Delivery) {
	if p.width == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range deliveries {
		p.note(d)
	}
	var parts []string
	for _, d := range p.states {
		parts = append(parts, fmt.Sprintf("%s %s %s", p.app.sign(d.State), d.Account.Name, d.State))
	}
	line := ansi.Truncate(strings.Join(parts, "   "), p.width-1, "…")
	_, _ = io.WriteString(p.w, "\r\x1b[K"+line) // who does not see it misses nothing
	p.drawn = true
}

func (p *progress) note(d timeline.Delivery) {
	for i, o := range p.states {
		if o.Operation == d.Operation && o.Account.ID == d.Account.ID {
			p.states[i] = d
			return
		}
	}
	p.states = append(p.states, d)
}

// clear takes the line away.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		_, _ = io.WriteString(p.w, "\r\x1b[K")
	}
	p.drawn, p.states = false, nil
}
