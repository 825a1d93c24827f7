package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"skein/backends/bluesky"
	"skein/backends/mastodon"
	"skein/backends/nostr"
	"skein/backends/sandbox"
	"skein/config"
	"skein/config/account"
	"skein/timeline"
)

// trickle is the mean pause between new posts in the demo: often enough to see
// life, seldom enough to read.
const trickle = 5 * time.Second

type demoFlags struct {
	serve   bool
	seed    int64
	trickle time.Duration
	theme   string
}

func (a *app) demoCommand() *cobra.Command {
	var f demoFlags
	c := &cobra.Command{
		Use: "demo", Short: "Show everything on three networks of skein's own",
		Long: "demo runs a Mastodon server, a Bluesky server and three Nostr relays in this\n" +
			"process and opens the timeline on them. It needs no account and no network, keeps\n" +
			"its files in a private temporary folder and touches none of yours.\n\n" +
			"With --serve it shows nothing, prints where the servers are as one JSON object\n" +
			"and runs until it is interrupted; SKEIN_CONFIG=… points other commands at it.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.serve {
				return a.serveDemo(cmd.Context(), f)
			}
			return a.demo(cmd.Context(), f)
		},
	}
	c.Flags().BoolVar(&f.serve, "serve", false, "serve only, and print where")
	c.Flags().Int64Var(&f.seed, "seed", 1, "another NUMBER tells another world")
	c.Flags().DurationVar(&f.trickle, "trickle", trickle, "mean pause between new posts; 0 for none")
	c.Flags().StringVar(&f.theme, "theme", "auto", "colours: auto, dark, light, ember, paper or plain")
	return c
}

// demo opens the full screen on a sandbox.
func (a *app) demo(ctx context.Context, f demoFlags) error {
	if err := a.needTerminal("`skein demo --serve` needs none"); err != nil {
		return err
	}
	return a.inSandbox(ctx, f, func(*sandbox.Sandbox) error { return a.show(ctx, true) })
}

// servedJSON is what demo --serve prints.
type servedJSON struct {
	Type     string            `json:"type"` // "sandbox"
	Config   string            `json:"config"`
	Mastodon string            `json:"mastodon"`
	Bluesky  string            `json:"bluesky"`
	Nostr    []string          `json:"nostr"`
	Tokens   map[string]string `json:"tokens"` // of the sandbox: they open nothing else
}

func (a *app) serveDemo(ctx context.Context, f demoFlags) error {
	return a.inSandbox(ctx, f, func(s *sandbox.Sandbox) error {
		err := json.NewEncoder(a.out).Encode(servedJSON{
			Type: "sandbox", Config: a.paths.Config, Mastodon: s.Mastodon.URL, Bluesky: s.Bluesky.URL, Nostr: s.Nostr.Relays,
			Tokens: map[string]string{"mastodon": s.Mastodon.Token, "bluesky": s.Bluesky.AppPassword, "nostr": s.Nostr.NSec},
		})
		if err != nil {
			return err
		}
		<-a.untilTold(ctx).Done()
		return nil
	})
}

// untilTold ends with ctx and, when standard input is a pipe, with that: who
// started the demo from a program ends it by going away.
func (a *app) untilTold(ctx context.Context) context.Context {
	f, ok := a.in.(*os.File)
	if !ok {
		return ctx
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
		return ctx
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, f) // ends at the pipe's end, or with the process
	}()
	return ctx
}

// inSandbox runs do with a sandbox up, signed in to it, and everything of the
// demo's own in a private temporary folder.
func (a *app) inSandbox(ctx context.Context, f demoFlags, do func(*sandbox.Sandbox) error) (err error) {
	home, err := os.MkdirTemp("", "skein-demo-") // 0700 by itself
	if err != nil {
		return fmt.Errorf("a folder for the demo: %w", err)
	}
	defer func() {
		a.close()
		if rerr := os.RemoveAll(home); err == nil && rerr != nil {
			err = fmt.Errorf("removing the demo's folder: %w", rerr)
		}
	}()
	s, err := sandbox.Start(ctx, sandbox.Options{Now: a.now, Seed: f.seed, Trickle: f.trickle})
	if err != nil {
		return err
	}
	defer func() {
		if cerr := s.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("closing the sandbox: %w", cerr)
		}
	}()
	if err := a.moveInto(home, f.theme, s); err != nil {
		return err
	}
	if err := a.signInto(ctx, s); err != nil {
		return fmt.Errorf("signing in to the sandbox: %w", err)
	}
	return do(s)
}

// moveInto makes home the home of this run, with a configuration of its own that
// names nothing outside this machine.
func (a *app) moveInto(home, theme string, s *sandbox.Sandbox) error {
	c := config.Default()
	c.Nostr.Relays, c.Nostr.MediaServer = s.Nostr.Relays, s.Nostr.Media
	c.Home, c.Theme = home, theme
	c.Network.Allow = []string{"127.0.0.1", "localhost"}
	c.Pictures.SaveTo = filepath.Join(home, "saved")
	c.Secrets.Key = "file" // the person's keyring is none of the demo's business
	b, err := toml.Marshal(c)
	if err != nil {
		return fmt.Errorf("the demo's configuration: %w", err)
	}
	dir := filepath.Join(home, "config")
	if err := config.MakePrivate(dir); err != nil {
		return err
	}
	a.flags.config = filepath.Join(dir, "config.toml")
	if err := os.WriteFile(a.flags.config, b, 0o600); err != nil {
		return fmt.Errorf("the demo's configuration: %w", err)
	}
	return a.setup()
}

// signInto adds the three accounts the way a person would.
func (a *app) signInto(ctx context.Context, s *sandbox.Sandbox) error {
	signs := []adder{
		func(ctx context.Context) (account.Record, account.Credentials, error) {
			return mastodon.AddToken(ctx, a.client, s.Mastodon.URL, account.NewSecret(s.Mastodon.Token))
		},
		func(ctx context.Context) (account.Record, account.Credentials, error) {
			return bluesky.AddPassword(ctx, a.client, s.Bluesky.URL, s.Bluesky.Handle, account.NewSecret(s.Bluesky.AppPassword))
		},
		func(ctx context.Context) (account.Record, account.Credentials, error) {
			r, creds, err := nostr.AddKey(ctx, a.client, account.NewSecret(s.Nostr.NSec), s.Nostr.Relays)
			r.Relays = s.Nostr.Relays
			return r, creds, err
		},
	}
	records, creds := make([]account.Record, len(signs)), make([]account.Credentials, len(signs))
	group, gctx := errgroup.WithContext(ctx)
	for i, sign := range signs {
		group.Go(func() (err error) {
			records[i], creds[i], err = sign(gctx)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, r := range records {
		r, err := a.book.Add(ctx, r)
		if err != nil {
			return err
		}
		if err := a.vault.Save(ctx, r.ID, creds[i]); err != nil {
			return err
		}
	}
	return nil
}

// needTerminal fails where a full screen cannot be drawn.
func (a *app) needTerminal(instead string) error {
	in, isFile := a.in.(*os.File)
	out, isFile2 := a.out.(*os.File)
	if isFile && isFile2 && isTerminal(in) && isTerminal(out) {
		return nil
	}
	return timeline.Errorf(timeline.CodeUsage, "the full screen needs a terminal; %s", instead)
}
