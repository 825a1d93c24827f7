package main

import (
	"context"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"skein/outbox"
	"skein/timeline"
)

// deleteFlags are what `skein delete` can be told.
type deleteFlags struct {
	copies copyFlags
	yes    bool
	send   sendFlags
}

func (a *app) deleteCommand() *cobra.Command {
	var f deleteFlags
	c := &cobra.Command{
		Use: "delete REF", Short: "Delete a post of yours", Args: cobra.ExactArgs(1),
		Long: "delete takes a post of yours away: the one that REF names, and with --copies what\n" +
			"skein sent of it to other networks. On a terminal it asks.\n\n" + refHelp,
		Example: "  skein delete https://mastodon.example/@you/1 --copies",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return a.atDesk(cmd.Context(), func(d *desk) error { return d.remove(cmd.Context(), args[0], f) })
		},
	}
	f.copies.register(c)
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	f.send.register(c)
	return c
}

func (f deleteFlags) check() error {
	if err := f.copies.check(); err != nil {
		return err
	}
	return f.send.check()
}

func (f copyFlags) check() error {
	if f.all && f.only {
		return timeline.Errorf(timeline.CodeUsage, "--copies and --only exclude each other")
	}
	return nil
}

// remove deletes a post, and its copies where the person wants that.
func (d *desk) remove(ctx context.Context, ref string, f deleteFlags) error {
	if known, err := d.acted(ctx, f.send, timeline.DoDelete, false); known || err != nil {
		return err
	}
	post, err := d.find(ctx, ref, "")
	if err != nil {
		return err
	}
	if f.yes && !f.copies.all {
		f.copies.only = true
	}
	posts, err := d.mine(ctx, post, f.copies, "Delete")
	if err != nil {
		return err
	}
	if d.typing() && !f.yes && len(posts) == 1 {
		agrees, err := d.agrees(ctx, "Delete “%s” (%s)?", post.summary(), d.nameOf(timeline.Account{ID: posts[0].Account}))
		if err != nil {
			return err
		}
		if !agrees {
			return refusef("nothing was deleted")
		}
	}
	var actions []outbox.Action
	for _, p := range posts {
		actions = append(actions, outbox.Action{
			Account: p.Account, Intent: timeline.Intent{Kind: timeline.DoDelete, On: p.Subject}, Summary: post.summary(), URL: timeline.CleanLine(p.URL),
		})
	}
	return d.act(ctx, f.send, actions)
}

// summary is a post in a few words, for a list.
func (f found) summary() timeline.Safe {
	text := f.post.Text.Plain().Line().String()
	if text == "" {
		text = f.post.URL.String()
	}
	return timeline.CleanLine(ansi.Truncate(text, 60, "…"))
}
