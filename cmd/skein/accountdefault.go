package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"skein/config/account"
	"skein/timeline"
)

func (a *app) accountDefaultCommand() *cobra.Command {
	return &cobra.Command{
		Use: "default [NAME…]", Short: "Say which accounts a new post goes to", ValidArgsFunction: cobra.NoFileCompletions,
		Long: "default has new posts go to the accounts named and no others, where neither --to nor\n" +
			"post.to of the configuration says where to; \"all\" is every account that can write.\n" +
			"Alone it says how that stands.",
		Example: "  skein account default work sky\n  skein account default all",
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := a.setup(); err != nil {
				return err
			}
			if err := a.postTo(cmd.Context(), names); err != nil {
				return err
			}
			return a.tellDefault()
		},
	}
}

// postTo has new posts go to the accounts that names mean, and to no others.
func (a *app) postTo(ctx context.Context, names []string) error {
	all, err := a.book.All()
	if err != nil || len(names) == 0 {
		return err
	}
	to, err := chosen(all, names)
	if err != nil {
		return timeline.Errorf(timeline.CodeUsage, "%w", err)
	}
	for _, r := range all {
		on := slices.Contains(to, timeline.AccountID(r.ID)) || r.ReadOnly
		if on == r.Posts() {
			continue
		}
		if _, err := a.book.SetPost(ctx, r.ID, on); err != nil {
			return err
		}
	}
	return nil
}

// tellDefault says where a new post goes.
func (a *app) tellDefault() error {
	all, err := a.book.All()
	if err != nil {
		return err
	}
	to, err := chosen(all, a.config.Post.To)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(r account.Record) bool { return !slices.Contains(to, timeline.AccountID(r.ID)) })
	if a.flags.json {
		e := json.NewEncoder(a.out)
		for _, r := range all {
			if err := e.Encode(accountJSON{Type: "account", Record: r}); err != nil {
				return err
			}
		}
		return nil
	}
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = r.Name
	}
	why := ""
	if len(a.config.Post.To) > 0 {
		why = ": post.to of your configuration says so"
	}
	_, err = fmt.Fprintf(a.out, "A new post goes to %s%s.\n", strings.Join(names, ", "), why)
	return err
}
