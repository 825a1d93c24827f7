package ui_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// terminal is an emulator behind a mutex: a program writes to it while a test
// looks.
type terminal struct {
	mu      sync.Mutex
	screen  *vt.Emulator
	raw     bytes.Buffer
	effects []string // what remote text may never cause
	wrote   chan struct{}
}

func newTerminal(tb testing.TB, width, height int) *terminal {
	t := &terminal{screen: vt.NewEmulator(width, height), wrote: make(chan struct{}, 1)}
	effect := func(what string) { t.effects = append(t.effects, what) }
	t.screen.SetCallbacks(vt.Callbacks{
		Bell:             func() { effect("bell") },
		Title:            func(s string) { effect("title " + s) },
		IconName:         func(s string) { effect("icon " + s) },
		WorkingDirectory: func(s string) { effect("directory " + s) },
	})
	drained := make(chan struct{})
	go func() { // what the terminal answers is not for the program
		defer close(drained)
		_, _ = io.Copy(io.Discard, t.screen)
	}()
	tb.Cleanup(func() { // Emulator.Close races with Read; its pipe does not
		if pipe, ok := t.screen.InputPipe().(io.Closer); ok {
			_ = pipe.Close()
		}
		<-drained
	})
	return t
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.raw.Write(p)
	// A tty adds the carriage return that the renderer leaves to it.
	_, err := t.screen.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	select {
	case t.wrote <- struct{}{}:
	default:
	}
	return len(p), err
}

func (t *terminal) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.screen.String()
}

// await waits until a text is on the screen.
func (t *terminal) await(tb testing.TB, text string) {
	tb.Helper()
	deadline := time.After(20 * time.Second)
	for !strings.Contains(t.text(), text) {
		select {
		case <-t.wrote:
		case <-deadline:
			tb.Fatalf("%q did not come:\n%s", text, t.text())
		}
	}
}

// hostile is a post in which every field tries to be more than text.
func hostile() *timeline.Post {
	attack := "\x1b]0;OWNED\x07\x1b]52;c;T1dORUQ=\x07\x1b[2J\x1b[31m\x9b2J\x90q\x9c\x1b_Gf=100;AAAA\x1b\\\x1b[?1049l\x07\u202eevil\u2066 \x1bc\r\b\x7f"
	line := timeline.CleanLine(attack + "name")
	p := uitest.Post(timeline.Mastodon, "1", time.Minute, "ana", attack+"text of the attack\n"+attack)
	p.Author.Name, p.Author.Handle = line, line
	p.Text = append(p.Text, timeline.Span{
		Kind: timeline.SpanLink, Text: timeline.Clean(attack + "link"), Target: timeline.Clean("https://lab.example/\x1b\\\x1b]0;OWNED\x07;x\u009c" + attack),
	})
	p.Warning, p.Note, p.Labels = line, line, []timeline.Safe{line}
	p.Media = []timeline.Media{{Kind: timeline.Image, Alt: timeline.Clean(attack), URL: timeline.Clean("https://cdn.example/" + attack)}}
	p.Poll = &timeline.Poll{Options: []timeline.PollOption{{Text: timeline.Clean(attack), Votes: 1}}}
	p.Card = &timeline.Card{URL: timeline.Clean("https://card.example/" + attack), Title: timeline.Clean(attack)}
	p.ReplyTo = &timeline.Ref{Handle: timeline.Clean(attack)}
	return p
}

// TestRemoteTextHasNoEffect runs the real program into a terminal and looks for
// any effect of what a network sent but text.
func TestRemoteTextHasNoEffect(t *testing.T) {
	b := uitest.NewBackend(timeline.Mastodon).Has(hostile())
	hub := uitest.Hub(b)
	defer hub.Close()
	term := newTerminal(t, 80, 24)
	keys, typed := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := ui.Run(t.Context(), ui.Options{Hub: hub, Name: "ours"},
			tea.WithInput(keys), tea.WithOutput(term), tea.WithWindowSize(80, 24),
			tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithoutSignalHandler())
		done <- err
	}()
	term.await(t, "text of the attack")
	term.await(t, "q quit")
	if _, err := io.WriteString(typed, "q"); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	_ = typed.Close()
	term.mu.Lock()
	defer term.mu.Unlock()
	for _, e := range term.effects {
		if e != "title ours" && e != "title " {
			t.Errorf("remote text had an effect: %s", e)
		}
	}
	sequences(t, term.raw.Bytes())
}

// sequences fails for an escape sequence that only remote text can have brought.
func sequences(t *testing.T, raw []byte) {
	t.Helper()
	p := ansi.NewParser()
	state := byte(0)
	for len(raw) > 0 {
		seq, _, n, next := ansi.DecodeSequence(raw, state, p)
		state, raw = next, raw[n:]
		switch {
		case ansi.HasOscPrefix(seq):
			if cmd := p.Command(); cmd != 8 && cmd != 2 && cmd != 11 && cmd != 0 {
				t.Errorf("OSC %d: %q", cmd, seq)
			}
			if p.Command() != 8 && bytes.Contains(seq, []byte("OWNED")) {
				t.Errorf("remote text in %q", seq)
			}
			for _, b := range bytes.TrimSuffix(seq[2:], []byte{7}) {
				if b < 0x20 || b >= 0x7f {
					t.Errorf("byte %#x in %q", b, seq)
				}
			}
		case ansi.HasDcsPrefix(seq), ansi.HasApcPrefix(seq), ansi.HasSosPrefix(seq), ansi.HasPmPrefix(seq):
			t.Errorf("sequence %q", seq)
		case len(seq) > 0 && seq[0] >= 0x80 && seq[0] <= 0x9f, len(seq) == 1 && seq[0] == 0x07:
			t.Errorf("control %q", seq)
		}
	}
}

func TestRunEndsQuietlyWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	term := newTerminal(t, 80, 24)
	keys, typed := io.Pipe()
	defer typed.Close()
	done := make(chan error, 1)
	go func() {
		_, err := ui.Run(ctx, ui.Options{}, tea.WithInput(keys), tea.WithOutput(term), tea.WithWindowSize(80, 24),
			tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithoutSignalHandler())
		done <- err
	}()
	term.await(t, "look around first")
	cancel()
	if err := <-done; err != nil {
		t.Errorf("interrupted: %v", err)
	}
}

func TestRunRefusesWrongOptions(t *testing.T) {
	_, err := ui.Run(t.Context(), ui.Options{Theme: "neon", Keys: map[string][]string{"fly": {"x"}}})
	if err == nil || !strings.Contains(err.Error(), "neon") || !strings.Contains(err.Error(), "fly") {
		t.Errorf("error is %v", err)
	}
}
