package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"skein/backends"
	"skein/backends/transport"
	"skein/config"
	"skein/config/account"
	"skein/timeline"
	"skein/timeline/store"
)

// version is set by the release build.
var version = "0.1.0-dev"

// world is what the program touches outside itself, so that tests can turn it.
type world struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
	now      func() time.Time
}

func standard() world {
	return world{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, now: time.Now}
}

// app is one run of the program: its flags, and what they open.
type app struct {
	world
	flags struct {
		config string
		debug  bool
		json   bool
		color  string
	}
	started bool        // the flags were understood; what fails now is no usage error
	failed  error       // what the command failed with
	editing atomic.Bool // an editor has the terminal
	drawing atomic.Bool // the full screen has it: nobody can be asked there

	paths  config.Paths
	config config.Config
	log    *slog.Logger
	logTo  io.Closer
	client *transport.Client // for what is no account's
	ways   ways
	keys   *account.Keys
	vault  *account.Vault
	book   *account.Book
	opened account.Opened // keys that were unlocked in this run

	cacheFile once[*store.Cache]
	stateFile once[*store.Store]
	// toldOfCache takes what is told of the cache while the full screen has the
	// terminal; nil: standard error does.
	toldOfCache func(timeline.Safe)
	warned      bool // that nothing is kept
}

// setup reads the configuration and opens the log. Commands that need neither do
// not call it, so that help and version always work.
func (a *app) setup() error {
	if a.log != nil {
		return nil
	}
	home, _ := a.env("SKEIN_HOME")
	paths, err := config.FindPaths(a.flags.config, home)
	if err != nil {
		return err
	}
	if a.flags.config != "" {
		if _, err := os.Stat(paths.Config); err != nil {
			return timeline.Errorf(timeline.CodeUsage, "there is no configuration at %s", paths.Config)
		}
	}
	a.config, a.paths, err = config.Load(paths)
	if err != nil {
		return err
	}
	if err := config.MakePrivate(a.paths.State); err != nil {
		return err
	}
	if err := a.openLog(); err != nil {
		return err
	}
	a.client = a.ways.by("", a.dial)
	a.keys = account.NewKeys(account.KeyOptions{
		Mode: a.config.Secrets.Key, File: a.paths.Key(), Name: a.paths.Secrets(), Command: a.config.Secrets.PassphraseCommand,
		Ask: a.asker(),
	})
	a.vault = account.OpenVault(a.paths.Secrets(), a.keys)
	a.book = account.OpenBook(a.paths.Accounts())
	return nil
}

// logLimit is when the log is put aside, in bytes.
const logLimit = 4 << 20

// openLog sends everything that libraries and skein log to a file: nothing but
// the renderer writes to the terminal.
func (a *app) openLog() error {
	path := a.paths.Log()
	if info, err := os.Stat(path); err == nil && info.Size() > logLimit {
		if err := os.Rename(path, path+".1"); err != nil {
			return fmt.Errorf("putting the log aside: %w", err)
		}
	}
	f, err := os.OpenFile(filepath.Clean(path), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the log: %w", err)
	}
	level := slog.LevelInfo
	if a.flags.debug {
		level = slog.LevelDebug
	}
	a.logTo = f
	a.log = slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: level})).With("pid", os.Getpid())
	slog.SetDefault(a.log) // for libraries that know no other
	return nil
}

// close ends connections, and closes the files, which wait for the disk, and the log.
func (a *app) close() {
	var closing sync.WaitGroup
	for _, file := range []interface{ close() error }{&a.cacheFile, &a.stateFile} {
		closing.Go(func() {
			if err := file.close(); err != nil {
				a.log.Warn("closing a file", "error", err)
			}
		})
	}
	closing.Wait()
	a.ways.close()
	if a.logTo != nil {
		_ = a.logTo.Close()
	}
}

func (a *app) deps() backends.Deps {
	n := a.config.Nostr
	return backends.Deps{
		Client: a.client, Store: a.vault, Opened: &a.opened, Log: a.log, Now: a.now,
		Relays: n.Relays, Quorum: n.Quorum, MediaServer: n.MediaServer,
	}
}

// accounts returns the records that the person chose with --network and
// --account, or all of them.
func (a *app) accounts(networks, names []string) ([]account.Record, error) {
	if err := a.setup(); err != nil {
		return nil, err
	}
	all, err := a.book.All()
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, noAccounts()
	}
	if err := checkNetworks(networks); err != nil {
		return nil, err
	}
	var chosen []account.Record
	for _, name := range names {
		i, err := account.Find(all, name)
		if err != nil {
			return nil, timeline.Errorf(timeline.CodeUsage, "%w", err)
		}
		if !slices.ContainsFunc(chosen, func(r account.Record) bool { return r.ID == all[i].ID }) {
			chosen = append(chosen, all[i])
		}
	}
	if len(names) == 0 {
		chosen = all
	}
	if len(networks) > 0 {
		chosen = slices.DeleteFunc(chosen, func(r account.Record) bool { return !slices.Contains(networks, r.Network) })
	}
	if len(chosen) == 0 {
		return nil, timeline.Errorf(timeline.CodeUsage, "no account is on the networks chosen; `skein account list` shows what there is")
	}
	return chosen, nil
}

// checkNetworks fails where --network names one that there is not.
func checkNetworks(names []string) error {
	for _, n := range names {
		if !slices.Contains(timeline.Networks(), timeline.Network(n)) {
			return timeline.Errorf(timeline.CodeUsage, "--network %s: one of mastodon, bluesky, nostr", n)
		}
	}
	return nil
}

// noAccounts is what a command fails with that needs one.
func noAccounts() error {
	return &timeline.Error{
		Code: timeline.CodeAuth, Message: timeline.Literal("no accounts yet: `skein account add` signs in to one, `skein demo` needs none"),
	}
}

// hubOptions wires the hub to the accounts' backends.
func (a *app) hubOptions(records []account.Record) (timeline.HubOptions, []timeline.Account) {
	accounts := make([]timeline.Account, len(records))
	for i, r := range records {
		accounts[i] = backends.Account(r)
	}
	open := func(_ context.Context, id timeline.AccountID) (timeline.Backend, error) {
		is := func(r account.Record) bool { return r.ID == string(id) }
		i := slices.IndexFunc(records, is)
		if i >= 0 {
			return a.openAccount(records[i])
		}
		all, err := a.book.All() // it may have been added since
		if err != nil {
			return nil, err
		}
		if i = slices.IndexFunc(all, is); i < 0 {
			return nil, timeline.Errorf(timeline.CodeUsage, "no account %s", id)
		}
		return a.openAccount(all[i])
	}
	return timeline.HubOptions{Open: open, Now: a.now, Log: a.log}, accounts
}
