package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"skein/timeline"
)

// draftJSON is a draft that was put aside.
type draftJSON struct {
	Type      string   `json:"type"` // "draft"
	ID        string   `json:"id"`
	Accounts  []string `json:"accounts"`
	Text      string   `json:"text"`
	UpdatedAt stamp    `json:"updated_at"`
}

func (a *app) outboxDraftsCommand() *cobra.Command {
	var drop []string
	c := &cobra.Command{
		Use: "drafts", Short: "List the drafts that were put aside", Args: cobra.NoArgs,
		Long: "drafts lists what was written and not sent. `skein post --draft ID` takes one up\n" +
			"again, --drop ID throws one away.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.atDesk(cmd.Context(), func(d *desk) error {
				for _, id := range drop {
					saved, err := d.findDraft(cmd.Context(), id)
					if err != nil {
						return err
					}
					if err := d.box.DropDraft(cmd.Context(), saved.ID); err != nil {
						return err
					}
				}
				if len(drop) > 0 {
					return nil
				}
				return d.listDrafts(cmd.Context())
			})
		},
	}
	c.Flags().StringSliceVar(&drop, "drop", nil, "throw away the draft of this ID")
	return c
}

func (d *desk) listDrafts(ctx context.Context) error {
	drafts, err := d.box.Drafts(ctx)
	if err != nil {
		return err
	}
	if len(drafts) == 0 && !d.flags.json {
		_, err := fmt.Fprintln(d.out, "There are no drafts.")
		return err
	}
	e := json.NewEncoder(d.out)
	for _, s := range drafts {
		accounts := []string{}
		for _, id := range s.Draft.To {
			accounts = append(accounts, d.nameOf(timeline.Account{ID: id}))
		}
		text := timeline.Clean(s.Draft.Text)
		if d.flags.json {
			err = e.Encode(draftJSON{"draft", s.ID, accounts, text.String(), stamp(s.Updated)})
		} else {
			_, err = fmt.Fprintf(d.out, "%s  %s  %s  %s\n", s.ID, s.Updated.Local().Format("2006-01-02 15:04"),
				cmp.Or(strings.Join(accounts, ","), "–"), ansi.Truncate(text.Line().String(), 60, "…"))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
