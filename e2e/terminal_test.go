package e2e_test

import (
	"os"
	"strings"
	"testing"

	"skein/e2e"
)

// The terminal driver shows what a program draws, types what a person types, and
// tells what was done to the terminal.
func TestTerminalShowsAndTypes(t *testing.T) {
	script := `printf 'name? '; read name; printf '\033[1mhello %s\033[0m ▌ ●\n' "$name"; stty size; read end; exit 7`
	term := e2e.NewTerminal(t, 50, 10, os.Environ(), "sh", "-c", script)
	term.WaitFor(t, "name?")
	term.SendKeys(t, "fern", "Enter")
	screen := term.WaitFor(t, "hello fern ▌ ●")
	if rows := screen.Rows(); len(rows) != 10 {
		t.Errorf("a screen of 10 rows has %d", len(rows))
	}
	term.WaitFor(t, "10 50")
	if raw := term.CaptureRaw(t); !strings.Contains(raw, "\x1b[1m") {
		t.Errorf("bold is not told: %q", raw)
	}
	if term.State(t) != term.Before() {
		t.Errorf("a harmless program changed the terminal: %+v, before %+v", term.State(t), term.Before())
	}
	term.SendKeys(t, "Enter")
	if code := term.WaitExit(t); code != 7 {
		t.Errorf("exit code %d instead of 7", code)
	}
}

// What hostile text would do if it got through is seen: the checks on skein are
// worth something.
func TestTerminalTellsMischief(t *testing.T) {
	script := `printf '\033]2;pwned\007\033[2;5r\033]52;c;cHduZWQ=\007\007done'; read end`
	term := e2e.NewTerminal(t, 50, 10, os.Environ(), "sh", "-c", script)
	term.WaitFor(t, "done")
	state := term.State(t)
	if state.Title != "pwned" {
		t.Errorf("the title is %q", state.Title)
	}
	if !strings.Contains(state.Buffers, "pwned") {
		t.Errorf("the paste buffers are %q", state.Buffers)
	}
	if state.Modes == term.Before().Modes {
		t.Errorf("the scroll region is not told: %s", state.Modes)
	}
	if !state.Bell {
		t.Error("the bell is not told")
	}
}

func TestTerminalResizes(t *testing.T) {
	script := `trap 'stty size' WINCH; echo ready; while :; do sleep 1 & wait; done`
	term := e2e.NewTerminal(t, 50, 10, os.Environ(), "bash", "-c", script)
	term.WaitFor(t, "ready")
	term.Resize(t, 70, 20)
	term.WaitFor(t, "20 70")
}
