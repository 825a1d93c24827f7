package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"skein/timeline"
)

// feedJSON is a feed that there is to choose from.
type feedJSON struct {
	Type     string            `json:"type"` // "feed"
	Name     timeline.FeedName `json:"name"`
	Title    timeline.Safe     `json:"title"`
	About    timeline.Safe     `json:"about,omitzero"`
	Accounts []string          `json:"accounts"`
}

func (a *app) feedsCommand() *cobra.Command {
	var networks, accounts []string
	c := &cobra.Command{
		Use: "feeds", Short: "List the feeds that there are to read",
		Long: "feeds asks your accounts what there is to read beside home: lists, tags that you follow,\n" +
			"saved custom feeds, relays. `skein timeline --feed NAME` reads one, of all accounts that\n" +
			"have it. The names are the same everywhere and never change:\n\n" +
			"  home                the people you follow\n" +
			"  local, federated    of Mastodon servers\n" +
			"  bookmarks, likes    what you have put aside, and liked\n" +
			"  posts               what you have posted yourself\n" +
			"  list:NAME           a list, by its title or id\n" +
			"  tag:NAME            a hashtag, on every network; '#NAME' is the same\n" +
			"  feed:at://…         a custom feed of Bluesky's\n" +
			"  relay:wss://…       what a Nostr relay holds, by anybody\n\n" +
			"It exits with 0 when every account answered, 5 when some did, 4 when none did.",
		Example: "  skein feeds\n  skein feeds --json | jq -r .name",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.listFeeds(cmd.Context(), networks, accounts) },
	}
	c.Flags().StringSliceVar(&networks, "network", nil, "only NETWORKS: mastodon, bluesky, nostr")
	c.Flags().StringSliceVar(&accounts, "account", nil, "only the accounts of these NAMES")
	return c
}

func (a *app) listFeeds(ctx context.Context, networks, names []string) error {
	records, err := a.accounts(networks, names)
	if err != nil {
		return err
	}
	pool := newPool(a)
	defer pool.close()
	choices, failed := timeline.ListFeeds(ctx, pool.backend, accountsOf(records)...)
	if err := a.printFeeds(choices); err != nil {
		return err
	}
	for _, f := range failed {
		a.report(failure{Code: f.Err.Code, Account: f.Account.Name, Network: f.Account.Network, Message: f.Err.Message.String()})
	}
	return partly(len(records), len(failed), 0)
}

func (a *app) printFeeds(choices []timeline.FeedChoice) error {
	encoder := json.NewEncoder(a.out)
	encoder.SetEscapeHTML(false)
	wide := 0
	for _, c := range choices {
		wide = max(wide, lipgloss.Width(string(c.Name)))
	}
	for _, c := range choices {
		names := make([]string, len(c.Accounts))
		for i, account := range c.Accounts {
			names[i] = account.Name
		}
		if a.flags.json {
			if err := encoder.Encode(feedJSON{"feed", c.Name, c.Title, c.About, names}); err != nil {
				return err
			}
			continue
		}
		line := string(c.Name) + strings.Repeat(" ", wide-lipgloss.Width(string(c.Name))) + "  " + c.Title.String()
		if !c.About.Empty() {
			line += ", " + c.About.String()
		}
		if _, err := fmt.Fprintln(a.out, line+"  ("+strings.Join(names, ", ")+")"); err != nil {
			return err
		}
	}
	return nil
}

// lacking is the failure of a feed that no account has.
func (a *app) lacking(name timeline.FeedName, lacks []timeline.Lack) error {
	for _, l := range lacks {
		a.report(failure{Code: timeline.CodeUnsupported, Account: l.Account.Name, Network: l.Account.Network, Message: l.Why.String()})
	}
	if !a.flags.json {
		a.say(fmt.Sprintf("skein: no account has the feed %s; `skein feeds` lists what there is\n", timeline.CleanLine(string(name))))
	}
	return silent(exitFailed)
}
