package main

import (
	"context"
	"errors"
	"strings"

	"skein/backends"
	"skein/config"
	"skein/config/account"
	"skein/outbox"
	"skein/timeline"
)

// ownAccounts is what the full screen signs in and out with: what the commands do, and
// that what is read and written follows at once.
type ownAccounts struct {
	app   *app
	hub   *timeline.Hub      // nil on the welcome screen
	feeds *ownFeeds          // nil there, too
	box   *outbox.Outbox     // nil when nothing can be written
	mail  *timeline.Messages // likewise
}

// Networks implements ui.Accounts.
func (o *ownAccounts) Networks() account.Choice { return backends.Networks() }

// Browser implements ui.Accounts.
func (o *ownAccounts) Browser() bool { return o.app.browserHere() }

// SignIn implements ui.Accounts.
func (o *ownAccounts) SignIn(network string) (account.Flow, error) {
	return backends.SignIn(network, o.app.deps(), o.app.browserPreset(false))
}

// Keep implements ui.Accounts.
func (o *ownAccounts) Keep(ctx context.Context, f account.Finished) (account.Record, error) {
	r, _, err := o.app.take(ctx, f.Record, f.Credentials)
	if err == nil && !f.Unlocked.Empty() {
		o.app.opened.Put(r.ID, f.Unlocked)
	}
	if err != nil || o.hub == nil {
		return r, err
	}
	if err := o.follow(); err != nil {
		return r, err
	}
	if !o.app.config.Of(r.Name).Reads() {
		return r, nil
	}
	return r, errors.Join(o.hub.Add(ctx, backends.Account(r)), o.feeds.add(ctx, backends.Account(r)))
}

// follow has the outbox, and the messages, know the accounts that there are now.
func (o *ownAccounts) follow() error {
	all, err := o.app.book.All()
	if err == nil && o.box != nil {
		o.box.SetAccounts(accountsOf(all))
		o.mail.SetAccounts(accountsOf(all)...)
	}
	return err
}

// GiveBack implements ui.Accounts.
func (o *ownAccounts) GiveBack(ctx context.Context, f account.Finished) {
	o.app.giveBack(ctx, f.Record, f.Credentials)
}

// All implements ui.Accounts.
func (o *ownAccounts) All(context.Context) ([]account.Record, error) { return o.app.book.All() }

// Pending implements ui.Accounts.
func (o *ownAccounts) Pending(ctx context.Context, r account.Record) (int, error) {
	if o.box == nil {
		return 0, nil
	}
	return o.box.Pending(ctx, timeline.AccountID(r.ID))
}

// Remove implements ui.Accounts. What is on its way is taken back before it is not
// known any more to whom it was going.
func (o *ownAccounts) Remove(ctx context.Context, r account.Record) (string, error) {
	if o.box != nil {
		if err := cancelAll(ctx, o.box, timeline.AccountID(r.ID)); err != nil {
			return "", err
		}
	}
	if o.hub != nil { // first: else its server would be seen to turn it away
		o.feeds.remove(ctx, timeline.AccountID(r.ID))
		o.hub.Remove(ctx, timeline.AccountID(r.ID))
	}
	said, err := o.app.drop(ctx, r, &accountJSON{})
	if err != nil {
		if o.hub != nil {
			err = errors.Join(err, o.hub.Add(ctx, backends.Account(r)))
		}
		return "", err
	}
	return said, o.follow()
}

// Rename implements ui.Accounts.
func (o *ownAccounts) Rename(ctx context.Context, r account.Record, name string) error {
	if o.app.config.Of(r.Name) != (config.Account{}) && !strings.EqualFold(r.Name, name) { // a proxy, say, would be gone without a word
		return timeline.Errorf(timeline.CodeRefused, "config.toml has settings under [account.%s], which would hold no longer: it keeps its name", r.Name)
	}
	if _, err := o.app.book.Rename(ctx, r.ID, name); err != nil {
		return err
	}
	return o.follow()
}

// Post implements ui.Accounts.
func (o *ownAccounts) Post(ctx context.Context, r account.Record, on bool) error {
	_, err := o.app.book.SetPost(ctx, r.ID, on)
	return err
}

// Check implements ui.Accounts.
func (o *ownAccounts) Check(ctx context.Context, r account.Record) (string, error) {
	result := o.app.checkAccount(ctx, r)
	if result.Result == bad {
		return "", &timeline.Error{Code: result.Code, Message: result.Message}
	}
	parts := []string{result.Message.String()}
	for _, f := range result.Facts {
		parts = append(parts, f.String())
	}
	return strings.Join(parts, "; "), nil
}
