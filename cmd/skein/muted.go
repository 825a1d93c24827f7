package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"skein/timeline"
)

// filterJSON is something that a network hides from an account.
type filterJSON struct {
	Type    string           `json:"type"` // "filter"
	Network timeline.Network `json:"network"`
	Account string           `json:"account"`
	What    timeline.Safe    `json:"what"`
	Title   timeline.Safe    `json:"title,omitzero"`
	Where   timeline.Safe    `json:"where,omitzero"`
	Hides   bool             `json:"hides,omitempty"` // rather than warns
	Until   *stamp           `json:"until,omitempty"`
}

func (a *app) mutedCommand() *cobra.Command {
	var networks bool
	var accounts []string
	c := &cobra.Command{
		Use: "list", Short: "List what is muted here, or by the networks", Args: cobra.NoArgs,
		Long: "list shows what is muted here, and until when. With --networks it asks the networks\n" +
			"what they, or other programs there, hide from each account: filters and muted words,\n" +
			"choices for labels, muted threads. Posts that these meet say so. Muted people are\n" +
			"printed by `skein export mutes`.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if networks {
				return a.listFilters(cmd.Context(), accounts)
			}
			return a.listMutes(cmd.Context())
		},
	}
	c.Flags().BoolVar(&networks, "networks", false, "what the networks hide from each account")
	c.Flags().StringSliceVar(&accounts, "account", nil, "of --networks: only of the accounts of these NAMES")
	return c
}

// listFilters prints what the networks hide, account by account. One that cannot be
// asked is told and holds up no other.
func (a *app) listFilters(ctx context.Context, chosen []string) error {
	records, err := a.accounts(nil, chosen)
	if err != nil {
		return err
	}
	failed, answered, found := 0, 0, 0
	for _, r := range records {
		b, err := a.openAccount(r)
		if err != nil {
			return err
		}
		n, err := a.printFilters(ctx, b)
		if cerr := b.Close(); cerr != nil {
			a.log.Warn("closing an account", "error", cerr)
		}
		found += n
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed++
			acct := b.Account()
			a.report(failure{Code: timeline.CodeOf(err), Account: acct.Name, Network: acct.Network, Message: timeline.CleanLine(err.Error()).String()})
			continue
		}
		answered++
	}
	if failed == 0 && found == 0 && !a.flags.json {
		a.say("skein: the networks hide nothing by words or labels\n")
	}
	return partly(answered+failed, failed, 0)
}

func (a *app) printFilters(ctx context.Context, b timeline.Backend) (n int, err error) {
	f, ok := timeline.As[timeline.Filterer](b)
	if !ok {
		return 0, nil
	}
	all, err := f.Filters(ctx)
	if timeline.CodeOf(err) == timeline.CodeUnsupported {
		return 0, nil
	}
	acct := b.Account()
	for _, f := range all {
		if a.flags.json {
			err := json.NewEncoder(a.out).Encode(filterJSON{"filter", acct.Network, acct.Name, f.What, f.Title, f.Where, f.Hides, stampOf(f.Until)})
			if err != nil {
				return n, err
			}
		} else if _, err := fmt.Fprintln(a.out, acct.Network.Letter()+" "+a.filterLine(f)); err != nil {
			return n, err
		}
		n++
	}
	return n, err
}

// filterLine is a filter as a line of text.
func (a *app) filterLine(f timeline.Filter) string {
	parts := []string{f.What.Line().String()}
	for _, s := range []timeline.Safe{f.Title, f.Where} {
		if !s.Empty() && s != f.What {
			parts = append(parts, s.Line().String())
		}
	}
	if ends := (timeline.Mute{Until: f.Until}).Ends(a.now()); ends != "" {
		parts = append(parts, ends)
	}
	return strings.Join(parts, "  ")
}
