package main

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// typing tells whether standard input is a person at a terminal.
func (a *app) typing() bool {
	f, ok := a.in.(*os.File)
	return ok && isTerminal(f)
}

// ask puts a question to the person at the terminal and returns the answer in lower
// case; "" is the answer of who just presses enter.
func (a *app) ask(ctx context.Context, format string, args ...any) (string, error) {
	a.say(fmt.Sprintf(format, args...) + " ")
	line, err := unlessDone(ctx, a.readLine)
	if err != nil {
		a.say("\n")
		return "", fmt.Errorf("reading the answer: %w", err)
	}
	return strings.ToLower(strings.TrimSpace(line)), nil
}
