package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"skein/config/account"
	"skein/outbox"
	"skein/timeline"
)

func (a *app) accountRemoveCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "remove NAME", Short: "Forget an account and its secrets", Args: cobra.ExactArgs(1),
		Long: "remove forgets an account and its secrets, and has its server end the sign-in. What\n" +
			"is still on its way to the account would never be sent: skein asks on a terminal,\n" +
			"and wants --yes elsewhere.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.setup(); err != nil {
				return err
			}
			all, err := a.book.All()
			if err != nil {
				return err
			}
			i, err := account.Find(all, args[0])
			if err != nil {
				return timeline.Errorf(timeline.CodeUsage, "%w", err)
			}
			err = a.atDesk(cmd.Context(), func(d *desk) error { return d.abandon(cmd.Context(), all[i], yes) })
			if err != nil {
				if !yes {
					return err
				}
				a.log.Warn("an account is removed without its deliveries", "account", all[i].Name, "error", err)
			}
			return a.forget(cmd.Context(), all[i])
		},
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "also when something is on its way to it")
	return c
}

// abandon cancels what is on its way to an account, when the person agrees.
func (d *desk) abandon(ctx context.Context, r account.Record, yes bool) error {
	id := timeline.AccountID(r.ID)
	n, err := d.box.Pending(ctx, id)
	if err != nil || n == 0 {
		return err
	}
	lost := warned{
		warning: fmt.Sprintf("%d on the way to %s will never be sent", n, r.Name),
		yes:     "removes it all the same", question: "Remove it all the same?", refused: "nothing was removed",
	}
	if err := d.sure(ctx, yes, lost); err != nil {
		return err
	}
	return cancelAll(ctx, d.box, id)
}

// cancelAll takes back what is on its way to an account. What may have been sent already
// stays as it is.
func cancelAll(ctx context.Context, box *outbox.Outbox, id timeline.AccountID) error {
	n, err := box.Pending(ctx, id)
	if err != nil || n == 0 {
		return err
	}
	open, err := box.Deliveries(ctx, outbox.Filter{Open: true, Account: id, Limit: n})
	if err != nil {
		return err
	}
	for _, delivery := range open {
		if _, err := box.Cancel(ctx, delivery.Operation, id); err != nil {
			return err
		}
	}
	return nil
}

// forget forgets an account, and says so.
func (a *app) forget(ctx context.Context, r account.Record) error {
	j := accountJSON{Type: "removed", Record: r}
	said, err := a.drop(ctx, r, &j)
	if err != nil {
		return err
	}
	if a.flags.json {
		return json.NewEncoder(a.out).Encode(j)
	}
	_, err = fmt.Fprintln(a.out, said)
	return err
}

// drop ends an account's sign-in on its server and removes its secrets and its record,
// also where the server does not answer. It returns how that is told.
func (a *app) drop(ctx context.Context, r account.Record, j *accountJSON) (string, error) {
	said := a.ended(ctx, r, j)
	if a.vault.Exists() { // first: without the record nobody would find its secrets again
		if err := a.dropSecrets(ctx, r.ID); err != nil {
			return "", fmt.Errorf("the secrets of %s cannot be removed: %w", r.Name, err)
		}
	}
	if _, err := a.book.Remove(ctx, r.ID); err != nil {
		return "", err
	}
	return r.Name + " is gone from here" + said + ".", nil
}

// ended has the server end an account's sign-in. It returns how that is told.
func (a *app) ended(ctx context.Context, r account.Record, j *accountJSON) string {
	if !a.vault.Exists() {
		return ""
	}
	switch creds, err := a.vault.Load(ctx, r.ID); {
	case errors.Is(err, account.ErrNoCredentials), err == nil && len(creds) == 0:
		return ""
	}
	can, err := a.signOut(ctx, r, a.vault)
	if !can {
		return "; its secret still counts, wherever else it is"
	}
	j.Revoked = new(err == nil)
	if err == nil {
		return ", and its sign-in was revoked"
	}
	a.log.Warn("a sign-in is not revoked", "account", r.Name, "error", err)
	j.Note = timeline.CleanLine(err.Error()).String()
	if timeline.CodeOf(err) == timeline.CodeUnsupported {
		return "; " + j.Note
	}
	return ", but its sign-in could not be revoked: " + j.Note
}
