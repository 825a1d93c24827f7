package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/muesli/cancelreader"
)

// typed asks the person at the terminal for a line. It fails with io.EOF where nobody
// types any more.
func (a *app) typed(ctx context.Context, prompt string) (string, error) {
	a.say(prompt)
	line, err := a.terminalLine(ctx)
	if err != nil {
		return "", fmt.Errorf("reading the answer: %w", err)
	}
	return strings.TrimSpace(line), nil
}

// terminalLine reads a line from standard input and no byte beyond it, until ctx ends:
// then nothing reads on that would swallow the next answer.
func (a *app) terminalLine(ctx context.Context) (string, error) {
	f, ok := a.in.(*os.File)
	if !ok || runtime.GOOS == "windows" { // there the reader would hide what is typed
		return unlessDone(ctx, func() (string, error) { return lineOf(a.in) })
	}
	r, err := cancelreader.NewReader(f)
	if err != nil { // a file that cannot be waited for never makes one wait
		return unlessDone(ctx, func() (string, error) { return lineOf(f) })
	}
	cancelled := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(cancelled)
		r.Cancel()
	})
	line, err := lineOf(r)
	if !stop() {
		<-cancelled
		err = ctx.Err()
	}
	_ = r.Close() // what it holds besides the file
	return line, err
}

// lineOf reads a line byte by byte.
func lineOf(r io.Reader) (string, error) {
	var line []byte
	var one [1]byte
	for len(line) < secretLimit {
		n, err := r.Read(one[:])
		if n == 1 && one[0] == '\n' {
			break
		}
		line = append(line, one[:n]...)
		if errors.Is(err, io.EOF) && len(line) > 0 {
			break
		}
		if err != nil {
			return "", err
		}
	}
	return string(line), nil
}
