package main

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/term"

	"skein/config/account"
	"skein/timeline"
	"skein/ui/qr"
)

// browserHere tells whether a browser that is opened here is one that the person sees,
// and that can come back to this machine: not over ssh, and not without a screen.
func (a *app) browserHere() bool {
	set := func(names ...string) bool {
		for _, name := range names {
			if v, ok := a.env(name); ok && v != "" {
				return true
			}
		}
		return false
	}
	switch {
	case set("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"):
		return false
	case runtime.GOOS == "windows", runtime.GOOS == "darwin":
		return true
	}
	return set("BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
}

// shown tells whether standard error is a terminal.
func (a *app) shown() bool {
	f, ok := a.err.(*os.File)
	return ok && isTerminal(f)
}

// visit sends the person to a page and waits until they are back, or have typed what
// the page showed them.
func (l *lead) visit(ctx context.Context, v account.Visit) (account.Answer, error) {
	elsewhere := l.preset[account.Browser] == account.NoBrowser
	if !l.typing() && (!elsewhere || v.Ask == "") {
		return account.Answer{}, l.nobody(v.Name, v.Title)
	}
	address := timeline.CleanLine(v.URL).String()
	l.explain(v.Title, v.Help)
	l.say("\n  " + address + "\n\n")
	if v.QR {
		l.drawQR(address)
	}
	if web(address) && !elsewhere {
		if err := l.openURL(ctx, address); err != nil {
			l.log.Info("no browser for a sign-in", "error", err)
			l.say("No browser could be opened here: open this address yourself.\n")
		} else {
			l.say("Your browser opens it; if not, open it yourself.\n")
		}
	}
	if v.Await == nil {
		return l.copied(ctx, v.Ask)
	}
	return l.whichever(ctx, v)
}

// web tells whether a browser opens an address.
func web(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// copied asks for what the page showed; nothing is no answer.
func (l *lead) copied(ctx context.Context, ask string) (account.Answer, error) {
	if !l.typing() {
		l.say(ask + ", on standard input.\n")
		line, err := unlessDone(ctx, l.readLine)
		if line = strings.TrimSpace(line); err == nil && line == "" {
			err = timeline.Errorf(timeline.CodeUsage, "standard input holds no code")
		}
		return shownThere(line), err
	}
	for {
		line, err := l.typed(ctx, ask+": ")
		if err != nil || line != "" {
			return shownThere(line), err
		}
	}
}

// shownThere is the answer to a visit that was copied.
func shownThere(line string) account.Answer {
	return account.Answer{Text: line, Secret: account.NewSecret(line)}
}

// whichever waits for the browser and for a line at once. Both have ended when it
// returns.
func (l *lead) whichever(ctx context.Context, v account.Visit) (account.Answer, error) {
	type result struct {
		answer account.Answer
		err    error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var both sync.WaitGroup
	back, typed := make(chan result, 1), make(chan result, 1)
	both.Go(func() {
		answer, err := v.Await(ctx)
		back <- result{answer, err}
	})
	if v.Ask != "" && l.typing() {
		both.Go(func() {
			answer, err := l.copied(ctx, v.Ask)
			typed <- result{answer, err}
		})
	} else {
		l.say("Waiting for you to come back; C-c gives up.\n")
	}
	var r result
	select {
	case r = <-back:
	case r = <-typed:
		if errors.Is(r.err, io.EOF) && ctx.Err() == nil { // nobody types any more: there is still the browser
			r = <-back
		}
	}
	cancel()
	both.Wait()
	l.say("\n") // below what was asked
	return r.answer, r.err
}

// drawQR shows an address to another device's camera, where there is room.
func (l *lead) drawQR(address string) {
	f, ok := l.err.(*os.File)
	if !ok || !isTerminal(f) {
		return
	}
	lines, err := qr.Lines(address)
	if err != nil {
		l.log.Info("no QR code", "error", err)
		return
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < qr.Width(lines) {
		return
	}
	const ink, plain = "\x1b[38;5;16;48;5;231m", "\x1b[0m" // black on white, whatever the theme
	for _, line := range lines {
		l.say(ink + line + plain + "\n")
	}
	l.say("\n")
}
