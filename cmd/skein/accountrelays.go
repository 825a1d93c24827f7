package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"skein/backends"
	"skein/config/account"
	"skein/timeline"
)

// relayJSON is one relay of an account as JSON.
type relayJSON struct {
	Type      string        `json:"type"` // "relay"
	Account   string        `json:"account"`
	URL       string        `json:"url"`
	Own       bool          `json:"own"`
	Published bool          `json:"published"`
	Error     timeline.Safe `json:"error,omitzero"`
}

func (a *app) accountRelaysCommand() *cobra.Command {
	var more, less []string
	c := &cobra.Command{
		Use: "relays NAME", Short: "Show and change a Nostr account's relays", Args: cobra.ExactArgs(1),
		Long: "relays asks each relay of an account whether it answers, and shows the list that you\n" +
			"have published (NIP-65). --add and --remove change the relays that the account has in\n" +
			"skein; the published list stays as it is, and your posts go where that says.",
		Example: "  skein account relays nostr --add wss://relay.example",
		RunE: func(cmd *cobra.Command, args []string) error {
			records, err := a.accounts(nil, args)
			if err != nil {
				return err
			}
			r := records[0]
			if len(more) > 0 || len(less) > 0 {
				if r, err = a.changeRelays(cmd.Context(), r, more, less); err != nil {
					return err
				}
			}
			return a.showRelays(cmd.Context(), r)
		},
	}
	c.Flags().StringSliceVar(&more, "add", nil, "a relay to add, wss://…; may be repeated")
	c.Flags().StringSliceVar(&less, "remove", nil, "a relay to take off; may be repeated")
	return c
}

// changeRelays gives an account other relays; one that had those of the configuration
// has relays of its own from then on.
func (a *app) changeRelays(ctx context.Context, r account.Record, more, less []string) (account.Record, error) {
	own, err := backends.OwnRelays(r, a.deps())
	if err != nil {
		return r, err
	}
	gone, err := backends.ReadRelays(strings.Join(less, " "))
	if err != nil {
		return r, err
	}
	own, err = backends.ReadRelays(strings.Join(own, " "))
	if err != nil {
		return r, err
	}
	for _, url := range gone {
		if !slices.Contains(own, url) {
			return r, timeline.Errorf(timeline.CodeUsage, "%s has no relay %s: nothing was changed", r.Name, url)
		}
	}
	own = slices.DeleteFunc(own, func(url string) bool { return slices.Contains(gone, url) })
	own, err = backends.ReadRelays(strings.Join(append(own, more...), " "))
	if err != nil {
		return r, err
	}
	if len(own) == 0 {
		return r, timeline.Errorf(timeline.CodeUsage, "%s would have no relay left: nothing was changed", r.Name)
	}
	return a.book.SetRelays(ctx, r.ID, own)
}

func (a *app) showRelays(ctx context.Context, r account.Record) error {
	relays, err := backends.Relays(ctx, r, a.deps())
	if err != nil {
		return err
	}
	if a.flags.json {
		e := json.NewEncoder(a.out)
		for _, relay := range relays {
			j := relayJSON{Type: "relay", Account: r.Name, URL: relay.URL, Own: relay.Own, Published: relay.Published}
			if relay.Err != nil {
				j.Error = timeline.CleanLine(relay.Err.Error())
			}
			if err := e.Encode(j); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	for _, relay := range relays {
		state := "answers"
		if relay.Err != nil {
			state = timeline.CleanLine(relay.Err.Error()).String()
		}
		where := "here"
		switch {
		case relay.Own && relay.Published:
			where = "here, published"
		case relay.Published:
			where = "published"
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\n", timeline.CleanLine(relay.URL), where, state); err != nil {
			return err
		}
	}
	return w.Flush()
}
