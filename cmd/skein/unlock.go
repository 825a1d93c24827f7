package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"skein/backends"
	"skein/config/account"
	"skein/outbox"
	"skein/timeline"
)

// passphrases are how many are tried before a key is left locked.
const passphrases = 3

// unlock asks the person at the terminal for the passphrases of accounts whose keys are
// locked, once a process. A key that is left locked is no error: the account reads, and
// what is written to it waits. Without a terminal nobody is asked.
func (a *app) unlock(ctx context.Context, records []account.Record) error {
	for _, r := range records {
		if !r.Locked || !a.typing() || a.opened.Declined(r.ID) {
			continue
		}
		if _, ok := a.opened.Key(r.ID); ok {
			continue
		}
		if err := a.unlockOne(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) unlockOne(ctx context.Context, r account.Record) error {
	for range passphrases {
		passphrase, err := a.hidden(ctx, fmt.Sprintf("Passphrase of %s (not shown; empty leaves its key locked): ", r.Name))
		if err != nil {
			return fmt.Errorf("asking for the passphrase of %s: %w", r.Name, err)
		}
		if passphrase.Empty() {
			break
		}
		err = backends.Unlock(ctx, r, a.deps(), passphrase)
		if err == nil {
			return nil
		}
		a.say("skein: " + timeline.CleanLine(err.Error()).String() + "\n")
		if timeline.CodeOf(err) != timeline.CodeAuth {
			break
		}
	}
	a.opened.Decline(r.ID)
	a.say(lockedLine(r) + "\n")
	return nil
}

// lockedLine says what a key means that is left locked.
func lockedLine(r account.Record) string {
	return r.Name + " stays locked: it reads, and what you write to it waits until skein is run again"
}

// hidden reads a line from standard input that is not shown. Esc is an empty one.
func (a *app) hidden(ctx context.Context, prompt string) (account.Secret, error) {
	f, ok := a.in.(*os.File)
	if !ok {
		return account.Secret{}, timeline.Errorf(timeline.CodeUsage, "no terminal to ask at")
	}
	return a.hiddenAt(ctx, f, prompt)
}

// hiddenAt is hidden at a terminal.
func (a *app) hiddenAt(ctx context.Context, f *os.File, prompt string) (account.Secret, error) {
	before, err := term.GetState(int(f.Fd()))
	if err != nil {
		return account.Secret{}, err
	}
	a.say(prompt)
	defer a.say("\n")
	defer func() { _ = term.Restore(int(f.Fd()), before) }() // after an interrupt nobody else does
	line, err := unlessDone(ctx, func() (string, error) {
		b, err := term.ReadPassword(int(f.Fd()))
		return string(b), err
	})
	return account.NewSecret(strings.Trim(line, "\x1b")), err
}

// unlockFor asks for the passphrases that it takes to send operations, or all that the
// outbox holds.
func (d *desk) unlockFor(ctx context.Context, operations ...string) error {
	var locked []account.Record
	for _, r := range d.records {
		if !r.Locked {
			continue
		}
		waits, err := d.waitsFor(ctx, timeline.AccountID(r.ID), operations)
		if err != nil {
			return err
		}
		if waits {
			locked = append(locked, r)
		}
	}
	d.progress.clear()
	return d.unlock(ctx, locked)
}

// waitsFor tells whether operations, or without any all, have something to be sent by an
// account.
func (d *desk) waitsFor(ctx context.Context, id timeline.AccountID, operations []string) (bool, error) {
	if len(operations) == 0 {
		n, err := d.box.Pending(ctx, id)
		return n > 0, err
	}
	for _, op := range operations {
		open, err := d.box.Deliveries(ctx, outbox.Filter{Open: true, Operation: op, Account: id, Limit: 1})
		if err != nil || len(open) > 0 {
			return len(open) > 0, err
		}
	}
	return false, nil
}
