package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"skein/timeline"
)

func (a *app) outboxRetryCommand() *cobra.Command {
	var names []string
	var yes bool
	var send sendFlags
	c := &cobra.Command{
		Use: "retry ID", Short: "Take up again what was refused, cancelled or left unconfirmed", Args: cobra.ExactArgs(1),
		Long: "retry sends again what did not arrive. Of what is unconfirmed nobody knows whether\n" +
			"it arrived, so it may be there twice afterwards: look first. skein asks on a\n" +
			"terminal, and wants --yes elsewhere.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := send.check(); err != nil {
				return err
			}
			return a.atDesk(cmd.Context(), func(d *desk) error { return d.retry(cmd.Context(), args[0], names, yes, send) })
		},
	}
	c.Flags().StringSliceVar(&names, "account", nil, "only to the accounts of these NAMES")
	c.Flags().BoolVarP(&yes, "yes", "y", false, "also what may then be there twice")
	c.Flags().DurationVar(&send.wait, "wait", patience, "how long to wait for the networks' answers")
	c.Flags().BoolVar(&send.noWait, "no-wait", false, "do not wait for the networks' answers")
	return c
}

func (d *desk) retry(ctx context.Context, id string, names []string, yes bool, send sendFlags) error {
	ids, err := d.only(names)
	if err != nil {
		return err
	}
	op, err := d.box.Operation(ctx, id)
	if err != nil {
		return err
	}
	doubtful := slices.ContainsFunc(op.Deliveries, func(o timeline.Delivery) bool {
		return o.State == timeline.Unconfirmed && (len(ids) == 0 || slices.Contains(ids, o.Account.ID))
	})
	twice := warned{
		warning: "nothing tells whether the post arrived; sent again, it may be there twice",
		yes:     "does it all the same", question: "Send it again?", refused: "nothing was sent",
	}
	if err := d.sure(ctx, yes || !doubtful, twice); err != nil {
		return err
	}
	if _, err := d.box.Retry(ctx, op.ID, ids...); err != nil {
		return err
	}
	return d.send(ctx, send, op)
}

func (a *app) outboxCancelCommand() *cobra.Command {
	var names []string
	c := &cobra.Command{
		Use: "cancel ID", Short: "Stop what has not been sent", Args: cobra.ExactArgs(1),
		Long: "cancel stops what has not been sent; what may be with its network already it\n" +
			"leaves alone. It exits with 1 when something could not be stopped.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.atDesk(cmd.Context(), func(d *desk) error { return d.cancel(cmd.Context(), args[0], names) })
		},
	}
	c.Flags().StringSliceVar(&names, "account", nil, "only to the accounts of these NAMES")
	return c
}

func (d *desk) cancel(ctx context.Context, id string, names []string) error {
	ids, err := d.only(names)
	if err != nil {
		return err
	}
	op, err := d.box.Operation(ctx, id)
	if err != nil {
		return err
	}
	deliveries, kept := d.box.Cancel(ctx, op.ID, ids...)
	if err := d.printReceipts(receipts(deliveries)); err != nil {
		return err
	}
	return kept
}
