package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"skein/config"
	"skein/timeline"
)

// The exit codes, as the manual lists them.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitSignIn      = 3
	exitNone        = 4 // no account could be reached
	exitSome        = 5 // some accounts answered
	exitRefused     = 6 // nothing was sent, because it was refused before
	exitInterrupted = 130
)

// silent is an error that was told already; only its exit code is left.
type silent int

func (s silent) Error() string { return fmt.Sprintf("exit %d", int(s)) }

// partly is how a command ends that has asked several accounts, of which some failed, and
// some of these because they want a sign-in.
func partly(asked, failed, signIn int) error {
	switch {
	case failed == 0:
		return nil
	case failed < asked:
		return silent(exitSome)
	case signIn == failed:
		return silent(exitSignIn)
	}
	return silent(exitNone)
}

// run is the program: it returns the exit code.
func run(args []string, w world) int {
	a := &app{world: w}
	defer a.close()
	root := a.root()
	a.hold(root)
	root.SetArgs(args)
	root.SetIn(w.in)
	root.SetOut(w.out)
	root.SetErr(w.err)
	ctx, stop := a.untilInterrupted(context.Background())
	defer stop()
	tell := func(_ io.Writer, _ fang.Styles, err error) { a.tell(ctx, args, err) }
	err := fang.Execute(ctx, root, fang.WithVersion(version), fang.WithErrorHandler(tell))
	if err == nil && a.failed != nil {
		err = a.failed
		a.tell(ctx, args, err)
	}
	return a.code(ctx, err)
}

// hold keeps what commands fail with in a.failed: fang asks the terminal for its
// colours before it lets an error be told, and waits seconds for one that does not
// answer.
func (a *app) hold(c *cobra.Command) {
	for _, sub := range c.Commands() {
		a.hold(sub)
	}
	check, do := c.Args, c.RunE
	if do == nil {
		return
	}
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if a.failed == nil && check != nil {
			a.failed = wrongly(check(cmd, args))
		}
		if a.failed == nil {
			a.failed = do(cmd, args)
		}
		return nil
	}
}

// How much garbage may lie about, in per cent of what is in use. A command that ends
// within a second collects a sixth of its time away at Go's own 100. The full screen
// stays for days: it takes a tenth less memory for three per cent more work.
const (
	briefly = 400
	forDays = 50
)

// collect sets how much garbage may lie about, until done is called.
func collect(percent int) (done func()) {
	before := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(before) }
}

// wrongly is wrong usage, as cobra found it, with a way on.
func wrongly(err error) error {
	switch {
	case err == nil:
		return nil
	case strings.HasPrefix(err.Error(), "unknown command"):
		return timeline.Errorf(timeline.CodeUsage, "%w; `skein --help` lists the commands", err)
	}
	return timeline.Errorf(timeline.CodeUsage, "%w; --help shows how", err)
}

// untilInterrupted returns a context that ends when the person or the system wants
// the program to end; a second signal ends what does not want to end. While an
// editor has the terminal, an interrupt is the editor's.
func (a *app) untilInterrupted(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		defer signal.Stop(signals)
		for {
			select {
			case s := <-signals:
				if s == os.Interrupt && a.editing.Load() {
					continue
				}
				cancel()
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, cancel
}

// root builds the command tree.
func (a *app) root() *cobra.Command {
	c := &cobra.Command{
		Use:   "skein",
		Short: "One timeline for Mastodon, Bluesky and Nostr",
		Long: "skein reads Mastodon, Bluesky and Nostr as one timeline.\n\n" +
			"Without a command it opens the timeline in the terminal. `skein demo` shows\n" +
			"the same on three networks of its own: no account and no network needed.",
		Args: cobra.NoArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			a.failed = a.begin(cmd)
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return a.openTimeline(cmd.Context()) },
	}
	f := c.PersistentFlags()
	f.StringVar(&a.flags.config, "config", "", "read FILE instead of the usual config.toml")
	f.BoolVar(&a.flags.debug, "debug", false, "write everything to the log file (secrets are left out)")
	f.BoolVar(&a.flags.json, "json", false, "print JSON, one object a line (see `skein help json`)")
	f.StringVar(&a.flags.color, "color", "auto", "colours: auto, always or never")
	c.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		a.failed = timeline.Errorf(timeline.CodeUsage, "%w; `%s --help` shows what there is", err, cmd.CommandPath())
		return nil
	})
	c.AddCommand(
		a.timelineCommand(), a.feedsCommand(), a.listsCommand(), a.notificationsCommand(), a.searchCommand(), a.threadCommand(), a.showCommand(), a.profileCommand(), a.whoCommand(),
		a.postCommand(), a.replyCommand(), a.editCommand(), a.deleteCommand(),
		a.boostCommand(), a.likeCommand(), a.bookmarkCommand(), a.followCommand(), a.muteCommand(), a.blockCommand(), a.dmCommand(),
		a.reportCommand(), a.requestsCommand(),
		a.exportCommand(), a.importCommand(), a.archiveCommand(),
		a.outboxCommand(), a.peopleCommand(), a.cacheCommand(), a.accountCommand(), a.configCommand(),
		a.doctorCommand(), a.demoCommand(), a.versionCommand(), jsonHelp(), exitHelp(),
	)
	return c
}

// begin runs before every command: variables stand in for flags not given.
func (a *app) begin(cmd *cobra.Command) error {
	var failed error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := "SKEIN_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := a.env(name)
		if !ok || value == "" || f.Changed || f.Name == "help" || f.Name == "version" {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil && failed == nil {
			failed = timeline.Errorf(timeline.CodeUsage, "the variable %s: %w", name, err)
		}
	})
	if failed != nil {
		return failed
	}
	if !slices.Contains([]string{"auto", "always", "never"}, a.flags.color) {
		return timeline.Errorf(timeline.CodeUsage, "--color %s: one of auto, always, never", a.flags.color)
	}
	a.started = true
	return nil
}

// code is the exit code for what a command returned.
func (a *app) code(ctx context.Context, err error) int {
	var s silent
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &s):
		return int(s)
	case errors.As(err, new(*config.Error)):
		return exitUsage
	case errors.As(err, new(*refusal)):
		return exitRefused
	}
	switch a.kind(err) {
	case timeline.CodeUsage, timeline.CodeNotMine:
		return exitUsage
	case timeline.CodeAuth:
		return exitSignIn
	case timeline.CodeOffline:
		return exitNone
	}
	return exitFailed
}

// kind is an error's code. What cobra itself finds wrong is wrong usage.
func (a *app) kind(err error) timeline.Code {
	var e *timeline.Error
	if !errors.As(err, &e) && (!a.started || errors.As(err, new(*config.Error))) {
		return timeline.CodeUsage
	}
	return timeline.CodeOf(err)
}

// tell prints an error: one line, or one JSON object where JSON was asked for.
func (a *app) tell(ctx context.Context, args []string, err error) {
	if ctx.Err() != nil || errors.As(err, new(silent)) {
		return
	}
	if errors.Is(err, syscall.EPIPE) {
		return
	}
	a.flags.json = a.flags.json || slices.Contains(args, "--json")
	a.report(failure{Code: a.kind(err), Message: timeline.CleanLine(err.Error()).String()})
}

// failure is an error as JSON; a field that does not apply is left out.
type failure struct {
	Type    string           `json:"type"`
	Code    timeline.Code    `json:"code"`
	Message string           `json:"message"`
	Account string           `json:"account,omitempty"`
	Network timeline.Network `json:"network,omitempty"`
	Draft   string           `json:"draft,omitempty"` // where the draft lies that was not sent
}

// refusal is an error that was found before anything was sent or changed.
type refusal struct{ error }

func (r *refusal) Unwrap() error { return r.error }

// refusef is a refusal of skein's own.
func refusef(format string, args ...any) error {
	return &refusal{timeline.Errorf(timeline.CodeRefused, format, args...)}
}

// report prints one failure to standard error.
func (a *app) report(f failure) {
	f.Type = "error"
	if a.log != nil {
		a.log.Error("told the person", "code", f.Code, "message", f.Message)
	}
	if a.flags.json {
		if b, err := json.Marshal(f); err == nil {
			a.say(string(b) + "\n")
		}
		return
	}
	prefix := "skein: "
	if f.Account != "" {
		prefix += f.Account + ": "
	}
	a.say(prefix + f.Message + "\n")
}

// say writes to standard error. Where nobody can hear, there is nothing to do.
func (a *app) say(text string) { _, _ = io.WriteString(a.err, text) }
