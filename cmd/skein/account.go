package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"skein/backends"
	"skein/config"
	"skein/config/account"
	"skein/timeline"
)

func (a *app) accountCommand() *cobra.Command {
	c := &cobra.Command{Use: "account", Short: "Add, list, check and remove accounts", Args: cobra.NoArgs, RunE: showHelp}
	c.AddCommand(a.accountAddCommand(), a.accountListCommand(), a.accountKeyCommand(), a.accountCheckCommand(), a.accountRelaysCommand(), a.accountDefaultCommand(), a.accountRemoveCommand())
	return c
}

// showHelp is what a command does that only groups others.
func showHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// accountJSON is an account as JSON.
type accountJSON struct {
	Type string `json:"type"` // "account"; "removed" when it was
	account.Record
	Revoked *bool  `json:"revoked,omitempty"` // whether the server ended the sign-in; nil where there is no such thing
	Note    string `json:"note,omitempty"`    // why it did not, and what to do
}

func (a *app) accountListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the accounts and where their secrets are", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listAccounts(cmd.Context()) },
	}
}

// keyJSON says where the key of the secrets is.
type keyJSON struct {
	Type    string        `json:"type"` // "secrets"
	File    string        `json:"file"`
	Key     account.Place `json:"key"`
	KeyFile string        `json:"key_file,omitempty"`
}

func (a *app) listAccounts(ctx context.Context) error {
	if err := a.setup(); err != nil {
		return err
	}
	all, err := a.book.All()
	if err != nil {
		return err
	}
	key, err := a.keyPlace(ctx)
	if err != nil {
		return err
	}
	if a.flags.json {
		e := json.NewEncoder(a.out)
		for _, r := range all {
			if err := e.Encode(accountJSON{Type: "account", Record: r}); err != nil {
				return err
			}
		}
		return e.Encode(key)
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(a.out, "No accounts yet: `skein account add` signs in to one.")
		return err
	}
	w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	for _, r := range all {
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.Name, r.Network, timeline.CleanLine(r.Handle), backends.Account(r).Server, a.noteOf(r)); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(a.out); err != nil {
		return err
	}
	return a.tellKey(ctx)
}

// noteOf is what is particular about an account.
func (a *app) noteOf(r account.Record) string {
	var notes []string
	switch {
	case r.ReadOnly:
		notes = append(notes, "read-only")
	case r.Locked:
		notes = append(notes, "locked")
	}
	if !r.ReadOnly && !r.Posts() {
		notes = append(notes, "posts only when named")
	}
	own := a.config.Of(r.Name)
	if !own.Reads() {
		notes = append(notes, "not in the timeline")
	}
	switch own.Proxy {
	case "":
	case config.NoProxy:
		notes = append(notes, "through no proxy")
	default:
		notes = append(notes, "through "+own.Proxy)
	}
	return strings.Join(notes, ", ")
}

func (a *app) keyPlace(ctx context.Context) (keyJSON, error) {
	j := keyJSON{Type: "secrets", File: a.paths.Secrets(), Key: account.Nowhere}
	if !a.vault.Exists() {
		return j, nil
	}
	place, err := a.keys.Locate(ctx)
	if err != nil {
		return j, err
	}
	j.Key = place
	if place == account.InFile || place == account.InPassphrase {
		j.KeyFile = a.paths.Key()
	}
	return j, nil
}

func (a *app) accountCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check [NAME…]", Short: "Ask each server whether the account works",
		RunE: func(cmd *cobra.Command, names []string) error {
			records, err := a.accounts(nil, names)
			if err != nil {
				return err
			}
			results := a.checkAccounts(cmd.Context(), records)
			if err := a.printChecks(results); err != nil {
				return err
			}
			return worstOf(results)
		},
	}
}
