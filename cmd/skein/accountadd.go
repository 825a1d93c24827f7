package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"skein/backends/bluesky"
	"skein/backends/mastodon"
	"skein/backends/nostr"
	"skein/config/account"
	"skein/timeline"
)

// secretLimit is the longest secret read from standard input, in bytes.
const secretLimit = 16 << 10

func (a *app) accountAddCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "add", Short: "Add an account", Args: cobra.NoArgs, RunE: showHelp,
		Long: "add checks an account with its server and keeps it; for one that is here already\n" +
			"it renews the sign-in. Secrets are asked for or read from standard input, never\n" +
			"taken from the command line.",
	}
	c.AddCommand(a.addMastodonCommand(), a.addBlueskyCommand(), a.addNostrCommand())
	return c
}

// adder signs in and returns what to keep.
type adder func(ctx context.Context) (account.Record, account.Credentials, error)

func (a *app) addMastodonCommand() *cobra.Command {
	var server, name string
	var stdin bool
	c := &cobra.Command{
		Use: "mastodon --server URL", Short: "Add a Mastodon account (or one of its API family)", Args: cobra.NoArgs,
		Long: "An access token comes from your server's preferences: Development → New\n" +
			"application, with the scopes \"read\" and \"write\" (with \"read\" alone it cannot\n" +
			"post); open the application to see its token.",
		Example: "  skein account add mastodon --server https://mastodon.example\n  pass show masto | skein account add mastodon --server https://mastodon.example --token-stdin",
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.add(cmd.Context(), name, func(ctx context.Context) (account.Record, account.Credentials, error) {
			token, err := a.secret(ctx, "Access token", stdin, "--token-stdin")
			if err != nil {
				return account.Record{}, nil, err
			}
			return mastodon.AddToken(ctx, a.client, withScheme(server), token)
		})
	}
	c.Flags().StringVar(&server, "server", "", "the server's URL")
	c.Flags().BoolVar(&stdin, "token-stdin", false, "read the access token from standard input")
	c.Flags().StringVar(&name, "name", "", "a short NAME for the account")
	return required(c, "server")
}

func (a *app) addBlueskyCommand() *cobra.Command {
	var handle, pds, name string
	var stdin bool
	c := &cobra.Command{
		Use: "bluesky --handle HANDLE", Short: "Add a Bluesky account", Args: cobra.NoArgs,
		Long:    "An app password comes from Bluesky: Settings → Privacy and security → App passwords.",
		Example: "  skein account add bluesky --handle ana.bsky.example\n  pass show bsky | skein account add bluesky --handle ana.bsky.example --app-password-stdin",
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.add(cmd.Context(), name, func(ctx context.Context) (account.Record, account.Credentials, error) {
			password, err := a.secret(ctx, "App password", stdin, "--app-password-stdin")
			if err != nil {
				return account.Record{}, nil, err
			}
			if pds != "" {
				pds = withScheme(pds)
			}
			return bluesky.AddPassword(ctx, a.client, pds, strings.TrimPrefix(handle, "@"), password)
		})
	}
	c.Flags().StringVar(&handle, "handle", "", "your HANDLE, such as ana.bsky.example")
	c.Flags().StringVar(&pds, "pds", "", "the URL of your data server, when the handle does not lead there")
	c.Flags().BoolVar(&stdin, "app-password-stdin", false, "read the app password from standard input")
	c.Flags().StringVar(&name, "name", "", "a short NAME for the account")
	return required(c, "handle")
}

func (a *app) addNostrCommand() *cobra.Command {
	var npub, name string
	var relays []string
	var stdin bool
	c := &cobra.Command{
		Use: "nostr", Short: "Add a Nostr account, or one to read only", Args: cobra.NoArgs,
		Long: "With a private key (nsec1… or 64 hex digits) the account can post; with --npub\n" +
			"it reads only. Without --relay the relays of your configuration are used.",
		Example: "  skein account add nostr --npub npub1…\n  pass show nostr | skein account add nostr --nsec-stdin --relay wss://relay.example",
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if npub != "" && stdin {
			return timeline.Errorf(timeline.CodeUsage, "--npub and --nsec-stdin exclude each other: an npub alone reads only")
		}
		return a.add(cmd.Context(), name, func(ctx context.Context) (account.Record, account.Credentials, error) {
			ask := relays
			if len(ask) == 0 {
				ask = a.config.Nostr.Relays
			}
			var r account.Record
			var creds account.Credentials
			var err error
			if npub != "" {
				r, creds, err = nostr.AddPublic(ctx, a.client, npub, ask)
			} else {
				var key account.Secret
				if key, err = a.secret(ctx, "Private key (nsec)", stdin, "--nsec-stdin"); err != nil {
					return r, nil, err
				}
				r, creds, err = nostr.AddKey(ctx, a.client, key, ask)
			}
			r.Relays = relays // the configured ones may change; only one's own are kept
			return r, creds, err
		})
	}
	c.Flags().StringVar(&npub, "npub", "", "read as the person with this public key")
	c.Flags().BoolVar(&stdin, "nsec-stdin", false, "read the private key from standard input")
	c.Flags().StringSliceVar(&relays, "relay", nil, "a relay of your own, wss://…; may be repeated")
	c.Flags().StringVar(&name, "name", "", "a short NAME for the account")
	return c
}

// required marks a flag as needed; the flag exists, so there is no error.
func required(c *cobra.Command, flag string) *cobra.Command {
	if err := c.MarkFlagRequired(flag); err != nil {
		panic(err) // a typing error in this file
	}
	return c
}

// add signs in, then keeps record and secrets; when one of them cannot be kept,
// nothing is.
func (a *app) add(ctx context.Context, name string, sign adder) error {
	if err := a.setup(); err != nil {
		return err
	}
	r, creds, err := sign(ctx)
	if err != nil {
		return err
	}
	r.Name = name
	known, here, err := a.book.Same(r)
	if err != nil {
		return err
	}
	if here && len(creds) > 0 && (name == "" || name == known.Name) {
		return a.renew(ctx, known, r, creds)
	}
	if r, err = a.book.Add(ctx, r); err != nil {
		return err
	}
	if len(creds) > 0 {
		if err := a.vault.Save(ctx, r.ID, creds); err != nil {
			_, back := a.book.Remove(ctx, r.ID)
			return errors.Join(err, back)
		}
	}
	if a.flags.json {
		return json.NewEncoder(a.out).Encode(accountJSON{"account", r})
	}
	how := ""
	if r.ReadOnly {
		how = ", to read only"
	}
	_, err = fmt.Fprintf(a.out, "%s is here as %q%s.\n", r.Handle, r.Name, how)
	return err
}

// renew signs in again to an account that is here: it stays the same account, so
// that what waits for its sign-in can go on.
func (a *app) renew(ctx context.Context, known, r account.Record, creds account.Credentials) error {
	if err := a.vault.Save(ctx, known.ID, creds); err != nil {
		return err
	}
	r, err := a.book.Renew(ctx, r)
	if err != nil {
		return err
	}
	if a.flags.json {
		return json.NewEncoder(a.out).Encode(accountJSON{"account", r})
	}
	_, err = fmt.Fprintf(a.out, "%s was here as %q; its sign-in is renewed.\n", r.Handle, r.Name)
	return err
}

// secret reads one line, from a hidden prompt or from standard input.
func (a *app) secret(ctx context.Context, prompt string, stdin bool, flag string) (account.Secret, error) {
	read := a.readLine
	if !stdin {
		f, isFile := a.in.(*os.File)
		if !isFile || !isTerminal(f) {
			return account.Secret{}, timeline.Errorf(timeline.CodeUsage, "no terminal to ask for it: give the %s on standard input, with %s", strings.ToLower(prompt), flag)
		}
		before, err := term.GetState(int(f.Fd()))
		if err != nil {
			return account.Secret{}, fmt.Errorf("asking for the %s: %w", strings.ToLower(prompt), err)
		}
		a.say(prompt + " (not shown): ")
		defer a.say("\n")
		defer func() { _ = term.Restore(int(f.Fd()), before) }() // after an interrupt nobody else does
		read = func() (string, error) {
			b, err := term.ReadPassword(int(f.Fd()))
			return string(b), err
		}
	}
	line, err := unlessDone(ctx, read)
	if err != nil {
		return account.Secret{}, fmt.Errorf("reading the %s: %w", strings.ToLower(prompt), err)
	}
	line = strings.TrimSpace(line)
	if line == "" {
		return account.Secret{}, timeline.Errorf(timeline.CodeUsage, "the %s is empty", strings.ToLower(prompt))
	}
	return account.NewSecret(line), nil
}

// readLine reads one line from standard input.
func (a *app) readLine() (string, error) {
	s := bufio.NewScanner(io.LimitReader(a.in, secretLimit))
	s.Scan()
	return s.Text(), s.Err()
}

// unlessDone waits for read no longer than for ctx: what reads a terminal cannot
// be interrupted. Its goroutine then ends with the process.
func unlessDone(ctx context.Context, read func() (string, error)) (string, error) {
	type answer struct {
		line string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		line, err := read()
		done <- answer{line, err}
	}()
	select {
	case a := <-done:
		return a.line, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// withScheme lets a person leave "https://" out.
func withScheme(address string) string {
	if strings.Contains(address, "://") {
		return address
	}
	return "https://" + address
}
