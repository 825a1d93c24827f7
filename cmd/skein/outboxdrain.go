package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"skein/timeline"
)

func (a *app) outboxDrainCommand() *cobra.Command {
	var daemon bool
	var wait time.Duration
	c := &cobra.Command{
		Use: "drain", Short: "Send what is waiting", Args: cobra.NoArgs,
		Long: "drain sends everything that is waiting, and returns when nothing is, or when what\n" +
			"is left cannot go on within --wait. It exits with 0 when nothing is left, 5 when\n" +
			"something is, 4 when nothing could be sent, 1 when something was refused for good\n" +
			"or nothing tells what became of it. With --daemon it goes on until it is stopped.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if wait < 0 {
				return timeline.Errorf(timeline.CodeUsage, "--wait %v: not less than nothing", wait)
			}
			return a.atDesk(cmd.Context(), func(d *desk) error {
				if daemon {
					return d.serveOutbox(cmd.Context())
				}
				return d.drain(cmd.Context(), wait)
			})
		},
	}
	c.Flags().BoolVar(&daemon, "daemon", false, "go on sending whatever comes, until stopped")
	c.Flags().DurationVar(&wait, "wait", time.Minute, "how long to try")
	return c
}

// serveOutbox sends until it is told to stop, which is no failure.
func (d *desk) serveOutbox(ctx context.Context) error {
	if err := d.unlock(ctx, d.records); err != nil {
		return err
	}
	err := d.box.Run(ctx)
	if ctx.Err() != nil && (err == nil || errors.Is(err, ctx.Err())) {
		return nil
	}
	return err
}

func (d *desk) drain(ctx context.Context, wait time.Duration) error {
	deliveries, err := d.wait(ctx, wait)
	if err != nil {
		return err
	}
	all := receipts(deliveries)
	if len(all) == 0 && !d.flags.json {
		_, err := fmt.Fprintln(d.out, "Nothing is waiting.")
		return err
	}
	if err := d.printReceipts(all); err != nil {
		return err
	}
	return verdictOf(all)
}
