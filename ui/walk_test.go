package ui_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/ui"
	"skein/ui/cell"
	"skein/ui/uitest"
)

// TestEveryScreenIsExact lets somebody press anything in windows of any size while
// posts arrive: every screen has exactly the lines and cells of its window.
func TestEveryScreenIsExact(t *testing.T) {
	for seed := range uint64(8) {
		nets := three()
		nets[0].Threads(conversation())
		uitest.Play(t, ui.Options{Outbox: uitest.NewOutbox(nets...), People: book{}, Library: uitest.NewLibrary(everRead(300)...)}, nets, func(s *uitest.Session) {
			w := walker{Session: s, Rand: rand.New(rand.NewPCG(seed, 0)), nets: nets, width: 80, height: 24}
			for step := range 100 {
				w.step()
				w.check(t, seed, step)
			}
		})
	}
}

// walker is somebody without a plan.
type walker struct {
	*uitest.Session
	*rand.Rand
	nets          []*uitest.Backend
	width, height int
}

func (w *walker) step() {
	keys := strings.Fields(`/ n N g r h e r o n j k up down g G home end ctrl+d ctrl+u space pgup tab enter esc u z o O y Y F \ x 1 backspace ctrl+r H : ?
		c c r R b f s Q e d p ctrl+s ctrl+z alt+a alt+t alt+x alt+w alt+l alt+v alt+p alt+y alt+q alt+h delete left right @ # n`)
	at := tea.Mouse{X: w.IntN(210), Y: w.IntN(60), Button: tea.MouseLeft}
	switch w.IntN(12) {
	case 0:
		w.width, w.height = w.IntN(200), w.IntN(50)
		w.Resize(w.width, w.height)
	case 1:
		w.Send(tea.MouseClickMsg(at))
	case 2:
		at.Button = []tea.MouseButton{tea.MouseWheelDown, tea.MouseWheelUp}[w.IntN(2)]
		w.Send(tea.MouseWheelMsg(at))
	case 3:
		gallery := uitest.Gallery()
		w.nets[1].Posts(gallery[w.IntN(len(gallery))].Post)
	case 5:
		w.Send(tea.PasteMsg{Content: []string{"日本語 👩‍👩‍👧 ", long(200), "a\n---\nb", ":hea", "\u0301\u200d"}[w.IntN(5)]})
	case 4:
		w.Sleep(time.Duration(w.IntN(400)) * time.Millisecond)
	default:
		w.Press(keys[w.IntN(len(keys))])
	}
}

func (w *walker) check(t *testing.T, seed uint64, step int) {
	w.exact(t, w.width, w.height, fmt.Sprintf("seed %d, step %d", seed, step))
}

// exact holds the frame to a size.
func (w *walker) exact(t *testing.T, width, height int, when string) {
	t.Helper()
	frame := w.Frame()
	if width == 0 || height == 0 {
		return // there is nothing to draw on
	}
	lines := strings.Split(frame, "\n")
	if len(lines) != height {
		t.Fatalf("%s: %d lines, not %d", when, len(lines), height)
	}
	for _, l := range lines {
		if got := cell.Width(cell.PerCluster, l); got != width {
			t.Fatalf("%s: %d cells, not %d: %q", when, got, width, l)
		}
	}
}

// TestEverySmallScreenIsExact makes the window of somebody who presses anything every
// size up to 60 cells and 20 lines, on whatever is on the screen then: each frame is
// exact, and where there is no room for one a line says so.
func TestEverySmallScreenIsExact(t *testing.T) {
	for seed := range uint64(4) {
		nets := happened()
		nets[0].Threads(conversation())
		o := ui.Options{Outbox: uitest.NewOutbox(nets...), People: book{}, Library: uitest.NewLibrary(everRead(60)...)}
		uitest.Play(t, o, nets, func(s *uitest.Session) {
			w := walker{Session: s, Rand: rand.New(rand.NewPCG(seed, 1)), nets: nets, width: 80, height: 24}
			const most, tall, each = 60, 20, 12
			for i, n := range w.Perm(most * tall) {
				if i%each == 0 {
					w.step()
				}
				width, height := n%most+1, n/most+1
				w.Resize(width, height)
				w.exact(t, width, height, fmt.Sprintf("seed %d, size %d of %dx%d", seed, i, width, height))
				if width < 30 || height < 6 {
					first, _, _ := strings.Cut(w.Frame(), "\n")
					if said := strings.TrimSpace(first); said == "" || !strings.Contains("too small: 40x12 at least !", said) {
						t.Fatalf("%dx%d says %q", width, height, said)
					}
				}
			}
		})
	}
}
