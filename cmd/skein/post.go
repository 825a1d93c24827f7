package main

import (
	"context"

	"github.com/spf13/cobra"
)

func (a *app) postCommand() *cobra.Command {
	var f postFlags
	c := &cobra.Command{
		Use: "post [TEXT|-]", Short: "Post to every network, to each exactly once", Args: cobra.MaximumNArgs(1),
		Long: "post sends one text to any set of accounts, and each gets it exactly once: what\n" +
			"cannot be sent now waits in the outbox, and nothing is sent twice on a guess.\n" +
			"TEXT comes from the command line, from standard input when that is no terminal\n" +
			"(or with -), or from your editor with --edit. A line of --- begins the next post\n" +
			"of a thread.\n\n" +
			"NAME is an account's, a network's or \"all\"; without --to it is [post] to of your\n" +
			"configuration, and else every account that can write. What a target would refuse\n" +
			"is told before anything is sent; the draft is then kept (`skein outbox drafts`).\n\n" +
			"It exits with 0 when it was sent everywhere, 5 to some, 4 to none yet (the outbox\n" +
			"keeps the rest), 1 when it was refused for good or nothing tells what became of\n" +
			"it, and 6 when it was refused before anything was sent.",
		Example: "  echo hi | skein post --to all --json\n" +
			"  skein post 'Look' --media heron.jpg --alt 'A heron at dawn' --to mastodon,bluesky\n" +
			"  skein post --edit --split --plan\n" +
			"  skein post 'Good morning' --at 'tomorrow 8:00'",
		RunE: func(cmd *cobra.Command, args []string) error { return a.write(cmd.Context(), &f, args) },
	}
	c.Flags().StringSliceVar(&f.to, "to", nil, "to these NAMES: accounts, networks or all")
	f.registerPost(c)
	c.Flags().StringVar(&f.replyTo, "reply-to", "", "answer the post that REF names")
	c.Flags().StringVar(&f.draft, "draft", "", "take up the draft of this ID again")
	return c
}

// write composes a post and sends it.
func (a *app) write(ctx context.Context, f *postFlags, args []string) error {
	if err := f.check(a.now()); err != nil {
		return err
	}
	return a.atDesk(ctx, func(d *desk) error {
		w := writing{desk: d, flags: f}
		return w.run(ctx, args)
	})
}
