package main

import (
	"fmt"
	"io"

	"github.com/charmbracelet/x/ansi"
)

// tally draws, as a bar does, how many of a thing are done where nobody knows how many
// there are, or of how many. It is safe for concurrent use.
type tally struct{ *bar }

func (a *app) tally(label string) tally { return tally{a.bar(label)} }

// set draws that done of all are done; all is 0 where that is not known.
func (t tally) set(done, all int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if t.width == 0 || now.Sub(t.last) < barPause {
		return
	}
	t.last = now
	line := fmt.Sprintf("%s  %s", t.label, thousands(done))
	if all > 0 {
		line += " of " + thousands(all)
	}
	_, _ = io.WriteString(t.w, "\r\x1b[K"+ansi.Truncate(line, t.width-1, "…")) // who does not see it misses nothing
}
