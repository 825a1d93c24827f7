package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/config/account"
	"skein/outbox"
	"skein/timeline"
	"skein/ui"
)

// letWrite gives the full screen what it writes with: the outbox, which sends for
// as long as the screen is open, and what earlier runs have left. The caller ends
// it with stop, before the hub is closed.
func (a *app) letWrite(ctx context.Context, o *ui.Options, hub *timeline.Hub, records []account.Record) (box *outbox.Outbox, mail *timeline.Messages, stop func(), err error) {
	book, err := a.addressBook(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	aside := newPool(a)
	box, err = outbox.Open(ctx, outbox.Options{
		Dir: a.paths.State, Open: a.sharing(hub, aside), Accounts: accountsOf(records), Sink: hub, Now: a.now, Log: a.log,
	})
	if err != nil {
		return nil, nil, nil, err
	}
	mail = timeline.NewMessages(timeline.MessagesOptions{
		Open: a.sharing(hub, aside), Marks: o.Marks, Mutes: o.Mutes, Now: a.now, Log: a.log,
	}, accountsOf(records)...)
	o.Messages = mail
	o.Outbox, o.People, o.Attach, o.Editor = box, book, outbox.Attach, a.editInScreen
	if o.Undo = time.Duration(a.config.Post.Undo); o.Undo == 0 {
		o.Undo = -1 // at once
	}
	if len(a.config.Post.To) > 0 {
		if o.To, err = chosen(records, a.config.Post.To); err != nil {
			o.Notices = append(o.Notices, "post.to: "+timeline.CleanLine(err.Error()).String())
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		if err := box.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			a.log.Error("sending has ended", "error", err)
		}
	})
	return box, mail, func() { //nolint:contextcheck // what is open is given back whatever ended ctx
		cancel()
		running.Wait()
		if err := box.Close(); err != nil {
			a.log.Error("closing the outbox", "error", err)
		}
		aside.close()
	}, nil
}

// sharing opens accounts for writing: with the backends that the hub reads with, or, of
// those that it does not read, with others.
func (a *app) sharing(hub *timeline.Hub, aside *pool) timeline.Opener {
	return func(ctx context.Context, id timeline.AccountID) (timeline.Backend, error) {
		if slices.ContainsFunc(hub.Accounts(), func(o timeline.Account) bool { return o.ID == id }) {
			return hub.Backend(ctx, id)
		}
		return aside.backend(ctx, id)
	}
}

// editInScreen lets the person change a text in their editor, while the full screen
// waits for it.
func (a *app) editInScreen(text string, done func(string, error) tea.Msg) tea.Cmd {
	e := &editing{app: a, text: text}
	return tea.Exec(e, func(err error) tea.Msg { return done(e.text, err) })
}

// editing is a tea.ExecCommand: the editor, with the file that it works on.
type editing struct {
	app  *app
	text string
}

// Run implements tea.ExecCommand.
func (e *editing) Run() (err error) {
	e.text, err = e.app.editText(context.Background(), e.text) // it ends when the person ends it
	return err
}

// SetStdin implements tea.ExecCommand: the editor gets the program's own terminal.
func (e *editing) SetStdin(io.Reader) {}

// SetStdout implements tea.ExecCommand.
func (e *editing) SetStdout(io.Writer) {}

// SetStderr implements tea.ExecCommand.
func (e *editing) SetStderr(io.Writer) {}
