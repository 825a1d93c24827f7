package ui

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/theme"
)

// Options configure the interface. The zero value shows the welcome screen.
type Options struct {
	// Hub is what is read; nil when there is no account yet.
	Hub *timeline.Hub
	// Theme is one of theme.Names; "" is theme.Auto.
	Theme string
	// Keys gives actions other keys, see CheckKeys.
	Keys map[string][]string
	// ASCII draws skein's own signs with ASCII alone.
	ASCII bool
	// Demo says that the networks are the sandbox's.
	Demo bool
	// Name and Version are the program's; "" is "skein" and none.
	Name, Version string
	// OpenURL shows an http or https address in a browser; nil when there is none.
	OpenURL func(ctx context.Context, url string) error
	// SignIn are the commands that the welcome screen names; nil are skein's own.
	SignIn []string
	// Notices are told when the interface starts.
	Notices []string
	// Now is time.Now.
	Now func() time.Time
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Name == "" {
		o.Name = "skein"
	}
	if o.SignIn == nil {
		o.SignIn = []string{
			"skein account add mastodon --server https://your.server",
			"skein account add bluesky --handle you.example",
			"skein account add nostr",
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Check returns an error for a theme or keys that are not right.
func (o Options) Check() error { return errors.Join(theme.Check(o.Theme), CheckKeys(o.Keys)) }

// Result is what the person decided before leaving.
type Result struct {
	StartDemo bool // from the welcome screen: show the demo now
}

// Run shows the interface until the person leaves or ctx ends, which is no error.
// The hub stays the caller's to close.
func Run(ctx context.Context, o Options, more ...tea.ProgramOption) (Result, error) {
	if err := o.Check(); err != nil {
		return Result{}, err
	}
	m := New(o)
	m.ctx, m.cancel = context.WithCancel(ctx)
	defer m.cancel()
	_, err := tea.NewProgram(m, append([]tea.ProgramOption{tea.WithContext(ctx)}, more...)...).Run()
	switch {
	case ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted):
		return m.result, nil
	case err != nil:
		return m.result, fmt.Errorf("terminal interface: %w", err)
	}
	return m.result, nil
}
