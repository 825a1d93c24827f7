package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"
)

func (a *app) editCommand() *cobra.Command {
	var f postFlags
	c := &cobra.Command{
		Use: "edit REF [TEXT|-]", Short: "Change the text of a post of yours", Args: cobra.RangeArgs(1, 2),
		Long: "edit gives a post of yours another text, where its network lets posts be edited.\n" +
			"On a terminal it opens the present text in your editor.\n\n" + refHelp,
		Example: "  skein edit https://mastodon.example/@you/1 'Now without the typing error.'",
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		f.edited = args[0]
		return a.write(cmd.Context(), &f, args[1:])
	}
	f.registerText(c)
	f.copies.register(c)
	return c
}

// register adds the flags of what may concern every copy of a post.
func (f *copyFlags) register(c *cobra.Command) {
	c.Flags().BoolVar(&f.all, "copies", false, "its copies on other networks, too")
	c.Flags().BoolVar(&f.only, "only", false, "this one alone, without asking about its copies")
}

// changed finds the posts that are to be edited. What the person says nothing about
// stays as it is: an edit replaces the warning and the languages as well.
func (w *writing) changed(ctx context.Context) error {
	if len(w.draft.Edit) != 1 || !w.draft.Edit[0].ID.Zero() {
		return nil
	}
	f, err := w.find(ctx, w.draft.Edit[0].URL, "")
	if err != nil {
		return err
	}
	posts, err := w.mine(ctx, f, w.flags.copies, "Change")
	if err != nil {
		return err
	}
	w.draft.Edit, w.draft.To = posts, nil
	for _, p := range posts {
		if slices.Contains(w.draft.To, p.Account) {
			return refusef("the post is one of a thread: its copies are edited one by one")
		}
		w.draft.To = append(w.draft.To, p.Account)
	}
	w.before = f.post.Text.Plain().String()
	if !w.flags.given("warn") {
		w.draft.Warning = f.post.Warning.String()
	}
	if !w.flags.given("sensitive") {
		w.draft.Sensitive = f.post.Sensitive && f.post.Warning.Empty()
	}
	if !w.flags.given("lang") {
		w.draft.Languages = f.post.Languages
	}
	w.draft.Visibility = f.post.Visibility
	return nil
}
