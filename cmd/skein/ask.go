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

// agrees puts a question to the person at the terminal that only a yes answers with yes.
func (a *app) agrees(ctx context.Context, format string, args ...any) (bool, error) {
	answer, err := a.ask(ctx, format+" [y/N]", args...)
	return answer == "y" || answer == "yes", err
}

// warned is what a person is warned of before it is done.
type warned struct {
	warning  string // a sentence without its full stop
	yes      string // what --yes does, for who is not at a terminal
	question string
	refused  string // what is said after a no
}

// sure returns nil where the person wants it all the same: they have said --yes, or say
// so when they are asked.
func (a *app) sure(ctx context.Context, yes bool, w warned) error {
	if yes {
		return nil
	}
	if !a.typing() {
		return refusef("%s: --yes %s", w.warning, w.yes)
	}
	agrees, err := a.agrees(ctx, "%s. %s", w.warning, w.question)
	if err == nil && !agrees {
		return refusef("%s", w.refused)
	}
	return err
}
