package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"golang.org/x/term"

	"skein/timeline"
	"skein/ui"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// openTimeline is `skein` without a command: the full screen on the person's own
// accounts, or a welcome when there are none.
func (a *app) openTimeline(ctx context.Context) error {
	if err := a.needTerminal("`skein timeline` reads without one, `skein --help` shows more"); err != nil {
		return err
	}
	if err := a.setup(); err != nil {
		return err
	}
	return a.show(ctx, false)
}

// show runs the full screen, and another one where the first account has come or the
// last has gone.
func (a *app) show(ctx context.Context, demo bool) error {
	for {
		result, err := a.showOnce(ctx, demo)
		switch {
		case err != nil:
			return err
		case result.StartDemo:
			next := &app{world: a.world}
			defer next.close()
			return next.demo(ctx, demoFlags{seed: 1, trickle: trickle, theme: a.config.Theme})
		case !result.Again:
			return nil
		}
	}
}

func (a *app) showOnce(ctx context.Context, demo bool) (ui.Result, error) {
	records, err := a.book.All()
	if err != nil {
		return ui.Result{}, err
	}
	o := ui.Options{
		Theme: a.config.Theme, Keys: a.config.Keys, ASCII: a.config.ASCII, Demo: demo, Version: version,
		OpenURL: a.openURL, Now: a.now, Log: a.log,
	}
	own := &ownAccounts{app: a}
	o.Accounts = own
	if len(records) > 0 {
		// Afterwards the screen is not ours to ask on.
		if err := errors.Join(a.keys.Unlock(ctx), a.unlock(ctx, records)); err != nil {
			return ui.Result{}, err
		}
		for _, r := range records {
			if a.opened.Declined(r.ID) {
				o.Notices = append(o.Notices, lockedLine(r))
			}
		}
		o.Colors = a.colors(records)
		o.Pictures = a.pictures(records)
		o.Language, o.Pipe = a.language(), a.pipe(records)
		o.Media = media{app: a, files: a.files(records)}
		options, accounts := a.hubOptions(a.merged(records))
		defer a.letKeep(ctx, &o, &options)()
		hub := timeline.NewHub(options, accounts...) //nolint:contextcheck // it goes on until Close
		defer hub.Close()                            //nolint:contextcheck // what was read is kept whatever ended ctx
		o.Hub, own.hub = hub, hub
		feeds, end := a.letChoose(&o, hub, options)
		defer end()
		own.feeds = feeds
		box, mail, stop, err := a.letWrite(ctx, &o, hub, records)
		if err != nil { // what there is to read can be read all the same
			a.log.Error("nothing can be written", "error", err)
			o.Notices = append(o.Notices, "nothing can be written: "+timeline.CleanLine(err.Error()).String())
		} else {
			defer stop()
			own.box, own.mail = box, mail
		}
		o.Inbox = screenInbox(&options, hub, box, a.log)
		o.Alert = a.alert()
	}
	defer collect(forDays)()
	a.drawing.Store(true)
	defer a.drawing.Store(false)
	return ui.Run(ctx, o)
}

// openURL hands an http(s) address to the person's browser: the one that $BROWSER
// names, or the system's. It goes as one argument, through no shell.
func (a *app) openURL(ctx context.Context, address string) error {
	name, args := opener(address)
	if own, ok := a.env("BROWSER"); ok && strings.TrimSpace(own) != "" {
		name, args = ownBrowser(own, address)
	}
	if err := a.start(ctx, name, args); err != nil {
		return timeline.Errorf(timeline.CodeUnsupported, "no browser could be opened: %w", err)
	}
	return nil
}

// opener is the system's own program for an address or a file, which it gets as one
// argument, through no shell.
func opener(what string) (name string, args []string) {
	switch runtime.GOOS {
	case "darwin":
		return "open", []string{what}
	case "windows":
		return "rundll32", []string{"url.dll,FileProtocolHandler", what}
	}
	return "xdg-open", []string{what}
}

// start starts a program that outlives us.
func (a *app) start(ctx context.Context, name string, args []string) error {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), name, args...) //nolint:gosec // the person's own choice, or a fixed program; what it gets was checked by who calls
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return timeline.Errorf(timeline.CodeUnsupported, "%s cannot be started: %w", name, err)
	}
	go func() { _ = cmd.Wait() }() // it outlives us; its end is only collected
	return nil
}

// ownBrowser reads $BROWSER: programs in order of preference, of which the first
// counts, each with a %s for the address or without.
func ownBrowser(own, address string) (string, []string) {
	first, _, _ := strings.Cut(own, string(os.PathListSeparator))
	words := strings.Fields(first)
	if len(words) == 0 {
		words = strings.Fields(own)
	}
	args, put := words[1:], false
	for i, w := range args {
		if w == "%s" {
			args[i], put = address, true
		}
	}
	if !put {
		args = append(args, address)
	}
	return words[0], args
}
