package main

import (
	"github.com/spf13/cobra"
)

// refHelp says what a REF is.
const refHelp = "REF is what you have at hand: a post's URL on any of the networks, at://…,\n" +
	"nevent1…, note1…, npub1…, @user@host, @handle, or the short id that stands below\n" +
	"each post that was read before."

func (a *app) replyCommand() *cobra.Command {
	var f postFlags
	c := &cobra.Command{
		Use: "reply REF [TEXT|-]", Short: "Answer a post", Args: cobra.RangeArgs(1, 2),
		Long: "reply answers a post by the account that sees it; of a post that skein sent to\n" +
			"several networks, --copies answers every copy. Text, flags and exit codes are those\n" +
			"of `skein post`.\n\n" + refHelp,
		Example: "  skein reply https://mastodon.example/@ana/1 'So do we.'",
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		f.replyTo = args[0]
		return a.write(cmd.Context(), &f, args[1:])
	}
	f.registerPost(c)
	c.Flags().StringVar(&f.as, "as", "", "answer with the account of this NAME")
	c.Flags().BoolVar(&f.copies.all, "copies", false, "answer the post's copies on other networks, too")
	return c
}
