package main

import (
	"context"
	"encoding/json"
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
		Long: "remove forgets an account and its secrets. What is still on its way to the account\n" +
			"would never be sent: skein asks on a terminal, and wants --yes elsewhere.",
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
	if !yes {
		warning := fmt.Sprintf("%d on the way to %s will never be sent", n, r.Name)
		if !d.typing() {
			return refusef("%s: --yes removes it all the same", warning)
		}
		answer, err := d.ask(ctx, "%s. Remove it all the same? [y/N]", warning)
		if err != nil {
			return err
		}
		if answer != "y" && answer != "yes" {
			return refusef("nothing was removed")
		}
	}
	open, err := d.box.Deliveries(ctx, outbox.Filter{Open: true, Account: id, Limit: n})
	if err != nil {
		return err
	}
	for _, delivery := range open { // what may have been sent already stays as it is
		if _, err := d.box.Cancel(ctx, delivery.Operation, id); err != nil {
			return err
		}
	}
	return nil
}

// forget removes an account's secrets and its record.
func (a *app) forget(ctx context.Context, r account.Record) error {
	if a.vault.Exists() { // first: without the record nobody would find its secrets again
		if err := a.vault.Delete(ctx, r.ID); err != nil {
			return fmt.Errorf("the secrets of %s cannot be removed: %w", r.Name, err)
		}
	}
	if _, err := a.book.Remove(ctx, r.ID); err != nil {
		return err
	}
	if a.flags.json {
		return json.NewEncoder(a.out).Encode(accountJSON{"removed", r})
	}
	_, err := fmt.Fprintf(a.out, "%s is gone from here. Its token still counts on the server until you revoke it there.\n", r.Name)
	return err
}
