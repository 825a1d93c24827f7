package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"skein/config"
	"skein/outbox"
	"skein/timeline"
)

// editor is the command line of the person's own editor.
func (a *app) editor() (string, error) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if editor, _ := a.env(name); strings.TrimSpace(editor) != "" {
			return editor, nil
		}
	}
	return "", timeline.Errorf(timeline.CodeUsage, "EDITOR names no editor")
}

// edit opens a file in the person's editor and waits for it. An interrupt from the
// keyboard is the editor's own meanwhile.
func (a *app) edit(ctx context.Context, file string) error {
	editor, err := a.editor()
	if err != nil {
		return fmt.Errorf("%w; the file is %s", err, file)
	}
	a.editing.Store(true)
	defer a.editing.Store(false)
	cmd := exec.CommandContext(ctx, "sh", "-c", editor+` "$1"`, "sh", file) //nolint:gosec // the person's own editor
	cmd.Stdin, cmd.Stdout, cmd.Stderr = a.in, os.Stdout, os.Stderr
	if !a.typing() { // standard input was read already, or is nobody's keyboard
		cmd.Stdin = nil
		if keyboard, err := os.Open("/dev/tty"); err == nil {
			defer func() { _ = keyboard.Close() }() // it was only read
			cmd.Stdin = keyboard
		}
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("editor %s: %w", editor, err)
	}
	return nil
}

// editText lets the person change a text in their editor. With an error it returns
// what was saved all the same, so that it can be kept.
func (a *app) editText(ctx context.Context, text string) (string, error) {
	if err := config.MakePrivate(a.paths.State); err != nil {
		return text, err
	}
	f, err := os.CreateTemp(a.paths.State, "post-*.txt") // 0600 by itself
	if err != nil {
		return text, fmt.Errorf("a file for the editor: %w", err)
	}
	defer func() {
		if err := os.Remove(f.Name()); err != nil {
			a.log.Warn("removing the editor's file", "error", err)
		}
	}()
	_, err = io.WriteString(f, text)
	if err = errors.Join(err, f.Close()); err != nil {
		return text, fmt.Errorf("a file for the editor: %w", err)
	}
	failed := a.edit(ctx, f.Name())
	saved, err := os.Open(filepath.Clean(f.Name())) // editors replace the file
	if err != nil {
		return text, errors.Join(failed, fmt.Errorf("reading what was edited: %w", err))
	}
	edited, err := readText(saved, "what was edited")
	return edited, errors.Join(failed, err, saved.Close())
}

// keepLimit is the longest text that is kept as a draft, in bytes; what is longer
// is not even read to its end.
const keepLimit = 16 << 20

// readText reads a text that is to be posted. One that is too long for any post,
// and not too long to be kept, comes with the error that says so.
func readText(r io.Reader, what string) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, keepLimit+1))
	switch {
	case err != nil:
		return string(b), fmt.Errorf("reading %s: %w", what, err)
	case len(b) > keepLimit:
		return "", refusef("%s is over %d MiB, which is no post and too long to be kept", what, keepLimit>>20)
	}
	text := string(b)
	if err := checkText(text, what); err != nil {
		return strings.ToValidUTF8(text, "\uFFFD"), err
	}
	return text, nil
}

// checkText refuses what no planner should look at.
func checkText(text, what string) error {
	if !utf8.ValidString(text) {
		return refusef("%s is no text in UTF-8", what)
	}
	if len(text) > outbox.MaxText {
		return refusef("%s has %d bytes; more than %d are no post", what, len(text), outbox.MaxText)
	}
	return nil
}
