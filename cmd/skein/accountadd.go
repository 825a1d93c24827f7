package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"skein/backends"
	"skein/config/account"
	"skein/timeline"
)

// secretLimit is the longest secret read from standard input, in bytes.
const secretLimit = 16 << 10

func (a *app) accountAddCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "add", Short: "Sign in to an account", Args: cobra.NoArgs,
		Long: "add signs in to an account and keeps it; for one that is here already it renews\n" +
			"the sign-in. Alone it asks which network. Secrets are asked for or read from\n" +
			"standard input, never taken from the command line.",
		RunE: func(cmd *cobra.Command, _ []string) error { return a.addAny(cmd.Context()) },
	}
	c.AddCommand(a.addMastodonCommand(), a.addBlueskyCommand(), a.addNostrCommand())
	return c
}

// addAny asks for everything, beginning with the network.
func (a *app) addAny(ctx context.Context) error {
	if !a.typing() {
		return timeline.Errorf(timeline.CodeUsage, "no terminal to ask which network: `skein account add` takes mastodon, bluesky or nostr")
	}
	if err := a.setup(); err != nil {
		return err
	}
	network, err := a.choose(ctx, backends.Networks())
	if err != nil {
		return err
	}
	l := &lead{app: a, network: network, preset: a.browserPreset(false)}
	return a.add(ctx, "", l.sign)
}

// browserPreset is what all networks want to know of the person's browser.
func (a *app) browserPreset(none bool) account.Preset {
	if none || !a.browserHere() {
		return account.Preset{account.Browser: account.NoBrowser}
	}
	return account.Preset{}
}

func (a *app) addMastodonCommand() *cobra.Command {
	var server, name string
	var stdin, noBrowser bool
	c := &cobra.Command{
		Use: "mastodon [SERVER]", Short: "Sign in to Mastodon (or one of its API family)", Args: cobra.MaximumNArgs(1),
		Long: "SERVER is as in your handle: @you@mastodon.social is on mastodon.social. Your\n" +
			"browser opens there and asks whether skein may act for you. Over ssh, or with\n" +
			"--no-browser, the page shows a code to copy.\n\n" +
			"Instead, a token can be made in your server's preferences: Development → New\n" +
			"application, with the scopes \"read\" and \"write\".",
		Example: "  skein account add mastodon mastodon.example\n  pass show masto | skein account add mastodon mastodon.example --token-stdin",
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := take(&server, args, "--server"); err != nil {
			return err
		}
		l := &lead{
			app: a, network: string(timeline.Mastodon), name: name, preset: a.browserPreset(noBrowser),
			stdin:   map[string]string{"token": "--token-stdin"}, //nolint:gosec // the name of a flag
			given:   map[string]bool{"token": stdin},
			instead: map[string]string{"server": "name the server, as in `skein account add mastodon mastodon.social`"},
		}
		l.preset["how"] = "browser"
		if stdin {
			l.preset["how"] = "token"
		} else if !noBrowser && !a.typing() {
			return timeline.Errorf(timeline.CodeUsage, "no terminal to sign in from: give an access token on standard input, with --token-stdin, or with --no-browser the code that the page shows")
		}
		if server != "" {
			l.preset["server"] = server
		}
		return a.add(cmd.Context(), name, l.sign)
	}
	c.Flags().StringVar(&server, "server", "", "the same as SERVER")
	c.Flags().BoolVar(&stdin, "token-stdin", false, "read an access token from standard input")
	c.Flags().BoolVar(&noBrowser, "no-browser", false, "open no browser here; ask for the code that the page shows")
	c.Flags().StringVar(&name, "name", "", "a short NAME for the account; what [account.NAME] says holds from the first request on")
	return c
}

// take puts the one argument that there may be where its flag would.
func take(to *string, args []string, flag string) error {
	if len(args) == 0 {
		return nil
	}
	if *to != "" && *to != args[0] {
		return timeline.Errorf(timeline.CodeUsage, "%s or %s: give either the argument or %s", args[0], *to, flag)
	}
	*to = args[0]
	return nil
}

func (a *app) addBlueskyCommand() *cobra.Command {
	var handle, pds, name string
	var stdin, noBrowser bool
	c := &cobra.Command{
		Use: "bluesky [HANDLE]", Short: "Sign in to Bluesky", Args: cobra.MaximumNArgs(1),
		Long: "Your browser opens at the server of your HANDLE and asks whether skein may act for\n" +
			"you; such a sign-in lasts up to two weeks. Over ssh, or with --no-browser, open the\n" +
			"address where you like, and copy the address at which it ends.\n\n" +
			"An app password lasts until you delete it. It comes from Bluesky: Settings →\n" +
			"Privacy and security → App passwords.",
		Example: "  skein account add bluesky ana.bsky.example\n  pass show bsky | skein account add bluesky ana.bsky.example --app-password-stdin",
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := take(&handle, args, "--handle"); err != nil {
			return err
		}
		l := &lead{
			app: a, network: string(timeline.Bluesky), name: name, preset: a.browserPreset(noBrowser),
			stdin: map[string]string{"app-password": "--app-password-stdin"}, given: map[string]bool{"app-password": stdin},
			instead: map[string]string{"handle": "name it, as in `skein account add bluesky ana.bsky.social`"},
		}
		if stdin {
			l.preset["how"] = "app-password"
		} else if !noBrowser && !a.typing() {
			return timeline.Errorf(timeline.CodeUsage, "no terminal to sign in from: give an app password on standard input, with --app-password-stdin, or with --no-browser the address at which the browser ends")
		}
		if handle != "" {
			l.preset["handle"] = handle
		}
		if pds != "" {
			l.preset["pds"] = withScheme(pds)
		}
		return a.add(cmd.Context(), name, l.sign)
	}
	c.Flags().StringVar(&handle, "handle", "", "the same as HANDLE")
	c.Flags().StringVar(&pds, "pds", "", "the URL of your data server, when the handle does not lead there")
	c.Flags().BoolVar(&stdin, "app-password-stdin", false, "read an app password from standard input")
	c.Flags().BoolVar(&noBrowser, "no-browser", false, "open no browser here; ask for the address at which it ends")
	c.Flags().StringVar(&name, "name", "", "a short NAME for the account; what [account.NAME] says holds from the first request on")
	return c
}

func (a *app) addNostrCommand() *cobra.Command {
	var npub, name string
	var relays []string
	var stdin, bunker bool
	c := &cobra.Command{
		Use: "nostr", Short: "Sign in to Nostr, or read only", Args: cobra.NoArgs,
		Long: "Asks whether to make a key, to take your private key (nsec1…, ncryptsec1… or 64 hex\n" +
			"digits), to have a remote signer sign (NIP-46: by its bunker:// address, or by a code\n" +
			"that it scans), or to read only. A key can be kept under a passphrase, which skein\n" +
			"asks for once each time it is started, before it writes.\n\n" +
			"With --nsec-stdin, --bunker-stdin or --npub nothing more is asked; without --relay\n" +
			"the account then has the relays that you have published, or those of your\n" +
			"configuration.",
		Example: "  skein account add nostr\n  skein account add nostr --npub npub1…\n  pass show nostr | skein account add nostr --nsec-stdin --relay wss://relay.example",
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		l := &lead{
			app: a, network: string(timeline.Nostr), name: name, preset: a.browserPreset(false),
			stdin: map[string]string{"private-key": "--nsec-stdin", "bunker": "--bunker-stdin"},
			given: map[string]bool{"private-key": stdin, "bunker": bunker},
		}
		switch {
		case npub != "" && (stdin || bunker):
			return timeline.Errorf(timeline.CodeUsage, "--npub excludes --nsec-stdin and --bunker-stdin: an npub alone reads only")
		case stdin && bunker:
			return timeline.Errorf(timeline.CodeUsage, "--nsec-stdin and --bunker-stdin exclude each other")
		case npub != "":
			l.preset["npub"] = npub
		case stdin:
			l.preset["how"], l.preset["keep"] = "key", "unlocked"
		case bunker:
			l.preset["how"] = "bunker"
		case !a.typing():
			return timeline.Errorf(timeline.CodeUsage, "no terminal to sign in from: give the private key on standard input, with --nsec-stdin, the address of a remote signer with --bunker-stdin, or a public key with --npub")
		}
		if len(relays) > 0 || stdin || bunker || npub != "" {
			l.preset["relay"] = strings.Join(relays, ",")
		}
		return a.add(cmd.Context(), name, l.sign)
	}
	c.Flags().StringVar(&npub, "npub", "", "read as the person with this public key or name")
	c.Flags().BoolVar(&stdin, "nsec-stdin", false, "read the private key from standard input")
	c.Flags().BoolVar(&bunker, "bunker-stdin", false, "read a remote signer's bunker:// address from standard input")
	c.Flags().StringSliceVar(&relays, "relay", nil, "a relay of your own, wss://…; may be repeated")
	c.Flags().StringVar(&name, "name", "", "a short NAME for the account; what [account.NAME] says holds from the first request on")
	return c
}

// secret reads one line, from a hidden prompt or from standard input.
func (a *app) secret(ctx context.Context, prompt string, stdin bool, flag string) (account.Secret, error) {
	read := func() (string, error) { return unlessDone(ctx, a.readLine) }
	if !stdin {
		f, isFile := a.in.(*os.File)
		if !isFile || !isTerminal(f) {
			return account.Secret{}, timeline.Errorf(timeline.CodeUsage, "no terminal to ask for it: give the %s on standard input, with %s", strings.ToLower(prompt), flag)
		}
		read = func() (string, error) {
			s, err := a.hiddenAt(ctx, f, prompt+" (not shown): ")
			return s.Reveal(), err
		}
	}
	line, err := read()
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
