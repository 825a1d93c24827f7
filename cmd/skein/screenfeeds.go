package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"

	"skein/config"
	"skein/timeline"
	"skein/ui"
	"skein/ui/overlay"
)

// tabsNote is what the tabs of the screen are remembered by.
const tabsNote = "tabs"

// ownFeeds is what the full screen reads beside home: hubs that share the backends of
// the home timeline's, and the tabs that they stand in.
type ownFeeds struct {
	app     *app
	home    *timeline.Hub
	options timeline.HubOptions // of home; the cache and marks are shared
	open    timeline.Opener     // lends the backends
	tabs    []ui.Tab            // of the configuration

	mu   sync.Mutex
	hubs map[*timeline.Hub]ui.Tab // those that are open
}

// letChoose gives the full screen its feeds. The caller ends what was opened with stop,
// before the hub of home is closed.
func (a *app) letChoose(o *ui.Options, hub *timeline.Hub, options timeline.HubOptions) (f *ownFeeds, stop func()) {
	f = &ownFeeds{app: a, home: hub, options: options, hubs: map[*timeline.Hub]ui.Tab{}}
	f.open = func(ctx context.Context, id timeline.AccountID) (timeline.Backend, error) {
		b, err := hub.Backend(ctx, id)
		if err != nil {
			return nil, err
		}
		return lent{b}, nil
	}
	for _, t := range a.config.Tabs {
		tab, err := configuredTab(t)
		if err != nil {
			o.Notices = append(o.Notices, "config.toml: "+timeline.AsError(err).Message.Line().String())
			continue
		}
		f.tabs = append(f.tabs, tab)
	}
	o.Feeds = f
	return f, f.close
}

// configuredTab is a tab of the configuration.
func configuredTab(t config.Tab) (ui.Tab, error) {
	name, err := timeline.ParseFeedName(t.Feed)
	if err != nil {
		return ui.Tab{}, err
	}
	out := ui.Tab{Name: t.Name, Feed: name, Accounts: t.Accounts, Networks: t.Networks, Sieve: overlay.Sieve{
		NoBoosts: t.Boosts != nil && !*t.Boosts, NoReplies: t.Replies != nil && !*t.Replies,
		MediaOnly: t.Media, Languages: t.Lang, Words: t.Words,
	}}
	if out.Name == "" {
		out.Name = name.Title()
	}
	return out, nil
}

// Configured implements ui.Feeds.
func (f *ownFeeds) Configured() []ui.Tab { return f.tabs }

// Arranged implements ui.Feeds.
func (f *ownFeeds) Arranged(ctx context.Context) (tabs []ui.Tab, ok bool, err error) {
	state, err := f.app.state(ctx)
	if err != nil {
		return nil, false, nil //nolint:nilerr // that state.db cannot be opened is told already
	}
	body, ok, err := state.Note(ctx, tabsNote)
	if err != nil || !ok {
		return nil, false, err
	}
	if err := json.Unmarshal([]byte(body), &tabs); err != nil {
		return nil, false, timeline.Errorf(timeline.CodeMalformed, "what was remembered of them cannot be read: %w", err)
	}
	return slices.DeleteFunc(tabs, func(t ui.Tab) bool {
		name, err := timeline.ParseFeedName(string(t.Feed))
		return err != nil || name != t.Feed
	}), true, nil
}

// Arrange implements ui.Feeds.
func (f *ownFeeds) Arrange(ctx context.Context, tabs []ui.Tab) error {
	state, err := f.app.state(ctx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(tabs)
	if err != nil {
		return err
	}
	return state.SetNote(ctx, tabsNote, string(body))
}

// Open implements ui.Feeds.
func (f *ownFeeds) Open(_ context.Context, t ui.Tab) (hub ui.Hub, end func(), err error) {
	o := f.options
	o.Open, o.Feed = f.open, t.Feed
	var accounts []timeline.Account
	for _, a := range f.home.Accounts() {
		if isFor(t, a) {
			accounts = append(accounts, a)
		}
	}
	if len(accounts) == 0 {
		return nil, nil, timeline.Errorf(timeline.CodeUsage, "%s: no account that is read here has a name or network of this tab's", t.Name)
	}
	opened := timeline.NewHub(o, accounts...) //nolint:contextcheck // it goes on until it is closed
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hubs[opened] = t
	return opened, func() { //nolint:contextcheck // what was read is kept whatever ended ctx
		f.mu.Lock()
		_, known := f.hubs[opened]
		delete(f.hubs, opened)
		f.mu.Unlock()
		if known {
			opened.Close()
		}
	}, nil
}

// Choices implements ui.Feeds.
func (f *ownFeeds) Choices(ctx context.Context) ([]timeline.FeedChoice, []timeline.FeedFailure) {
	return timeline.ListFeeds(ctx, f.open, f.home.Accounts()...)
}

// remove ends the reading of an account in all feeds.
func (f *ownFeeds) remove(ctx context.Context, id timeline.AccountID) {
	for h := range f.all() {
		h.Remove(ctx, id)
	}
}

// add reads an account in all feeds that are open and not for others.
func (f *ownFeeds) add(ctx context.Context, a timeline.Account) error {
	var failed error
	for h, t := range f.all() {
		if isFor(t, a) {
			failed = errors.Join(failed, h.Add(ctx, a))
		}
	}
	return failed
}

// isFor tells whether a tab reads an account.
func isFor(t ui.Tab, a timeline.Account) bool {
	return (len(t.Accounts) == 0 || slices.Contains(t.Accounts, a.Name)) &&
		(len(t.Networks) == 0 || slices.Contains(t.Networks, string(a.Network)))
}

func (f *ownFeeds) all() map[*timeline.Hub]ui.Tab {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.hubs)
}

// close ends the reading of all feeds, all at once.
func (f *ownFeeds) close() {
	var closing sync.WaitGroup
	for h := range f.all() {
		closing.Go(h.Close)
	}
	closing.Wait()
}
