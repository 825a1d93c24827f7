package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// tmuxConfig makes tmux a plain terminal of an exact size: no status line, no key
// of its own, the screen kept when the program ends. OSC 52 would fill a paste
// buffer, so that a test sees it.
const tmuxConfig = `
set -g status off
set -g remain-on-exit on
set -g remain-on-exit-format ""
set -g default-terminal tmux-256color
set -g escape-time 0
set -g set-clipboard on
set -g allow-passthrough off
set -g prefix None
set -g prefix2 None
`

// runInPane waits in front of a file, so that the terminal's state can be looked
// at before the program's first byte. It leaves the program's process and exit
// code in files: now and then tmux has a dead pane and no status for it. The pane
// lives on, because a dead one does not tell whether its cursor was left visible.
const runInPane = `
while ! [ -e "$0/start" ]; do sleep 0.01; done
sh -c 'echo $$ >"$0/pid"; exec "$@"' "$0" "$@"
echo $? >"$0/code"
mv "$0/code" "$0/exit"
exec cat >/dev/null
`

// screenWithin bounds the wait for something to be drawn, on a busy machine.
const screenWithin = 20 * time.Second

// pollWithin bounds the wait for something that may rightly never be drawn.
const pollWithin = 2 * time.Second

// Terminal is a program in a real terminal: a tmux server of its own.
type Terminal struct {
	Cols, Rows int

	socket string
	dir    string // the socket's, removed at the end
	env    []string
	before TerminalState
}

// TerminalState is what a program can change of its terminal besides the cells.
type TerminalState struct {
	Title    string // the window's
	Buffers  string // what OSC 52 put aside
	Modes    string // scroll region, insert and origin mode: odd unless as at the start
	Bell     bool
	AltShown bool // the alternate screen is on
	Cursor   bool // the cursor is visible
	Mouse    bool // mouse reports are on
}

// Terminal runs skein with these arguments in a new terminal, until the test
// ends.
func (h *Home) Terminal(t testing.TB, cols, rows int, args ...string) *Terminal {
	t.Helper()
	return NewTerminal(t, cols, rows, h.Environment(), append([]string{h.binary}, args...)...)
}

// NewTerminal runs any program in a new terminal, until the test ends.
func NewTerminal(t testing.TB, cols, rows int, env []string, argv ...string) *Terminal {
	t.Helper()
	Require(t, ToolTmux)
	// A short path of its own: sockets have no room for a test's name.
	dir, err := os.MkdirTemp("", "skein-e2e-tmux-")
	if err != nil {
		t.Fatalf("folder for tmux: %v", err)
	}
	terminal := &Terminal{
		Cols: cols, Rows: rows, dir: dir,
		env:    append(slices.Clone(env), "TMUX_TMPDIR="+dir),
		socket: fmt.Sprintf("skein-e2e-%d", os.Getpid()),
	}
	config := filepath.Join(dir, "tmux.conf")
	if err := os.WriteFile(config, []byte(tmuxConfig), 0o600); err != nil {
		t.Fatalf("tmux's config: %v", err)
	}
	terminal.endWithTest(t)
	command := append([]string{
		"-f", config, "new-session", "-d", "-s", "main", "-x", strconv.Itoa(cols), "-y", strconv.Itoa(rows),
		"sh", "-c", runInPane, dir,
	}, argv...)
	terminal.tmux(t, command...)
	terminal.before = terminal.State(t)
	if err := os.WriteFile(filepath.Join(dir, "start"), nil, 0o600); err != nil {
		t.Fatalf("start the program: %v", err)
	}
	return terminal
}

// endWithTest kills the tmux server when the test ends, and also when the test
// process dies.
func (term *Terminal) endWithTest(t testing.TB) {
	t.Helper()
	watch := exec.CommandContext(context.WithoutCancel(t.Context()), "sh", "-c",
		`trap "" INT HUP; cat >/dev/null; tmux -L "$0" kill-server; rm -rf "$1"`, term.socket, term.dir)
	watch.Env = term.env
	stdin, err := watch.StdinPipe()
	if err != nil {
		t.Fatalf("watch over tmux: %v", err)
	}
	if err := watch.Start(); err != nil {
		t.Fatalf("watch over tmux: %v", err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = watch.Wait() // there may be no server left to kill
	})
}

// tmux runs one tmux command on this terminal's server.
func (term *Terminal) tmux(t testing.TB, args ...string) string {
	t.Helper()
	out, err := term.try(context.WithoutCancel(t.Context()), args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (term *Terminal) try(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "tmux", append([]string{"-L", term.socket}, args...)...)
	cmd.Env = term.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w: %s", args[0], err, out)
	}
	return string(out), nil
}

// SendKeys types keys by tmux's names: "j", "Enter", "Escape", "C-d", "Space".
func (term *Terminal) SendKeys(t testing.TB, keys ...string) {
	t.Helper()
	term.tmux(t, append([]string{"send-keys", "-t", "main", "--"}, keys...)...)
}

// Resize changes the size, as a person does who pulls at the window's corner.
func (term *Terminal) Resize(t testing.TB, cols, rows int) {
	t.Helper()
	term.Cols, term.Rows = cols, rows
	term.tmux(t, "resize-window", "-t", "main", "-x", strconv.Itoa(cols), "-y", strconv.Itoa(rows))
}

// Kill ends the terminal and the program in it, as closing the window does.
func (term *Terminal) Kill(t testing.TB) {
	t.Helper()
	term.tmux(t, "kill-server")
}

// Capture is the screen as text, a line a row.
func (term *Terminal) Capture(t testing.TB) Screen {
	t.Helper()
	return Screen(term.tmux(t, "capture-pane", "-p", "-t", "main"))
}

// CaptureRaw is the screen with the escape sequences that would draw it again.
func (term *Terminal) CaptureRaw(t testing.TB) string {
	t.Helper()
	return term.tmux(t, "capture-pane", "-p", "-e", "-t", "main")
}

// WaitFor waits until the text is on the screen and returns that screen.
func (term *Terminal) WaitFor(t testing.TB, text string) Screen {
	t.Helper()
	return term.WaitUntil(t, fmt.Sprintf("%q is on the screen", text), func(s Screen) bool {
		return strings.Contains(string(s), text)
	})
}

// WaitMatch waits until the pattern matches the screen and returns that screen.
func (term *Terminal) WaitMatch(t testing.TB, pattern string) Screen {
	t.Helper()
	expression := regexp.MustCompile(pattern)
	return term.WaitUntil(t, fmt.Sprintf("the screen matches %q", pattern), func(s Screen) bool {
		return expression.MatchString(string(s))
	})
}

// WaitUntil waits for a screen that satisfies want. The failure shows the last
// screen.
func (term *Terminal) WaitUntil(t testing.TB, what string, want func(Screen) bool) Screen {
	t.Helper()
	return term.WaitUntilWithin(t, screenWithin, what, want)
}

// WaitUntilWithin is WaitUntil with another patience.
func (term *Terminal) WaitUntilWithin(t testing.TB, within time.Duration, what string, want func(Screen) bool) Screen {
	t.Helper()
	screen, err := term.look(t.Context(), within, want)
	if err != nil {
		t.Fatalf("%s: not within %s: %v\n%s", what, within, err, screen.Framed())
	}
	if stackTrace.MatchString(string(screen)) {
		t.Fatalf("a stack trace is on the screen:\n%s", screen.Framed())
	}
	return screen
}

// Poll waits a moment for a screen that satisfies want and says whether one came;
// for where the lack of one is an answer too.
func (term *Terminal) Poll(t testing.TB, want func(Screen) bool) (Screen, bool) {
	t.Helper()
	screen, err := term.look(t.Context(), pollWithin, want)
	return screen, err == nil
}

// look returns the first screen that satisfies want, or the last one of all and
// an error.
func (term *Terminal) look(ctx context.Context, within time.Duration, want func(Screen) bool) (Screen, error) {
	var screen Screen
	_, err := until(ctx, within, func(ctx context.Context) error {
		out, err := term.try(ctx, "capture-pane", "-p", "-t", "main")
		if err != nil {
			return err
		}
		if screen = Screen(out); !want(screen) {
			return errNotYet
		}
		return nil
	})
	return screen, err
}

// WaitExit waits until the program has ended and returns its exit code.
func (term *Terminal) WaitExit(t testing.TB) int {
	t.Helper()
	return term.number(t, "exit")
}

// Pid is the program's process.
func (term *Terminal) Pid(t testing.TB) int {
	t.Helper()
	return term.number(t, "pid")
}

// number waits for what runInPane leaves in a file.
func (term *Terminal) number(t testing.TB, file string) int {
	t.Helper()
	var number int
	Eventually(t, screenWithin, "the program's "+file, func(context.Context) error {
		content, err := os.ReadFile(filepath.Join(term.dir, file))
		if err != nil {
			return fmt.Errorf("it still runs: %w", err)
		}
		number, err = strconv.Atoi(strings.TrimSpace(string(content)))
		return err
	})
	return number
}

// State is what the program made of the terminal by now.
func (term *Terminal) State(t testing.TB) TerminalState {
	t.Helper()
	format := strings.Join([]string{
		"#{pane_title}", "#{scroll_region_upper},#{origin_flag},#{insert_flag},#{keypad_flag}",
		"#{window_bell_flag}", "#{alternate_on}", "#{cursor_flag}", "#{mouse_any_flag}",
	}, "\n")
	lines := strings.Split(term.tmux(t, "display-message", "-p", "-t", "main", format), "\n")
	return TerminalState{
		Title: lines[0], Modes: lines[1], Buffers: term.tmux(t, "list-buffers"),
		Bell: lines[2] == "1", AltShown: lines[3] == "1", Cursor: lines[4] == "1", Mouse: lines[5] == "1",
	}
}

// Before is the terminal's state from before the program's first byte.
func (term *Terminal) Before() TerminalState { return term.before }
