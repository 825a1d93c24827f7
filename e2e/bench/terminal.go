package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// The size of the terminal.
const (
	columns = 100
	lines   = 30
)

// readAtOnce is more than a pseudo-terminal holds, in bytes.
const readAtOnce = 64 << 10

// drawWithin bounds the wait for something to be drawn.
const drawWithin = 30 * time.Second

// terminal is a program on a pseudo-terminal. What the program writes is noted with
// its time first, so that drawing it holds nobody up, and then drawn by an emulator,
// which answers the program's questions as a terminal does.
type terminal struct {
	cmd     *exec.Cmd
	file    *os.File
	started time.Time
	chunks  chan chunk // closed when the program has ended
	emu     *vt.Emulator
	over    sync.WaitGroup
}

// chunk is one piece of what the program wrote.
type chunk struct {
	at   time.Time
	text []byte
}

// openTerminal starts a program. The caller closes the terminal.
func openTerminal(ctx context.Context, env []string, argv ...string) (*terminal, error) {
	t := &terminal{
		cmd: exec.CommandContext(ctx, argv[0], argv[1:]...), emu: vt.NewEmulator(columns, lines),
		chunks: make(chan chunk, 4096),
	}
	t.cmd.Env = env
	t.started = time.Now()
	var err error
	if t.file, err = pty.StartWithSize(t.cmd, &pty.Winsize{Rows: lines, Cols: columns}); err != nil {
		return nil, fmt.Errorf("start %s on a terminal: %w", baseName(argv[0]), err)
	}
	t.over.Go(t.hear)
	t.over.Go(t.answer)
	return t, nil
}

// hear reads what the program writes until it ends.
func (t *terminal) hear() {
	defer close(t.chunks)
	for {
		piece := make([]byte, readAtOnce)
		n, err := t.file.Read(piece)
		if n > 0 {
			t.chunks <- chunk{time.Now(), piece[:n]}
		}
		if err != nil {
			return // the program has ended, or the terminal was closed
		}
	}
}

// answer hands the emulator's answers on to the program.
func (t *terminal) answer() {
	piece := make([]byte, 1024)
	for {
		n, err := t.emu.Read(piece)
		if n > 0 {
			_, _ = t.file.Write(piece[:n]) // the program may have ended
		}
		if err != nil {
			return // closed
		}
	}
}

// close ends the program.
func (t *terminal) close() {
	_ = t.cmd.Process.Kill()
	_ = t.cmd.Wait() // it was killed
	for range t.chunks {
	}
	if answers, ok := t.emu.InputPipe().(io.Closer); ok { // the emulator's own Close races with its Read
		_ = answers.Close()
	}
	_ = t.file.Close()
	t.over.Wait()
}

// pid is the program's process.
func (t *terminal) pid() int { return t.cmd.Process.Pid }

// errEnded says that the program has ended where it should not have.
var errEnded = errors.New("the program has ended")

// awaitScreen draws until want says yes, and returns when what made it so was written.
func (t *terminal) awaitScreen(ctx context.Context, what string, want func(rows []string) bool) (time.Time, error) {
	patience := time.NewTimer(drawWithin)
	defer patience.Stop()
	for {
		select {
		case c, ok := <-t.chunks:
			if !ok {
				return time.Time{}, fmt.Errorf("%s: %w:\n%s", what, errEnded, strings.Join(t.rows(), "\n"))
			}
			t.draw(c)
			if want(t.rows()) {
				return c.at, nil
			}
		case <-patience.C:
			return time.Time{}, fmt.Errorf("%s: not within %s:\n%s", what, drawWithin, strings.Join(t.rows(), "\n"))
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
}

// awaitQuiet draws until nothing has been written for a while, and returns when the
// last of it was written; the zero time when nothing was.
func (t *terminal) awaitQuiet(ctx context.Context, first, quiet time.Duration) (last time.Time, err error) {
	patience := time.NewTimer(first)
	defer patience.Stop()
	for {
		select {
		case c, ok := <-t.chunks:
			if !ok {
				return last, errEnded
			}
			last = c.at
			t.draw(c)
			patience.Reset(quiet)
		case <-patience.C:
			return last, nil
		case <-ctx.Done():
			return last, ctx.Err()
		}
	}
}

// press types and returns when.
func (t *terminal) press(keys string) (time.Time, error) {
	at := time.Now()
	if _, err := t.file.WriteString(keys); err != nil {
		return at, fmt.Errorf("type %q: %w", keys, err)
	}
	return at, nil
}

func (t *terminal) draw(c chunk) {
	_, _ = t.emu.Write(c.text) // it fails only after Close
}

// rows are the lines of the screen, without the blanks at their ends.
func (t *terminal) rows() []string {
	rows := make([]string, lines)
	for y := range rows {
		var b strings.Builder
		for x := 0; x < columns; {
			cell := t.emu.CellAt(x, y)
			if cell == nil || cell.Width == 0 {
				x++
				continue
			}
			b.WriteString(cell.Content)
			x += cell.Width
		}
		rows[y] = strings.TrimRight(b.String(), " ")
	}
	return rows
}
